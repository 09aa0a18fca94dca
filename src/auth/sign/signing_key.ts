/**
 * Keys of signatures: imported once, with the algorithm that they are for, and never shown.
 *
 * @module
 */

import { fromBase64URL, toBase64URL } from "../../formats/base64.ts";
import { isRecord } from "../../options/checks.ts";
import { showOnly } from "../../redact.ts";
import type { WebCryptoKey } from "../keys/private_key.ts";
import { hmacKey, toBytes } from "../web_crypto.ts";

/** The algorithms of RFC 9421 3.3. */
export type SignatureAlgorithm =
  | "ed25519"
  | "ecdsa-p256-sha256"
  | "ecdsa-p384-sha384"
  | "rsa-pss-sha512"
  | "rsa-v1_5-sha256"
  | "hmac-sha256";

/**
 * A key as WebCrypto has it, as JSON Web Key (RFC 7517), or for `hmac-sha256` the bytes of the secret, at
 * least 16.
 */
export type SignatureKey = WebCryptoKey | SignatureJWK | Uint8Array;

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

/** What WebCrypto wants to know. */
interface Parameters {
  readonly import: AlgorithmIdentifier | RsaHashedImportParams | EcKeyImportParams;
  readonly use: AlgorithmIdentifier | RsaPssParams | EcdsaParams;
}

const ALGORITHMS: Readonly<Record<Exclude<SignatureAlgorithm, "hmac-sha256">, Parameters>> = {
  "ed25519": { import: { name: "Ed25519" }, use: { name: "Ed25519" } },
  "ecdsa-p256-sha256": {
    import: { name: "ECDSA", namedCurve: "P-256" },
    use: { name: "ECDSA", hash: "SHA-256" },
  },
  "ecdsa-p384-sha384": {
    import: { name: "ECDSA", namedCurve: "P-384" },
    use: { name: "ECDSA", hash: "SHA-384" },
  },
  "rsa-pss-sha512": {
    import: { name: "RSA-PSS", hash: "SHA-512" },
    use: { name: "RSA-PSS", saltLength: 64 },
  },
  "rsa-v1_5-sha256": {
    import: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
    use: { name: "RSASSA-PKCS1-v1_5" },
  },
};

/** The names of the algorithms. */
export const SIGNATURE_ALGORITHMS: readonly SignatureAlgorithm[] = [
  ...Object.keys(ALGORITHMS) as SignatureAlgorithm[],
  "hmac-sha256",
];

/** The members of a JWK that make the key, public first (RFC 7518 6, RFC 8037 2). */
const MEMBERS: Readonly<Record<string, readonly [shared: string[], secret: string[]]>> = {
  OKP: [["crv", "kty", "x"], ["d"]],
  EC: [["crv", "kty", "x", "y"], ["d"]],
  RSA: [["e", "kty", "n"], ["d", "p", "q", "dp", "dq", "qi"]],
  oct: [["k", "kty"], []],
};

/** A short secret can be guessed. */
const SHORTEST_SECRET = 16;

/** A key, for signing or for verifying. */
export class Key {
  static {
    showOnly(this, "Key", ({ algorithm }) => ({ algorithm }));
  }

  readonly algorithm: SignatureAlgorithm;
  readonly #load: () => Promise<CryptoKey>;
  #loaded: Promise<CryptoKey> | undefined;

  /**
   * @param action What is being done, for messages.
   * @param given The key.
   * @param use What it is for.
   * @param algorithm What the caller says that it is for.
   * @throws {TypeError} If it is no key, or one for something else.
   */
  constructor(
    action: string,
    given: SignatureKey,
    use: "sign" | "verify",
    algorithm?: SignatureAlgorithm,
  ) {
    const wrong = (why: string) => new TypeError(`Cannot ${action}: key ${why}`);
    const own = algorithmOf(given, algorithm);
    if (own === undefined) {
      throw wrong(
        "must be a CryptoKey, a JSON Web Key or the bytes of a secret, for one of " +
          SIGNATURE_ALGORITHMS.join(", ") + "; give algorithm for an RSA key without alg",
      );
    }
    if (algorithm !== undefined && algorithm !== own) {
      throw wrong(`is for ${own}, and algorithm is ${algorithm}`);
    }
    if (use === "sign" && own === "rsa-v1_5-sha256") {
      throw wrong("is for rsa-v1_5-sha256, which is only verified; sign with rsa-pss-sha512");
    }
    this.algorithm = own;
    if (given instanceof CryptoKey) {
      if (!given.usages.includes(use)) throw wrong(`is a CryptoKey whose usages lack "${use}"`);
      this.#load = () => Promise.resolve(given);
    } else if (own === "hmac-sha256") {
      const secret = given instanceof Uint8Array
        ? given
        : fromBase64URL(String((given as SignatureJWK).k));
      if (secret === undefined || secret.length < SHORTEST_SECRET) {
        throw wrong(`is a secret of less than ${SHORTEST_SECRET} bytes`);
      }
      const copy = new Uint8Array(secret);
      this.#load = () => hmacKey(copy);
    } else {
      const jwk = membersOf(given as SignatureJWK, use === "sign");
      if (jwk === undefined) {
        throw wrong(
          `is a JSON Web Key that lacks what a ${use === "sign" ? "private" : "public"} key has`,
        );
      }
      const parameters = ALGORITHMS[own].import;
      this.#load = () => crypto.subtle.importKey("jwk", jwk, parameters, false, [use]);
    }
  }

  /** The signature of a text. */
  async sign(text: string): Promise<Uint8Array<ArrayBuffer>> {
    const key = await this.#key();
    return new Uint8Array(await crypto.subtle.sign(this.#use, key, toBytes(text)));
  }

  /** Whether a signature is that of a text; in constant time for a secret. */
  async verify(text: string, signature: Uint8Array<ArrayBuffer>): Promise<boolean> {
    return await crypto.subtle.verify(this.#use, await this.#key(), signature, toBytes(text));
  }

  get #use(): Parameters["use"] {
    return this.algorithm === "hmac-sha256" ? "HMAC" : ALGORITHMS[this.algorithm].use;
  }

  /** The key that WebCrypto has. What it says of a malformed one may show a part of it. */
  #key(): Promise<CryptoKey> {
    this.#loaded ??= this.#load().catch(() => {
      throw new TypeError(`Cannot use key: WebCrypto refused it as a key for ${this.algorithm}`);
    });
    return this.#loaded;
  }
}

/** What a key is for, by what it is; an RSA key of JWK without `alg` is what the caller says. */
function algorithmOf(
  given: unknown,
  algorithm: SignatureAlgorithm | undefined,
): SignatureAlgorithm | undefined {
  if (given instanceof Uint8Array) return "hmac-sha256";
  if (given instanceof CryptoKey) return algorithmOfCryptoKey(given.algorithm);
  if (!isRecord(given)) return undefined;
  const { kty, crv, alg } = given;
  if (kty === "OKP") return crv === "Ed25519" ? "ed25519" : undefined;
  if (kty === "EC") return ecdsa(crv);
  if (kty === "oct") return alg === undefined || alg === "HS256" ? "hmac-sha256" : undefined;
  if (kty !== "RSA") return undefined;
  if (alg === "PS512") return "rsa-pss-sha512";
  if (alg === "RS256") return "rsa-v1_5-sha256";
  return alg === undefined && algorithm?.startsWith("rsa-") ? algorithm : undefined;
}

function algorithmOfCryptoKey(given: KeyAlgorithm): SignatureAlgorithm | undefined {
  const { name, namedCurve, hash } = given as KeyAlgorithm & {
    readonly namedCurve?: string;
    readonly hash?: { readonly name: string };
  };
  switch (name) {
    case "Ed25519":
      return "ed25519";
    case "ECDSA":
      return ecdsa(namedCurve);
    case "RSA-PSS":
      return hash?.name === "SHA-512" ? "rsa-pss-sha512" : undefined;
    case "RSASSA-PKCS1-v1_5":
      return hash?.name === "SHA-256" ? "rsa-v1_5-sha256" : undefined;
    case "HMAC":
      return hash?.name === "SHA-256" ? "hmac-sha256" : undefined;
  }
  return undefined;
}

function ecdsa(curve: unknown): SignatureAlgorithm | undefined {
  if (curve === "P-256") return "ecdsa-p256-sha256";
  return curve === "P-384" ? "ecdsa-p384-sha384" : undefined;
}

/** The JWK with what makes the key and nothing else: of a private key the public half, unless it signs. */
function membersOf(jwk: SignatureJWK, isPrivate: boolean): JsonWebKey | undefined {
  const given = jwk as Readonly<Record<string, unknown>>;
  const [shared, secret] = MEMBERS[String(jwk.kty)]!;
  const wanted = isPrivate ? [...shared, ...secret] : shared;
  if (!wanted.every((name) => typeof given[name] === "string" && given[name] !== "")) {
    return undefined;
  }
  return Object.fromEntries(wanted.map((name) => [name, given[name]]));
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
  const isKey = isRecord(jwk) && typeof jwk["kty"] === "string" &&
    Object.hasOwn(MEMBERS, jwk["kty"]);
  const members = isKey ? membersOf(jwk, false) : undefined;
  if (members === undefined) {
    throw new TypeError("Cannot make a thumbprint: the key is not a JSON Web Key");
  }
  const text = JSON.stringify(members); // in the order of their names, as RFC 7638 3 wants it
  const digest = await crypto.subtle.digest("SHA-256", toBytes(text));
  return toBase64URL(new Uint8Array(digest));
}
