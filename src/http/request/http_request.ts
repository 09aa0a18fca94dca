/**
 * The request as middleware and schemes see it.
 *
 * @module
 */

import type { RequestFacts } from "../../hooks.ts";
import type { BodySource } from "../body/body_types.ts";

/**
 * One request. Middleware changes it by copying: `next({ ...request, headers: { … } })`.
 * `console.log` and `JSON.stringify` show it without secrets.
 */
export interface HTTPRequest extends RequestFacts {
  /** The body, if there is one. */
  readonly body?: BodySource | undefined;
  /** The attempt, from 1. */
  readonly attempt: number;
  /** The redirect hop; 0 for the original request. */
  readonly hop: number;
  /**
   * The number of earlier requests of the call on the wire: first attempt, retries, redirects and
   * authentication. 0 in operation middleware.
   */
  readonly resends: number;
  /** Why this request is sent, if it is not the first of its call. */
  readonly resentFor?: "retry" | "redirect" | "auth" | undefined;
}
