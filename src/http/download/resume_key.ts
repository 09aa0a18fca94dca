/**
 * Identifies a failed download when it is resumed, by hashes of its URL with and without its signature. The
 * URL itself is secret.
 *
 * @module
 */

import { hexOf } from "../../formats/hex.ts";

/** Hashes of a URL. */
export interface ResumeKey {
  /** The hash of the whole URL. */
  readonly url: string;
  /** The hash without the signature, which differs between presigned links. */
  readonly content: string;
}

/** The parameters of signatures at the usual stores. Any other parameter may select another content. */
const SIGNING: ReadonlySet<string> = new Set([
  ...["Expires", "Signature", "Policy", "Key-Pair-Id", "token"],
  ...["sig", "se", "st", "sp", "sv", "sr"],
]);

function isSigning(name: string): boolean {
  return SIGNING.has(name) || /^x-(?:amz|goog)-/i.test(name);
}

/** Returns the key of a URL. */
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
