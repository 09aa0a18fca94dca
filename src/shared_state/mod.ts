/**
 * State that several clients, isolates or processes share: one small interface, in memory, in Deno KV
 * and in Redis. Values have versions, so that a writer knows which value it replaces. A lease lets one owner at a
 * time do something. `kvTokenStore()` of `./auth/oauth2` keeps its tokens this way.
 *
 * @module
 */

export { type KeyValueOperation, type KeyValueStore, kvState } from "./kv_state.ts";
export { type Lease, type LeaseOptions } from "./state.ts";
export { memoryState } from "./memory_state.ts";
export { type RedisClient, redisState, type RedisStateOptions } from "./redis_state.ts";
export type { ExpiryOptions, SharedState, StateEntry, StateKey, WallClock } from "./state.ts";
export type { Duration, DurationParts } from "../options/duration.ts";
