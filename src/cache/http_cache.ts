/**
 * Creates a cache from its options.
 *
 * @module
 */

import type { CallCache } from "../http/settings/call_cache.ts";
import { callable, flag, type OptionTable, wholeNumber, withMethods } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";
import { CachedCalls } from "./cached_calls.ts";
import { GuardedStore } from "./guarded_store.ts";
import { memoryCacheStore } from "./memory_store.ts";
import type { CacheStore } from "./rules/cache_entry.ts";

/** Options of {@linkcode httpCache}. */
export interface HTTPCacheOptions {
  /** Stores the responses; memory when left out. */
  readonly store?: CacheStore;
  /**
   * Maximum size of all responses together, in bytes. The least recently used are evicted first.
   *
   * @default {52428800}
   */
  readonly maxSize?: number;
  /**
   * Maximum size of a body that is stored, in bytes.
   *
   * @default {5242880}
   */
  readonly maxEntrySize?: number;
  /**
   * Whether the rules of a shared cache apply (RFC 9111). Users then share responses if the server allows it,
   * and responses with Set-Cookie are not stored. Otherwise each credential has its own responses.
   *
   * @default {false}
   */
  readonly shared?: boolean;
  /** Called with the error of a store that failed. The call continues without the store. */
  readonly onStoreError?: (error: unknown) => void;
}

const TABLE = {
  store: withMethods<CacheStore>("a store such as memoryCacheStore()", "secret", "get", "put"),
  maxSize: wholeNumber({ min: 1 }),
  maxEntrySize: wholeNumber({ min: 1 }),
  shared: flag,
  onStoreError: callable<(error: unknown) => void>(),
} satisfies OptionTable<HTTPCacheOptions>;

/**
 * Creates a cache for the option `cache` of a client (RFC 9111, RFC 5861). Several clients may share it.
 *
 * @param options The store, the limits, and whether the cache is shared among users.
 * @throws {TypeError | RangeError} If an option cannot be used.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { httpCache } from "@codomyrmex/networking/cache";
 *
 * const handler = () => new Response("hello", { headers: { "cache-control": "max-age=60" } });
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 * const baseUrl = `http://localhost:${server.addr.port}`;
 * await using client = new HTTPClient({ baseUrl, cache: httpCache() });
 * await client.get("/");
 * console.log((await client.get("/")).cache?.status); // hit
 * ```
 */
export function httpCache(options?: HTTPCacheOptions): CallCache {
  const read = readOptions("make an HTTP cache", options, TABLE);
  const { store = memoryCacheStore(), maxSize = 50 * 1024 * 1024, shared = false } = read;
  const guarded = new GuardedStore(store, maxSize, read.onStoreError ?? (() => {}));
  return new CachedCalls(guarded, read.maxEntrySize ?? 5 * 1024 * 1024, shared);
}
