/**
 * A cache of responses by RFC 9111, as the value of the option `cache` of an `HTTPClient`. It is loaded by
 * the programs that import it alone.
 *
 * ## A cache that survives restarts
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { httpCache, sqliteCacheStore } from "@codomyrmex/networking/cache";
 *
 * const handler = () => new Response("hello", { headers: { "cache-control": "max-age=60" } });
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 * using store = sqliteCacheStore(`${await Deno.makeTempDir()}/responses.db`);
 * const baseUrl = `http://localhost:${server.addr.port}`;
 * await using client = new HTTPClient({ baseUrl, cache: httpCache({ store }) });
 * for (const _ of "12") console.log((await client.get("/")).cache?.status); // miss, then hit
 * ```
 *
 * ## What happens to a call
 *
 * `response.cache.status` says it:
 *
 * | status        | the response                                                                  |
 * | ------------- | ----------------------------------------------------------------------------- |
 * | `hit`         | is stored and fresh; nothing was sent, and `attempts` is empty                |
 * | `stale`       | is stored and no longer fresh, which the server allows                        |
 * | `revalidated` | is stored, and the server said that it is unchanged                           |
 * | `miss`        | came from the server, and was stored if its headers allow that                |
 * | `bypass`      | came from the server; the cache has no part in such a request                 |
 *
 * A request decides by Cache-Control: `no-store`, `no-cache`, `max-age`, `min-fresh`, `max-stale`,
 * `stale-if-error` and `only-if-cached`, which gives 504 where nothing is stored. `cache: false` switches the
 * cache off for a call.
 *
 * ## Who shares what
 *
 * Each credential has its own responses, whatever the server says: the scheme of `auth`, secret headers,
 * secret parameters, and the cookies of a jar. They are hashed, never stored, and never shown. A scheme of
 * your own says by `partition` whom it stands for; without it a store in a file keeps none of its responses.
 * `httpCache({ shared: true })` is for one that serves many users: it follows the rules of shared caches.
 *
 * ## Stores
 *
 * {@linkcode memoryCacheStore} and {@linkcode sqliteCacheStore} are here; anything with the methods of
 * {@linkcode CacheStore} will do. A store that fails, or takes longer than 250 ms, counts as empty, and
 * `onStoreError` is called.
 *
 * @module
 */

export type { CacheEntry, CacheKey, CacheStore, FieldPairs } from "./rules/cache_entry.ts";
export { httpCache, type HTTPCacheOptions } from "./http_cache.ts";
export { memoryCacheStore } from "./memory_store.ts";
export { type SQLiteCacheStore, sqliteCacheStore } from "./sqlite_store.ts";
export type {
  AnyResponse,
  CallCache,
  CallLender,
  SharedCall,
} from "../http/settings/call_cache.ts";
