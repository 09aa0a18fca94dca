/**
 * Handlers of events. An error of a handler affects neither the connection nor other handlers: it is an
 * `error` event.
 *
 * @module
 */

import { requireES2024 } from "../runtime/required.ts";
import { isPromiseLike } from "../runtime/promise_like.ts";

/** A function that is called with an event. */
export type EventHandler<Event> = (event: Event) => unknown;

/** The handlers of one client, by event. */
export class Handlers<Events extends { readonly error: { readonly error: unknown } }> {
  readonly #byEvent: ReadonlyMap<PropertyKey, Set<EventHandler<never>>>;

  /** @param names The names of the events. */
  constructor(names: readonly (keyof Events)[]) {
    requireES2024(); // clients make their handlers first, before they use features of ES2024
    this.#byEvent = new Map(names.map((name) => [name, new Set()]));
  }

  /**
   * Adds a handler, and returns a function that removes it.
   *
   * @throws {TypeError} If there is no such event.
   */
  add<Name extends keyof Events>(event: Name, handler: EventHandler<Events[Name]>): () => void {
    const handlers = this.#byEvent.get(event);
    if (handlers === undefined) {
      const names = [...this.#byEvent.keys()].join(", ");
      throw new TypeError(`Cannot listen to ${JSON.stringify(event)}: the events are ${names}`);
    }
    const own: EventHandler<never> = (value) => handler(value); // a function added twice is two handlers
    handlers.add(own);
    return () => void handlers.delete(own);
  }

  /** Whether an event has a handler. */
  has(event: keyof Events): boolean {
    return (this.#byEvent.get(event)?.size ?? 0) > 0;
  }

  /** Calls the handlers of an event. */
  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    // Errors of handlers for "error" are dropped: reporting them could loop forever.
    const failed = (error: unknown) =>
      name !== "error" && this.emit("error", { error } as Events["error"]);
    // A copy: a handler that is added by a handler starts with the next event.
    for (const handler of [...this.#byEvent.get(name) ?? []]) {
      try {
        const result = handler(event as never);
        if (isPromiseLike(result)) Promise.resolve(result).catch(failed);
      } catch (error) {
        failed(error);
      }
    }
  }
}
