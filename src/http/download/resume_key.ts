/**
 * Identifies a failed download when it is resumed: by hashes of its URL, which is secret, with and
 * without the parameters that sign it.
 *
 * @module
 */

import { hexOf } from "../../formats/hex.ts";

/** Hashes of a URL. */
export interface ResumeKey {
  /** The hash of the whole URL. */
  readonly url: string;
  /** The hash without the signature, which is another one for each presigned link. */
  readonly content: string;
}

/** Parameters that sign a link at the usual stores. Any other may name another content. */
const SIGNING: ReadonlySet<string> = new Set([
  ...["Expires", "Signature", "Policy", "Key-Pair-Id", "token"],
  ...["sig", "se", "st", "sp", "sv", "sr"],
]);

function isSigning(name: string): boolean {
  return SIGNING.has(name) || /^x-(?:amz|goog)-/i.test(name);
}

/** The key of a URL. */
export async function resumeKey(url: string): Promise<ResumeKey> {
  const content = new URL(url);
  for (const name of [...content.searchParams.keys()]) {
    if (isSigning(name)) content.searchParams.delete(name);
  }
  content.search = `${content.searchParams}`; // one spelling, even if no parameter was removed
  return { url: await hashOf(url), content: await hashOf(content.href) };
}

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return hexOf(new Uint8Array(digest));
}
