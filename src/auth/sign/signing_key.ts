/**
 * Keys of signatures: imported once, with the algorithm that they are for, and never shown.
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
 * A key as WebCrypto has it, in PEM (`BEGIN PRIVATE KEY`, `BEGIN PUBLIC KEY`), as JSON Web Key (RFC 7517), or
 * for `hmac-sha256` the bytes of the secret, at least 16.
 */
export type SignatureKey = WebCryptoKey | string | SignatureJWK | Uint8Array;

/** The members of a JSON Web Key (RFC 7517) that count; the types of every platform have them. */
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

/** What is signed with, by the names in RFC 7518. */
const SIGNS = {
  Ed25519: "ed25519",
  ES256: "ecdsa-p256-sha256",
  ES384: "ecdsa-p384-sha384",
  PS512: "rsa-pss-sha512",
  HS256: "hmac-sha256",
} as const satisfies Partial<Record<KeyAlgorithmName, SignatureAlgorithm>>;

/** What is verified: one more, with which nothing new should be signed. */
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
   * @param use What it is for.
   * @param algorithm What the caller says that it is for.
   * @throws {TypeError} If it is no key, or one for something else.
   */
  constructor(given: SignatureKey, use: "sign" | "verify", algorithm?: SignatureAlgorithm) {
    const accepted = use === "sign" ? SIGNS : VERIFIES;
    this.#key = readKey<SignatureAlgorithm>(given, { name: "key", use, accepted, algorithm });
    this.algorithm = this.#key.algorithm;
    const names = Object.keys(VERIFIES) as (keyof typeof VERIFIES)[];
    this.#parameters = ALGORITHMS[names.find((name) => VERIFIES[name] === this.algorithm)!].use;
  }

  /** The thumbprint; undefined for a CryptoKey, which does not tell it, and for a secret. */
  get thumbprint(): Promise<string> | undefined {
    return this.#key.publicJWK?.().then(thumbprint);
  }

  /** The signature of a text. */
  async sign(text: string): Promise<Uint8Array<ArrayBuffer>> {
    const key = await this.#key.load() as CryptoKey;
    return new Uint8Array(await crypto.subtle.sign(this.#parameters, key, toBytes(text)));
  }

  /** Whether a signature is that of a text; in constant time for a secret. */
  async verify(text: string, signature: Uint8Array<ArrayBuffer>): Promise<boolean> {
    const key = await this.#key.load() as CryptoKey;
    return await crypto.subtle.verify(this.#parameters, key, signature, toBytes(text));
  }
}

/**
 * Returns the thumbprint of a JSON Web Key (RFC 7638), by which keys are named: the SHA-256 of its public
 * members, in base64url. It is the same for both halves of a pair.
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
