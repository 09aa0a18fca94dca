/**
 * The algorithms of keys, by their names in RFC 7518 and RFC 9864, and their Web Crypto parameters.
 *
 * @module
 */

/** A key of Web Crypto, such as a CryptoKey. It has the members that the types of every platform have. */
export interface WebCryptoKey {
  /** The algorithm of the key. */
  readonly algorithm: { readonly name: string };
  /** Whether the key can be exported. */
  readonly extractable: boolean;
  /** `private`, `public` or `secret`. */
  readonly type: string;
  /** The permitted uses of the key. */
  readonly usages: readonly string[];
}

/** A key pair of Web Crypto, such as a CryptoKeyPair. */
export interface WebCryptoKeyPair {
  /** The key that signs. */
  readonly privateKey: WebCryptoKey;
  /** The key that verifies. */
  readonly publicKey: WebCryptoKey;
}

/** The name of a signing algorithm (RFC 7518 3.1, RFC 9864). */
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

/** The name of an algorithm that signs with a private key or a secret. */
export type KeyAlgorithmName = SigningAlgorithm | "HS256";

/** The properties of an algorithm. */
interface Facts {
  /** The type of key, or the curve. */
  readonly kind: "RSA" | "P-256" | "P-384" | "Ed25519" | "oct";
  readonly import: {
    readonly name: string;
    readonly hash?: string;
    readonly namedCurve?: string;
  };
  readonly use: { readonly name: string; readonly hash?: string; readonly saltLength?: number };
}

function pkcs1(bits: number): Facts {
  const name = "RSASSA-PKCS1-v1_5";
  return { kind: "RSA", import: { name, hash: `SHA-${bits}` }, use: { name } };
}

function pss(bits: number): Facts {
  const name = "RSA-PSS";
  return {
    kind: "RSA",
    import: { name, hash: `SHA-${bits}` },
    use: { name, saltLength: bits / 8 },
  };
}

function ecdsa(bits: 256 | 384): Facts {
  const [name, namedCurve] = ["ECDSA", `P-${bits}` as const];
  return { kind: namedCurve, import: { name, namedCurve }, use: { name, hash: `SHA-${bits}` } };
}

/** The algorithms. The first of each kind is the default. */
export const ALGORITHMS: Readonly<Record<KeyAlgorithmName, Facts>> = {
  RS256: pkcs1(256),
  RS384: pkcs1(384),
  RS512: pkcs1(512),
  PS256: pss(256),
  PS384: pss(384),
  PS512: pss(512),
  ES256: ecdsa(256),
  ES384: ecdsa(384),
  Ed25519: { kind: "Ed25519", import: { name: "Ed25519" }, use: { name: "Ed25519" } },
  HS256: { kind: "oct", import: { name: "HMAC", hash: "SHA-256" }, use: { name: "HMAC" } },
};

/** The algorithms of private keys. */
export const SIGNING_ALGORITHMS: readonly SigningAlgorithm[] =
  (Object.keys(ALGORITHMS) as KeyAlgorithmName[]).filter((name) => name !== "HS256");

/** Returns the algorithm of a CryptoKey, or `undefined` if it is not supported. */
export function algorithmOfKey({ algorithm }: WebCryptoKey): KeyAlgorithmName | undefined {
  const { name, hash, namedCurve } = algorithm as {
    readonly name: string;
    readonly hash?: { readonly name: string };
    readonly namedCurve?: string;
  };
  return (Object.keys(ALGORITHMS) as KeyAlgorithmName[]).find((key) => {
    const one = ALGORITHMS[key].import;
    return one.name === name && one.hash === hash?.name && one.namedCurve === namedCurve;
  });
}

/** Signs `bytes` with the algorithm of the key. */
export async function signBytes(
  key: WebCryptoKey,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { use } = ALGORITHMS[algorithmOfKey(key)!];
  return new Uint8Array(await crypto.subtle.sign(use, key as CryptoKey, bytes));
}
