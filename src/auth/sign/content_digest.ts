/**
 * The digest of the content of a message (RFC 9530).
 *
 * @module
 */

import { sameBytes } from "../../formats/same_bytes.ts";
import { parseDictionary } from "../../formats/structured_fields.ts";
import { serializeDictionary } from "../../formats/structured_fields_writer.ts";

/** The active algorithms of RFC 9530 5. */
export type DigestAlgorithm = "sha-256" | "sha-512";

/** Returns the value of Content-Digest for the bytes. */
export async function contentDigest(
  bytes: Uint8Array<ArrayBuffer>,
  algorithm: DigestAlgorithm,
): Promise<string> {
  const value = await digest(bytes, algorithm);
  return serializeDictionary([[algorithm, { value, params: new Map() }]]);
}

async function digest(
  bytes: Uint8Array<ArrayBuffer>,
  algorithm: DigestAlgorithm,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest(algorithm.toUpperCase(), bytes));
}

/**
 * Returns why bytes do not match a Content-Digest field; `undefined` if they do. Each known digest must match,
 * and there must be at least one.
 */
export async function digestFault(
  field: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<string | undefined> {
  const members = parseDictionary(field);
  if (members === undefined) return "content-digest is malformed";
  let known = 0;
  for (const [algorithm, member] of members) {
    if (algorithm !== "sha-256" && algorithm !== "sha-512") continue;
    known++;
    const given = "value" in member ? member.value : undefined;
    const own = await digest(bytes, algorithm);
    const isSame = given instanceof Uint8Array && sameBytes(given, own);
    if (!isSame) return `the ${algorithm} of content-digest is not that of the content`;
  }
  return known > 0 ? undefined : "content-digest has neither sha-256 nor sha-512";
}
