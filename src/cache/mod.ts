/**
 * A cache of responses by RFC 9111 and RFC 5861, as the value of the option `cache` of an `HTTPClient`. Only
 * programs that import this entry load it.
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { httpCache } from "@codomyrmex/networking/cache";
 *
 * const headers = { "cache-control": "max-age=60" };
 * const handler = () => new Response("hello", { headers });
 * const local = { hostname: "localhost", port: 0 };
 * await using server = Deno.serve(local, handler);
 * const baseUrl = `http://localhost:${server.addr.port}`;
 *
 * await using client = new HTTPClient({ baseUrl, cache: httpCache() });
 * console.log((await client.get("/")).cache?.status); // miss
 * console.log((await client.get("/")).cache?.status); // hit
 * ```
 *
 * ## What happens to a call?
 *
 * `response.cache.status` is one of:
 *
 * | status        | the response                                                                  |
 * | ------------- | ----------------------------------------------------------------------------- |
 * | `hit`         | is stored and fresh; nothing was sent, and `attempts` is empty                |
 * | `stale`       | is stored and no longer fresh, which the server allows                        |
 * | `revalidated` | is stored, and the server said that it is unchanged                           |
 * | `miss`        | came from the server, and was stored if its headers allow that                |
 * | `bypass`      | came from the server; the cache has no part in such a request                 |
 *
 * A hit passes operation middleware, and neither the limiter nor the breaker nor the hooks of a request.
 * Downloads and event streams never use the cache.
 *
 * ## How do I ask for a fresh response, or for any?
 *
 * A request decides by Cache-Control: `no-store`, `no-cache`, `max-age`, `min-fresh`, `max-stale`,
 * `stale-if-error` and `only-if-cached`, which returns 504 if nothing is stored. `cache: false` switches the
 * cache off for a call.
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { httpCache } from "@codomyrmex/networking/cache";
 *
 * let version = 0;
 * const headers = { "cache-control": "max-age=60" };
 * const handler = () => new Response(`version ${++version}`, { headers });
 * const local = { hostname: "localhost", port: 0 };
 * await using server = Deno.serve(local, handler);
 * const baseUrl = `http://localhost:${server.addr.port}`;
 *
 * await using client = new HTTPClient({ baseUrl, cache: httpCache() });
 * await client.get("/");
 * console.log((await client.get("/")).text); // version 1
 * const fresh = { headers: { "cache-control": "no-cache" } };
 * console.log((await client.get("/", fresh)).text); // version 2
 * console.log((await client.get("/", { cache: false })).text); // version 3
 * ```
 *
 * ## How does it survive a restart?
 *
 * {@linkcode sqliteCacheStore} keeps the responses in a file, on Deno, Bun and Node from 22.13. Several processes
 * may use the file. Anything with the methods of {@linkcode CacheStore} is a store as well.
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import {
 *   httpCache,
 *   sqliteCacheStore,
 * } from "@codomyrmex/networking/cache";
 *
 * const headers = { "cache-control": "max-age=60" };
 * const handler = () => new Response("hello", { headers });
 * const local = { hostname: "localhost", port: 0 };
 * await using server = Deno.serve(local, handler);
 * const baseUrl = `http://localhost:${server.addr.port}`;
 * const file = `${await Deno.makeTempDir()}/responses.db`;
 *
 * for (const _ of "12") { // two runs of a program
 *   using store = sqliteCacheStore(file);
 *   const cache = httpCache({ store });
 *   await using client = new HTTPClient({ baseUrl, cache });
 *   console.log((await client.get("/")).cache?.status); // miss, then hit
 * }
 * ```
 *
 * ## Who shares what?
 *
 * Each credential has its own responses, whatever the server says: the scheme of `auth`, secret headers,
 * secret parameters, and the cookies of a jar. A store gets a hash of them and no secret. A scheme of
 * your own says with `partition` whom it stands for; without it a store in a file keeps none of its responses.
 * `httpCache({ shared: true })` follows the rules of shared caches, for a program that serves many users.
 *
 * ## Limits and errors
 *
 * | option         | default | what it does                                                               |
 * | -------------- | ------- | -------------------------------------------------------------------------- |
 * | `maxSize`      | 50 MiB  | all responses together; the least recently used are evicted first          |
 * | `maxEntrySize` | 5 MiB   | the largest body that is kept; a larger one reaches the caller all the same |
 * | `onStoreError` | none    | called with the error of a store; no call fails because of its store       |
 *
 * A store that fails, or takes longer than 250 ms, counts as empty.
 *
 * ## How well does it follow the rules?
 *
 * It is judged by http-tests/cache-tests. As a shared cache it passes 149 of 150 required cases and 84 of 98
 * optimal ones. The case it fails asks for Set-Cookie to be stored, which would give one user the cookie of another. As a
 * private cache it passes all required cases but the five that ask for rules of shared caches.
 *
 * ## Neighbors
 *
 * `dedupe: true` of a client joins calls for the same that run at the same time, without a cache. `./limits` limits
 * what is sent. SPEC.md, section 27, has the rules.
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
