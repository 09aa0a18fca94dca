/**
 * Private keys that sign tokens: as a CryptoKey, in PEM, or as a JWK.
 *
 * @module
 */

import { SIGNING_ALGORITHMS, type SigningAlgorithm, type WebCryptoKey } from "./algorithms.ts";
import { readKey } from "./read_key.ts";

/** A private key as a JSON Web Key (RFC 7517). */
export interface PrivateJWK {
  /** The type of the key: `RSA`, `EC` or `OKP`. */
  readonly kty: string;
  /** The algorithm, such as `PS256`. */
  readonly alg?: string;
  /** The name of the key. */
  readonly kid?: string;
  /** The numbers of the key. */
  readonly [name: string]: unknown;
}

/** A private key: a CryptoKey for `sign`, PKCS#8 in PEM (`BEGIN PRIVATE KEY`), or a JWK. */
export type PrivateKey = WebCryptoKey | string | PrivateJWK;

const ACCEPTED = Object.fromEntries(SIGNING_ALGORITHMS.map((name) => [name, name])) as {
  readonly [Name in SigningAlgorithm]: Name;
};

/**
 * Reads a private key.
 *
 * @param name The option, for messages.
 * @param given What the caller gave.
 * @param algorithm What an RSA key signs with; RS256 when neither this nor the JWK says.
 * @returns A function that gives the key, which is imported once.
 * @throws {TypeError} If it is not a private key, or cannot have that algorithm.
 */
export function readPrivateKey(
  name: string,
  given: unknown,
  algorithm?: SigningAlgorithm,
): () => Promise<WebCryptoKey> {
  const wanted = { name, use: "sign", accepted: ACCEPTED, algorithm, usualRSA: "RS256" } as const;
  return readKey<SigningAlgorithm>(given, wanted).load;
}
