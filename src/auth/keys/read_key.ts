/**
 * Reads keys: a CryptoKey, PEM, a JSON Web Key, or the bytes of a secret. The result cannot be exported. The
 * text is not kept, and no message quotes it.
 *
 * @module
 */

import { fromBase64, fromBase64URL } from "../../formats/base64.ts";
import {
  algorithmOfKey,
  ALGORITHMS,
  type KeyAlgorithmName,
  type WebCryptoKey,
} from "./algorithms.ts";
import { type KeyDER, readKeyDER } from "./key_der.ts";
import { isJWK, membersOf, publicJWK } from "./jwk.ts";

/** The requirements on a key. */
export interface WantedKey<Name extends string> {
  /** The option, for messages. */
  readonly name: string;
  readonly use: "sign" | "verify";
  /** The accepted algorithms, and the caller's names of them. */
  readonly accepted: Readonly<Partial<Record<KeyAlgorithmName, Name>>>;
  /** The required algorithm, by the caller's name. */
  readonly algorithm?: Name | undefined;
  /** The default algorithm of an RSA key. */
  readonly usualRSA?: KeyAlgorithmName;
}

/** The result of {@linkcode readKey}. */
export interface ReadKey<Name extends string> {
  readonly algorithm: Name;
  /** Imports the key once. */
  readonly load: () => Promise<WebCryptoKey>;
  /** Returns the public half; only for a key from text or a JWK. */
  readonly publicJWK?: () => Promise<object>;
}

/** Shorter secrets can be guessed. */
const SHORTEST_SECRET = 16;

const DAMAGED = "its PEM is damaged; pass all lines of the file";

/** The PEM label of each use, and advice for other labels. */
const PEM = {
  sign: {
    label: "PRIVATE KEY",
    format: "pkcs8",
    others: [
      [/ENCRYPTED PRIVATE KEY/, "decrypt it with: openssl pkcs8 -in FILE -out NEW"],
      [
        /(?:RSA|EC) PRIVATE KEY/,
        "convert it with: openssl pkcs8 -topk8 -nocrypt -in FILE -out NEW",
      ],
      [/OPENSSH PRIVATE KEY/, "convert it with: ssh-keygen -p -m PKCS8 -N '' -f COPY"],
      [/PUBLIC KEY|CERTIFICATE/, "pass its private key"],
    ],
  },
  verify: {
    label: "PUBLIC KEY",
    format: "spki",
    others: [
      [/CERTIFICATE/, "extract its key with: openssl x509 -in FILE -pubkey -noout"],
      [/PRIVATE KEY/, "extract its public half with: openssl pkey -in FILE -pubout"],
      [/RSA PUBLIC KEY/, "convert it with: openssl rsa -RSAPublicKey_in -in FILE -pubout"],
    ],
  },
} as const;

/**
 * Reads a key.
 *
 * @throws {TypeError} If it does not meet the requirements.
 */
export function readKey<Name extends string>(
  given: unknown,
  wanted: WantedKey<Name>,
): ReadKey<Name> {
  const { name, use, accepted } = wanted;
  const cannot = (why: string): never => {
    throw new TypeError(`Cannot use ${name}: ${why}`);
  };
  const found = (key: KeyAlgorithmName, load: () => Promise<WebCryptoKey>): ReadKey<Name> => {
    const algorithm = accepted[key]!;
    if (wanted.algorithm !== undefined && wanted.algorithm !== algorithm) {
      cannot(`it is for ${algorithm}, but algorithm is ${wanted.algorithm}`);
    }
    return { algorithm, load };
  };
  const required = requiredOf(wanted);
  if (given instanceof CryptoKey) {
    const isRight = given.usages.includes(use) &&
      (given.type === "secret" || given.type === (use === "sign" ? "private" : "public"));
    if (!isRight) cannot(`it must be ${required}`);
    const own = algorithmOfKey(given);
    if (own === undefined || accepted[own] === undefined) {
      return cannot(`its algorithm must be one of ${Object.values(accepted).join(", ")}`);
    }
    return found(own, () => Promise.resolve(given));
  }
  if (given instanceof Uint8Array && accepted.HS256 !== undefined) {
    return found("HS256", secretLoader(given, use, cannot));
  }
  if (typeof given === "string") {
    const { format } = PEM[use];
    const key = readKeyDER(pemBytes(given, use, required, cannot), format) ?? cannot(DAMAGED);
    const { bytes } = key;
    const algorithm = fitting(key.kind, undefined, wanted, cannot, key.allows);
    return {
      ...found(algorithm, importer(wanted, format, bytes, algorithm)),
      publicJWK: async () =>
        await publicJWK(await importer(wanted, format, bytes, algorithm, true)()),
    };
  }
  if (!isJWK(given)) return cannot(`it must be ${required}`);
  const { kty, crv, alg, k } = given;
  const algorithm = fitting(
    kty === "RSA" || kty === "oct" ? kty : String(crv),
    alg,
    wanted,
    cannot,
  );
  if (kty === "oct") {
    return found(algorithm, secretLoader(fromBase64URL(String(k)), use, cannot));
  }
  const members = readMembers(given, use, cannot);
  return {
    ...found(algorithm, importer(wanted, "jwk", members, algorithm)),
    publicJWK: () => Promise.resolve(membersOf(given, false).members),
  };
}

/** Returns the required kinds of key, for messages. */
function requiredOf({ use, accepted }: WantedKey<string>): string {
  return use === "sign"
    ? "a private CryptoKey that may sign, PKCS#8 in PEM, " +
      (accepted.HS256 === undefined
        ? "or a private JWK"
        : "a private JWK, or the bytes of a secret")
    : "a public CryptoKey that may verify, a public key in PEM, a JWK, or the bytes of a secret";
}

/** Returns the algorithm of a key of this kind. */
function fitting(
  kind: string | undefined,
  alg: unknown,
  { accepted, algorithm, usualRSA }: WantedKey<string>,
  cannot: (why: string) => never,
  allows: KeyDER["allows"] = () => true,
): KeyAlgorithmName {
  const all = Object.keys(accepted) as KeyAlgorithmName[];
  const ofKind = all.filter((key) => ALGORITHMS[key].kind === kind);
  if (ofKind.length === 0) return cannot("it must be an RSA, P-256, P-384 or Ed25519 key");
  const names = ofKind.filter(allows);
  if (names.length === 0) {
    return cannot(
      `it is an RSASSA-PSS key whose parameters allow none of ${
        ofKind.map((key) => accepted[key]).join(", ")
      }; make a key without them: openssl genpkey -algorithm RSA-PSS`,
    );
  }
  const choice = names.map((key) => accepted[key]).join(", ");
  const stated = alg === "EdDSA" ? "Ed25519" : alg; // the older name (RFC 9864)
  if (stated !== undefined) {
    return names.find((key) => key === stated) ??
      cannot(`the alg of the JWK is ${String(alg)}; for this key it must be one of ${choice}`);
  }
  if (names.length === 1) return names[0]!;
  if (algorithm === undefined) {
    return names.find((key) => key === usualRSA) ??
      cannot(`set algorithm for an RSA key without alg: one of ${choice}`);
  }
  return names.find((key) => accepted[key] === algorithm) ??
    cannot(`algorithm is ${algorithm}; for this key it must be one of ${choice}`);
}

function secretLoader(
  secret: Uint8Array | undefined,
  use: "sign" | "verify",
  cannot: (why: string) => never,
): () => Promise<WebCryptoKey> {
  if (secret === undefined || secret.length < SHORTEST_SECRET) {
    return cannot(`the secret must have at least ${SHORTEST_SECRET} bytes`);
  }
  const copy = new Uint8Array(secret);
  let key: Promise<WebCryptoKey> | undefined;
  return () => key ??= crypto.subtle.importKey("raw", copy, ALGORITHMS.HS256.import, false, [use]);
}

function readMembers(
  jwk: Readonly<Record<string, unknown>>,
  use: "sign" | "verify",
  cannot: (why: string) => never,
): JsonWebKey {
  // Its `use`, `key_ops` and `ext` are ignored, since runtimes treat them differently.
  const { members, missing } = membersOf(jwk, use === "sign");
  return missing === undefined ? members : cannot(
    `the JWK has no ${missing.join(", ")}, so it is not a ${
      use === "sign" ? "private" : "public"
    } key`,
  );
}

/** Returns a function that imports a key when it is first called. */
function importer(
  { name, use }: WantedKey<string>,
  format: "pkcs8" | "spki" | "jwk",
  data: Uint8Array<ArrayBuffer> | JsonWebKey,
  algorithm: KeyAlgorithmName,
  extractable = false,
): () => Promise<WebCryptoKey> {
  let key: Promise<WebCryptoKey> | undefined;
  return () =>
    key ??= crypto.subtle.importKey(
      format as "pkcs8",
      data as Uint8Array<ArrayBuffer>,
      ALGORITHMS[algorithm].import,
      extractable,
      [use],
    ).catch(() => {
      // The error of the runtime may quote the key.
      throw new TypeError(`Cannot use ${name}: its ${format === "jwk" ? "JWK" : "PEM"} is damaged`);
    });
}

/** Returns the bytes of PEM (RFC 7468). Environment variables often have `\n` as two characters. */
function pemBytes(
  given: string,
  use: "sign" | "verify",
  required: string,
  cannot: (why: string) => never,
): Uint8Array<ArrayBuffer> {
  const wanted = PEM[use];
  const text = given.replaceAll(/\\r|\\n/g, "\n");
  const [, label = "", body = ""] =
    /-----BEGIN ([A-Z\d ]+)-----([A-Za-z\d+/=\s]*)-----END \1-----/.exec(text) ?? [];
  const bytes = fromBase64(body.replaceAll(/\s/g, ""));
  if (label === wanted.label && bytes !== undefined && bytes.length > 0) return bytes;
  const found = /-----BEGIN ([A-Z\d ]+)-----/.exec(text)?.[1];
  const advice = wanted.others.find(([pattern]) => pattern.test(found ?? ""))?.[1];
  if (found !== undefined && found !== wanted.label && advice !== undefined) {
    cannot(`it is PEM of "${found}", but must be "${wanted.label}"; ${advice}`);
  }
  return cannot(
    found === undefined ? `the text is not PEM; it must be ${required}` : DAMAGED,
  );
}
