/**
 * The parts of a call that are loaded on first use. The handling of network failures must not be among
 * them: without a network, no browser can load a file.
 *
 * @module
 */

import { type Lazy, lazy } from "../../runtime/lazy.ts";
import { STREAM_READERS } from "../response/lazy_readers.ts";

/** Streamed bodies and their readers. */
export const STREAMS: Lazy<typeof import("./streamed.ts")> = /* @__PURE__ */ lazy(
  async () => {
    const [part] = await Promise.all([import("./streamed.ts"), STREAM_READERS.load()]);
    return part;
  },
);

/** Follows redirects. */
export const REDIRECTS: Lazy<typeof import("./redirect.ts")> = /* @__PURE__ */ lazy(() =>
  import("./redirect.ts")
);

/** The breaker and the limiter's queue. */
export const STAGES: Lazy<typeof import("./stages.ts")> = /* @__PURE__ */ lazy(() =>
  import("./stages.ts")
);

/** Drains a client for `close({ drain })`. */
export const DRAIN: Lazy<typeof import("./drain.ts")> = /* @__PURE__ */ lazy(() =>
  import("./drain.ts")
);

/** The layers around the attempts of a call. */
export const LAYERS: Lazy<typeof import("./layers.ts")> = /* @__PURE__ */ lazy(() =>
  import("./layers.ts")
);

/** Drives the schemes of `auth`. */
export const AUTHENTICATION: Lazy<typeof import("./authenticate.ts")> = /* @__PURE__ */ lazy(() =>
  import("./authenticate.ts")
);

/** Reads RateLimit fields, if there is no Retry-After. */
export const RATE_LIMITS: Lazy<typeof import("../../retry/rate_limit_fields.ts")> =
  /* @__PURE__ */ lazy(() => import("../../retry/rate_limit_fields.ts"));

/** Cookies in requests and responses. */
export const COOKIES: Lazy<typeof import("./cookies.ts")> = /* @__PURE__ */ lazy(() =>
  import("./cookies.ts")
);
