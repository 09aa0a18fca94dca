/**
 * The events of a WebSocketClient. A handler that throws harms neither the socket nor the others:
 * its error is an `error` event.
 *
 * @module
 */

import type { Ending } from "./reconnect_policy.ts";

/** What handlers get, by event. */
export interface WebSocketEvents<In, Out> {
  /** The first connection of a life is there. */
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
  /** The connection is there again; a message sent just before the loss may not have arrived. */
  readonly reconnected: { readonly protocol: string };
  /** A message was discarded, by the policy of a queue or by its `ttl`. */
  readonly drop:
    | { readonly from: "inbox"; readonly message: In; readonly reason: "overflow" }
    | { readonly from: "outbox"; readonly message: Out; readonly reason: "overflow" | "ttl" };
  /** Something failed: a handler, a message that cannot be decoded, or, before `close`, all of it. */
  readonly error: { readonly error: unknown; readonly raw?: string | Uint8Array<ArrayBuffer> };
}

/** A function that is told of an event. */
export type WebSocketHandler<Event> = (event: Event) => unknown;

/** Who listens to what. */
export class Handlers<In, Out> {
  readonly #byEvent = new Map<string, Set<WebSocketHandler<never>>>();

  /** Adds a handler; the result takes it away again. */
  add(event: string, handler: WebSocketHandler<never>): () => void {
    const handlers = this.#byEvent.get(event) ?? new Set();
    this.#byEvent.set(event, handlers);
    const own: WebSocketHandler<never> = (value) => handler(value); // the same function twice is two
    handlers.add(own);
    return () => void handlers.delete(own);
  }

  /** Whether anybody listens. */
  has(event: keyof WebSocketEvents<In, Out>): boolean {
    return (this.#byEvent.get(event)?.size ?? 0) > 0;
  }

  /** Tells everybody. */
  emit<Name extends keyof WebSocketEvents<In, Out>>(
    name: Name,
    event: WebSocketEvents<In, Out>[Name],
  ): void {
    // What a handler of "error" throws has nobody left to be told: it would go round in circles.
    const failed = (error: unknown) => name !== "error" && this.emit("error", { error });
    // A copy: who is added by a handler waits for the next event.
    for (const handler of [...this.#byEvent.get(name) ?? []]) {
      try {
        const result = handler(event as never);
        if (result instanceof Promise) result.catch(failed);
      } catch (error) {
        failed(error);
      }
    }
  }
}
