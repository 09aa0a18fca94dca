/**
 * The part that is loaded for the first streamed body.
 *
 * @module
 */

import { type Lazy, lazy } from "../../runtime/lazy.ts";

/** Sends streams. */
export const UPLOADING: Lazy<typeof import("./uploading.ts")> = /* @__PURE__ */ lazy(() =>
  import("./uploading.ts")
);
