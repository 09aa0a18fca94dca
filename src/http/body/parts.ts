/**
 * What is loaded for bodies of kinds that many programs never send.
 *
 * @module
 */

import { type Lazy, lazy } from "../../runtime/lazy.ts";

/** Forms with files. */
export const FORMS: Lazy<typeof import("./multipart.ts")> = /* @__PURE__ */ lazy(() =>
  import("./multipart.ts")
);

/** Streams, body functions and the progress of uploads. */
export const UPLOADS: Lazy<typeof import("./uploads.ts")> = /* @__PURE__ */ lazy(() =>
  import("./uploads.ts")
);
