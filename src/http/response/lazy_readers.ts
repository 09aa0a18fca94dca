/**
 * Loads the readers of streamed bodies with the first stream.
 *
 * @module
 */

import { type Lazy, lazy } from "../../runtime/lazy.ts";

/** Readers of lines, JSON values, events and error bodies. */
export type StreamReaders = typeof import("./stream_readers.ts");

/** The readers. */
export const STREAM_READERS: Lazy<StreamReaders> = /* @__PURE__ */ lazy(() =>
  import("./stream_readers.ts")
);
