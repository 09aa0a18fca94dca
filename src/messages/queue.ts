/**
 * A queue bounded in messages and bytes. It returns dropped items to its caller, which reports them.
 *
 * @module
 */

/** The bounds of a queue. */
export interface QueueBounds<Policy extends string> {
  /** The most messages in the queue. */
  readonly maxMessages: number;
  /** The most bytes in the queue; text counts as UTF-8. */
  readonly maxBytes: number;
  /** What happens when a message does not fit. */
  readonly overflow: Policy | "drop-oldest" | "drop-newest";
}

/** The result of {@linkcode BoundedQueue.push}: the dropped items, or that the queue is full. */
export type Pushed<T> = { readonly dropped: readonly T[] } | "full";

const NOTHING = { dropped: [] };

/** A queue: first in, first out. */
export class BoundedQueue<T extends { readonly bytes: number }> {
  readonly #bounds: QueueBounds<string>;
  #items: T[] = [];
  #head = 0;
  #bytes = 0;

  constructor(bounds: QueueBounds<string>) {
    this.#bounds = bounds;
  }

  /** The number of items. */
  get length(): number {
    return this.#items.length - this.#head;
  }

  /** The bytes of all items. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The item that `shift()` takes next. */
  get first(): T | undefined {
    return this.#items[this.#head];
  }

  /** The items, in order. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (let index = this.#head; index < this.#items.length; index++) yield this.#items[index]!;
  }

  /** Adds an item at the end, as far as the bounds and the policy allow. */
  push(item: T): Pushed<T> {
    if (this.#fits(item)) {
      this.#add(item);
      return NOTHING;
    }
    const { overflow, maxMessages, maxBytes } = this.#bounds;
    if (overflow !== "drop-oldest" && overflow !== "drop-newest") return "full";
    // An item that would not fit into an empty queue evicts no other.
    if (overflow === "drop-newest" || item.bytes > maxBytes || maxMessages === 0) {
      return { dropped: [item] };
    }
    const dropped: T[] = [];
    while (!this.#fits(item)) dropped.push(this.shift()!);
    this.#add(item);
    return { dropped };
  }

  /** Removes and returns the first item. */
  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#bytes -= item.bytes;
    this.#items[this.#head++] = undefined!; // frees the item now; the array is cut later
    if (this.#head > 1023 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    } else if (this.#head === this.#items.length) {
      this.#items.length = this.#head = 0;
    }
    return item;
  }

  /** Removes and returns every item for which `unwanted` returns true, in order. */
  remove(unwanted: (item: T) => boolean): T[] {
    const removed: T[] = [];
    const kept: T[] = [];
    for (const item of this.#items.slice(this.#head)) (unwanted(item) ? removed : kept).push(item);
    this.#items = kept;
    this.#head = 0;
    for (const { bytes } of removed) this.#bytes -= bytes;
    return removed;
  }

  #fits({ bytes }: T): boolean {
    return this.length < this.#bounds.maxMessages && this.#bytes + bytes <= this.#bounds.maxBytes;
  }

  #add(item: T): void {
    this.#items.push(item);
    this.#bytes += item.bytes;
  }
}
