/**
 * What AWS Signature Version 4 signs: the canonical form of a request, and the text that names its time,
 * region and service. Pure.
 *
 * @module
 */

/** The name of the algorithm. */
export const ALGORITHM = "AWS4-HMAC-SHA256";

/** As much of a request as is signed. */
export interface SignableRequest {
  readonly method: string;
  /** The path as it is sent. */
  readonly path: string;
  /** The names and values of the query, decoded. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** The header fields to sign; several of one name are joined. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The SHA-256 of the content in hexadecimal, or a word in its place. */
  readonly payload: string;
}

/** Text as AWS encodes it in URLs: all but letters, digits, `-`, `.`, `_` and `~`. */
function encodeURI3986(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURI3986).join("/");
}

/** Decodes escapes; a plus sign is one, and a percent sign that begins no escape of UTF-8 too. */
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
 * The path of S3: each character encoded once, dot segments and empty ones kept, since they are parts of
 * the name of an object.
 */
export function s3Path(path: string): string {
  return encodePath(decode(path));
}

/** The path of every other service: without dot segments and empty ones, then encoded once more. */
export function normalizedPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  const end = segments.length > 0 && /\/\.{0,2}$/.test(path) ? "/" : "";
  return encodePath(`/${segments.join("/")}${end}`);
}

/** The names and values of a query, decoded. */
export function parseQuery(search: string): [name: string, value: string][] {
  return search.replace(/^\?/, "").split("&").filter((pair) => pair !== "").map((pair) => {
    const equals = pair.indexOf("=");
    return equals < 0
      ? [decode(pair), ""]
      : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
  });
}

/** A query in the encoding that is signed, so that what is sent cannot be read in another way. */
export function writeQuery(query: SignableRequest["query"]): string {
  return query.map(([name, value]) => `${encodeURI3986(name)}=${encodeURI3986(value)}`).join("&");
}

/** Sorted by encoded name, then value: `Param-3` stands behind `Param`. */
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

/** The header fields by lower-case name, sorted, their runs of white space folded. */
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

/** The names of the header fields that are signed, as the request has to list them. */
export function signedHeaderNames(headers: SignableRequest["headers"]): string {
  return canonicalHeaders(headers).map(([name]) => name).join(";");
}

/** The canonical request. */
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

/** A time as AWS writes it: `20150830T123600Z`. */
export function awsTime(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-:]|\.\d{3}/g, "");
}

/** For when and what a signing key is good. */
export function credentialScope(time: string, region: string, service: string): string {
  return `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
}

/** The text that is signed. */
export function stringToSign(time: string, scope: string, requestHash: string): string {
  return [ALGORITHM, time, scope, requestHash].join("\n");
}
