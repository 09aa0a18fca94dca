/**
 * Signs requests by RFC 9421.
 *
 * @module
 */

import { toBase64 } from "../../formats/base64.ts";
import type { BareItem, InnerList, Item } from "../../formats/structured_fields.ts";
import { serializeDictionary } from "../../formats/structured_fields_writer.ts";
import { type HeaderRecord, mergeHeaders } from "../../http/request/headers.ts";
import { type Message, signatureBase } from "./components.ts";
import type { Key } from "./signing_key.ts";

/** The components and the parameters of a signature. */
export interface SignatureParameters {
  readonly label: string;
  readonly components: readonly Item[];
  readonly keyId: string | undefined;
  /** The time of the signature, in milliseconds. */
  readonly at: number;
  /** How long the signature is valid, in milliseconds. */
  readonly expiresMs: number | undefined;
  readonly nonce: string | undefined;
  readonly tag: string | undefined;
  /** Whether the signature has the parameter `alg`; the key already determines the algorithm. */
  readonly saysAlgorithm: boolean;
}

/** The part of a request that is signed. */
interface SignedTarget {
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderRecord;
}

/** Returns random bytes in base64, which make each signature unique. */
export function randomNonce(): string {
  return toBase64(crypto.getRandomValues(new Uint8Array(64)));
}

/**
 * Returns the header fields of a request with another signature.
 *
 * @throws {ComponentError} If the request does not have one of the components.
 */
export async function signMessage(
  { method, url, headers }: SignedTarget,
  key: Key,
  parameters: SignatureParameters,
  fieldTypes?: Message["fieldTypes"],
): Promise<HeaderRecord> {
  const { label } = parameters;
  const covered = coveredList(key, parameters);
  const fields = Object.entries(headers);
  const base = signatureBase({ method, url, fields, fieldTypes }, covered);
  const signature = await key.sign(base);
  return mergeHeaders(headers, {
    "signature-input": appended(headers["signature-input"], label, covered),
    "signature": appended(headers["signature"], label, { value: signature, params: new Map() }),
  });
}

function coveredList(
  { algorithm }: Key,
  { components, keyId, at, expiresMs, nonce, tag, saysAlgorithm }: SignatureParameters,
): InnerList {
  const seconds = Math.floor(at / 1000);
  const params = new Map<string, BareItem>([["created", seconds]]);
  if (keyId !== undefined) params.set("keyid", keyId);
  if (saysAlgorithm) params.set("alg", algorithm);
  if (expiresMs !== undefined) params.set("expires", seconds + Math.ceil(expiresMs / 1000));
  if (nonce !== undefined) params.set("nonce", nonce);
  if (tag !== undefined) params.set("tag", tag);
  return { items: components, params };
}

/** Returns the field with another member, after the existing signatures. */
function appended(field: string | undefined, label: string, member: Item | InnerList): string {
  const own = serializeDictionary([[label, member]]);
  return field === undefined || field === "" ? own : `${field}, ${own}`;
}
