/**
 * Hashes and message authentication codes with WebCrypto.
 *
 * @module
 */

import { hexOf } from "../formats/hex.ts";

const ENCODER = new TextEncoder();

/** Returns a text as UTF-8, or bytes unchanged. */
export function toBytes(data: string | Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return typeof data === "string" ? ENCODER.encode(data) : data;
}

/** Returns the SHA-256 of a text or of bytes, in hexadecimal. */
export async function sha256Hex(data: string | Uint8Array<ArrayBuffer>): Promise<string> {
  return hexOf(new Uint8Array(await crypto.subtle.digest("SHA-256", toBytes(data))));
}

/** Returns a key for HMAC with SHA-256, which cannot be exported. */
export function hmacKey(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  return crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign", "verify"]);
}

/** Returns the HMAC of a text. */
export async function hmac(key: CryptoKey, text: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, toBytes(text)));
}
