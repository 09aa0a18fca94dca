/**
 * What a call loads for the first stream that it sends.
 *
 * @module
 */

import { type Lazy, lazy } from "../../runtime/lazy.ts";

/** Streams that are sent. */
export const UPLOADING: Lazy<typeof import("./uploading.ts")> = /* @__PURE__ */ lazy(() =>
  import("./uploading.ts")
);
