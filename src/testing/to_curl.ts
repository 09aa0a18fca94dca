/**
 * A request as a command for curl, to be tried by hand or put into a bug report.
 *
 * @module
 */

import { flag, type OptionTable } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";
import { redactHeaders, redactURL } from "../redact.ts";

/** What is shown of a request; `HTTPRequest` and `MockCall` are such. */
export interface CurlRequest {
  /** The method. */
  readonly method: string;
  /** The absolute URL. */
  readonly url: string;
  /** The header fields, as an object or as pairs. */
  readonly headers: Readonly<Record<string, string>> | Iterable<readonly [string, string]>;
  /** The body. */
  readonly body?: unknown;
}

/** What a {@linkcode toCurl} may show. */
export interface CurlOptions {
  /**
   * Whether credentials and the body are shown. Without it they are replaced: the body by `@body`,
   * the name of a file that curl is to read it from.
   *
   * @default {false}
   */
  readonly secrets?: boolean;
}

const TABLE = { secrets: flag } satisfies OptionTable<CurlOptions>;

/**
 * The request as a curl command for bash, zsh and other shells that know `$'…'`. Whatever method,
 * URL, header or body contain, it stays one argument, and is neither option, file nor glob to curl.
 *
 * @example
 * ```ts
 * import { toCurl } from "@codomyrmex/networking/testing";
 *
 * const headers = { authorization: "Bearer t", "x-id": "it's" };
 * console.log(toCurl({ method: "GET", url: "http://api.example/x?token=t", headers }));
 * // curl --globoff --request 'GET' --url 'http://api.example/x?token=[redacted]' \
 * //   --header 'authorization: [redacted]' --header 'x-id: it'\''s'
 * ```
 */
export function toCurl(request: CurlRequest, options?: CurlOptions): string {
  const { method, body } = request;
  const { secrets = false } = readOptions("show a curl command", options, TABLE);
  const shown = secrets ? request : shownForm(request);
  const parts = [
    `curl --globoff --request ${quote(method)} --url ${quote(shown.url)}`,
    // curl takes "name:" for a header to be left out; "name;" is one that is empty.
    ...pairs(shown.headers).map(([name, value]) =>
      `--header ${quote(value.trim() === "" ? `${name};` : `${name}: ${value}`)}`
    ),
  ];
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  if (secrets && bytes instanceof Uint8Array) {
    // --data-raw does not take "@" for a file; an argument cannot hold a zero byte.
    if (bytes.length > 0) {
      parts.push(bytes.includes(0) ? "--data-binary @body" : `--data-raw ${quoteBytes(bytes)}`);
    }
  } else if (bytes !== undefined && !(bytes instanceof Uint8Array && bytes.length === 0)) {
    parts.push("--data-binary @body");
  }
  return parts.join(" \\\n  ");
}

function pairs(headers: CurlRequest["headers"]): [string, string][] {
  return [...Symbol.iterator in headers ? headers : Object.entries(headers)] as [string, string][];
}

/** Without secrets; an HTTPRequest knows more names of them, those of its settings and its scheme. */
function shownForm(request: CurlRequest): Pick<CurlRequest, "url" | "headers"> {
  const { toJSON } = request as { toJSON?: () => Pick<CurlRequest, "url" | "headers"> };
  return toJSON?.call(request) ??
    { url: redactURL(request.url), headers: redactHeaders(pairs(request.headers)) };
}

function quote(text: string): string {
  return quoteBytes(new TextEncoder().encode(text));
}

/** In single quotes; with control characters or bytes that are not UTF-8 as `$'…'`. */
function quoteBytes(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  // deno-lint-ignore no-control-regex -- a terminal acts on them when they are pasted
  if (!/[\0-\x1f\x7f-\x9f\ufffd\u202a-\u202e\u2066-\u2069]/.test(text)) {
    return `'${text.replaceAll("'", `'\\''`)}'`;
  }
  const escaped = Array.from(
    bytes,
    (byte) =>
      byte >= 0x20 && byte < 0x7f && byte !== 0x27 && byte !== 0x5c
        ? String.fromCharCode(byte)
        : `\\x${byte.toString(16).padStart(2, "0")}`,
  );
  return `$'${escaped.join("")}'`;
}
