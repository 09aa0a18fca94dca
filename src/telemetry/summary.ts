/**
 * Counts what a client does, by origin, in constant memory.
 *
 * @module
 */

import type { OperationMiddleware } from "../http/settings/middleware.ts";
import { Response } from "../http/response/response.ts";
import { answered, begin, ended, type OutcomeRecord } from "./record.ts";

/** What a client did at one origin. */
export interface OriginSummary {
  /** Operations that ended. */
  readonly calls: number;
  /** Operations that ended without a response. */
  readonly failures: number;
  /** Operations that the caller aborted. */
  readonly cancelled: number;
  /** Responses with a status other than 2xx. */
  readonly errorStatuses: number;
  /** Attempts after the first. */
  readonly retries: number;
  /** Bytes of buffered bodies, decoded. */
  readonly bytes: number;
  /** The median duration in milliseconds, within 5 %. */
  readonly p50Ms: number;
  /** The 90th percentile of the duration in milliseconds, within 5 %. */
  readonly p90Ms: number;
  /** The 99th percentile of the duration in milliseconds, within 5 %. */
  readonly p99Ms: number;
  /** The longest duration in milliseconds. */
  readonly maxMs: number;
}

/** Counts what a client does. */
export interface Summary {
  /** Operation middleware, for `use.operation` of a client. */
  readonly operation: OperationMiddleware;
  /** Returns the counts by origin; origins after the first 100 are `other`. */
  report(): Record<string, OriginSummary>;
}

const MOST_ORIGINS = 100;
/** Each bucket ends a tenth above the one before, so that its middle is within 5 %. */
const GROWTH = 1.1;
const FIRST_MS = 0.1;
/** Up to five hours. */
const BUCKETS = 200;

class OriginCounts {
  calls = 0;
  failures = 0;
  cancelled = 0;
  errorStatuses = 0;
  retries = 0;
  bytes = 0;
  maxMs = 0;
  readonly #buckets = new Uint32Array(BUCKETS);

  add({ outcome, attempts, elapsedMs }: OutcomeRecord, bytes: number): void {
    this.calls++;
    if (outcome === "failed") this.failures++;
    if (outcome === "cancelled") this.cancelled++;
    if (outcome === "status") this.errorStatuses++;
    this.retries += attempts - 1;
    this.bytes += bytes;
    this.maxMs = Math.max(this.maxMs, elapsedMs);
    const bucket = Math.ceil(Math.log(elapsedMs / FIRST_MS) / Math.log(GROWTH));
    this.#buckets[Math.min(BUCKETS - 1, Math.max(0, bucket))]!++;
  }

  /** The duration that this part of the operations did not exceed. */
  #percentile(part: number): number {
    let rest = Math.ceil(this.calls * part);
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      rest -= this.#buckets[bucket]!;
      // The middle of the bucket, which begins a tenth below its end.
      if (rest <= 0) return Math.min(this.maxMs, FIRST_MS * GROWTH ** (bucket - 0.5));
    }
    return this.maxMs;
  }

  report(): OriginSummary {
    const { calls, failures, cancelled, errorStatuses, retries, bytes, maxMs } = this;
    return {
      ...{ calls, failures, cancelled, errorStatuses, retries, bytes, maxMs },
      p50Ms: this.#percentile(0.5),
      p90Ms: this.#percentile(0.9),
      p99Ms: this.#percentile(0.99),
    };
  }
}

/**
 * Counts what a client does by origin: calls, retries, failures, bytes, and percentiles of the duration.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { summary } from "@codomyrmex/networking/telemetry";
 * import { MockTransport } from "@codomyrmex/networking/testing";
 *
 * const transport = new MockTransport().on("GET", "/", { status: 503 }, { body: "hello" });
 * const done = summary();
 * const use = { operation: [done.operation] };
 * await using client = new HTTPClient({ transport, use, retryBackoff: 0 });
 * await client.get("http://a.example/");
 * const { calls, retries, bytes } = done.report()["http://a.example"]!;
 * console.log(calls, retries, bytes); // 1 1 5
 * ```
 */
export function summary(): Summary {
  const byOrigin = new Map<string, OriginCounts>();
  const countsOf = (url: string): OriginCounts => {
    const { origin } = new URL(url);
    const key = byOrigin.has(origin) || byOrigin.size < MOST_ORIGINS ? origin : "other";
    let counts = byOrigin.get(key);
    if (counts === undefined) byOrigin.set(key, counts = new OriginCounts());
    return counts;
  };
  return {
    async operation(request, next) {
      const beginning = begin(request);
      try {
        const response = await next(request);
        const bytes = response instanceof Response ? response.content.byteLength : 0;
        countsOf(request.url).add(answered(beginning, response), bytes);
        return response;
      } catch (error) {
        countsOf(request.url).add(ended(beginning, error), 0);
        throw error;
      }
    },
    report: () =>
      Object.fromEntries([...byOrigin].map(([origin, counts]) => [origin, counts.report()])),
  };
}
