/**
 * Limits between calls: a {@linkcode Limiter} for how many requests go, and a {@linkcode Breaker} that
 * refuses calls to a server that fails.
 *
 * @module
 */

export { Breaker, type BreakerOptions, type BreakerState } from "./breaker.ts";
export type { LimiterState } from "./key_queue.ts";
export { Limiter, type LimiterOptions, type Rate } from "./limiter.ts";
