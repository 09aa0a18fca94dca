/**
 * The Content-Length field (RFC 9110 8.6).
 *
 * @module
 */

/** Returns the Content-Length if it is the size of the decoded body, in bytes. */
export function plainLength(headers: Headers): number | undefined {
  const length = announcedLength(headers);
  return length === undefined || headers.has("content-encoding") ? undefined : length;
}

/** Returns the Content-Length if it is the number of bytes on the wire. */
export function announcedLength(headers: Headers): number | undefined {
  const length = headers.get("content-length");
  if (length === null || !isDigits(length) || length.length > 15) return undefined;
  return headers.has("transfer-encoding") ? undefined : Number(length);
}

function isDigits(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x30 || code > 0x39) return false;
  }
  return text !== "";
}
