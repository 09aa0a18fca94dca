/**
 * What a client loads when it first needs it.
 *
 * @module
 */

import { type Lazy, lazy } from "../runtime/lazy.ts";

/** Downloads. */
export const DOWNLOADS: Lazy<typeof import("./client_download.ts")> = /* @__PURE__ */ lazy(() =>
  import("./client_download.ts")
);

/** The client as a `fetch`. */
export const FETCH: Lazy<typeof import("./client_fetch.ts")> = /* @__PURE__ */ lazy(() =>
  import("./client_fetch.ts")
);

/** Lists that come in pages. */
export const PAGES: Lazy<typeof import("./client_pages.ts")> = /* @__PURE__ */ lazy(() =>
  import("./client_pages.ts")
);

/** Refuses options in place of the body. */
export const MISPLACED: Lazy<typeof import("./settings/misplaced_options.ts")> =
  /* @__PURE__ */ lazy(() => import("./settings/misplaced_options.ts"));
