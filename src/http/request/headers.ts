/**
 * The header fields of requests inside the library: a frozen object by lower-case name. They are checked
 * here, before anything is sent, so that no runtime error quotes an invalid value.
 *
 * @module
 */

import { isToken, trimField } from "../../formats/tokens.ts";
import { entriesOf, expect } from "../../options/checks.ts";

/** Header fields by lower-case name. */
export type HeaderRecord = Readonly<Record<string, string>>;

/** A header value in options; `undefined` and `null` remove the header. */
export type HeaderValue = string | number | boolean | null | undefined;

/** Headers in options. */
export type HeadersOption =
  | Readonly<Record<string, HeaderValue>>
  | Headers
  | readonly (readonly [name: string, value: HeaderValue])[];

/** No header at all. */
export const NO_HEADERS: HeaderRecord = Object.freeze(Object.create(null));

/** The part of a transport that decides whether a `host` header is sent. */
export interface HostSender {
  readonly sendsHost?: boolean;
}

/** RFC 9110 5.5 without the obsolete line folding; characters above 255 have no byte. */
const FORBIDDEN_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** Fields that describe the connection or the framing, which belong to the runtime (RFC 9110 7.6.1). */
export const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "expect",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Returns `base` with the headers of `given` on top. Each replaces the header of the same name, in any
 * case; `undefined` and `null` remove it.
 *
 * @throws {TypeError} If a name or value cannot be sent. The message names the header, never its value.
 */
export function mergeHeaders(base: HeaderRecord, given: HeadersOption): HeaderRecord {
  const merged: Record<string, string> = Object.assign(Object.create(null), base);
  const seen = new Set<string>();
  for (const [givenName, value] of headerEntries(given)) {
    const name = checkName(givenName);
    if (CONNECTION_FIELDS.has(name)) {
      throw new TypeError(
        `Cannot set the header "${name}": the runtime sets it; leave it out`,
      );
    }
    if (value === undefined || value === null) {
      delete merged[name];
      continue;
    }
    const text = checkValue(name, value);
    // The same name twice in one list is a list-valued field (RFC 9110 5.2), not a replacement.
    const separator = name === "cookie" ? "; " : ", ";
    merged[name] = seen.has(name) && name in merged ? merged[name] + separator + text : text;
    seen.add(name);
  }
  return Object.freeze(merged);
}

/**
 * Refuses a `host` header that would not be sent. Fetch, and a WebSocket, which has no transport, send the
 * host of the URL instead.
 *
 * @throws {TypeError} If there is one and the transport cannot send it.
 */
export function checkHost(
  headers: HeaderRecord,
  transport?: HostSender,
): void {
  if (!("host" in headers) || transport?.sendsHost === true) return;
  throw new TypeError(
    `Cannot set the header "host": ${
      transport === undefined ? "a WebSocket" : "fetch"
    } sends the ` +
      "host of the URL in its place; put the host into the URL" +
      (transport === undefined ? "" : ", or use denoTransport({ allowHost: true })"),
  );
}

/** Returns the names and values of headers. */
export function headerEntries(given: HeadersOption): readonly (readonly [string, unknown])[] {
  return entriesOf("headers", given, "Headers");
}

/** Checks a header name and returns it in lower case. */
export function checkName(name: string): string {
  if (!isToken(name)) {
    throw new TypeError(
      `Cannot use a header named ${
        typeof name === "string" ? JSON.stringify(name) : String(name)
      }: it is not a token (RFC 9110)`,
    );
  }
  return name.toLowerCase();
}

/** Checks a header value and returns it as text. */
export function checkValue(name: string, value: unknown): string {
  const isRight = /^(?:string|number|boolean)$/.test(typeof value);
  expect(isRight, `the header "${name}"`, value, "a string, number or boolean");
  const text = trimField(String(value)); // RFC 9110 5.5: white space around a value is no part of it
  const at = text.search(FORBIDDEN_IN_VALUE);
  if (at >= 0) {
    const code = text.charCodeAt(at);
    throw new TypeError(
      `Cannot set the header "${name}": its value has U+${
        code.toString(16).toUpperCase().padStart(4, "0")
      } at position ${at}; ` + (code > 255 ? "encode it with encodeURIComponent()" : "remove it"),
    );
  }
  return text;
}
