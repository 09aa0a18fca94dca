/**
 * Makes signatures of RFC 9421 for requests.
 *
 * @module
 */

import { toBase64 } from "../../formats/base64.ts";
import type { BareItem, InnerList, Item } from "../../formats/structured_fields.ts";
import { serializeDictionary } from "../../formats/structured_fields_writer.ts";
import { type HeaderRecord, mergeHeaders } from "../../http/request/headers.ts";
import { type Message, signatureBase } from "./components.ts";
import type { Key } from "./signing_key.ts";

/** What is put on a request besides its components. */
export interface SignatureParameters {
  readonly label: string;
  readonly components: readonly Item[];
  readonly keyId: string | undefined;
  /** The time of the signature, in milliseconds. */
  readonly at: number;
  /** How long it is good, in milliseconds. */
  readonly expiresMs: number | undefined;
  readonly nonce: string | undefined;
  readonly tag: string | undefined;
  /** Whether the signature says its algorithm; the key says it already. */
  readonly saysAlgorithm: boolean;
}

/** As much of a request as is signed. */
interface SignedTarget {
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderRecord;
}

/** Random bytes that make each signature one of its own. */
export function randomNonce(): string {
  return toBase64(crypto.getRandomValues(new Uint8Array(64)));
}

/**
 * The header fields of a request with a signature more.
 *
 * @throws {ComponentError} If one of the components is not there.
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

/** The field with one member more, behind the signatures that others made. */
function appended(field: string | undefined, label: string, member: Item | InnerList): string {
  const own = serializeDictionary([[label, member]]);
  return field === undefined || field === "" ? own : `${field}, ${own}`;
}
