/**
 * The events of a WebSocketClient.
 *
 * @module
 */

import type { Ending } from "../connection/reconnect_policy.ts";

/** The events of a WebSocketClient: what a handler of each is called with. */
export interface WebSocketEvents<In, Out> {
  /** The first connection after `connect()` is open. */
  readonly open: { readonly protocol: string };
  /** A message came. */
  readonly message: { readonly message: In };
  /** The client is closed. Called once per `connect()`, as the last event. */
  readonly close: Ending;
  /** The connection was lost, and the next attempt is in `delayMs`. */
  readonly reconnecting: {
    readonly ending: Ending;
    readonly attempt: number;
    readonly delayMs: number;
  };
  /** The connection is open again; a message sent just before the loss may not have arrived. */
  readonly reconnected: { readonly protocol: string };
  /**
   * A message was discarded: by the policy of a queue, by its `ttl`, or because a client that only makes
   * requests has no reader for it (`unread`).
   */
  readonly drop:
    | { readonly from: "inbox"; readonly message: In; readonly reason: "overflow" | "unread" }
    | { readonly from: "outbox"; readonly message: Out; readonly reason: "overflow" | "ttl" };
  /** A message was handed to the socket; `queued` others still wait. */
  readonly sent: { readonly bytes: number; readonly queued: number };
  /** A message came while `queued` others waited for a reader. It is still delivered. */
  readonly received: { readonly bytes: number; readonly queued: number };
  /** A handler failed, a message cannot be decoded, or, just before `close`, the client failed. */
  readonly error: { readonly error: unknown; readonly raw?: string | Uint8Array<ArrayBuffer> };
}

/** The names of the events. */
export const WEBSOCKET_EVENTS: readonly (keyof WebSocketEvents<never, never>)[] = [
  ...[
    "open",
    "message",
    "close",
    "reconnecting",
    "reconnected",
    "drop",
    "sent",
    "received",
  ] as const,
  "error",
];
