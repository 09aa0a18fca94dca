/**
 * The WebSocket client: the shell that carries out what the state machine of `connection.ts` says,
 * with one timer, one socket at a time and two bounded queues.
 *
 * @module
 */

import { retry } from "@std/async/retry";
import { type EventHandler, Handlers } from "../messages/handlers.ts";
import type { ConnectionState, MessageStream, ReceiveOptions } from "../messages/message_stream.ts";
import { waitLimits } from "../messages/pending.ts";
import { redactURL, showOnly } from "../redact.ts";
import { clientError, closedError, fullError, STOP_CODES } from "./settings/client_errors.ts";
import { Connection } from "./connection/connection.ts";
import type { ConnectionEffect, ConnectionEvent } from "./connection/connection_types.ts";
import { Dialer } from "./handshake/dialer.ts";
import { WEBSOCKET_EVENTS, type WebSocketEvents } from "./settings/events.ts";
import { Inbox, iterated, type Received } from "../messages/inbox.ts";
import { byteLength, checkClose } from "./settings/message.ts";
import type {
  CloseOptions,
  Provider,
  SendOptions,
  SocketRequestOptions,
  WebSocketClientOptions,
  WebSocketMessage,
} from "./settings/options.ts";
import { readClose, readOptions, readSend, type WebSocketSettings } from "./settings/settings.ts";
import { AGAIN, Again, ENDED } from "./marks.ts";
import { Outbox } from "./outbox.ts";
import { Told } from "../messages/told.ts";
import { Requests } from "./requests.ts";
import { definePassage } from "./settings/passage.ts";
import type { Ending } from "./connection/reconnect_policy.ts";
import type { SocketData } from "./connection/socket.ts";

/**
 * A WebSocket that says how each thing ended: it connects with a deadline and retries, connects
 * again with back-off when the connection is lost, and is bounded in both directions. Messages are
 * text or bytes, or whatever `codec` makes of them.
 *
 * A client that is not closed keeps the process alive, as an open socket does.
 *
 * @example
 * ```ts
 * import { WebSocketClient } from "@codomyrmex/networking";
 *
 * const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = ({ data }) => socket.send(`echo ${data}`);
 *   return response;
 * });
 * const client = new WebSocketClient(`ws://127.0.0.1:${server.addr.port}`);
 * await client.connect();
 * await client.send("hello");
 * console.log(await client.receive({ timeout: 5 })); // echo hello
 * await client.close();
 * await server.shutdown();
 * ```
 */
export class WebSocketClient<In = WebSocketMessage, Out = SocketData> implements MessageStream<In> {
  static {
    showOnly(this, "WebSocketClient", (client) => ({ url: client.#name, state: client.state }));
    definePassage((client: WebSocketClient<never, never>) => ({
      send: (data) => client.state === "open" && client.#outbox.send(client.#dialer.socket!, data),
      stop: (error, code) => client.#handle({ type: "stop", error, code }),
    }));
  }

  readonly #settings: WebSocketSettings<In, Out>;
  readonly #connection: Connection;
  readonly #handlers = new Handlers<WebSocketEvents<In, Out>>(WEBSOCKET_EVENTS);
  readonly #told: Told = new Told(this.#handlers);
  readonly #dialer: Dialer<In, Out>;
  readonly #inbox: Inbox<In>;
  readonly #outbox: Outbox<Out>;
  readonly #requests: Requests<In, Out>;
  /** Ends the waits of `retry()`. */
  #life = new AbortController();
  #connecting: Promise<boolean> | undefined;
  #attempt: PromiseWithResolvers<boolean> | undefined;
  #closed: PromiseWithResolvers<Ending> = Promise.withResolvers();
  #end: { readonly error?: unknown } = {};
  #isRead = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Infinity;

  /**
   * Makes a client; nothing is connected yet.
   *
   * @param url A ws: or wss: URL (http: and https: mean the same), or a function that is asked for
   * it before each attempt.
   * @param options The options.
   * @throws {TypeError} If an option is unknown or of the wrong type.
   * @throws {RangeError} If a value is out of range.
   */
  constructor(url: Provider<string | URL>, options?: WebSocketClientOptions<In, Out>) {
    this.#settings = readOptions(url, options);
    this.#connection = new Connection(this.#settings.connection);
    const received = (data: WebSocketMessage) => this.#received(data);
    this.#dialer = new Dialer(this.#settings, (event) => this.#handle(event), received);
    this.#requests = new Requests(this.#settings);
    this.#inbox = new Inbox(this.#settings.inbox);
    this.#outbox = new Outbox(
      this.#settings.outbox,
      (message, reason) => this.#handlers.emit("drop", { from: "outbox", message, reason }),
      (data, queued) => this.#count("sent", data, queued),
      () => fullError(this.#name, "send", this.#settings.outbox),
    );
  }

  /** Where it connects to; empty when a function says so. */
  get url(): string {
    const { url } = this.#settings;
    return typeof url === "function" ? "" : redactURL(String(url));
  }

  /** Where the connection is: idle, connecting, open, draining, waiting or closed. */
  get state(): ConnectionState {
    return this.#connection.state;
  }

  /** Resolves once, when the life that `connect()` began is over. */
  get closed(): Promise<Ending> {
    this.#told.isWatched = true;
    return this.#closed.promise;
  }

  /** The subprotocol that was agreed on, or the empty string. */
  get protocol(): string {
    return this.#dialer.socket?.protocol ?? "";
  }

  /**
   * Connects; calls at the same time share one attempt, and one while the client waits to connect
   * again ends the wait. After `close()` it begins a new life, with the same handlers.
   *
   * @returns True when open, false when `close()` ended it first.
   * @throws {NetworkingError} If there is no connection after `maxRetries` more attempts.
   */
  connect(): Promise<boolean> {
    if (this.state === "open") return Promise.resolve(true);
    if (this.state === "draining") return this.#closed.promise.then(() => this.connect());
    if (this.#connecting !== undefined) return this.#connecting;
    const connecting = this.#connect().finally(() => {
      if (this.#connecting === connecting) this.#connecting = undefined; // else the next life's
    });
    return this.#connecting = connecting;
  }

  async #connect(): Promise<boolean> {
    const { policy, signals } = this.#settings.common;
    for (const signal of signals) signal.throwIfAborted();
    try {
      if (this.state === "waiting" || this.state === "connecting") return await this.#try();
      this.#begin(signals);
      return await retry(() => this.#try(), {
        maxAttempts: policy.maxRetries + 1,
        minTimeout: policy.backoffMs,
        maxTimeout: policy.maxBackoffMs,
        multiplier: 2,
        jitter: 1,
        isRetriable: (thrown) => thrown instanceof Again, // how often, the state machine counts too
        signal: this.#life.signal,
      });
    } catch (thrown) {
      if (thrown === ENDED) return false;
      throw thrown;
    }
  }

  #begin(signals: readonly AbortSignal[]): void {
    this.#life = new AbortController();
    if (this.state === "closed") this.#closed = Promise.withResolvers();
    this.#inbox.reopen();
    this.#end = {};
    for (const signal of signals) signal.addEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = (event: Event): void =>
    this.#handle({ type: "stop", error: (event.target as AbortSignal).reason });

  #try(): Promise<boolean> {
    this.#attempt = Promise.withResolvers();
    const { promise } = this.#attempt;
    this.#handle({ type: "connect" });
    return promise;
  }

  /**
   * Sends a message, or keeps it in the outbox while there is no connection or the socket has more
   * than 1 MiB to write. Handed to the socket does not mean arrived: only an answer proves that.
   *
   * @returns True when it was handed to the socket, once; false when the overflow policy or `ttl`
   * discarded it.
   * @throws {NetworkingError} `not_connected` before `connect()`, `closed` after `close()`,
   * `queue_full`, or why the connection is over for good.
   */
  send(message: Out, options?: SendOptions): Promise<boolean> {
    try {
      const { ttl: limitMs = Infinity, signal } = readSend(options);
      signal?.throwIfAborted();
      if (this.state === "draining") throw closedError(this.#name, "send");
      this.#requireLife("send");
      const data = this.#dialer.encode(message);
      if (this.#outbox.isEmpty && this.state === "open" && this.#dialer.socket!.isWritable) {
        this.#outbox.send(this.#dialer.socket!, data);
        return Promise.resolve(true);
      }
      const sent = this.#outbox.push(message, data, { signal, limitMs });
      this.#pump();
      return sent;
    } catch (error) {
      return this.#told.quiet(Promise.reject(error), this.state === "closed");
    }
  }

  /**
   * The next message, in the order of their coming. What came before the end is given first.
   *
   * @returns The message, or null when the connection was ended by agreement.
   * @throws {NetworkingError} `not_connected` before `connect()`, `idle_timeout` when `timeout` is
   * over, or why the connection is over for good.
   */
  receive(options?: ReceiveOptions): Promise<In | null> {
    this.#isRead ||= this.state !== "idle";
    const isPlain = options === undefined && this.#isRead;
    return this.#told.quiet(
      isPlain ? this.#inbox.receive(NO_LIMITS) : this.#receiveWithin(options),
    );
  }

  /**
   * Sends a message and waits for the one that answers it, by the option `correlation`. No reader and
   * no handler gets the answer; one that comes after the wait is over is a message like any other.
   *
   * @throws {NetworkingError} As `send()` and `receive()` do; `connection_closed` when the connection
   * is lost that the message went over, since its answer is lost with it.
   */
  request(message: Out, options?: SocketRequestOptions): Promise<In> {
    const asked = this.#requests.ask(message, options, (given) => this.send(message, given));
    return this.#told.quiet(asked);
  }

  async #receiveWithin(options: ReceiveOptions | undefined): Promise<In | null> {
    const { limits, late } = waitLimits(options, this.#name);
    if (this.state === "idle") this.#requireLife("receive");
    return await this.#inbox.receive(limits, late);
  }

  /** The messages until the end; an end that was not agreed on throws. Leaving it closes nothing. */
  [Symbol.asyncIterator](): AsyncIterableIterator<In, undefined> {
    const first = (): Promise<IteratorResult<In, undefined>> =>
      this.receive().then((message) => message === null ? DONE : { done: false, value: message });
    return iterated(() => this.#isRead ? this.#inbox.next() : first());
  }

  /**
   * Calls a handler for each event of a kind; what it throws is an `error` event. While there is a
   * handler for `message` and nobody has called `receive()`, messages are not kept for later.
   *
   * @returns What takes the handler away again.
   */
  on<Name extends keyof WebSocketEvents<In, Out>>(
    event: Name,
    handler: EventHandler<WebSocketEvents<In, Out>[Name]>,
  ): () => void {
    return this.#handlers.add(event, handler);
  }

  /**
   * Sends what waits, then closes; takes `closeTimeout` at most, whatever the peer does. Can be
   * called at any time and more than once; the first call decides.
   *
   * @throws {RangeError} If the code or the reason cannot be sent.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const { code = 1000, reason = "", timeout: ms = this.#settings.closeTimeoutMs } = readClose(
      options,
    );
    checkClose(code, reason);
    if (this.state === "idle") return;
    this.#handle({ type: "close", code, reason, ms });
    await this.#closed.promise;
  }

  /** Closes the client. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #handle(event: ConnectionEvent): void {
    for (const effect of this.#connection.handle(event, performance.now())) this.#run(effect);
    this.#arm();
  }

  /** One timer for all of the machine's; one that fires too early looks again. */
  #arm(): void {
    const { wakeAt } = this.#connection;
    if (wakeAt >= this.#timerAt && wakeAt !== Infinity) return;
    clearTimeout(this.#timer);
    this.#timerAt = wakeAt;
    if (wakeAt === Infinity) return;
    const ms = Math.min(Math.max(0, Math.ceil(wakeAt - performance.now())), 2 ** 31 - 1);
    this.#timer = setTimeout(() => {
      this.#timerAt = Infinity;
      this.#handle({ type: "tick" });
    }, ms);
  }

  #run(effect: ConnectionEffect): void {
    switch (effect.type) {
      case "dial":
        return void this.#dialer.dial(effect);
      case "open":
        return this.#opened(effect.again);
      case "ping":
        return this.#ping();
      case "drain":
        return this.#pump();
      case "closeFrame":
        return this.#dialer.socket?.close(effect.code, effect.reason);
      case "abandon":
        return this.#dialer.socket?.abandon(effect.code, effect.reason);
      case "retry":
        this.#detach(effect.error);
        return this.#attempt?.reject(AGAIN);
      case "lost": {
        const { ending, attempt, delayMs } = effect;
        this.#detach(ending.error);
        this.#requests.lost(ending);
        return this.#handlers.emit("reconnecting", { ending, attempt, delayMs });
      }
      case "over":
        return this.#over(effect);
    }
  }

  #opened(again: boolean): void {
    const session = this.#dialer.session!;
    this.#dialer.session = undefined;
    const { protocol } = this;
    this.#attempt?.resolve(true);
    this.#handlers.emit(again ? "reconnected" : "open", { protocol });
    for (const received of session.drain()) this.#deliver(received);
    this.#pump();
  }

  #ping(): void {
    try {
      this.#dialer.socket!.send(this.#settings.ping());
    } catch (error) {
      this.#handlers.emit("error", { error });
    }
  }

  #count(event: "sent" | "received", data: SocketData, queued: number): void {
    if (this.#handlers.has(event)) this.#handlers.emit(event, { bytes: byteLength(data), queued });
  }

  #received(data: WebSocketMessage): void {
    this.#count("received", data, this.#inbox.length);
    const { maxMessageSize, isPong, given, connection } = this.#settings;
    if (connection.heartbeat !== undefined) {
      this.#connection.heard(performance.now());
      this.#arm();
    }
    const bytes = byteLength(data);
    if (bytes > maxMessageSize) {
      const why = `a message of ${bytes} bytes came, and maxMessageSize is ${maxMessageSize}`;
      const error = clientError("message_too_large", this.#name, "receive", why);
      return this.#handle({ type: "stop", error, code: STOP_CODES.tooLarge });
    }
    let value: In;
    try {
      if (isPong(data)) return;
      value = given.codec === undefined ? data as In : given.codec.decode(data);
      if (this.#requests.answer(value)) return;
    } catch (error) {
      return this.#handlers.emit("error", { error, raw: data });
    }
    this.#deliver({ value, bytes });
  }

  #deliver(received: Received<In>): void {
    const { value: message } = received;
    if (this.#dialer.session === undefined) {
      this.#handlers.emit("message", { message });
      if (!this.#isRead && this.#handlers.has("message")) return;
    }
    const pushed = (this.#dialer.session ?? this.#inbox).push(received);
    if (pushed === "full") {
      const error = fullError(this.#name, "receive", this.#settings.inbox);
      return this.#handle({ type: "stop", error, code: STOP_CODES.queueFull });
    }
    for (const { value } of pushed.dropped) {
      this.#handlers.emit("drop", { from: "inbox", message: value, reason: "overflow" });
    }
  }

  #pump(): void {
    const { state } = this;
    if (state !== "open" && state !== "draining") return;
    this.#outbox.pump(this.#dialer.socket!, () => {
      if (this.state === "draining") this.#handle({ type: "drained" });
    });
  }

  #detach(error: unknown): void {
    this.#dialer.detach(error);
    this.#outbox.pause();
  }

  #over({ ending, byCaller, error }: ConnectionEffect & { type: "over" }): void {
    this.#detach(error);
    if (this.#connecting !== undefined) this.#told.quiet(this.#connecting);
    this.#connecting = undefined; // a later connect() is about another life
    for (const signal of this.#settings.common.signals) {
      signal.removeEventListener("abort", this.#onAbort);
    }
    this.#end = error === undefined ? {} : { error };
    const told = this.#dialer.handshakes.gaveUp(error);
    this.#inbox.end(this.#end);
    const reason = error ?? closedError(this.#name, "connect");
    this.#outbox.rejectAll(reason, this.#told.isTold);
    this.#requests.fail(reason);
    this.#attempt?.reject(byCaller ? ENDED : reason);
    this.#attempt?.promise.catch(() => {}); // an attempt that succeeded, or that nobody awaits now
    this.#life.abort(byCaller ? ENDED : reason);
    this.#closed.resolve(ending);
    if (error !== undefined) this.#handlers.emit("error", { error });
    told.catch((error) => this.#handlers.emit("error", { error }));
    this.#handlers.emit("close", ending);
  }

  get #name(): string {
    return this.#settings.connection.name;
  }

  #requireLife(action: string): void {
    if (this.state === "idle") {
      const why = "it was never connected; await connect() first";
      throw clientError("not_connected", this.#name, action, why);
    }
    if (this.state === "closed") throw this.#end.error ?? closedError(this.#name, action);
  }
}

const NO_LIMITS = { limitMs: Infinity };
const DONE = { done: true, value: undefined } as const;
