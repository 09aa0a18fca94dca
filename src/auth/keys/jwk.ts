/**
 * JSON Web Keys (RFC 7517): the members of a key, and its thumbprint (RFC 7638).
 *
 * @module
 */

import { toBase64URL } from "../../formats/base64.ts";
import { isRecord } from "../../options/checks.ts";
import type { WebCryptoKey } from "./algorithms.ts";

/** The members of each type of key, public first (RFC 7518 6, RFC 8037 2). */
const MEMBERS: Readonly<Record<string, readonly [shared: string[], secret: string[]]>> = {
  OKP: [["crv", "kty", "x"], ["d"]],
  EC: [["crv", "kty", "x", "y"], ["d"]],
  RSA: [["e", "kty", "n"], ["d", "p", "q", "dp", "dq", "qi"]],
  oct: [["k", "kty"], []],
};

/** The required members of a public key. */
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

/** Whether a value is a JSON Web Key of a known type. */
export function isJWK(given: unknown): given is Readonly<Record<string, unknown>> {
  return isRecord(given) && typeof given["kty"] === "string" &&
    Object.hasOwn(MEMBERS, given["kty"]);
}

/**
 * Returns the required members of a key, and the names of missing ones. Secret members only if `isPrivate`.
 */
export function membersOf(
  jwk: Readonly<Record<string, unknown>>,
  isPrivate: boolean,
): { readonly members: Record<string, string>; readonly missing?: readonly string[] } {
  const [shared, secret] = MEMBERS[String(jwk["kty"])]!;
  const wanted = isPrivate ? [...shared, ...secret] : shared;
  const missing = wanted.filter((name) => typeof jwk[name] !== "string" || jwk[name] === "");
  return {
    members: Object.fromEntries(wanted.map((name) => [name, jwk[name] as string])),
    ...(missing.length > 0 && { missing }),
  };
}

/** Returns the public part of a key, without descriptive members. */
export async function publicJWK(key: WebCryptoKey): Promise<PublicJWK> {
  const { kty, x, y, crv, n, e } = await crypto.subtle.exportKey("jwk", key as CryptoKey);
  return JSON.parse(JSON.stringify({ kty, x, y, crv, n, e }));
}

/**
 * Returns the SHA-256 thumbprint of a key, as base64url (RFC 7638 3, RFC 8037 2). It is the same for both
 * halves.
 *
 * @throws {TypeError} If it is not a JSON Web Key.
 */
export async function thumbprint(jwk: object): Promise<string> {
  const { members, missing } = isJWK(jwk) ? membersOf(jwk, false) : { missing: ["kty"] };
  if (missing !== undefined) {
    throw new TypeError(
      `Cannot make a thumbprint: the key is not a JSON Web Key, it has no ${missing.join(", ")}`,
    );
  }
  return await hash(JSON.stringify(members)); // in the order of their names (RFC 7638 3)
}

const ENCODER = new TextEncoder();

/** Returns the SHA-256 of text, as base64url. */
export async function hash(text: string): Promise<string> {
  return toBase64URL(new Uint8Array(await crypto.subtle.digest("SHA-256", ENCODER.encode(text))));
}
