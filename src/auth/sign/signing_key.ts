/**
 * Keys of signatures: each is imported once, for one algorithm, and never shown.
 *
 * @module
 */

import { showOnly } from "../../redact.ts";
import { ALGORITHMS, type KeyAlgorithmName, type WebCryptoKey } from "../keys/algorithms.ts";
import { thumbprint } from "../keys/jwk.ts";
import { type ReadKey, readKey } from "../keys/read_key.ts";
import { toBytes } from "../web_crypto.ts";

/** The algorithms of RFC 9421 3.3. */
export type SignatureAlgorithm =
  | "ed25519"
  | "ecdsa-p256-sha256"
  | "ecdsa-p384-sha384"
  | "rsa-pss-sha512"
  | "rsa-v1_5-sha256"
  | "hmac-sha256";

/**
 * A CryptoKey, PEM (`BEGIN PRIVATE KEY`, `BEGIN PUBLIC KEY`), a JSON Web Key (RFC 7517), or for `hmac-sha256` the
 * bytes of the secret, at least 16.
 */
export type SignatureKey = WebCryptoKey | string | SignatureJWK | Uint8Array;

/** The members of a JSON Web Key (RFC 7517) that are used; the types of every platform have them. */
export interface SignatureJWK {
  /** The type of the key: `OKP`, `EC`, `RSA` or `oct`. */
  readonly kty?: string;
  /** The algorithm, such as `PS512`. */
  readonly alg?: string;
  /** The name of the key. */
  readonly kid?: string;
  /** The curve. */
  readonly crv?: string;
  /** A coordinate. */
  readonly x?: string;
  /** The other coordinate. */
  readonly y?: string;
  /** The modulus. */
  readonly n?: string;
  /** The exponent. */
  readonly e?: string;
  /** The private part. */
  readonly d?: string;
  /** The first prime. */
  readonly p?: string;
  /** The second prime. */
  readonly q?: string;
  /** The exponent of the first prime. */
  readonly dp?: string;
  /** The exponent of the second prime. */
  readonly dq?: string;
  /** The coefficient. */
  readonly qi?: string;
  /** The secret. */
  readonly k?: string;
}

/** The algorithms for signing, by their names in RFC 7518. */
const SIGNS = {
  Ed25519: "ed25519",
  ES256: "ecdsa-p256-sha256",
  ES384: "ecdsa-p384-sha384",
  PS512: "rsa-pss-sha512",
  HS256: "hmac-sha256",
} as const satisfies Partial<Record<KeyAlgorithmName, SignatureAlgorithm>>;

/** The algorithms for verifying: one more, which new signatures should not use. */
const VERIFIES = { ...SIGNS, RS256: "rsa-v1_5-sha256" } as const;

/** The names of the algorithms. */
export const SIGNATURE_ALGORITHMS: readonly SignatureAlgorithm[] = Object.values(VERIFIES);

/** A key, for signing or for verifying. */
export class Key {
  static {
    showOnly(this, "Key", ({ algorithm }) => ({ algorithm }));
  }

  readonly algorithm: SignatureAlgorithm;
  readonly #key: ReadKey<SignatureAlgorithm>;
  readonly #parameters: (typeof ALGORITHMS)[KeyAlgorithmName]["use"];

  /**
   * @param given The key.
   * @param use Whether the key signs or verifies.
   * @param algorithm The algorithm that the caller requires.
   * @throws {TypeError} If the value is not a key, or is a key for another use.
   */
  constructor(given: SignatureKey, use: "sign" | "verify", algorithm?: SignatureAlgorithm) {
    const accepted = use === "sign" ? SIGNS : VERIFIES;
    this.#key = readKey<SignatureAlgorithm>(given, { name: "key", use, accepted, algorithm });
    this.algorithm = this.#key.algorithm;
    const names = Object.keys(VERIFIES) as (keyof typeof VERIFIES)[];
    this.#parameters = ALGORITHMS[names.find((name) => VERIFIES[name] === this.algorithm)!].use;
  }

  /** The thumbprint; undefined for a CryptoKey, which does not contain it, and for a secret. */
  get thumbprint(): Promise<string> | undefined {
    return this.#key.publicJWK?.().then(thumbprint);
  }

  /** Returns the signature of a text. */
  async sign(text: string): Promise<Uint8Array<ArrayBuffer>> {
    const key = await this.#key.load() as CryptoKey;
    return new Uint8Array(await crypto.subtle.sign(this.#parameters, key, toBytes(text)));
  }

  /** Returns whether a signature matches a text, in constant time for a secret. */
  async verify(text: string, signature: Uint8Array<ArrayBuffer>): Promise<boolean> {
    const key = await this.#key.load() as CryptoKey;
    return await crypto.subtle.verify(this.#parameters, key, signature, toBytes(text));
  }
}

/**
 * Returns the thumbprint of a JSON Web Key (RFC 7638), which identifies it: the SHA-256 of its public members, in
 * base64url. It is the same for the private and the public key.
 *
 * @param jwk The key.
 * @throws {TypeError} If it is not a JSON Web Key.
 *
 * @example
 * ```ts
 * import { jwkThumbprint } from "@codomyrmex/networking/auth/sign";
 *
 * const x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
 * console.log(await jwkThumbprint({ kty: "OKP", crv: "Ed25519", x }));
 * // kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k
 * ```
 */
export async function jwkThumbprint(jwk: SignatureJWK): Promise<string> {
  return await thumbprint(jwk);
}
