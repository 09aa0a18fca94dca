/**
 * The events of a WebSocketClient.
 *
 * @module
 */

import type { Ending } from "../connection/reconnect_policy.ts";

/** What handlers get, by event. */
export interface WebSocketEvents<In, Out> {
  /** The first connection of a life is open. */
  readonly open: { readonly protocol: string };
  /** A message came. */
  readonly message: { readonly message: In };
  /** The client's life is over; once, and nothing comes after it. */
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
   * requests has nobody to read it (`unread`).
   */
  readonly drop:
    | { readonly from: "inbox"; readonly message: In; readonly reason: "overflow" | "unread" }
    | { readonly from: "outbox"; readonly message: Out; readonly reason: "overflow" | "ttl" };
  /** A message was handed to the socket; `queued` others wait for that. */
  readonly sent: { readonly bytes: number; readonly queued: number };
  /** A message came, while `queued` others waited for a reader. The reader still gets it. */
  readonly received: { readonly bytes: number; readonly queued: number };
  /** Something failed: a handler, a message that cannot be decoded, or, before `close`, all of it. */
  readonly error: { readonly error: unknown; readonly raw?: string | Uint8Array<ArrayBuffer> };
}

/** Their names. */
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
