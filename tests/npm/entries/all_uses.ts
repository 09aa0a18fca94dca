/**
 * The uses of all entries, and what is wrong with them.
 *
 * @module
 */

import { PAGE_USES, type Use } from "./page_uses.ts";
import { SERVER_USES } from "./server_uses.ts";

/** The uses, by entry. */
export const USES: Readonly<Record<string, Use>> = { ...PAGE_USES, ...SERVER_USES };

/** Which uses do not return what they should. */
export async function wrongUses(): Promise<string[]> {
  const wrong: string[] = [];
  for (const [entry, [expected, use]] of Object.entries(USES)) {
    const found = await use().catch(String);
    if (found !== expected) wrong.push(`${entry}: "${found}" instead of "${expected}"`);
  }
  return wrong;
}
