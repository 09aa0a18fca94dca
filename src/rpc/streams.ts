/**
 * The streams of notifications of one peer.
 *
 * @module
 */

import type { QueueBounds } from "../messages/queue.ts";
import { Subscription } from "./subscription.ts";

/** What a stream takes of a notification; undefined for one that is not its own. */
export type Reader<Item> = (
  params: unknown,
  bytes: number,
) => { readonly item: Item } | undefined;

/** A stream, and what hands a notification to it. */
export interface OpenStream<Item> {
  readonly stream: Subscription<Item>;
  readonly take: (params: unknown, bytes: number) => void;
}

/** Who gets which notifications. */
export class Streams {
  readonly #bounds: QueueBounds<string>;
  readonly #failed: (error: unknown) => void;
  readonly #takers = new Map<string, Set<(params: unknown, bytes: number) => void>>();
  readonly #open = new Set<{ end(error: unknown): void }>();

  /** @param failed What reads a notification threw. */
  constructor(bounds: QueueBounds<string>, failed: (error: unknown) => void) {
    this.#bounds = bounds;
    this.#failed = failed;
  }

  /** Opens a stream of what `read` takes of the notifications of a method. */
  open<Item>(
    method: string,
    read: Reader<Item>,
    onEnd: () => Promise<void> = () => Promise.resolve(),
  ): OpenStream<Item> {
    let takers = this.#takers.get(method);
    if (takers === undefined) this.#takers.set(method, takers = new Set());
    const stream: Subscription<Item> = new Subscription(method, this.#bounds, () => {
      takers.delete(take);
      if (takers.size === 0) this.#takers.delete(method);
      this.#open.delete(stream);
      return onEnd();
    });
    const take = (params: unknown, bytes: number) => {
      try {
        const found = read(params, bytes);
        if (found !== undefined) stream.push(found.item, bytes);
      } catch (error) {
        this.#failed(error);
      }
    };
    takers.add(take);
    this.#open.add(stream);
    return { stream, take };
  }

  /** A notification came, in a message of so many bytes. */
  notify(method: string, params: unknown, bytes: number): void {
    for (const take of [...this.#takers.get(method) ?? []]) take(params, bytes);
  }

  /** Ends all: notifications may be lost. */
  end(error: unknown): void {
    for (const stream of [...this.#open]) stream.end(error);
  }
}
