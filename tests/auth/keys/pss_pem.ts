/**
 * RSA keys as OpenSSL writes those that are for RSASSA-PSS alone: PEM with the identifier of RSASSA-PSS.
 *
 * @module
 */

// deno-lint-ignore-file no-external-import

import { createPublicKey, type KeyObject } from "node:crypto";
import { toBase64 } from "../../../src/formats/base64.ts";
import { fromHex } from "../../../src/formats/hex.ts";

/** What such a key is restricted to. */
export interface PSSParameters {
  /** The last number of the identifier of SHA-256 (1), SHA-384 (2) or SHA-512 (3); SHA-1 when left out. */
  readonly hash?: number;
  readonly maskHash?: number | undefined;
  readonly salt?: number;
}

/** An element of DER. */
function element(tag: number, ...content: readonly (number | readonly number[])[]): number[] {
  const bytes = content.flat();
  const { length } = bytes;
  return [tag, ...length < 128 ? [length] : [0x82, length >> 8, length & 255], ...bytes];
}

const oid = (hex: string) => element(6, [...fromHex(hex)!]);
const sha2 = (last: number) => element(0x30, oid(`60864801650304020${last}`), [5, 0]);
const mask = (last: number) => element(0x30, oid("2a864886f70d010108"), sha2(last));

/** The private half and the public one. */
export function pssPEM(
  key: KeyObject,
  parameters?: PSSParameters,
): { readonly own: string; readonly half: string } {
  const { hash, salt } = parameters ?? {};
  const maskHash = parameters && "maskHash" in parameters ? parameters.maskHash : hash;
  const identifier = element(
    0x30,
    oid("2a864886f70d01010a"),
    parameters === undefined ? [] : element(
      0x30,
      hash === undefined ? [] : element(0xa0, sha2(hash)),
      maskHash === undefined ? [] : element(0xa1, mask(maskHash)),
      salt === undefined ? [] : element(0xa2, element(2, salt)),
    ),
  );
  const pkcs8 = key.export({ type: "pkcs8", format: "der" });
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  const pem = (label: string, der: number[]) =>
    `-----BEGIN ${label}-----\n${toBase64(Uint8Array.from(der))}\n-----END ${label}-----\n`;
  return {
    own: pem("PRIVATE KEY", element(0x30, [2, 1, 0], identifier, [...pkcs8.subarray(22)])),
    half: pem("PUBLIC KEY", element(0x30, identifier, [...spki.subarray(19)])),
  };
}
