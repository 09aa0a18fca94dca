/**
 * Reads the streams of a connection in sequence, and waits between them. Loaded by the first `connect()`.
 *
 * @module
 */

import { STREAM_READERS } from "../http/response/lazy_readers.ts";
import { isWorthReconnecting, nextAttempt, reconnectDelay } from "../retry/reconnect.ts";
import { Alarm } from "../options/alarm.ts";
import type { EventConnection } from "./event_connection.ts";
import type { ConnectionEnd } from "./event_port.ts";
import { requestEvents } from "./event_request.ts";

/** How one stream ended. */
interface StreamEnd {
  /** Why the request failed, or the stream broke off. */
  readonly failure: ConnectionEnd;
  /** The time it was open, in milliseconds; undefined if it never was. */
  readonly openMs: number | undefined;
  /** The number of its events. */
  readonly count: number;
  /** The wait before the next stream, as the server set it. */
  readonly retryMs?: number | undefined;
  /** @throws {NetworkingError} If it ended in the middle of an event. */
  readonly requireWhole: () => void;
}

/** The wait after a stream that ended in order and set no `retry:`, as a multiple of `retryBackoff`. */
const CALM_BACKOFFS = 3;

/** Reads streams in sequence. */
export async function runStreams<T>(life: EventConnection<T>): Promise<void> {
  const { reconnect, maxReconnects, stableAfterMs, policy } = life.settings;
  let retryMs: number | undefined;
  let attempt = 0;
  for (let isFirst = true;; isFirst = false) {
    const wasForced = life.isForced;
    life.isForced = false;
    const ended = await readStream(life, isFirst);
    life.signal.throwIfAborted(); // while the transfer ended
    if (ended === undefined) return;
    const { failure, openMs, count } = ended;
    retryMs = ended.retryMs ?? retryMs;
    const isFailure = "error" in failure;
    // A stream that had events and ended in order did not fail.
    const didWell = count > 0 && !isFailure;
    attempt = nextAttempt(attempt, { openMs, didWell, wasForced }, stableAfterMs);
    const isOver = !reconnect || attempt > maxReconnects ||
      isFailure &&
        (isFirst && openMs === undefined || !isWorthReconnecting(failure.error, policy));
    if (isOver) {
      if (isFailure) throw failure.error;
      return ended.requireWhole();
    }
    const calmMs = didWell ? Math.min(CALM_BACKOFFS * policy.backoffMs, policy.maxBackoffMs) : 0;
    const serverMs = Math.min(retryMs ?? calmMs, policy.maxRetryAfterMs);
    const { retryAfterMs = 0 } = Object(failure.error) as { readonly retryAfterMs?: number };
    const floorMs = Math.max(serverMs, retryAfterMs);
    const delayMs = reconnectDelay(policy, attempt, floorMs, Math.random);
    life.state = "waiting";
    // A connect() that was called during a wait still waits if this attempt fails.
    if (openMs !== undefined) life.opening = Promise.withResolvers();
    life.port.waiting(failure, attempt, delayMs);
    await pause(life, delayMs);
    life.state = "connecting";
  }
}

/** Reads one stream to its end. Returns undefined if the server has no more events (204). */
async function readStream<T>(
  life: EventConnection<T>,
  isFirst: boolean,
): Promise<StreamEnd | undefined> {
  const { port, signal, client, url } = life;
  const { method, call, parser: parserOptions } = life.settings;
  const failed = (error: unknown, openMs: number | undefined, count: number): StreamEnd => {
    signal.throwIfAborted();
    return { failure: { error }, openMs, count, requireWhole: () => {} };
  };
  let response;
  let readers;
  try {
    response = await requestEvents({
      client,
      method,
      url,
      // Later streams are retried by the loop above.
      options: { ...call, ...(!isFirst && { maxRetries: 0 }), signal },
      lastEventId: port.cameUpTo,
    });
    readers = await STREAM_READERS.load(); // already loaded for the response
  } catch (error) {
    return failed(error, undefined, 0);
  }
  const { EventStreamParser, readEvents, requireEventStream, requireWhole } = readers;
  const parser = new EventStreamParser(parserOptions(port.cameUpTo));
  const openedAt = performance.now();
  let count = 0;
  try {
    signal.throwIfAborted(); // a hook may have closed the client
    if (response.statusCode === 204) return undefined;
    await requireEventStream(response);
    life.state = "open";
    life.opening.resolve(true);
    port.opened(!isFirst);
    for await (const event of readEvents(response, parser)) {
      signal.throwIfAborted(); // a handler may have closed the client
      count++;
      port.cameUpTo = event.lastEventId;
      port.came(event);
      if (!port.isWanted()) await pause(life, Infinity);
    }
  } catch (error) {
    return { ...failed(error, performance.now() - openedAt, count), retryMs: parser.retryMs };
  } finally {
    await response.cancel();
  }
  port.cameUpTo = parser.lastEventId; // an ID may come without an event
  const openMs = performance.now() - openedAt;
  const { retryMs } = parser;
  return {
    failure: {},
    openMs,
    count,
    retryMs,
    requireWhole: () => requireWhole(response, parser),
  };
}

/** Waits until an event is wanted, or for `ms`. */
async function pause<T>(life: EventConnection<T>, ms: number): Promise<void> {
  life.signal.throwIfAborted(); // a handler may have closed the client
  const { promise, resolve } = Promise.withResolvers<void>();
  life.resume = resolve;
  const alarm = new Alarm(resolve);
  alarm.at = performance.now() + ms;
  await promise;
  alarm.at = Infinity;
  life.signal.throwIfAborted();
}
