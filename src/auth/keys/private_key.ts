/**
 * Private keys that sign: as a CryptoKey, in PEM, or as a JWK. What is read becomes a key that cannot be
 * exported, and the text is not kept.
 *
 * @module
 */

import { isRecord } from "../../options/checks.ts";
import { fromBase64 } from "../../formats/base64.ts";

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

/** A key of Web Crypto, as a CryptoKey is one. Its members are those that every platform's types have. */
export interface WebCryptoKey {
  /** What is known of the algorithm. */
  readonly algorithm: { readonly name: string };
  /** Whether the key can be exported. */
  readonly extractable: boolean;
  /** `private`, `public` or `secret`. */
  readonly type: string;
  /** What the key may be used for. */
  readonly usages: readonly string[];
}

/** A key pair of Web Crypto, as a CryptoKeyPair is one. */
export interface WebCryptoKeyPair {
  /** The key that signs. */
  readonly privateKey: WebCryptoKey;
  /** The key that verifies. */
  readonly publicKey: WebCryptoKey;
}

/** A private key: a CryptoKey for `sign`, PKCS#8 in PEM (`BEGIN PRIVATE KEY`), or a JWK. */
export type PrivateKey = WebCryptoKey | string | PrivateJWK;

/** The name of an algorithm that signs (RFC 7518 3.1, RFC 9864). */
export type SigningAlgorithm =
  | "RS256"
  | "RS384"
  | "RS512"
  | "PS256"
  | "PS384"
  | "PS512"
  | "ES256"
  | "ES384"
  | "Ed25519";

/** What WebCrypto is told of an algorithm. */
interface KeyParameters {
  readonly name: string;
  readonly hash?: string;
  readonly namedCurve?: string;
}

/** The algorithms, as WebCrypto names them. */
const ALGORITHMS: Readonly<Record<SigningAlgorithm, KeyParameters>> = {
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  RS384: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-384" },
  RS512: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-512" },
  PS256: { name: "RSA-PSS", hash: "SHA-256" },
  PS384: { name: "RSA-PSS", hash: "SHA-384" },
  PS512: { name: "RSA-PSS", hash: "SHA-512" },
  ES256: { name: "ECDSA", namedCurve: "P-256" },
  ES384: { name: "ECDSA", namedCurve: "P-384" },
  Ed25519: { name: "Ed25519" },
};

/** All of them. */
export const SIGNING_ALGORITHMS = Object.keys(ALGORITHMS) as readonly SigningAlgorithm[];

/** The algorithms that a type of key or curve can have; the first is the default. */
const BY_KIND: Readonly<Record<string, readonly SigningAlgorithm[]>> = {
  RSA: ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  "P-256": ["ES256"],
  "P-384": ["ES384"],
  Ed25519: ["Ed25519"],
};

/** Object identifiers in PKCS#8 (RFC 5958), as DER has them. */
const IDENTIFIERS: readonly (readonly [hex: string, kind: string])[] = [
  ["06092a864886f70d010101", "RSA"],
  ["06082a8648ce3d030107", "P-256"],
  ["06052b81040022", "P-384"],
  ["06032b6570", "Ed25519"],
];

/** What to do about PEM of another kind. */
const OTHER_PEM: readonly (readonly [label: RegExp, advice: string])[] = [
  [/ENCRYPTED PRIVATE KEY/, "decrypt it with: openssl pkcs8 -in FILE -out NEW"],
  [/(?:RSA|EC) PRIVATE KEY/, "convert it with: openssl pkcs8 -topk8 -nocrypt -in FILE -out NEW"],
  [/OPENSSH PRIVATE KEY/, "convert it with: ssh-keygen -p -m PKCS8 -N '' -f COPY"],
  [/PUBLIC KEY|CERTIFICATE/, "give the private key that belongs to it"],
];

const REQUIRED = "a private CryptoKey that may sign, PKCS#8 in PEM, or a private JWK";

/** The algorithm of a CryptoKey by its name in RFC 7518; `undefined` for one that does not sign here. */
export function signingAlgorithm({ algorithm }: WebCryptoKey): SigningAlgorithm | undefined {
  const { name, hash, namedCurve } = algorithm as {
    readonly name: string;
    readonly hash?: { readonly name: string };
    readonly namedCurve?: string;
  };
  return SIGNING_ALGORITHMS.find((key) => {
    const one = ALGORITHMS[key];
    return one.name === name && one.hash === hash?.name && one.namedCurve === namedCurve;
  });
}

/** The signature of `bytes`, by the algorithm of the key. */
export async function signBytes(
  key: WebCryptoKey,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { name, hash, namedCurve } = key.algorithm as {
    readonly name: string;
    readonly hash?: { readonly name: string };
    readonly namedCurve?: string;
  };
  const parameters = name === "ECDSA"
    ? { name, hash: namedCurve === "P-384" ? "SHA-384" : "SHA-256" }
    : name === "RSA-PSS"
    ? { name, saltLength: Number(hash!.name.slice(-3)) / 8 }
    : { name };
  return new Uint8Array(await crypto.subtle.sign(parameters, key as CryptoKey, bytes));
}

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
  const cannot = (why: string): never => {
    throw new TypeError(`Cannot use ${name}: ${why}`);
  };
  const fit = (kind: string | undefined, wanted: unknown): SigningAlgorithm => {
    const fitting = BY_KIND[kind ?? ""] ?? cannot("it must be an RSA, P-256, P-384 or Ed25519 key");
    const chosen = fitting.find((one) => one === wanted);
    if (wanted === undefined) return fitting[0]!;
    return chosen ?? cannot(`the algorithm of this key must be one of ${fitting.join(", ")}`);
  };
  if (given instanceof CryptoKey) {
    if (given.type !== "private" || !given.usages.includes("sign")) {
      cannot(`it must be ${REQUIRED}`);
    }
    const own = signingAlgorithm(given);
    if (own === undefined) cannot("its algorithm is not supported; give an RSA, EC or Ed25519 key");
    if (algorithm !== undefined && algorithm !== own) {
      cannot(`the CryptoKey was made for ${own}, and the algorithm is ${algorithm}`);
    }
    return () => Promise.resolve(given);
  }
  if (typeof given === "string") {
    const bytes = pemBytes(given, cannot);
    const head = Array.from(bytes.subarray(0, 48), (byte) => byte.toString(16).padStart(2, "0"));
    const kind = IDENTIFIERS.find(([hex]) => head.join("").includes(hex))?.[1];
    return importer(name, "pkcs8", bytes, fit(kind, algorithm));
  }
  if (!isRecord(given) || typeof given.kty !== "string") return cannot(`it must be ${REQUIRED}`);
  if (typeof given.d !== "string") cannot("the JWK has no d, so it is not a private key");
  const { kty, crv, alg } = given;
  const stated = alg === "EdDSA" ? "Ed25519" : alg; // RFC 9864: the older name
  if (algorithm !== undefined && stated !== undefined && algorithm !== stated) {
    cannot(`the alg of the JWK is ${String(alg)}, and the algorithm is ${algorithm}`);
  }
  const chosen = fit(kty === "RSA" ? kty : String(crv), algorithm ?? stated);
  // Its `use`, `key_ops` and `alg` are checked here, or do not matter; runtimes differ about them.
  const { use: _use, key_ops: _operations, alg: _alg, ext: _ext, ...numbers } = given;
  return importer(name, "jwk", numbers as unknown as JsonWebKey, chosen);
}

/** Imports a key when it is first needed. */
function importer(
  name: string,
  format: "pkcs8" | "jwk",
  data: Uint8Array<ArrayBuffer> | JsonWebKey,
  algorithm: SigningAlgorithm,
): () => Promise<WebCryptoKey> {
  let key: Promise<WebCryptoKey> | undefined;
  return () =>
    key ??= crypto.subtle.importKey(
      format as "pkcs8",
      data as Uint8Array<ArrayBuffer>,
      ALGORITHMS[algorithm],
      false,
      ["sign"],
    ).catch(() => {
      // The error of the runtime may quote the key.
      throw new TypeError(`Cannot use ${name}: its ${format === "jwk" ? "JWK" : "PEM"} is damaged`);
    });
}

/** The bytes of PEM (RFC 7468). Environment variables often have `\n` as two characters. */
function pemBytes(given: string, cannot: (why: string) => never): Uint8Array<ArrayBuffer> {
  const text = given.replaceAll(/\\r|\\n/g, "\n");
  const [, label = "", body = ""] =
    /-----BEGIN ([A-Z\d ]+)-----([A-Za-z\d+/=\s]*)-----END \1-----/.exec(text) ?? [];
  const bytes = fromBase64(body.replaceAll(/\s/g, ""));
  if (label === "PRIVATE KEY" && bytes !== undefined && bytes.length > 0) return bytes;
  const found = /-----BEGIN ([A-Z\d ]+)-----/.exec(text)?.[1];
  const advice = OTHER_PEM.find(([pattern]) => pattern.test(found ?? ""))?.[1];
  if (advice !== undefined) cannot(`it is PEM of "${found}", and must be "PRIVATE KEY"; ${advice}`);
  return cannot(
    found === undefined
      ? `the text is not PEM; it must be ${REQUIRED}`
      : "its PEM is damaged; it must have all lines of the file",
  );
}
