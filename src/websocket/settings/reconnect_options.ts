/**
 * When a WebSocketClient connects again.
 *
 * @module
 */

import type { Duration } from "../../options/duration.ts";
import type { ReconnectQuestion } from "../connection/connection_types.ts";

/**
 * When to connect again after a connection was lost: by default always, unless the end says that it cannot help.
 *
 * | end | what follows |
 * | --- | --- |
 * | 1000 | stop, by agreement: `receive()` gives null |
 * | 1001, 1005, 1006, 1011, 1014 and all others | again |
 * | 1012, 1013: the server restarts, or has too much to do | again, 5 to 30 s, or 5 s later |
 * | 1002, 1003, 1007, 1009, 1010, 4400, 4404, 4409 | stop with `connection_closed` |
 * | 1008, 3000, 3003, 4401, 4403; handshake status 401, 403 | once more with fresh credentials (`refresh: true`), then stop |
 * | handshake status 408, 425, 429, 500, 502, 503, 504 | again, not before Retry-After where the runtime shows it |
 * | other handshake status, TLS, permission, malformed URL | stop |
 * | DNS, refused, reset, timeout, an error of your own functions | again |
 *
 * The wait is random between 0 and `retryBackoff` (1 s), which doubles up to `maxRetryBackoff` (60 s). With the defaults
 * half of the clients are back 3 s after an outage of 4 s, and the last after 27 s. There is no limit of attempts unless
 * `maxRetries` says so; the first connection has `maxRetries` of the client.
 *
 * Where a runtime gives neither status nor cause, a refused credential looks like a server that is down. After 20 quick
 * failures in a row of that kind, some seven minutes, the client ends with `connection_failed`.
 *
 * @example A job that gives up, and a code of its own
 * ```ts
 * import { WebSocketClient } from "@codomyrmex/networking";
 *
 * const client = new WebSocketClient("wss://feed.example", {
 *   reconnect: {
 *     maxRetries: 10,
 *     codes: { 4000: false }, // this service says "no more" so
 *     shouldReconnect: ({ code, proposed }) => code === 4029 ? { minutes: 1 } : proposed,
 *   },
 * });
 * ```
 */
export interface ReconnectOptions {
  /**
   * Attempts in a row that may fail.
   *
   * @default {Infinity}
   */
  readonly maxRetries?: number;
  /**
   * Seconds that a connection must last for the count of attempts to restart. It also restarts after a
   * shorter one that had messages and was closed in order (1001 or no code).
   *
   * @default {5}
   */
  readonly stableAfter?: Duration;
  /** Overrides the table for close codes: true to connect again, false to stop. */
  readonly codes?: Readonly<Record<number, boolean>>;
  /** Has the last word: whether to connect again, or after how long instead of the backoff. */
  readonly shouldReconnect?: (question: ReconnectQuestion) => boolean | Duration;
}
