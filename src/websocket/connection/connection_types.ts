/**
 * The settings, events and effects of the state machine of a connection.
 *
 * @module
 */

import type { RetryPolicy } from "../../retry/retry_policy.ts";
import type { Ending } from "./reconnect_policy.ts";

/** The end of a connection, as `shouldReconnect` is called with it. */
export interface ReconnectQuestion extends Ending {
  /** The attempts in a row that failed, this end included. */
  readonly attempt: number;
  /** How long the connection was open, in milliseconds; 0 if it never was. */
  readonly openMs: number;
  /** The decision of `codes`, or of the table of {@linkcode ReconnectOptions}. */
  readonly proposed: boolean;
}

/** The settings that the machine needs. Durations are milliseconds, `Infinity` for none. */
export interface ConnectionSettings {
  /** The URL without its query, for error messages. */
  readonly name: string;
  readonly timeoutMs: number;
  readonly closeTimeoutMs: number;
  /** For the first connection, and the backoff of all. */
  readonly policy: RetryPolicy;
  readonly reconnect: boolean;
  readonly maxReconnects: number;
  readonly stableAfterMs: number;
  readonly codes: ReadonlyMap<number, boolean>;
  /** False to stop, or the milliseconds to wait, or undefined for the backoff. */
  readonly shouldReconnect?: (question: ReconnectQuestion) => false | number | undefined;
  /** Whether an auth scheme or a function can provide fresh credentials. */
  readonly canRefresh: boolean;
  readonly heartbeat?: { readonly everyMs: number; readonly timeoutMs: number } | undefined;
}

/** An event; `id` is the number of its attempt. */
export type ConnectionEvent =
  | { readonly type: "connect" }
  | { readonly type: "opened"; readonly id: number }
  | { readonly type: "failed"; readonly id: number; readonly error: unknown }
  /** The socket has an error; `isUnexplained` if the runtime hides its reason. */
  | {
    readonly type: "troubled";
    readonly id: number;
    readonly error: unknown;
    readonly isUnexplained: boolean;
  }
  | ({ readonly type: "ended"; readonly id: number } & Ending)
  /** The peer sent a close frame: nothing can be sent now, and a close event may never come. */
  | { readonly type: "closing" }
  | { readonly type: "close"; readonly code: number; readonly reason: string; readonly ms: number }
  | { readonly type: "drained" }
  | { readonly type: "stop"; readonly error: unknown; readonly code?: number }
  | { readonly type: "tick" };

/** What the client has to do. */
export type ConnectionEffect =
  /** Make a socket. */
  | {
    readonly type: "dial";
    readonly id: number;
    readonly attempt: number;
    readonly refresh: boolean;
  }
  /** The connection is open; `again` for any but the first after `connect()`. */
  | { readonly type: "open"; readonly again: boolean }
  | { readonly type: "ping" }
  /** Check whether the socket is closing; if so, send the event "closing". */
  | { readonly type: "look" }
  /** Send the waiting messages, then send the event "drained". */
  | { readonly type: "drain" }
  | { readonly type: "closeFrame"; readonly code: number; readonly reason: string }
  /** Close the socket without waiting for it, and ignore its further events. */
  | { readonly type: "abandon"; readonly code: number; readonly reason: string }
  /** A first connection failed, and the machine waits to try again. */
  | { readonly type: "retry"; readonly error: unknown }
  | {
    readonly type: "lost";
    readonly ending: Ending;
    readonly attempt: number;
    readonly delayMs: number;
  }
  /** The client is closed. Without an error it is a clean end. */
  | {
    readonly type: "over";
    readonly ending: Ending;
    readonly byCaller: boolean;
    readonly error?: unknown;
  };
