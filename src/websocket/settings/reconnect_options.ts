/**
 * When a WebSocketClient reconnects.
 *
 * @module
 */

import type { Duration } from "../../options/duration.ts";
import type { ReconnectQuestion } from "../connection/connection_types.ts";

/**
 * When to reconnect after a connection was lost: always, except after an end that a retry cannot mend.
 *
 * | close code, status or error | what follows |
 * | --- | --- |
 * | 1000 | stop, a clean end: `receive()` returns null |
 * | 1001, 1005, 1006, 1011, 1014 and all others | reconnect |
 * | 1012 (the server restarts) | reconnect, after 5 to 30 s at the earliest |
 * | 1013 (the server is overloaded) | reconnect, after 5 s at the earliest |
 * | 1002, 1003, 1007, 1009, 1010, 4400, 4404, 4409 | stop with `connection_closed` |
 * | 1008, 3000, 3003, 4401, 4403; handshake status 401, 403 | one attempt with fresh credentials (`refresh: true`), then stop |
 * | handshake status 408, 425, 429, 500, 502, 503, 504 | reconnect, not before Retry-After where the runtime shows it |
 * | other handshake status, TLS, permission, malformed URL | stop |
 * | DNS, refused, reset, timeout, an error of your own functions | reconnect |
 *
 * The wait is random between 0 and `retryBackoff` (1 s), which doubles up to `maxRetryBackoff` (60 s). With the defaults
 * half of the clients are back 3 s after an outage of 4 s, and the last after 27 s. `maxRetries` limits the attempts after a
 * loss, and `maxRetries` of the client those of the first connection.
 *
 * Some runtimes report neither status nor cause. Refused credentials then look like a server that is down. After 20 such
 * quick failures in a row, about seven minutes, the client ends with `connection_failed`.
 *
 * @example A job that gives up, and an application's close code
 * ```ts
 * import { WebSocketClient } from "@codomyrmex/networking";
 *
 * const client = new WebSocketClient("wss://feed.example", {
 *   reconnect: {
 *     maxRetries: 10,
 *     codes: { 4000: false }, // by this code the service reports the end of the feed
 *     shouldReconnect: ({ code, proposed }) => code === 4029 ? { minutes: 1 } : proposed,
 *   },
 * });
 * ```
 */
export interface ReconnectOptions {
  /**
   * Attempts in a row that may fail before the client ends.
   *
   * @default {Infinity}
   */
  readonly maxRetries?: number;
  /**
   * Seconds that a connection must last to reset the count of attempts. A shorter connection resets it too, if it
   * had messages and was closed in order (1001 or no code).
   *
   * @default {5}
   */
  readonly stableAfter?: Duration;
  /** Overrides the table for close codes: true to reconnect, false to stop. */
  readonly codes?: Readonly<Record<number, boolean>>;
  /** Decides last: returns whether to reconnect, or the wait instead of the backoff. */
  readonly shouldReconnect?: (question: ReconnectQuestion) => boolean | Duration;
}
