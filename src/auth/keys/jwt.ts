/**
 * Signed JSON Web Tokens (RFC 7519, RFC 7515), and the thumbprints of keys (RFC 7638).
 *
 * @module
 */

import { toBase64URL } from "../../formats/base64.ts";
import { signBytes, type WebCryptoKey } from "./private_key.ts";

const ENCODER = new TextEncoder();

/** JSON as base64url. */
function part(json: object): string {
  return toBase64URL(ENCODER.encode(JSON.stringify(json)));
}

/** A JWT in compact form, signed by `key`. Members that are `undefined` are left out. */
export async function signJWT(header: object, claims: object, key: WebCryptoKey): Promise<string> {
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${toBase64URL(await signBytes(key, ENCODER.encode(signed)))}`;
}

/** The numbers of a public key, which name it. */
export interface PublicJWK {
  /** The type of the key. */
  readonly kty: string;
  /** The first coordinate, or the key itself. */
  readonly x?: string;
  /** The second coordinate. */
  readonly y?: string;
  /** The curve. */
  readonly crv?: string;
  /** The modulus. */
  readonly n?: string;
  /** The exponent. */
  readonly e?: string;
}

/** The public part of a key, without what only describes it. */
export async function publicJWK(key: WebCryptoKey): Promise<PublicJWK> {
  const { kty, x, y, crv, n, e } = await crypto.subtle.exportKey("jwk", key as CryptoKey);
  return JSON.parse(JSON.stringify({ kty, x, y, crv, n, e }));
}

/** The thumbprint of a key by SHA-256, as base64url (RFC 7638 3, RFC 8037 2). */
export async function thumbprint(jwk: PublicJWK): Promise<string> {
  const sorted = Object.fromEntries(
    Object.entries(jwk).sort(([one], [other]) => one < other ? -1 : 1),
  );
  return await hash(JSON.stringify(sorted));
}

/** SHA-256 of text, as base64url. */
export async function hash(text: string): Promise<string> {
  return toBase64URL(new Uint8Array(await crypto.subtle.digest("SHA-256", ENCODER.encode(text))));
}
