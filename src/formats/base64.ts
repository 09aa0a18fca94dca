/**
 * Converts bytes to base64 (RFC 4648 section 4) and base64url (section 5), and back. Not every runtime has
 * the methods of Uint8Array.
 *
 * @module
 */

/** Encodes bytes as base64, with padding. */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(binary);
}

/** Decodes base64, with or without padding; returns `undefined` if it is malformed. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  // atob() would also accept white space.
  if (!/^[A-Za-z\d+/]*={0,2}$/.test(text)) return undefined;
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined; // an impossible length
  }
}

/** Encodes bytes as base64url, without padding. */
export function toBase64URL(bytes: Uint8Array): string {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Decodes base64url without padding; returns `undefined` if it is malformed. */
export function fromBase64URL(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]*$/.test(text)) return undefined;
  return fromBase64(text.replaceAll("-", "+").replaceAll("_", "/"));
}
