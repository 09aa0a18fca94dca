/**
 * Reads the DER of keys, PKCS#8 (RFC 5958) and SPKI (RFC 5280). It returns the kind of the key, and an
 * RSASSA-PSS key as the plain RSA key that Web Crypto imports.
 *
 * @module
 */

import { hexOf } from "../../formats/hex.ts";
import { ALGORITHMS, type KeyAlgorithmName } from "./algorithms.ts";

/** A key read from DER. */
export interface KeyDER {
  /** The kind, as in the table of algorithms; undefined for another. */
  readonly kind: string | undefined;
  /** The key as Web Crypto imports it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether it may be used with an algorithm of its kind. */
  allows(name: KeyAlgorithmName): boolean;
}

/** The contents of object identifiers, in hexadecimal. */
const RSA = "2a864886f70d010101";
const RSA_PSS = "2a864886f70d01010a";
const EC = "2a8648ce3d0201";
const KINDS: Readonly<Record<string, string>> = {
  [RSA]: "RSA",
  "2a8648ce3d030107": "P-256",
  "2b81040022": "P-384",
  "2b6570": "Ed25519",
};
const HASHES: Readonly<Record<string, string>> = {
  "608648016503040201": "SHA-256",
  "608648016503040202": "SHA-384",
  "608648016503040203": "SHA-512",
};

/** The AlgorithmIdentifier of rsaEncryption (RFC 3279 2.3.1). */
const RSA_IDENTIFIER = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];

const [INTEGER, OID, SEQUENCE, EXPLICIT] = [0x02, 0x06, 0x30, 0xa0];

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** The content with its tag and length. */
  readonly whole: Uint8Array;
}

/** Reads a key. Returns undefined if the bytes are not a complete key. */
export function readKeyDER(
  bytes: Uint8Array<ArrayBuffer>,
  format: "pkcs8" | "spki",
): KeyDER | undefined {
  const [outer] = elements(bytes) ?? [];
  const parts = elements(outer?.tag === SEQUENCE ? outer.content : undefined);
  const at = format === "pkcs8" ? 1 : 0; // after the version
  const identifier = elements(parts?.[at]?.tag === SEQUENCE ? parts[at].content : undefined);
  const [algorithm, parameters] = identifier ?? [];
  if (parts === undefined || algorithm?.tag !== OID) return undefined;
  const id = hexOf(algorithm.content);
  if (id !== RSA_PSS) {
    const kind = KINDS[id === EC && parameters?.tag === OID ? hexOf(parameters.content) : id];
    return { kind, bytes, allows: () => true };
  }
  const bounds = parameters && pssBounds(parameters);
  if (parameters !== undefined && bounds === undefined) return undefined;
  const content = parts.flatMap(({ whole }, index) => index === at ? RSA_IDENTIFIER : [...whole]);
  return {
    kind: "RSA",
    bytes: Uint8Array.from([SEQUENCE, ...lengthOf(content.length), ...content]),
    allows(name) {
      const { import: { name: family, hash }, use: { saltLength = 0 } } = ALGORITHMS[name];
      return family === "RSA-PSS" &&
        (bounds === undefined || (hash === bounds.hash && saltLength >= bounds.saltLength));
    },
  };
}

/** Returns the restrictions in the parameters of an RSASSA-PSS key (RFC 4055 3.1 and 3.3). */
function pssBounds(
  { tag, content }: Element,
): { readonly hash: string | undefined; readonly saltLength: number } | undefined {
  const given = tag === SEQUENCE ? elements(content) : undefined;
  if (given === undefined) return undefined;
  const field = (number: number) => {
    const found = given.find((one) => one.tag === EXPLICIT + number);
    return found && elements(found.content)?.[0];
  };
  const [hash, mask, salt] = [field(0), field(1), field(2)];
  const maskHash = elements(mask?.content)?.[1];
  const isOfOneHash = hash !== undefined && maskHash !== undefined &&
    hashOf(hash) === hashOf(maskHash);
  return {
    hash: isOfOneHash ? hashOf(hash) : undefined, // undefined for SHA-1, the default
    saltLength: salt?.tag === INTEGER ? parseInt(hexOf(salt.content), 16) : 20,
  };
}

/** Returns the hash in an AlgorithmIdentifier. */
function hashOf({ content }: Element): string | undefined {
  const [id] = elements(content) ?? [];
  return id && HASHES[hexOf(id.content)];
}

/** Returns consecutive elements, or undefined if one is incomplete (X.690 8.1 and 10.1). */
function elements(bytes: Uint8Array | undefined): readonly Element[] | undefined {
  if (bytes === undefined) return undefined;
  const found: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at + 1] ?? 0x80;
    const more = first < 0x80 ? 0 : first - 0x80;
    if (first === 0x80 || more > 3) return undefined;
    const start = at + 2 + more;
    const length = more === 0 ? first : parseInt(hexOf(bytes.subarray(at + 2, start)), 16);
    const end = start + length;
    if (!(end <= bytes.length)) return undefined;
    found.push({
      tag: bytes[at]!,
      content: bytes.subarray(start, end),
      whole: bytes.subarray(at, end),
    });
    at = end;
  }
  return found;
}

/** Encodes a length in DER (X.690 10.1). */
function lengthOf(length: number): readonly number[] {
  if (length < 0x80) return [length];
  const octets = length < 0x100 ? 1 : length < 0x1_0000 ? 2 : 3;
  const digits = Array.from(
    { length: octets },
    (_, index) => length >> 8 * (octets - 1 - index) & 255,
  );
  return [0x80 + octets, ...digits];
}
