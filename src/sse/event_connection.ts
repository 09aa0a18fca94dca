/**
 * The connection of an EventSourceClient, from `connect()` to its end: one stream after another, with
 * the waits between them.
 *
 * @module
 */

import { type HTTPClient, loadPart } from "../http/http_client.ts";
import type { ConnectionState } from "../messages/message_stream.ts";
import { Alarm } from "../options/alarm.ts";
import { lazy } from "../runtime/lazy.ts";
import type { EventSourceSettings } from "./event_source_options.ts";
import type { ConnectionEnd, EventPort } from "./event_port.ts";

const EVENT_STREAMS = /* @__PURE__ */ lazy(() => import("./event_streams.ts"));

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
    const call = { signal: this.#signal };
    const streams = EVENT_STREAMS.now ??
      await loadPart(this.#client, EVENT_STREAMS, this.#url, call);
    await streams.runStreams({
      settings: this.#settings,
      url: this.#url,
      port: this.#port,
      client: this.#client,
      signal: this.#signal,
      wasForced: () => {
        const wasForced = this.#isForced;
        this.#isForced = false;
        return wasForced;
      },
      opened: () => {
        this.state = "open";
        this.#opened.resolve(true);
      },
      waits: (wasOpen) => {
        this.state = "waiting";
        // A connect() that was called in a wait still waits when the attempt fails.
        if (wasOpen) this.#opened = Promise.withResolvers();
      },
      pause: (ms) => this.#pause(ms),
      connecting: () => this.state = "connecting",
    });
  }

  /** Waits until an event is wanted, or `ms` are over. */
  async #pause(ms: number): Promise<void> {
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
