/**
 * The connection of an EventSourceClient, from `connect()` to the end: streams in sequence, with waits
 * between them.
 *
 * @module
 */

import { type HTTPClient, loadPart } from "../http/http_client.ts";
import type { ConnectionState } from "../messages/message_stream.ts";
import { lazy } from "../runtime/lazy.ts";
import type { EventSourceSettings } from "./event_source_options.ts";
import type { ConnectionEnd, EventPort } from "./event_port.ts";

const EVENT_STREAMS = /* @__PURE__ */ lazy(() => import("./event_streams.ts"));

/** The type `PromiseWithResolvers`, which TypeScript's libraries before ES2024 lack. */
export interface Resolvers<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** The connection of one client. Its public members are for the streams, which are loaded later. */
export class EventConnection<T> {
  /** The state: connecting, open, waiting or closed. */
  state: ConnectionState = "connecting";
  readonly settings: EventSourceSettings<T>;
  readonly url: string | URL;
  readonly port: EventPort;
  readonly client: HTTPClient;
  readonly #controller = new AbortController();
  /** Aborted at the end. */
  readonly signal: AbortSignal = this.#controller.signal;
  readonly #closed: Resolvers<ConnectionEnd>;
  readonly #running: Promise<ConnectionEnd>;
  /** Settles the promise of `connect()`. */
  opening: Resolvers<boolean> = Promise.withResolvers();
  /** Whether a call of `connect()` ended the wait before this attempt. */
  isForced = false;
  /** Ends a pause. */
  resume = (): void => {};

  /**
   * Connects.
   *
   * @param closed Resolved at the end.
   */
  constructor(
    settings: EventSourceSettings<T>,
    url: string | URL,
    port: EventPort,
    closed: Resolvers<ConnectionEnd>,
  ) {
    this.#closed = closed;
    this.settings = settings;
    this.url = url;
    this.port = port;
    this.client = settings.client ?? settings.newClient();
    settings.signal?.addEventListener("abort", this.#onAbort);
    // After this turn: a hook may use the client, which must know its connection by then.
    this.#running = Promise.resolve().then(() => this.#run())
      .then(() => ({}), (error) => ({ error }));
    void this.#running.then((end) => this.end(end));
  }

  /** Ends a wait. Resolves to true when a stream is open, or to false if the connection ends first. */
  connect(): Promise<boolean> {
    if (this.state === "waiting") {
      this.isForced = true;
      this.resume();
    }
    return this.opening.promise;
  }

  /** Resumes reading: an event is wanted. */
  want(): void {
    if (this.state === "open") this.resume();
  }

  /** Ends the connection; resolves when the transfer has ended. */
  async end(end: ConnectionEnd): Promise<void> {
    if (this.state === "closed") return void await this.#closed.promise;
    this.state = "closed";
    this.settings.signal?.removeEventListener("abort", this.#onAbort);
    this.#controller.abort("error" in end ? end.error : CLOSED);
    this.resume();
    this.opening.promise.catch(() => {}); // it may not be awaited
    if ("error" in end) this.opening.reject(end.error);
    this.opening.resolve(false);
    this.port.ending(end);
    await this.#running;
    if (this.settings.client === undefined) await this.client.close();
    this.#closed.resolve(end);
    this.port.ended(end);
  }

  readonly #onAbort = (): void => void this.end({ error: this.settings.signal!.reason });

  /** Reads streams in sequence. */
  async #run(): Promise<void> {
    const call = { signal: this.signal };
    const { runStreams } = EVENT_STREAMS.now ??
      await loadPart(this.client, EVENT_STREAMS, this.url, call);
    await runStreams(this);
  }
}

/** The reason of the abort after `close()`. */
const CLOSED = Symbol("closed by the caller");
