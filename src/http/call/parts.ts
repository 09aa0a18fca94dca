/**
 * What a call loads when it first needs it. A failure of the network must not depend on it: without a
 * network, no browser loads a file.
 *
 * @module
 */

import { type Lazy, lazy } from "../../runtime/lazy.ts";
import { STREAM_READERS } from "../response/lazy_readers.ts";

/** Bodies that are handed over as they come, and their readers. */
export const STREAMS: Lazy<typeof import("./streamed.ts")> = /* @__PURE__ */ lazy(
  async () => {
    const [part] = await Promise.all([import("./streamed.ts"), STREAM_READERS.load()]);
    return part;
  },
);

/** What follows a 3xx. */
export const REDIRECTS: Lazy<typeof import("./redirect.ts")> = /* @__PURE__ */ lazy(() =>
  import("./redirect.ts")
);

/** The breaker and the limiter's queue. */
export const STAGES: Lazy<typeof import("./stages.ts")> = /* @__PURE__ */ lazy(() =>
  import("./stages.ts")
);

/** What `close({ drain })` does. */
export const DRAIN: Lazy<typeof import("./drain.ts")> = /* @__PURE__ */ lazy(() =>
  import("./drain.ts")
);

/** What stands around the attempts of a call. */
export const LAYERS: Lazy<typeof import("./layers.ts")> = /* @__PURE__ */ lazy(() =>
  import("./layers.ts")
);

/** What drives the schemes of `auth`. */
export const AUTHENTICATION: Lazy<typeof import("./authenticate.ts")> = /* @__PURE__ */ lazy(() =>
  import("./authenticate.ts")
);

/** How long to wait, where no Retry-After says so. */
export const RATE_LIMITS: Lazy<typeof import("../../retry/rate_limit_fields.ts")> =
  /* @__PURE__ */ lazy(() => import("../../retry/rate_limit_fields.ts"));

/** Cookies in requests and responses. */
export const COOKIES: Lazy<typeof import("./cookies.ts")> = /* @__PURE__ */ lazy(() =>
  import("./cookies.ts")
);
