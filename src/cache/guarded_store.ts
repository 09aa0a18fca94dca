/**
 * Protects calls from a cache store that is slow or fails: each use has a deadline, and a failure does not
 * fail the call.
 *
 * @module
 */

import { abortable } from "@std/async/abortable";
import type { KnownCall } from "../http/settings/call_cache.ts";
import { within } from "../runtime/within.ts";
import { isPromiseLike } from "../runtime/promise_like.ts";
import type { CacheEntry, CacheKey, CacheStore } from "./rules/cache_entry.ts";

/** The longest time that a store may take. */
const STORE_MS = 250;

type Waiting = Pick<KnownCall, "signal">;
/** The key and the call of the entries. */
interface Owner {
  readonly key: CacheKey;
  readonly call: KnownCall;
}

/** The store of one cache. */
export class GuardedStore {
  readonly isLasting: boolean;
  readonly #store: CacheStore;
  readonly #maxSize: number;
  readonly #onError: (error: unknown) => void;

  constructor(store: CacheStore, maxSize: number, onError: (error: unknown) => void) {
    this.isLasting = store.isLasting;
    this.#store = store;
    this.#maxSize = maxSize;
    this.#onError = onError;
  }

  /** Returns the key of the fingerprints; undefined if the store failed. */
  secret(
    call: Waiting,
  ): Uint8Array<ArrayBuffer> | undefined | Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#run(() => this.#store.secret(), call);
  }

  /** Returns the stored entries, without redirects if the call follows redirects. */
  get({ key, call }: Owner): readonly CacheEntry[] | Promise<readonly CacheEntry[]> {
    const follows = call.settings.maxRedirects > 0;
    const usable = (entries: readonly CacheEntry[] = []) =>
      follows && entries.some(({ status }) => isRedirect(status))
        ? entries.filter(({ status }) => !isRedirect(status))
        : entries;
    const found = this.#run(() => this.#store.get(key), call);
    return isPromiseLike(found) ? found.then(usable) : usable(found);
  }

  async put({ key }: Pick<Owner, "key">, entry: CacheEntry, call: Waiting): Promise<void> {
    await this.#run(() => this.#store.put(key, entry, this.#maxSize), call);
  }

  async delete({ key }: Pick<Owner, "key">, id: string, call: Waiting): Promise<void> {
    await this.#run(() => this.#store.delete(key, id), call);
  }

  async invalidate(url: string, call: Waiting): Promise<void> {
    await this.#run(() => this.#store.invalidate(url), call);
  }

  /** Waits for `work` until the call is aborted. */
  async untilAborted<T>(work: PromiseLike<T>, { signal }: Waiting): Promise<T> {
    try {
      return await abortable(Promise.resolve(work), signal);
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    }
  }

  #run<T>(work: () => T | Promise<T>, call: Waiting): T | undefined | Promise<T | undefined> {
    try {
      const result = work();
      return isPromiseLike(result) ? this.#wait(result, call) : result;
    } catch (error) {
      this.#onError(error);
      return undefined;
    }
  }

  async #wait<T>(result: PromiseLike<T>, call: Waiting): Promise<T | undefined> {
    try {
      return await within(result, STORE_MS, call.signal, (cause) => cause);
    } catch (error) {
      if (call.signal.aborted) throw call.signal.reason;
      this.#onError(error);
      return undefined;
    }
  }
}

function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}
