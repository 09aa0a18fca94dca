/**
 * A store of responses in memory.
 *
 * @module
 */

import { type CacheEntry, type CacheKey, type CacheStore, sizeOf } from "./rules/cache_entry.ts";

interface Group {
  readonly name: string;
  readonly url: string;
  readonly entries: Map<string, CacheEntry>;
}

const NONE: readonly CacheEntry[] = [];

/**
 * Returns a store in the memory of this process, for one cache or several.
 */
export function memoryCacheStore(): CacheStore {
  return new MemoryCacheStore();
}

/** Evicts entries by size, those of the least recently used key first. */
class MemoryCacheStore implements CacheStore {
  readonly isLasting = false;
  readonly #secret = crypto.getRandomValues(new Uint8Array(32));
  /** In the order of their last use. */
  readonly #groups = new Map<string, Group>();
  readonly #byURL = new Map<string, Set<string>>();
  #size = 0;

  secret(): Uint8Array<ArrayBuffer> {
    return this.#secret;
  }

  get(key: CacheKey): readonly CacheEntry[] {
    const name = nameOf(key);
    const group = this.#groups.get(name);
    if (group === undefined) return NONE;
    this.#groups.delete(name);
    this.#groups.set(name, group);
    return [...group.entries.values()];
  }

  put(key: CacheKey, entry: CacheEntry, maxSize: number): void {
    const name = nameOf(key);
    const group = this.#groups.get(name) ??
      { name, url: key.url, entries: new Map<string, CacheEntry>() };
    this.#remove(group, entry.id);
    const size = sizeOf(entry);
    if (size > maxSize) return;
    group.entries.set(entry.id, entry);
    this.#size += size;
    this.#groups.delete(name);
    this.#groups.set(name, group);
    let named = this.#byURL.get(key.url);
    if (named === undefined) this.#byURL.set(key.url, named = new Set());
    named.add(name);
    while (this.#size > maxSize) {
      const [oldest] = this.#groups.values();
      // The variants of one key alone can be too many: its oldest are removed first.
      const [id] = oldest!.entries.keys();
      this.#remove(oldest!, id!);
    }
  }

  delete(key: CacheKey, id: string): void {
    const group = this.#groups.get(nameOf(key));
    if (group !== undefined) this.#remove(group, id);
  }

  invalidate(url: string): void {
    for (const name of [...this.#byURL.get(url) ?? []]) {
      const group = this.#groups.get(name)!;
      for (const id of [...group.entries.keys()]) this.#remove(group, id);
    }
  }

  #remove(group: Group, id: string): void {
    const entry = group.entries.get(id);
    if (entry === undefined) return;
    const size = sizeOf(entry);
    group.entries.delete(id);
    this.#size -= size;
    if (group.entries.size > 0) return;
    this.#groups.delete(group.name);
    const named = this.#byURL.get(group.url);
    named?.delete(group.name);
    if (named?.size === 0) this.#byURL.delete(group.url);
  }
}

/** Returns the name of a key. A partition is hexadecimal, so two keys never have the same name. */
function nameOf({ url, partition }: CacheKey): string {
  return `${partition} ${url}`;
}
