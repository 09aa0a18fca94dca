/**
 * The events of a ReliableClient.
 *
 * @module
 */

import type { Ending } from "../websocket/connection/reconnect_policy.ts";
import type { Payload } from "./channel/wire.ts";

/** What handlers of a ReliableClient get, by event. */
export interface ReliableClientEvents<In> {
  /** The first connection of a life is there. */
  readonly open: Record<never, never>;
  /** A message came. */
  readonly message: { readonly message: In };
  /**
   * The session could not be resumed, and another began: messages of the server may be lost, and
   * `rejected` sends were rejected with a {@linkcode SessionLostError}. Fetch the state again.
   * `restored` are those of them that came from the `store`, whose `send()` nobody awaits any more.
   */
  readonly gap: { readonly rejected: number; readonly restored: readonly Payload[] };
  /** The connection was lost, and the next attempt is in `delayMs`. Nothing is lost with it. */
  readonly reconnecting: {
    readonly ending: Ending;
    readonly attempt: number;
    readonly delayMs: number;
  };
  /** The connection is there again. */
  readonly reconnected: Record<never, never>;
  /** The client's life is over; once, and nothing comes after it. */
  readonly close: Ending;
  /** Something failed: a handler, a message that cannot be decoded, or, before `close`, all of it. */
  readonly error: { readonly error: unknown; readonly raw?: Payload };
}

/** Their names. */
export const EVENTS: readonly (keyof ReliableClientEvents<never>)[] = [
  ...["open", "message", "gap", "reconnecting", "reconnected", "close", "error"] as const,
];
