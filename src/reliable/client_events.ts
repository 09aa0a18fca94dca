/**
 * The events of a ReliableClient.
 *
 * @module
 */

import type { Ending } from "../websocket/connection/reconnect_policy.ts";
import type { Payload } from "./channel/wire.ts";

/** The events of a ReliableClient, and what their handlers get. */
export interface ReliableClientEvents<In> {
  /** The first connection is open. */
  readonly open: Record<never, never>;
  /** A message came. */
  readonly message: { readonly message: In };
  /**
   * The session could not be resumed, and another began: messages of the server may be lost, and
   * `rejected` sends were rejected with a {@linkcode SessionLostError}. Fetch the state again.
   * `restored` are the rejected messages that came from the `store`, whose `send()` no caller awaits.
   */
  readonly gap: { readonly rejected: number; readonly restored: readonly Payload[] };
  /** The connection was lost, and the next attempt is in `delayMs`. No message is lost. */
  readonly reconnecting: {
    readonly ending: Ending;
    readonly attempt: number;
    readonly delayMs: number;
  };
  /** The connection is open again. */
  readonly reconnected: Record<never, never>;
  /** The client has ended; the last event. */
  readonly close: Ending;
  /** A handler failed, a message could not be decoded, or, before `close`, the client failed. */
  readonly error: { readonly error: unknown; readonly raw?: Payload };
}

/** Their names. */
export const EVENTS: readonly (keyof ReliableClientEvents<never>)[] = [
  ...["open", "message", "gap", "reconnecting", "reconnected", "close", "error"] as const,
];
