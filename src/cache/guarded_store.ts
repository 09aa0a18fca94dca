/**
 * A store as the cache uses it: bounded in time, and its failure is no failure of the call.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import type { KnownCall } from "../http/settings/call_cache.ts";
import { isPromiseLike } from "../runtime/promise_like.ts";
import type { CacheEntry, CacheKey, CacheStore } from "./rules/cache_entry.ts";

/** How long a store may take. */
const STORE_MS = 250;

type Waiting = Pick<KnownCall, "signal">;
/** Whose entries they are. */
interface Owner {
  readonly key: CacheKey;
  readonly call: KnownCall;
}

/** The store of one cache. */
export class GuardedStore {
  readonly isLasting: boolean;
  readonly #store: CacheStore;
  readonly #maxSize: number;
  readonly #tell: (error: unknown) => void;

  constructor(store: CacheStore, maxSize: number, tell: (error: unknown) => void) {
    this.isLasting = store.isLasting;
    this.#store = store;
    this.#maxSize = maxSize;
    this.#tell = tell;
  }

  /** Returns the key of the fingerprints; undefined if the store failed. */
  secret(
    call: Waiting,
  ): Uint8Array<ArrayBuffer> | undefined | Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#ask(() => this.#store.secret(), call);
  }

  /**
   * Returns what is stored. A redirect is no answer to a call that follows redirects.
   */
  get({ key, call }: Owner): readonly CacheEntry[] | Promise<readonly CacheEntry[]> {
    const follows = call.settings.maxRedirects > 0;
    const usable = (entries: readonly CacheEntry[] = []) =>
      follows && entries.some(({ status }) => isRedirect(status))
        ? entries.filter(({ status }) => !isRedirect(status))
        : entries;
    const found = this.#ask(() => this.#store.get(key), call);
    return isPromiseLike(found) ? found.then(usable) : usable(found);
  }

  async put({ key }: Pick<Owner, "key">, entry: CacheEntry, call: Waiting): Promise<void> {
    await this.#ask(() => this.#store.put(key, entry, this.#maxSize), call);
  }

  async delete({ key }: Pick<Owner, "key">, id: string, call: Waiting): Promise<void> {
    await this.#ask(() => this.#store.delete(key, id), call);
  }

  async invalidate(url: string, call: Waiting): Promise<void> {
    await this.#ask(() => this.#store.invalidate(url), call);
  }

  /** Waits as long as somebody waits for the call, and at most `ms`. */
  async within<T>(work: PromiseLike<T>, { signal }: Waiting, ms: number): Promise<T> {
    try {
      return await deadline(Promise.resolve(work), ms, { signal });
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    }
  }

  #ask<T>(work: () => T | Promise<T>, call: Waiting): T | undefined | Promise<T | undefined> {
    try {
      const result = work();
      return isPromiseLike(result) ? this.#wait(result, call) : result;
    } catch (error) {
      this.#tell(error);
      return undefined;
    }
  }

  async #wait<T>(result: PromiseLike<T>, call: Waiting): Promise<T | undefined> {
    try {
      return await this.within(result, call, STORE_MS);
    } catch (error) {
      if (call.signal.aborted) throw error;
      this.#tell(error);
      return undefined;
    }
  }
}

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}
