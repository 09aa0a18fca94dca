/**
 * The notification streams of one peer.
 *
 * @module
 */

import type { QueueBounds } from "../messages/queue.ts";
import { Subscription } from "./subscription.ts";

/** Reads the item of a notification; undefined if it belongs to another stream. */
export type Reader<Item> = (
  params: unknown,
  bytes: number,
) => { readonly item: Item } | undefined;

/** A stream, and the function that passes a notification to it. */
export interface OpenStream<Item> {
  readonly stream: Subscription<Item>;
  readonly take: (params: unknown, bytes: number) => void;
}

/** The streams that are open, by method. */
export class Streams {
  readonly #bounds: QueueBounds<string>;
  readonly #failed: (error: unknown) => void;
  readonly #takers = new Map<string, Set<(params: unknown, bytes: number) => void>>();
  readonly #open = new Set<{ end(error: unknown): void }>();

  /** @param failed Called if a notification cannot be read. */
  constructor(bounds: QueueBounds<string>, failed: (error: unknown) => void) {
    this.#bounds = bounds;
    this.#failed = failed;
  }

  /** Opens a stream of the items that `read` returns for the notifications of a method. */
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

  /** Passes a notification to its streams; `bytes` is the size of its message. */
  notify(method: string, params: unknown, bytes: number): void {
    for (const take of [...this.#takers.get(method) ?? []]) take(params, bytes);
  }

  /** Ends all streams with an error, since notifications may be lost. */
  end(error: unknown): void {
    for (const stream of [...this.#open]) stream.end(error);
  }
}
