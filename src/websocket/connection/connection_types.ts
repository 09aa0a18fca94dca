/**
 * What the state machine of a connection is told, and what it tells.
 *
 * @module
 */

import type { RetryPolicy } from "../../retry/retry_policy.ts";
import type { Ending } from "./reconnect_policy.ts";

/** What `shouldReconnect` is asked about. */
export interface ReconnectQuestion extends Ending {
  /** The attempts in a row that failed, this end included. */
  readonly attempt: number;
  /** How long the connection was open, in milliseconds; 0 if it never was. */
  readonly openMs: number;
  /** What the table of SPEC.md says, and `codes`. */
  readonly proposed: boolean;
}

/** The settings that the machine needs. Durations are milliseconds, `Infinity` for none. */
export interface ConnectionSettings {
  /** For messages: the URL without its query. */
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
  /** Whether somebody can give fresh credentials. */
  readonly canRefresh: boolean;
  readonly heartbeat?: { readonly everyMs: number; readonly timeoutMs: number } | undefined;
}

/** What happened. `id` is the attempt that it happened to. */
export type ConnectionEvent =
  | { readonly type: "connect" }
  | { readonly type: "opened"; readonly id: number }
  | { readonly type: "failed"; readonly id: number; readonly error: unknown }
  /** The socket has an error; `isUnexplained` if the runtime does not say which. */
  | {
    readonly type: "troubled";
    readonly id: number;
    readonly error: unknown;
    readonly isUnexplained: boolean;
  }
  | ({ readonly type: "ended"; readonly id: number } & Ending)
  /** The peer sent a close frame: nothing can be sent now, and the end may never be told. */
  | { readonly type: "closing" }
  | { readonly type: "close"; readonly code: number; readonly reason: string; readonly ms: number }
  | { readonly type: "drained" }
  | { readonly type: "stop"; readonly error: unknown; readonly code?: number }
  | { readonly type: "tick" };

/** What the shell has to do. */
export type ConnectionEffect =
  /** Make a socket. */
  | {
    readonly type: "dial";
    readonly id: number;
    readonly attempt: number;
    readonly refresh: boolean;
  }
  /** The connection is there; `again` for any but the first of this life. */
  | { readonly type: "open"; readonly again: boolean }
  | { readonly type: "ping" }
  /** See whether the socket is closing, then say "closing". */
  | { readonly type: "look" }
  /** Send what waits, then say "drained". */
  | { readonly type: "drain" }
  | { readonly type: "closeFrame"; readonly code: number; readonly reason: string }
  /** Close the socket without waiting for it, and do not listen to it any more. */
  | { readonly type: "abandon"; readonly code: number; readonly reason: string }
  /** A first connection failed, and the machine waits to try again. */
  | { readonly type: "retry"; readonly error: unknown }
  | {
    readonly type: "lost";
    readonly ending: Ending;
    readonly attempt: number;
    readonly delayMs: number;
  }
  /** The end of this life. Without an error it is one that was agreed on. */
  | {
    readonly type: "over";
    readonly ending: Ending;
    readonly byCaller: boolean;
    readonly error?: unknown;
  };
