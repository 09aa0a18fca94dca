/**
 * What reads a body as it comes, loaded by the first stream.
 *
 * @module
 */

import { type Lazy, lazy } from "../../runtime/lazy.ts";

/** Readers of lines, JSON values and events, and of what an error needs of a body. */
export type StreamReaders = typeof import("./stream_readers.ts");

/** The readers. */
export const STREAM_READERS: Lazy<StreamReaders> = /* @__PURE__ */ lazy(() =>
  import("./stream_readers.ts")
);
