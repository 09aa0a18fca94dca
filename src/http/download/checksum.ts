/**
 * Checksums of content that is never held in memory as a whole.
 *
 * @module
 */

import { builtinModule } from "../../runtime/builtin_modules.ts";

/** The expected checksum of the content. */
export interface Checksum {
  /** The hash function. SHA-1 and MD5 detect accidents, not attacks. */
  readonly algorithm: "SHA-256" | "SHA-384" | "SHA-512" | "SHA-1" | "MD5";
  /** The digest of the content, in hexadecimal or Base64. */
  readonly value: string;
}

/** The part of a node:crypto hash that is used. */
export interface Hash {
  update(chunk: Uint8Array): void;
  copy(): Hash;
  digest(encoding: "hex" | "base64"): string;
}

/** @throws {TypeError} If the checksum cannot be used, or this runtime has no node:crypto. */
export function hashFunction(checksum: Checksum | undefined): (() => Hash) | undefined {
  if (checksum === undefined) return undefined;
  const { algorithm, value } = checksum;
  const bytes = DIGEST_BYTES[algorithm];
  if (bytes === undefined) {
    throw new TypeError(
      `Cannot download: checksum.algorithm must be ${Object.keys(DIGEST_BYTES).join(", ")}`,
    );
  }
  const lengths = [bytes * 2, Math.ceil(bytes / 3) * 4];
  if (typeof value !== "string" || !lengths.includes(value.length)) {
    throw new TypeError(
      `Cannot download: checksum.value must be ${bytes} bytes in hexadecimal or Base64`,
    );
  }
  const crypto = builtinModule<{ createHash(name: string): Hash }>("node:crypto");
  if (crypto === undefined) {
    throw new TypeError("Cannot download with a checksum: this runtime has no node:crypto");
  }
  return () => crypto.createHash(algorithm.replace("-", "").toLowerCase());
}

const DIGEST_BYTES: Readonly<Record<string, number>> = Object.assign(Object.create(null), {
  "SHA-256": 32,
  "SHA-384": 48,
  "SHA-512": 64,
  "SHA-1": 20,
  "MD5": 16,
});

/** Whether the expected value is one of the two spellings of a digest. */
export function matches(expected: string, [hex, base64]: string[]): boolean {
  return expected.toLowerCase() === hex || expected === base64;
}
