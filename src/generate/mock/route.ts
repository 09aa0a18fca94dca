/**
 * A route of the mock server.
 *
 * @module
 */

import type { FoundOperation } from "../model/context.ts";

/** An operation, and the paths that are for it. */
export interface Route {
  readonly found: FoundOperation;
  readonly pattern: RegExp;
  readonly names: readonly string[];
}
