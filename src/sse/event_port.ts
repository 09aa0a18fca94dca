/**
 * What an event connection reports to its client.
 *
 * @module
 */

import type { ServerSentEvent } from "../formats/event_stream_parser.ts";

/** How a connection ended; with an error unless the end was clean. */
export interface ConnectionEnd {
  readonly error?: unknown;
}

/** The client, as its connection sees it. */
export interface EventPort {
  /** The ID of the last event that came. The next request starts after it. */
  cameUpTo: string;
  /** Called when a stream is open; `again` is true for all but the first. */
  opened(again: boolean): void;
  /** Called with each event. */
  came(event: ServerSentEvent): void;
  /** Whether another event is wanted. */
  isWanted(): boolean;
  /** Called before the wait for the next attempt. */
  waiting(failure: ConnectionEnd, attempt: number, delayMs: number): void;
  /** Called at the end: no event comes after it. */
  ending(end: ConnectionEnd): void;
  /** Called when the transfer has ended as well. */
  ended(end: ConnectionEnd): void;
}
