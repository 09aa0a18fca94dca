/**
 * The parts of a client that are loaded on first use.
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

/** Paginated lists. */
export const PAGES: Lazy<typeof import("./client_pages.ts")> = /* @__PURE__ */ lazy(() =>
  import("./client_pages.ts")
);

/** Refuses options that were passed as the body. */
export const MISPLACED: Lazy<typeof import("./settings/misplaced_options.ts")> =
  /* @__PURE__ */ lazy(() => import("./settings/misplaced_options.ts"));
