/**
 * The connection of an EventSourceClient, from `connect()` to its end: one stream after another, with
 * the waits between them.
 *
 * @module
 */

import type { ServerSentEvent } from "../formats/event_stream_parser.ts";
import type { HTTPClient } from "../http/http_client.ts";
import { STREAM_READERS } from "../http/response/lazy_readers.ts";
import type { ConnectionState } from "../messages/message_stream.ts";
import { Alarm } from "../options/alarm.ts";
import { isWorthReconnecting, nextAttempt, reconnectDelay } from "../retry/reconnect.ts";
import type { EventSourceSettings } from "./event_source_options.ts";
import { requestEvents } from "./event_request.ts";

/** How a connection ended; with an error unless the end was agreed on. */
export interface ConnectionEnd {
  readonly error?: unknown;
}

/** The client, as its connection sees it. */
export interface EventPort {
  /** The ID of the last event that came, which the next request starts after. */
  cameUpTo: string;
  /** Called when a stream is open; `again` is true for all but the first. */
  opened(again: boolean): void;
  /** Called with each event. */
  came(event: ServerSentEvent): void;
  /** Whether another event is wanted. */
  isWanted(): boolean;
  /** Called before the wait for the next attempt. */
  waiting(failure: ConnectionEnd, attempt: number, delayMs: number): void;
  /** Called at the end: no event comes after it. */
  ending(end: ConnectionEnd): void;
  /** Called when the transfer has ended as well. */
  ended(end: ConnectionEnd): void;
}

/** How one stream ended. */
interface StreamEnd {
  /** Why there was no stream, or why it broke off. */
  readonly failure: ConnectionEnd;
  /** How long it was open; undefined if it never was. */
  readonly openMs: number | undefined;
  /** How many events it had. */
  readonly count: number;
  /** @throws {NetworkingError} If it ended in the middle of an event. */
  readonly requireWhole: () => void;
}

/** How many times `retryBackoff` to wait after a stream that ended in order and named no time. */
const CALM_BACKOFFS = 3;

/** A promise of the end. `PromiseWithResolvers` is not in the libraries of types before ES2024. */
export interface Closing {
  readonly promise: Promise<ConnectionEnd>;
  resolve(end: ConnectionEnd): void;
}

/** The connection of one client. */
export class EventConnection<T> {
  /** The state: connecting, open, waiting or closed. */
  state: ConnectionState = "connecting";
  readonly #settings: EventSourceSettings<T>;
  readonly #url: string | URL;
  readonly #port: EventPort;
  readonly #client: HTTPClient;
  readonly #controller = new AbortController();
  readonly #signal: AbortSignal = this.#controller.signal;
  readonly #closed: Closing;
  readonly #running: Promise<ConnectionEnd>;
  #opened = Promise.withResolvers<boolean>();
  #retryMs: number | undefined;
  #isForced = false;
  #resume = (): void => {};

  /**
   * Connects.
   *
   * @param closed Resolved at the end.
   */
  constructor(
    settings: EventSourceSettings<T>,
    url: string | URL,
    port: EventPort,
    closed: Closing,
  ) {
    this.#closed = closed;
    this.#settings = settings;
    this.#url = url;
    this.#port = port;
    this.#client = settings.client ?? settings.newClient();
    settings.signal?.addEventListener("abort", this.#onAbort);
    // After this turn: a hook may use the client, which has to know its connection then.
    this.#running = Promise.resolve().then(() => this.#run())
      .then(() => ({}), (error) => ({ error }));
    void this.#running.then((end) => this.end(end));
  }

  /** Ends a wait. Resolves to true when a stream is open, and to false if the connection ends first. */
  connect(): Promise<boolean> {
    if (this.state === "waiting") {
      this.#isForced = true;
      this.#resume();
    }
    return this.#opened.promise;
  }

  /** Resumes reading: an event is wanted. */
  want(): void {
    if (this.state === "open") this.#resume();
  }

  /** Ends the connection; resolves when the transfer has ended. */
  async end(end: ConnectionEnd): Promise<void> {
    if (this.state === "closed") return void await this.#closed.promise;
    this.state = "closed";
    this.#settings.signal?.removeEventListener("abort", this.#onAbort);
    this.#controller.abort("error" in end ? end.error : CLOSED);
    this.#resume();
    this.#opened.promise.catch(() => {}); // nobody may wait for it
    if ("error" in end) this.#opened.reject(end.error);
    this.#opened.resolve(false);
    this.#port.ending(end);
    await this.#running;
    if (this.#settings.client === undefined) await this.#client.close();
    this.#closed.resolve(end);
    this.#port.ended(end);
  }

  readonly #onAbort = (): void => void this.end({ error: this.#settings.signal!.reason });

  /** Reads streams, one after another. */
  async #run(): Promise<void> {
    const { reconnect, maxReconnects, stableAfterMs, policy } = this.#settings;
    let attempt = 0;
    for (let isFirst = true;; isFirst = false) {
      const wasForced = this.#isForced;
      this.#isForced = false;
      const ended = await this.#stream(isFirst);
      this.#signal.throwIfAborted(); // while the transfer ended
      if (ended === undefined) return;
      const { failure, openMs, count } = ended;
      const isFailure = "error" in failure;
      // A stream that brought events and ended in order did not fail.
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
      const askedMs = Math.min(this.#retryMs ?? calmMs, policy.maxRetryAfterMs);
      const { retryAfterMs = 0 } = Object(failure.error) as { readonly retryAfterMs?: number };
      const floorMs = Math.max(askedMs, retryAfterMs);
      const delayMs = reconnectDelay(policy, attempt, floorMs, Math.random);
      this.state = "waiting";
      // A connect() that was called in a wait still waits when the attempt fails.
      if (openMs !== undefined) this.#opened = Promise.withResolvers();
      this.#port.waiting(failure, attempt, delayMs);
      await this.#pause(delayMs);
      this.state = "connecting";
    }
  }

  /** Reads one stream to its end; undefined if the server says that nothing will come. */
  async #stream(isFirst: boolean): Promise<StreamEnd | undefined> {
    const port = this.#port;
    const { method, call, parser: parserOptions } = this.#settings;
    const failed = (error: unknown, openMs: number | undefined, count: number): StreamEnd => {
      this.#signal.throwIfAborted();
      return { failure: { error }, openMs, count, requireWhole: () => {} };
    };
    let response;
    let readers;
    try {
      response = await requestEvents({
        client: this.#client,
        method,
        url: this.#url,
        // Later streams are retried by the loop above.
        options: { ...call, ...(!isFirst && { maxRetries: 0 }), signal: this.#signal },
        lastEventId: port.cameUpTo,
      });
      readers = await STREAM_READERS.load(); // they are there since the response is
    } catch (error) {
      return failed(error, undefined, 0);
    }
    const { EventStreamParser, readEvents, requireEventStream, requireWhole } = readers;
    const parser = new EventStreamParser(parserOptions(port.cameUpTo));
    const openedAt = performance.now();
    let count = 0;
    try {
      this.#signal.throwIfAborted(); // a hook may have closed the client
      if (response.statusCode === 204) return undefined;
      await requireEventStream(response);
      this.state = "open";
      this.#opened.resolve(true);
      port.opened(!isFirst);
      for await (const event of readEvents(response, parser)) {
        this.#signal.throwIfAborted(); // a handler may have closed it
        count++;
        port.cameUpTo = event.lastEventId;
        port.came(event);
        if (!port.isWanted()) await this.#pause();
      }
    } catch (error) {
      return failed(error, performance.now() - openedAt, count);
    } finally {
      await response.cancel();
      this.#retryMs = parser.retryMs ?? this.#retryMs;
    }
    port.cameUpTo = parser.lastEventId; // an ID may come without an event
    const openMs = performance.now() - openedAt;
    return { failure: {}, openMs, count, requireWhole: () => requireWhole(response, parser) };
  }

  /** Waits until an event is wanted, or `ms` are over. */
  async #pause(ms: number = Infinity): Promise<void> {
    this.#signal.throwIfAborted(); // by a handler
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#resume = resolve;
    const alarm = new Alarm(resolve);
    alarm.at = performance.now() + ms;
    await promise;
    alarm.at = Infinity;
    this.#signal.throwIfAborted();
  }
}

/** The reason of the abort after `close()`. */
const CLOSED = Symbol("closed by the caller");
