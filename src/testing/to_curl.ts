/**
 * Shows a request as a curl command, to try it by hand or to report a bug.
 *
 * @module
 */

import { flag, type OptionTable } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";
import { redactURL } from "../redact.ts";
import { redactHeaders } from "../redact_headers.ts";

/** A request, such as an `HTTPRequest` or a `MockCall`. */
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

/** Options of {@linkcode toCurl}. */
export interface CurlOptions {
  /**
   * Whether to show credentials and the body. Otherwise credentials are redacted, and `@body` stands
   * for the body: a file that curl reads it from.
   *
   * @default {false}
   */
  readonly secrets?: boolean;
}

const TABLE = { secrets: flag } satisfies OptionTable<CurlOptions>;

/**
 * Returns the request as a curl command for bash, zsh and other shells with `$'…'`. The method, URL,
 * headers and body each stay one argument, and curl takes none for an option, a file or a glob.
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
    // "name:" tells curl to leave the header out; "name;" is an empty header.
    ...pairs(shown.headers).map(([name, value]) =>
      `--header ${quote(value.trim() === "" ? `${name};` : `${name}: ${value}`)}`
    ),
  ];
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  if (secrets && bytes instanceof Uint8Array) {
    // --data-raw does not read "@" as a file; an argument cannot hold a zero byte.
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

/** Without secrets; an HTTPRequest knows the secret names of its settings and its scheme, too. */
function shownForm(request: CurlRequest): Pick<CurlRequest, "url" | "headers"> {
  const { toJSON } = request as { toJSON?: () => Pick<CurlRequest, "url" | "headers"> };
  return toJSON?.call(request) ??
    { url: redactURL(request.url), headers: redactHeaders(pairs(request.headers)) };
}

/** Text as one argument for a shell. */
export function quote(text: string): string {
  return quoteBytes(new TextEncoder().encode(text));
}

/** In single quotes; with control characters or bytes that are not UTF-8 as `$'…'`. */
function quoteBytes(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  // deno-lint-ignore no-control-regex -- a terminal acts on them when pasted
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
