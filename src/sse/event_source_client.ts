/**
 * Server-sent events over an HTTPClient, as messages. The client resumes a lost stream, and reports how it
 * ended.
 *
 * @module
 */

import { type DrainOptions, readDrain } from "../options/drain_options.ts";
import { NetworkingError } from "../errors.ts";
import type { ServerSentEvent } from "../formats/event_stream_parser.ts";
import { type EventHandler, Handlers } from "../messages/handlers.ts";
import { iterated, type Received, toStep } from "../messages/inbox.ts";
import { Mailbox } from "../messages/mailbox.ts";
import type { ConnectionState, MessageStream, ReceiveOptions } from "../messages/message_stream.ts";
import { waitLimits } from "../messages/pending.ts";
import { EndReport } from "../messages/end_report.ts";
import { redactURL, showOnly } from "../redact.ts";
import { EventConnection } from "./event_connection.ts";
import type { EventPort } from "./event_port.ts";
import {
  type EventMessage,
  type EventSourceClientOptions,
  type EventSourceSettings,
  readOptions,
} from "./event_source_options.ts";

/** The events of an EventSourceClient: what a handler of each is called with. */
export interface EventSourceEvents<T> {
  /** The first stream after `connect()` is open. */
  readonly open: Record<never, never>;
  /** An event came. */
  readonly message: { readonly message: EventMessage<T> };
  /** The stream ended or was lost, and the next attempt is in `delayMs`. */
  readonly reconnecting: {
    readonly error?: unknown;
    readonly attempt: number;
    readonly delayMs: number;
  };
  /** A stream is open again, after the event `lastEventId`. */
  readonly reconnected: { readonly lastEventId: string };
  /** The client is closed. Called once per `connect()`, as the last event. */
  readonly close: { readonly error?: unknown };
  /** An event came while `queued` others waited for a reader; `bytes` is the size of its data. */
  readonly received: { readonly bytes: number; readonly queued: number };
  /**
   * A handler failed, an event cannot be decoded (`raw` is its data), or, just before `close`, the client
   * failed.
   */
  readonly error: { readonly error: unknown; readonly raw?: string };
}

/** No bounds: at most two events are read ahead. */
const BOUNDS = { maxMessages: Infinity, maxBytes: Infinity, overflow: "error" };

/**
 * A stream of server-sent events that reconnects and resumes after the last event ID. It waits the time the server sets
 * (`retry:`, up to `maxRetryAfter`), plus a backoff with jitter. It reads from the network only what the program reads.
 *
 * | the stream | what follows |
 * | --- | --- |
 * | ends, breaks, or is silent for `idleTimeout` (90 s for GET) | the next request, with Last-Event-ID |
 * | has status 408, 425, 429, 500, 502, 503 or 504 | the next request, not before Retry-After |
 * | has status 204, or `close()` is called | the end: `receive()` resolves to null |
 * | has another status | the end: an `HTTPError`, with the body up to 64 KiB |
 * | has another content type than `text/event-stream` | the end: a `DecodeError`; `snippet` is the start of the body |
 * | has a line or an event longer than `maxEventSize` | the end: `response_too_large` |
 * | fails `reconnect.maxRetries` times in a row | the end: the last failure, or null if the streams were only empty |
 * | ends without `reconnect` (a POST, or `reconnect: false`) | the end: null; `body_truncated` if it ended inside an event |
 *
 * A stream that has events and ends in order is not a failure. Without a `retry:` the next request follows after 3 to 4 s.
 *
 * - `lastEventId` of the client is the ID of the last event that was read. The option `lastEventId` starts after an event.
 * - A `method` other than GET, with `json`, `data`, `form` or `multipart`, is sent once, unless `reconnect` is true.
 * - `codec: jsonCodec(schema)` decodes the data. Data that it cannot decode is an `error` event, and the stream continues.
 * - `client` is the HTTPClient that sends the requests. Without it, all options of an HTTPClient and of a call are accepted.
 * - `on("message", handler)` reads events as they come; `receive()` and loops read one event per call.
 *   {@linkcode MessageStream} describes the states, and where a message goes.
 * - Unlike a browser's EventSource it sends headers and a body, and reports the status and the body of a refusal.
 *
 * @typeParam T The type of an event's data.
 *
 * @example Two events, then the end of the stream
 * ```ts
 * import { EventSourceClient } from "@codomyrmex/networking";
 *
 * const headers = { "content-type": "text/event-stream" };
 * const text = "retry: 10\nid: 1\ndata: one\n\nid: 2\ndata: two\n\n";
 * const handler = (request: Request) =>
 *   request.headers.get("last-event-id") === "2"
 *     ? new Response(null, { status: 204 }) // the end of the stream
 *     : new Response(text, { headers });
 * const local = { hostname: "localhost", port: 0 };
 * await using server = Deno.serve(local, handler);
 *
 * const url = `http://localhost:${server.addr.port}/news`;
 * await using events = new EventSourceClient(url);
 * await events.connect();
 * for await (const { data, lastEventId } of events) {
 *   console.log(lastEventId, data); // 1 one, then 2 two
 * }
 * ```
 *
 * @example Resume in the next process
 *
 * Save the `lastEventId` of each message when it is handled, and pass it to the next client.
 *
 * ```ts
 * import { EventSourceClient } from "@codomyrmex/networking";
 *
 * const headers = { "content-type": "text/event-stream" };
 * const handler = (request: Request) => {
 *   const next = Number(request.headers.get("last-event-id")) + 1;
 *   return new Response(`id: ${next}\ndata: job ${next}\n\n`, { headers });
 * };
 * const local = { hostname: "localhost", port: 0 };
 * await using server = Deno.serve(local, handler);
 *
 * let lastEventId = ""; // from a file or a database; empty at first
 * for (let process = 0; process < 2; process++) {
 *   const url = `http://localhost:${server.addr.port}/jobs`;
 *   await using events = new EventSourceClient(url, { lastEventId });
 *   await events.connect();
 *   const message = await events.receive({ timeout: 5 });
 *   console.log(message!.data); // job 1, then job 2
 *   lastEventId = message!.lastEventId; // written there
 * }
 * ```
 *
 * @example Read the response of a language model
 *
 * A POST is sent once, so there is one stream. `[DONE]` is not valid JSON, so there is no `codec`. Comments keep
 * the connection alive and are not events. Some servers keep the connection open after `[DONE]`: leaving the
 * block closes it. A stream that ends inside an event fails with `body_truncated`. A stream that ends without
 * `[DONE]` is incomplete too.
 *
 * ```ts
 * import {
 *   DecodeError,
 *   EventSourceClient,
 *   HTTPError,
 * } from "@codomyrmex/networking";
 *
 * async function ask(url: string, content: string) {
 *   const json = { stream: true, messages: [{ role: "user", content }] };
 *   const options = { method: "POST", json };
 *   await using events = new EventSourceClient(url, options);
 *   await events.connect();
 *   const calls: { name: string; arguments: string }[] = [];
 *   const answer = { text: "", calls };
 *   for await (const { type, data } of events) {
 *     if (data === "[DONE]") return answer; // elsewhere: message_stop
 *     const chunk = JSON.parse(data);
 *     if (type === "error" || chunk.error) {
 *       throw new Error(chunk.error?.message ?? data);
 *     }
 *     const delta = chunk.choices?.[0]?.delta ?? {};
 *     answer.text += delta.content ?? "";
 *     for (const { index, function: part } of delta.tool_calls ?? []) {
 *       const call = calls[index] ??= { name: "", arguments: "" };
 *       call.name += part.name ?? "";
 *       call.arguments += part.arguments ?? ""; // JSON, complete at the end
 *     }
 *   }
 *   throw new Error("the stream ended before [DONE]");
 * }
 *
 * function explain(error: unknown): string {
 *   if (error instanceof HTTPError) return error.response.text; // 4xx, 5xx
 *   if (error instanceof DecodeError) return error.snippet; // JSON with 200
 *   return String(error);
 * }
 *
 * const events = { headers: { "content-type": "text/event-stream" } };
 * const failure = 'event: error\ndata: {"error":{"message":"full"}}\n\n';
 * const streams: Record<string, () => Response> = {
 *   "/answer": () => new Response(encoded(sends()), events),
 *   "/event": () => new Response(failure, events),
 *   "/json": () => Response.json({ error: "overloaded" }),
 *   "/status": () => Response.json({ error: "no credit" }, { status: 402 }),
 *   "/cut": () => new Response('data: {"choices":[{"delta":{"cont', events),
 * };
 * const encoded = (texts: AsyncIterable<string>) =>
 *   ReadableStream.from(texts).pipeThrough(new TextEncoderStream());
 * async function* sends() {
 *   const call = (part: object) => [{ index: 0, function: part }];
 *   yield ": keep-alive\n\n";
 *   for (
 *     const delta of [
 *       { content: "Let me " },
 *       { content: "see." },
 *       { tool_calls: call({ name: "weather", arguments: '{"city":' }) },
 *       { tool_calls: call({ arguments: '"Oslo"}' }) },
 *     ]
 *   ) yield `data: ${JSON.stringify({ choices: [{ delta }] })}\n\n`;
 *   yield "data: [DONE]\n\n";
 *   await new Promise(() => {}); // the server keeps the connection open
 * }
 * const handler = (request: Request) =>
 *   streams[new URL(request.url).pathname]!();
 * const stop = new AbortController();
 * const { signal } = stop;
 * const local = { hostname: "localhost", port: 0, signal };
 * const server = Deno.serve(local, handler);
 * for (const path of Object.keys(streams)) {
 *   const url = `http://localhost:${server.addr.port}${path}`;
 *   console.log(path, await ask(url, "Is it raining?").catch(explain));
 * }
 * stop.abort();
 * await server.finished;
 * ```
 */
export class EventSourceClient<T = string> implements MessageStream<EventMessage<T>> {
  static {
    showOnly(this, "EventSourceClient", ({ url, state }) => ({ url, state }));
  }

  /** The URL of the stream, secret query values hidden. */
  declare readonly url: string;
  readonly #url: string | URL;
  readonly #settings: EventSourceSettings<T>;
  readonly #handlers = new Handlers<EventSourceEvents<T>>(
    ["open", "message", "reconnecting", "reconnected", "close", "received", "error"],
  );
  readonly #endReport: EndReport = new EndReport(this.#handlers);
  readonly #mailbox: Mailbox<EventMessage<T>> = new Mailbox(
    this.#handlers,
    BOUNDS,
    ({ value }) => this.#lastEventId = value.lastEventId,
  );
  readonly #port: EventPort;
  #connection: EventConnection<T> | undefined;
  #closed: PromiseWithResolvers<{ readonly error?: unknown }> = Promise.withResolvers();
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
    this.#port = this.#newPort();
  }

  /** The connection state: idle, connecting, open, waiting or closed. */
  get state(): ConnectionState {
    return this.#connection?.state ?? "idle";
  }

  /** Resolves when the client is closed. A later `connect()` starts a new promise. */
  get closed(): Promise<{ readonly error?: unknown }> {
    this.#endReport.isWatched = true;
    return this.#closed.promise;
  }

  /**
   * The ID of the last event that a reader or a handler got; unread events do not count. A client of the next
   * process starts after it with the option `lastEventId`.
   */
  get lastEventId(): string {
    return this.#lastEventId;
  }

  /**
   * Connects: sends the request, with `maxRetries`, and waits for a 2xx of type `text/event-stream`. A call while
   * the client waits to reconnect ends that wait. After the end it connects again, and resumes after the last
   * event that came.
   *
   * @returns True when open; false when `close()` ended it first, or the server has no events (204).
   * @throws {NetworkingError} If it cannot connect.
   */
  connect(): Promise<boolean> {
    if (this.state === "idle" || this.state === "closed") {
      const { signal } = this.#settings;
      if (signal?.aborted) return Promise.reject(signal.reason);
      if (this.state === "closed") this.#closed = Promise.withResolvers();
      this.#mailbox.reopen();
      this.#connection = new EventConnection(this.#settings, this.#url, this.#port, this.#closed);
    }
    return this.#connection!.connect();
  }

  /**
   * Returns the next event. Events from before the end come first.
   *
   * @returns The event, or null when the stream ended: by `close()`, by 204, or without `reconnect`.
   * @throws {NetworkingError} `not_connected` before `connect()`, `idle_timeout` after `timeout`, or the error
   * that closed the client. Without a handler for `error`, an event that cannot be decoded rejects once.
   */
  receive(options?: ReceiveOptions): Promise<EventMessage<T> | null> {
    return this.#endReport.quiet(this.#receive(options));
  }

  async #receive(options: ReceiveOptions | undefined): Promise<EventMessage<T> | null> {
    const { limits, late } = waitLimits(options, this.url);
    if (this.state === "idle") {
      const why = "it was never connected; await connect() first";
      throw new NetworkingError("not_connected", `Cannot receive (${this.url}): ${why}`);
    }
    const message = this.#mailbox.receive(limits, late);
    this.#want();
    return await message;
  }

  /** Iterates over the events until the end. Leaving the loop closes nothing. */
  [Symbol.asyncIterator](): AsyncIterableIterator<EventMessage<T>, undefined> {
    return iterated(() => this.#endReport.quiet(this.#receive(undefined).then(toStep)));
  }

  /**
   * Calls a handler for each event of a kind. An error that it throws is an `error` event. While there is a
   * handler for `message`, the stream is read continuously, and `receive()` gets only events that come while it
   * waits.
   *
   * @returns A function that removes the handler.
   */
  on<Name extends keyof EventSourceEvents<T>>(
    event: Name,
    handler: EventHandler<EventSourceEvents<T>[Name]>,
  ): () => void {
    const remove = this.#handlers.add(event, handler);
    if (event === "message") {
      this.#mailbox.handled();
      this.#want();
    }
    return remove;
  }

  /**
   * Ends the stream and frees the connection. Can be called at any time and more than once. Events that came can
   * still be received, so `drain` has no effect.
   */
  async close(options?: DrainOptions): Promise<void> {
    readDrain(options);
    await this.#connection?.end({});
  }

  /** Closes the client. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #want(): void {
    if (this.#mailbox.isWanted) this.#connection?.want();
  }

  #newPort(): EventPort {
    const [handlers, mailbox] = [this.#handlers, this.#mailbox];
    const port: EventPort = {
      cameUpTo: this.#lastEventId,
      opened: (again) =>
        again
          ? handlers.emit("reconnected", { lastEventId: port.cameUpTo })
          : handlers.emit("open", {}),
      came: (event) => void mailbox.deliver(this.#decode(event)),
      isWanted: () => mailbox.isWanted,
      waiting: (failure, attempt, delayMs) =>
        handlers.emit("reconnecting", { ...failure, attempt, delayMs }),
      ending: (end) => {
        mailbox.end(end);
        if ("error" in end) handlers.emit("error", { error: end.error });
      },
      ended: (end) => handlers.emit("close", end),
    };
    return port;
  }

  #decode(event: ServerSentEvent): Received<EventMessage<T>> {
    if (this.#handlers.has("received")) {
      const bytes = new TextEncoder().encode(event.data).length;
      this.#handlers.emit("received", { bytes, queued: this.#mailbox.length });
    }
    try {
      return { value: { ...event, data: this.#settings.decode(event.data) }, bytes: 0 };
    } catch (error) {
      const value = { ...event, data: undefined as T }; // the value is never delivered, but its ID counts
      return { value, bytes: 0, failure: { error, raw: event.data } };
    }
  }
}
