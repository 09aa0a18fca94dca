/**
 * Reads private keys that sign tokens: a CryptoKey, PEM, or a JWK.
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
  /** The values of the key. */
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
 * @param given The value of the option.
 * @param algorithm The algorithm of an RSA key. Default: that of the JWK, else RS256.
 * @returns A function that returns the key, which is imported once.
 * @throws {TypeError} If it is not a private key, or does not fit the algorithm.
 */
export function readPrivateKey(
  name: string,
  given: unknown,
  algorithm?: SigningAlgorithm,
): () => Promise<WebCryptoKey> {
  const wanted = { name, use: "sign", accepted: ACCEPTED, algorithm, usualRSA: "RS256" } as const;
  return readKey<SigningAlgorithm>(given, wanted).load;
}
