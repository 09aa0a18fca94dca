/**
 * What a download that failed is told by when it is resumed: its URL, which is not shown, with and
 * without the parameters that sign it.
 *
 * @module
 */

import { hexOf } from "../../formats/hex.ts";

/** Hashes of a URL. */
export interface ResumeKey {
  /** Of all of it. */
  readonly url: string;
  /** Of what names the content: a presigned link has another signature each time. */
  readonly content: string;
}

/** Parameters that sign a link at the usual stores. Any other may name another content. */
const SIGNING: ReadonlySet<string> = new Set([
  ...[
    "Expires",
    "Signature",
    "Policy",
    "Key-Pair-Id",
    "sig",
    "se",
    "st",
    "sp",
    "sv",
    "sr",
    "token",
  ],
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
  content.search = `${content.searchParams}`; // one spelling, with parameters left out or not
  return { url: await hashOf(url), content: await hashOf(content.href) };
}

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return hexOf(new Uint8Array(digest));
}
