/**
 * A cache of responses by RFC 9111, as the value of the option `cache`.
 *
 * @module
 */

export type { CacheEntry, CacheKey, CacheStore, FieldPairs } from "./rules/cache_entry.ts";
export { httpCache, type HTTPCacheOptions } from "./http_cache.ts";
export { memoryCacheStore } from "./memory_store.ts";
export type {
  AnyResponse,
  CallCache,
  CallLender,
  SharedCall,
} from "../http/settings/call_cache.ts";
