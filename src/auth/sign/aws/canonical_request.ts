/**
 * The input of AWS Signature Version 4: the canonical form of a request, and the text with its time, region and
 * service. Pure.
 *
 * @module
 */

/** The name of the algorithm. */
export const ALGORITHM = "AWS4-HMAC-SHA256";

/** The parts of a request that are signed. */
export interface SignableRequest {
  readonly method: string;
  /** The path on the wire. */
  readonly path: string;
  /** The names and values of the query, decoded. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** The header fields to sign; several of one name are joined. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The SHA-256 of the content in hexadecimal, or `UNSIGNED-PAYLOAD`. */
  readonly payload: string;
}

/** Encodes a text for URLs like AWS: every character except letters, digits, `-`, `.`, `_` and `~`. */
function encodeURI3986(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURI3986).join("/");
}

/** Decodes percent escapes. A plus sign, and bytes that are not valid UTF-8, stay unchanged. */
function decode(text: string): string {
  return text.replaceAll(/(?:%[\da-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}

/**
 * Returns the canonical path for S3: each character encoded once. Dot segments and empty segments are kept, since
 * they are part of an object's name.
 */
export function s3Path(path: string): string {
  return encodePath(decode(path));
}

/** Returns the canonical path for other services: without dot segments and empty ones, and encoded a second time. */
export function normalizedPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  const end = segments.length > 0 && /\/\.{0,2}$/.test(path) ? "/" : "";
  return encodePath(`/${segments.join("/")}${end}`);
}

/** Returns the decoded names and values of a query. */
export function parseQuery(search: string): [name: string, value: string][] {
  return search.replace(/^\?/, "").split("&").filter((pair) => pair !== "").map((pair) => {
    const equals = pair.indexOf("=");
    return equals < 0
      ? [decode(pair), ""]
      : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
  });
}

/** Returns a query in the encoding that is signed, so that the server cannot interpret it differently. */
export function writeQuery(query: SignableRequest["query"]): string {
  return query.map(([name, value]) => `${encodeURI3986(name)}=${encodeURI3986(value)}`).join("&");
}

/** Returns the canonical query: sorted by encoded name, then value, so `Param-3` follows `Param`. */
function canonicalQuery(query: SignableRequest["query"]): string {
  return query
    .map(([name, value]) => [encodeURI3986(name), encodeURI3986(value)] as const)
    .sort(([name, value], [otherName, otherValue]) =>
      compare(name, otherName) || compare(value, otherValue)
    )
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Returns the header fields by lower-case name, sorted, with runs of white space folded. */
function canonicalHeaders(headers: SignableRequest["headers"]): [name: string, value: string][] {
  const byName = new Map<string, string>();
  for (const [given, value] of headers) {
    const name = given.toLowerCase();
    const text = value.trim().replaceAll(/\s+/g, " ");
    const other = byName.get(name);
    byName.set(name, other === undefined ? text : `${other},${text}`);
  }
  return [...byName].sort(([name], [other]) => compare(name, other));
}

/** Returns the list of the signed header fields for the request. */
export function signedHeaderNames(headers: SignableRequest["headers"]): string {
  return canonicalHeaders(headers).map(([name]) => name).join(";");
}

/** Returns the canonical request. */
export function canonicalRequest(
  { method, path, query, headers, payload }: SignableRequest,
  pathRule: (path: string) => string,
): string {
  return [
    method,
    pathRule(path) || "/",
    canonicalQuery(query),
    ...canonicalHeaders(headers).map(([name, value]) => `${name}:${value}`),
    "",
    signedHeaderNames(headers),
    payload,
  ].join("\n");
}

/** Returns a time in the format of AWS: `20150830T123600Z`. */
export function awsTime(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-:]|\.\d{3}/g, "");
}

/** Returns the scope of a signing key: its date, region and service. */
export function credentialScope(time: string, region: string, service: string): string {
  return `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
}

/** Returns the text that is signed. */
export function stringToSign(time: string, scope: string, requestHash: string): string {
  return [ALGORITHM, time, scope, requestHash].join("\n");
}
