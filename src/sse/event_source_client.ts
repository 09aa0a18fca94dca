/**
 * Server-sent events over an HTTPClient, as messages: connects again where it was, and says how it
 * ended.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { ConnectionError, NetworkingError } from "../errors.ts";
import { eventsOf } from "../http/response/event_stream.ts";
import { bare } from "../runtime/bare.ts";
import type { HeadersOption } from "../http/request/headers.ts";
import type { HTTPClient } from "../http/http_client.ts";
import type { StreamingResponse } from "../http/response/streaming_response.ts";
import { type EventHandler, Handlers } from "../messages/handlers.ts";
import { Inbox } from "../messages/inbox.ts";
import type { ConnectionState, MessageStream, ReceiveOptions } from "../messages/message_stream.ts";
import { waitLimits } from "../messages/pending.ts";
import { redactURL, showOnly } from "../redact.ts";
import { isTransient, longestBackoff } from "../retry/retry_policy.ts";
import {
  type EventMessage,
  type EventSourceClientOptions,
  type EventSourceSettings,
  readOptions,
  UNSENDABLE,
} from "./event_source_options.ts";

/** What handlers get, by event. */
export interface EventSourceEvents<T> {
  /** The first stream of a life is there. */
  readonly open: Record<never, never>;
  /** An event came. */
  readonly message: { readonly message: EventMessage<T> };
  /** The stream ended, or was lost, and the next attempt is in `delayMs`. */
  readonly reconnecting: {
    readonly error?: unknown;
    readonly attempt: number;
    readonly delayMs: number;
  };
  /** The stream is there again, from `lastEventId` on. */
  readonly reconnected: { readonly lastEventId: string };
  /** The client's life is over; once, and nothing comes after it. */
  readonly close: { readonly error?: unknown };
  /** An event came, while `queued` others waited for a reader; `bytes` is the size of its data. */
  readonly received: { readonly bytes: number; readonly queued: number };
  /** Something failed: a handler, an event that cannot be decoded, or, before `close`, all of it. */
  readonly error: { readonly error: unknown; readonly raw?: string };
}

/** What a stream is held to before its first event: two, since one may be on its way. */
const BOUNDS = { maxMessages: Infinity, maxBytes: Infinity, overflow: "error" };

/**
 * A stream of server-sent events that connects again where it was: with the last event ID, after the
 * time that the server asked for (`retry:`, up to `maxRetryAfter`) and a back-off with jitter. 204 ends
 * it, as does a status that is not worth another attempt, or another content type than
 * `text/event-stream`. What is not read is not taken from the network.
 *
 * @typeParam T The data of an event.
 *
 * @example
 * ```ts
 * import { EventSourceClient } from "@codomyrmex/networking";
 *
 * const headers = { "content-type": "text/event-stream" };
 * const handler = (request: Request) =>
 *   request.headers.get("last-event-id") === "2"
 *     ? new Response(null, { status: 204 }) // there is no more
 *     : new Response("retry: 10\nid: 1\ndata: one\n\nid: 2\ndata: two\n\n", { headers });
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 *
 * await using events = new EventSourceClient(`http://localhost:${server.addr.port}/news`);
 * await events.connect();
 * for await (const { data, lastEventId } of events) console.log(lastEventId, data); // 1 one, 2 two
 * ```
 */
export class EventSourceClient<T = string> implements MessageStream<EventMessage<T>> {
  static {
    showOnly(this, "EventSourceClient", ({ url, state }) => ({ url, state }));
  }

  /** Where it leads, secret query values hidden. */
  readonly url: string;
  readonly #url: string | URL;
  readonly #settings: EventSourceSettings<T>;
  readonly #handlers = new Handlers<EventSourceEvents<T>>(
    ["open", "message", "reconnecting", "reconnected", "close", "received", "error"],
  );
  readonly #inbox = new Inbox<EventMessage<T>>(BOUNDS);
  #state: ConnectionState = "idle";
  #life = new AbortController();
  #client: HTTPClient | undefined;
  #closed: PromiseWithResolvers<{ readonly error?: unknown }> = Promise.withResolvers();
  #opened: PromiseWithResolvers<boolean> | undefined;
  #events: AsyncGenerator<EventMessage<T>, void, undefined> | undefined;
  #step: Promise<void> | undefined;
  #wake: AbortController | undefined;
  #isRead = false;
  #lastEventId: string;

  /**
   * Makes a client; nothing is connected yet.
   *
   * @param url Absolute, or relative to `baseUrl`.
   * @param options The options.
   * @throws {TypeError | RangeError} If an option cannot be used; the message names it.
   */
  constructor(url: string | URL, options?: EventSourceClientOptions<T>) {
    this.#url = url;
    this.url = redactURL(String(url));
    this.#settings = readOptions(options);
    this.#lastEventId = this.#settings.lastEventId;
  }

  /** Where the connection is: idle, connecting, open, waiting or closed. */
  get state(): ConnectionState {
    return this.#state;
  }

  /** Resolves once, when the life that `connect()` began is over. */
  get closed(): Promise<{ readonly error?: unknown }> {
    return this.#closed.promise;
  }

  /** The last event ID of the events that came: what a later client can go on from. */
  get lastEventId(): string {
    return this.#lastEventId;
  }

  /**
   * Connects: the request, with `maxRetries`, to a head with a 2xx and `text/event-stream`. While
   * the client waits to connect again it ends the wait; after the end it begins a new life, from the
   * last event ID on.
   *
   * @returns True when open, false when `close()` ended it first, or there is nothing to come (204).
   * @throws {NetworkingError} If there is no stream to be had.
   */
  connect(): Promise<boolean> {
    if (this.#state === "idle" || this.#state === "closed") {
      const { signal, client, newClient } = this.#settings;
      if (signal?.aborted) return Promise.reject(signal.reason);
      if (this.#state === "closed") this.#closed = Promise.withResolvers();
      this.#life = new AbortController();
      this.#client = client ?? newClient();
      this.#inbox.reopen();
      this.#state = "connecting";
      this.#opened = Promise.withResolvers();
      this.#events = this.#run(this.#life.signal);
      signal?.addEventListener("abort", this.#onAbort);
      void this.#advance();
      void this.#pump();
    }
    this.#wake?.abort(WOKEN);
    return this.#opened!.promise;
  }

  readonly #onAbort = (): void => void this.#end({ error: this.#settings.signal!.reason });

  /**
   * The next event. What came before the end is given first.
   *
   * @returns The event, or null when the stream ended: by `close()`, by 204, or without `reconnect`.
   * @throws {NetworkingError} `not_connected` before `connect()`, `idle_timeout` when `timeout` is
   * over, or why the stream is over for good.
   */
  async receive(options?: ReceiveOptions): Promise<EventMessage<T> | null> {
    const { limits, late } = waitLimits(options, this.url);
    if (this.#state === "idle") {
      const why = "it was never connected; await connect() first";
      throw new NetworkingError("not_connected", `Cannot receive (${this.url}): ${why}`);
    }
    this.#isRead = true;
    const message = this.#inbox.receive(limits, late);
    void this.#pump();
    return await message;
  }

  /** The events until the end. Leaving the loop closes nothing. */
  async *[Symbol.asyncIterator](): AsyncGenerator<EventMessage<T>, void, undefined> {
    for (let message = await this.receive(); message !== null; message = await this.receive()) {
      yield message;
    }
  }

  /**
   * Calls a handler for each event of a kind; what it throws is an `error` event. While there is a
   * handler for `message`, the stream is read as it comes.
   *
   * @returns What takes the handler away again.
   */
  on<Name extends keyof EventSourceEvents<T>>(
    event: Name,
    handler: EventHandler<EventSourceEvents<T>[Name]>,
  ): () => void {
    const remove = this.#handlers.add(event, handler);
    void this.#pump();
    return remove;
  }

  /** Ends the stream and frees the connection; can be called at any time and more than once. */
  async close(): Promise<void> {
    if (this.#state === "idle") return;
    const { closed } = this;
    await this.#end({});
    await closed; // another call, or the stream itself, may have begun the end
  }

  /** Closes the client. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Takes events while somebody wants them. */
  async #pump(): Promise<void> {
    while (
      this.#state !== "idle" && this.#state !== "closed" &&
      (this.#inbox.isAwaited || this.#handlers.has("message"))
    ) await this.#advance();
  }

  /** One event more; concurrent callers share it. */
  #advance(): Promise<void> {
    const { signal } = this.#life;
    return this.#step ??= this.#events!.next().then(async ({ done, value }) => {
      if (signal.aborted) return; // the step may be another life's now
      this.#step = undefined;
      if (done) await this.#end({});
      else this.#deliver(value);
    }, async (error) => {
      if (signal.aborted) return;
      this.#step = undefined;
      await this.#end({ error });
    });
  }

  #deliver(message: EventMessage<T>): void {
    this.#lastEventId = message.lastEventId;
    this.#handlers.emit("message", { message });
    if (this.#isRead || !this.#handlers.has("message")) {
      this.#inbox.push({ value: message, bytes: 0 });
    }
  }

  /** Streams, one after another. */
  async *#run(signal: AbortSignal): AsyncGenerator<EventMessage<T>, void, undefined> {
    const { reconnect, maxReconnects, stableAfterMs, policy } = this.#settings;
    let attempt = 0;
    let retryMs = 0;
    for (let isFirst = true;; isFirst = false) {
      let openedAt = Infinity;
      let came = 0;
      let failure: { readonly error?: unknown; readonly retryAfterMs?: number } = {};
      this.#state = "connecting";
      const response = await this.#request(signal, isFirst).catch((error) => {
        if (isFirst || signal.aborted || !this.#isWorthRetry(error)) throw error;
        failure = { error, retryAfterMs: (error as NetworkingError).retryAfterMs ?? 0 };
      });
      if (response !== undefined) {
        // A hook may have closed the client. What follows must not write over that state.
        if (signal.aborted || response.statusCode === 204) return await response.cancel();
        openedAt = performance.now();
        const parser = this.#settings.parser(this.#lastEventId);
        try {
          const events = eventsOf(response, parser);
          this.#open(isFirst);
          for await (const event of events) {
            came++;
            const message = this.#decode(event);
            if (message !== undefined) yield message;
            else this.#lastEventId = event.lastEventId;
          }
        } catch (error) {
          if (signal.aborted || !reconnect || !this.#isWorthRetry(error)) throw error;
          failure = { error };
        } finally {
          await response.cancel();
        }
        this.#lastEventId = parser.lastEventId;
        retryMs = parser.retryMs ?? retryMs;
      }
      if (signal.aborted || !reconnect) return;
      // A stream that ended in order after what it had to say did not fail.
      const didWell = came > 0 && !("error" in failure);
      if (didWell || performance.now() - openedAt >= stableAfterMs) attempt = 0;
      if (++attempt > maxReconnects) {
        if ("error" in failure) throw failure.error;
        return;
      }
      const floorMs = Math.max(
        Math.min(retryMs, policy.maxRetryAfterMs),
        failure.retryAfterMs ?? 0,
      );
      const delayMs = floorMs + Math.random() * longestBackoff(policy, attempt);
      this.#state = "waiting";
      // Who called connect() in a wait still waits when the attempt fails.
      if (openedAt !== Infinity) this.#opened = Promise.withResolvers();
      const why = "error" in failure ? { error: failure.error } : {};
      this.#handlers.emit("reconnecting", { ...why, attempt, delayMs });
      await this.#wait(delayMs, signal);
    }
  }

  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted(); // by a handler of `reconnecting`
    const wake = this.#wake = new AbortController();
    const stop = () => wake.abort(signal.reason);
    signal.addEventListener("abort", stop);
    try {
      await delay(Math.ceil(ms), { signal: wake.signal });
    } catch (reason) {
      if (reason !== WOKEN) throw reason;
      signal.throwIfAborted(); // close() right after connect()
    } finally {
      signal.removeEventListener("abort", stop);
      this.#wake = undefined;
    }
  }

  /** The head of a stream, whose status is one of success. */
  async #request(signal: AbortSignal, isFirst: boolean): Promise<StreamingResponse> {
    const { method, call } = this.#settings;
    const { headers = [] } = bare(call);
    if (UNSENDABLE.test(this.#lastEventId)) {
      const why =
        `the server's last event ID, ${JSON.stringify(this.#lastEventId.slice(0, 100))}, ` +
        "has control characters, which no header can carry";
      throw new ConnectionError("protocol_error", `Cannot reconnect (${this.url}): ${why}`);
    }
    const response = await this.#client!.stream(method, this.#url, {
      ...call,
      ...(!isFirst && { maxRetries: 0 }), // the waits are this client's then
      headers: withEventHeaders(headers, this.#lastEventId),
      signal,
    });
    return await response.raiseForStatus();
  }

  #open(isFirst: boolean): void {
    this.#state = "open";
    this.#opened!.resolve(true);
    if (isFirst) this.#handlers.emit("open", {});
    else this.#handlers.emit("reconnected", { lastEventId: this.#lastEventId });
  }

  #decode(event: EventMessage): EventMessage<T> | undefined {
    if (this.#handlers.has("received")) {
      const bytes = new TextEncoder().encode(event.data).length;
      this.#handlers.emit("received", { bytes, queued: this.#inbox.length });
    }
    try {
      return { ...event, data: this.#settings.decode(event.data) };
    } catch (error) {
      this.#handlers.emit("error", { error, raw: event.data });
      return undefined;
    }
  }

  #isWorthRetry(error: unknown): boolean {
    if (!(error instanceof NetworkingError)) return false;
    const { code, statusCode, retryAfterMs = 0 }: NetworkingError & { statusCode?: number } = error;
    const { policy } = this.#settings;
    if (retryAfterMs > policy.maxRetryAfterMs) return false;
    return code === "idle_timeout" ||
      isTransient(policy, statusCode === undefined ? { errorCode: code } : { statusCode });
  }

  /** Ends the life; gives when the connection is free. */
  async #end(end: { readonly error?: unknown }): Promise<void> {
    if (this.#state === "idle" || this.#state === "closed") return;
    this.#state = "closed";
    this.#settings.signal?.removeEventListener("abort", this.#onAbort);
    this.#life.abort("error" in end ? end.error : CLOSED);
    this.#inbox.end(end);
    this.#opened!.promise.catch(() => {}); // nobody may wait for it
    if ("error" in end) {
      this.#opened!.reject(end.error);
      this.#handlers.emit("error", { error: end.error });
    }
    this.#opened!.resolve(false);
    // Kept here: connect() may begin another life meanwhile.
    const [step, events, client, closed] = [this.#step, this.#events!, this.#client!, this.#closed];
    this.#step = undefined;
    await step;
    await events.return();
    if (this.#settings.client === undefined) await client.close();
    closed.resolve(end);
    this.#handlers.emit("close", end);
  }
}

/** Why a wait ends early. */
const WOKEN = Symbol("connect() was called");
/** Why what is under way is aborted. */
const CLOSED = Symbol("closed by the caller");

/** The caller's headers, and what an event stream is asked for with. */
function withEventHeaders(given: HeadersOption, lastEventId: string): HeadersOption {
  const pairs = Symbol.iterator in given ? [...given] : Object.entries(given);
  const names = new Set(pairs.map(([name]) => name.toLowerCase()));
  const own = [["accept", "text/event-stream"], ["cache-control", "no-store"]] as const;
  // HTML 9.2.4: in UTF-8, which a header has as a character a byte.
  const bytes = new TextEncoder().encode(lastEventId);
  const id = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return [
    ...own.filter(([name]) => !names.has(name)),
    ...pairs.filter(([name]) => id === "" || name.toLowerCase() !== "last-event-id"),
    ...(id === "" ? [] : [["last-event-id", id] as const]),
  ];
}
