/**
 * The part that is loaded for bodies that many programs never send.
 *
 * @module
 */

import { type Lazy, lazy } from "../../runtime/lazy.ts";

/** Forms, streams, body functions and the progress of uploads. */
export const UPLOADS: Lazy<typeof import("./uploads.ts")> = /* @__PURE__ */ lazy(() =>
  import("./uploads.ts")
);
