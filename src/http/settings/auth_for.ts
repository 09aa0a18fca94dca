/**
 * Which credentials may go to an origin.
 *
 * @module
 */

import type { BoundAuth } from "./bound_auth.ts";

/** Returns the part of `auth` that may go to `origin`. */
export function authFor(auth: BoundAuth | undefined, origin: string): BoundAuth | undefined {
  if (auth?.only !== undefined) return auth.only(origin);
  return auth?.origins.has(origin) ? auth : undefined;
}
