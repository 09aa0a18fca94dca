/**
 * A cache of responses by RFC 9111 and RFC 5861, for the option `cache` of an `HTTPClient`. Only programs that
 * import this entry load it.
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
 * | `hit`         | was stored and is fresh; nothing was sent, and `attempts` is empty            |
 * | `stale`       | was stored and is no longer fresh, but the server allows its use              |
 * | `revalidated` | was stored, and the server confirmed that it is unchanged                     |
 * | `miss`        | came from the server, and was stored if its headers allow that                |
 * | `bypass`      | came from the server; the cache does not handle such a request                |
 *
 * A hit runs operation middleware, but not the limiter, the breaker or the request hooks. Downloads and event
 * streams never use the cache.
 *
 * ## How do I request a fresh or a stale response?
 *
 * Use the Cache-Control directives of a request: `no-store`, `no-cache`, `max-age`, `min-fresh`, `max-stale`,
 * `stale-if-error` and `only-if-cached`, which returns 504 if nothing is stored. `cache: false` disables the
 * cache for a call.
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
 * {@linkcode sqliteCacheStore} stores the responses in a file, on Deno, Bun and Node from 22.13. Several processes
 * may use the file. Any object with the methods of {@linkcode CacheStore} is a store as well.
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
 * ## Who shares which responses?
 *
 * Each credential has its own responses, even if the server allows sharing. Credentials are the scheme of `auth`,
 * secret headers, secret parameters, and the cookies of a jar. A store receives their hash and never a secret. A
 * custom scheme identifies its user with `partition`; without it a store in a file stores none of its responses.
 * `httpCache({ shared: true })` follows the rules of shared caches, for a program that serves many users.
 *
 * ## Limits and errors
 *
 * | option         | default | what it does                                                               |
 * | -------------- | ------- | -------------------------------------------------------------------------- |
 * | `maxSize`      | 50 MiB  | all responses together; the least recently used are evicted first          |
 * | `maxEntrySize` | 5 MiB   | the largest body that is stored; larger ones are returned but not stored   |
 * | `onStoreError` | none    | called with the error of a store; no call fails because of its store       |
 *
 * A store that fails, or takes longer than 250 ms, counts as empty.
 *
 * ## How well does it follow the rules?
 *
 * It is tested with http-tests/cache-tests. As a shared cache it passes 149 of 150 required cases and 84 of 98
 * optimal ones. The failed case requires storing Set-Cookie, which would send one user's cookie to another. As a
 * private cache it passes all required cases except the five for shared caches.
 *
 * ## Related entries
 *
 * `dedupe: true` of a client joins identical calls that run at the same time, without a cache. {@linkcode [limits]} limits the
 * requests that are sent. SPEC.md, section 27, has the rules.
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
