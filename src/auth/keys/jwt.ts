/**
 * Signed JSON Web Tokens (RFC 7519, RFC 7515).
 *
 * @module
 */

import { toBase64URL } from "../../formats/base64.ts";
import { signBytes, type WebCryptoKey } from "./algorithms.ts";

const ENCODER = new TextEncoder();

/** Returns JSON as base64url. */
function part(json: object): string {
  return toBase64URL(ENCODER.encode(JSON.stringify(json)));
}

/** Returns a JWT in compact form, signed by `key`. Members that are `undefined` are left out. */
export async function signJWT(header: object, claims: object, key: WebCryptoKey): Promise<string> {
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${toBase64URL(await signBytes(key, ENCODER.encode(signed)))}`;
}
