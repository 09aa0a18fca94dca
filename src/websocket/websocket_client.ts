/**
 * The WebSocket client: carries out the effects of the state machine in `connection.ts`, with one timer,
 * one socket at a time and two bounded queues.
 *
 * @module
 */

import { lazy } from "../runtime/lazy.ts";
import { type EventHandler, Handlers } from "../messages/handlers.ts";
import { iterated, toStep } from "../messages/inbox.ts";
import type { ConnectionState, MessageStream, ReceiveOptions } from "../messages/message_stream.ts";
import { waitLimits } from "../messages/pending.ts";
import { EndReport } from "../messages/end_report.ts";
import { Alarm } from "../options/alarm.ts";
import { redactURL, showOnly } from "../redact.ts";
import type { SocketData } from "../runtime/web_socket.ts";
import { Connection } from "./connection/connection.ts";
import type { ConnectionEffect, ConnectionEvent } from "./connection/connection_types.ts";
import type { Ending } from "./connection/reconnect_policy.ts";
import { Dialer } from "./handshake/dialer.ts";
import { Incoming } from "./incoming.ts";
import { Outbox } from "./outbox.ts";
import type { Requests } from "./requests.ts";
import { clientError, closedError } from "./settings/client_errors.ts";
import { WEBSOCKET_EVENTS, type WebSocketEvents } from "./settings/events.ts";
import { checkClose } from "./settings/message.ts";
import type {
  CloseOptions,
  Provider,
  SendOptions,
  SocketRequestOptions,
  WebSocketClientOptions,
  WebSocketMessage,
} from "./settings/options.ts";
import { definePassage } from "./settings/passage.ts";
import { readClose, readOptions, readSend, type WebSocketSettings } from "./settings/settings.ts";

const REQUESTS = /* @__PURE__ */ lazy(() => import("./requests.ts"));

/**
 * A WebSocket that reports how every call and connection ended. It connects with a timeout and retries, and reconnects with
 * backoff after a loss. Its queues are bounded in both directions. Messages are text, bytes, or values of a `codec`.
 *
 * | call | result |
 * | --- | --- |
 * | `connect()` | true when open and after `onConnect`; false when `close()` ended it first; rejects if it cannot connect |
 * | `send(message, { ttl, signal })` | true when handed to the socket, which does not mean arrived; false when discarded |
 * | `receive({ timeout, signal })` | the next message; null after a clean end; `for await` reads until then |
 * | `request(message, { timeout, signal })` | the response to the message, found by `correlation` |
 * | `on(event, handler)` | a function that removes the handler |
 * | `close({ code, reason, timeout, drain })` | resolves within `closeTimeout`, even if the peer does not respond |
 *
 * - Credentials: `auth`, `headers`, `protocols` and the URL can be functions, called before each attempt. `onConnect` logs in
 *   or subscribes over each new connection, before the messages in the `outbox` are sent.
 * - A dead connection can look open. `heartbeat: {}` sends a ping after 30 s of silence, and reconnects if nothing comes back.
 * - In interactive programs, set `maxRetryBackoff` to 5 to 10. `connect()` during a wait retries immediately.
 * - `send()` need not be awaited: handlers of `close` and `error` report the end, but not which messages were not sent.
 *   A message sent just before a loss may not have arrived: only a response proves it, or `./reliable`.
 * - `inbox`, `outbox` and `maxMessageSize` bound memory. An open client keeps the process alive, as a socket does.
 * - `transport: denoTransport({ … })` adds proxies, certificates and Unix sockets; `webSocket` sets the WebSocket class.
 *
 * {@linkcode WebSocketClientOptions} lists all options and the limits of runtimes. {@linkcode ReconnectOptions} lists when the client reconnects, and {@linkcode MessageStream} where a message goes.
 *
 * @typeParam In The type of received messages.
 * @typeParam Out The type of sent messages.
 * @example Connect, send, receive, close
 * ```ts
 * import { WebSocketClient } from "@codomyrmex/networking";
 *
 * const local = { hostname: "127.0.0.1", port: 0 };
 * const server = Deno.serve(local, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = ({ data }) => socket.send(`echo ${data}`);
 *   return response;
 * });
 * const client = new WebSocketClient(`ws://127.0.0.1:${server.addr.port}`);
 * client.on("reconnecting", ({ delayMs }) => console.log(delayMs));
 *
 * await client.connect(); // rejects with the reason if it cannot connect
 * await client.send("hello"); // waits while the socket is full
 * console.log(await client.receive({ timeout: 5 })); // echo hello
 * await client.close(); // within closeTimeout
 * await server.shutdown();
 * ```
 *
 * @example Values instead of text, and requests with responses
 * ```ts
 * import { jsonCodec, WebSocketClient } from "@codomyrmex/networking";
 *
 * const local = { hostname: "127.0.0.1", port: 0 };
 * await using server = Deno.serve(local, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = ({ data }) => {
 *     const { id, a, b } = JSON.parse(data);
 *     socket.send(JSON.stringify({ id, sum: a + b }));
 *   };
 *   return response;
 * });
 *
 * type Question = { id: number; a: number; b: number };
 * type Answer = { id: number; sum: number };
 * const url = `ws://127.0.0.1:${server.addr.port}`;
 * await using client = new WebSocketClient(url, {
 *   codec: jsonCodec<Answer, Question>(), // or jsonCodec(schema)
 *   correlation: { ofRequest: ({ id }) => id, ofResponse: ({ id }) => id },
 * });
 * await client.connect();
 * console.log((await client.request({ id: 1, a: 2, b: 3 })).sum); // 5
 * ```
 */
export class WebSocketClient<In = WebSocketMessage, Out = SocketData> implements MessageStream<In> {
  static {
    showOnly(this, "WebSocketClient", (client) => ({ url: client.#name, state: client.state }));
    definePassage((client: WebSocketClient<never, never>) => ({
      send: (data) => client.state === "open" && client.#outbox.send(client.#dialer.socket!, data),
      stop: (error, code) => client.#handle({ type: "stop", error, code }),
      queues: () => ({ inbox: client.#incoming.inbox.length, outbox: client.#outbox.length }),
    }));
  }

  readonly #settings: WebSocketSettings<In, Out>;
  readonly #connection: Connection;
  readonly #alarm: Alarm = new Alarm(() => this.#handle({ type: "tick" }));
  readonly #handlers = new Handlers<WebSocketEvents<In, Out>>(WEBSOCKET_EVENTS);
  readonly #endReport: EndReport = new EndReport(this.#handlers);
  readonly #dialer: Dialer<In, Out>;
  readonly #incoming: Incoming<In, Out>;
  readonly #outbox: Outbox<In, Out>;
  #requests: Requests<In, Out> | undefined;
  #loading: Promise<unknown> | undefined; // of REQUESTS: messages keep their order behind the request
  /** The promise of `connect()`, until the connection is open. */
  #opening: PromiseWithResolvers<boolean> | undefined;
  #closed: PromiseWithResolvers<Ending> = Promise.withResolvers();
  #end: { readonly error?: unknown } = {};
  #isLeaving = false; // close() waits for responses before it closes the connection

  /**
   * Makes a client; nothing is connected yet.
   *
   * @param url A ws: or wss: URL (http: and https: mean the same), or a function called before each attempt.
   * @param options The options.
   * @throws {TypeError} If an option is unknown or of the wrong type.
   * @throws {RangeError} If a value is out of range.
   */
  constructor(url: Provider<string | URL>, options?: WebSocketClientOptions<In, Out>) {
    this.#settings = readOptions(url, options);
    this.#connection = new Connection(this.#settings.connection);
    const received = (data: WebSocketMessage) => this.#received(data);
    this.#dialer = new Dialer(this.#settings, (event) => this.#handle(event), received);
    this.#incoming = new Incoming(
      this.#settings,
      this.#handlers,
      () => this.#requests,
      () => this.#dialer.session,
      (error, code) => this.#handle({ type: "stop", error, code }),
    );
    this.#outbox = new Outbox(this.#settings, this.#handlers);
  }

  /** The URL that it connects to; empty when a function returns it. */
  get url(): string {
    const { url } = this.#settings;
    return typeof url === "function" ? "" : redactURL(String(url));
  }

  /** The connection state: idle, connecting, open, draining, waiting or closed. */
  get state(): ConnectionState {
    return this.#isLeaving ? "draining" : this.#connection.state;
  }

  /** Resolves when the client is closed. A later `connect()` starts a new promise. */
  get closed(): Promise<Ending> {
    this.#endReport.isWatched = true;
    return this.#closed.promise;
  }

  /** The subprotocol that was agreed on, or the empty string. */
  get protocol(): string {
    return this.#dialer.socket?.protocol ?? "";
  }

  /**
   * Connects. Concurrent calls share one attempt. A call while the client waits to reconnect ends that wait.
   * After `close()` it connects again, with the same handlers. With the default options it gives up on a peer
   * that never responds after about two minutes: four times `timeout`, plus the waits.
   *
   * @returns True when open, false when `close()` ended it first.
   * @throws {NetworkingError} If it cannot connect, after `maxRetries` more attempts.
   */
  connect(): Promise<boolean> {
    const { state } = this;
    if (state === "open") return Promise.resolve(true);
    if (state === "draining") return this.#closed.promise.then(() => this.connect());
    if (state === "idle" || state === "closed") {
      const { signals } = this.#settings.common;
      const aborted = signals.find((signal) => signal.aborted);
      if (aborted !== undefined) return Promise.reject(aborted.reason);
      if (state === "closed") this.#closed = Promise.withResolvers();
      this.#incoming.inbox.reopen();
      this.#end = {};
      for (const signal of signals) signal.addEventListener("abort", this.#onAbort);
    }
    const { promise } = this.#opening ??= Promise.withResolvers();
    this.#handle({ type: "connect" });
    return promise;
  }

  readonly #onAbort = (event: Event): void =>
    this.#handle({ type: "stop", error: (event.target as AbortSignal).reason });

  /**
   * Sends a message, or keeps it in the outbox while there is no connection or the socket has more
   * than 1 MiB to write. Handed to the socket does not mean arrived: only a response proves that.
   *
   * @returns True when it was handed to the socket, once; false when the overflow policy or `ttl`
   * discarded it.
   * @throws {NetworkingError} `not_connected` before `connect()`, `closed` after `close()`,
   * `queue_full`, or the error that closed the client.
   */
  send(message: Out, options?: SendOptions): Promise<boolean> {
    if (this.#loading !== undefined) {
      const again = () => this.send(message, options);
      return this.#endReport.quiet(this.#loading.then(again, again));
    }
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
      return this.#endReport.quiet(Promise.reject(error), this.state === "closed");
    }
  }

  /**
   * Returns the next message, in the order of arrival. Messages from before the end come first.
   *
   * @returns The message, or null after a clean end.
   * @throws {NetworkingError} `not_connected` before `connect()`, `idle_timeout` after `timeout`, or the error
   * that closed the client. Without a handler for `error`, an error of the codec rejects once.
   */
  receive(options?: ReceiveOptions): Promise<In | null> {
    const incoming = this.#incoming;
    incoming.isRead ||= this.state !== "idle";
    const isPlain = options === undefined && incoming.isRead;
    return this.#endReport.quiet(
      isPlain ? incoming.inbox.receive(NO_LIMITS) : this.#receiveWithin(options),
    );
  }

  /**
   * Sends a message and waits for its response, found by the option `correlation`. Readers and handlers do not
   * get the response. A response that comes after the wait is an ordinary message.
   *
   * @throws {NetworkingError} As `send()` and `receive()` do. `connection_closed` if the connection that carried
   * the message is lost, and the response with it.
   */
  request(message: Out, options?: SocketRequestOptions): Promise<In> {
    const request = () => {
      this.#requests ??= new REQUESTS.now!.Requests(this.#settings);
      return this.#requests.request(message, options, (given) => this.send(message, given));
    };
    if (this.#loading === undefined) {
      if (REQUESTS.now !== undefined) return this.#endReport.quiet(request());
      const over = () => this.#loading = undefined;
      (this.#loading = REQUESTS.load()).then(over, over);
    }
    return this.#endReport.quiet(this.#loading.then(request));
  }

  async #receiveWithin(options: ReceiveOptions | undefined): Promise<In | null> {
    const { limits, late } = waitLimits(options, this.#name);
    if (this.state === "idle") this.#requireLife("receive");
    return await this.#incoming.inbox.receive(limits, late);
  }

  /** Iterates over the messages until the end, and throws if the client failed. Leaving the loop closes nothing. */
  [Symbol.asyncIterator](): AsyncIterableIterator<In, undefined> {
    const { inbox } = this.#incoming;
    return iterated(() => this.#incoming.isRead ? inbox.next() : this.receive().then(toStep));
  }

  /**
   * Calls a handler for each event of a kind. An error that it throws is an `error` event. While there is a
   * handler for `message`, messages are not kept: `receive()` gets those that come while it waits.
   *
   * @returns A function that removes the handler.
   */
  on<Name extends keyof WebSocketEvents<In, Out>>(
    event: Name,
    handler: EventHandler<WebSocketEvents<In, Out>[Name]>,
  ): () => void {
    const remove = this.#handlers.add(event, handler);
    if (event === "message") this.#incoming.inbox.handled();
    return remove;
  }

  /**
   * Sends the waiting messages, then closes, within `closeTimeout` even if the peer does not respond. With
   * `drain` it first waits for the responses to requests, and takes `drain` seconds at most. Can be called at any
   * time and more than once: the first call decides, but a `close()` without `drain` ends a drain.
   *
   * @throws {RangeError} If the code or the reason cannot be sent.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const { code = 1000, reason = "", drain, timeout } = readClose(options);
    checkClose(code, reason);
    let ms = timeout ?? drain ?? this.#settings.closeTimeoutMs;
    const life = this.#closed;
    if (drain !== undefined && this.#requests?.isWaiting) {
      const until = performance.now() + drain;
      this.#isLeaving = true;
      await this.#requests.settled(drain);
      if (life !== this.#closed) return; // it ended, and another began
      ms = Math.min(ms, until - performance.now());
    }
    if (this.state !== "idle") {
      this.#handle({ type: "close", code, reason, ms });
      await this.#closed.promise;
    }
    await this.#settings.given.transport?.close?.();
  }

  /** Closes the client. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #handle(event: ConnectionEvent): void {
    for (const effect of this.#connection.handle(event, performance.now())) this.#run(effect);
    this.#alarm.at = this.#connection.wakeAt;
  }

  #run(effect: ConnectionEffect): void {
    switch (effect.type) {
      case "dial":
        return void this.#dialer.dial(effect, this.#settings.given.correlation && REQUESTS.load);
      case "open":
        return this.#opened(effect.again);
      case "ping":
        return this.#ping();
      case "look":
        if (this.#dialer.socket?.isClosing) this.#handle({ type: "closing" });
        return;
      case "drain":
        return this.#pump();
      case "closeFrame":
        return this.#dialer.socket?.close(effect.code, effect.reason);
      case "abandon":
        return this.#dialer.socket?.abandon(effect.code, effect.reason);
      case "retry":
        return this.#detach(effect.error);
      case "lost": {
        const { ending, attempt, delayMs } = effect;
        this.#detach(ending.error);
        this.#requests?.lost(ending);
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
    this.#opening?.resolve(true);
    this.#opening = undefined;
    this.#handlers.emit(again ? "reconnected" : "open", { protocol });
    for (const received of session.drain()) this.#incoming.deliver(received);
    this.#pump();
  }

  #ping(): void {
    try {
      this.#dialer.socket!.send(this.#settings.ping());
    } catch (error) {
      this.#handlers.emit("error", { error });
    }
  }

  #received(data: WebSocketMessage): void {
    this.#connection.hadMessages = true;
    if (this.#settings.connection.heartbeat !== undefined) {
      this.#connection.heard(performance.now());
      this.#alarm.at = this.#connection.wakeAt;
    }
    this.#incoming.take(data);
  }

  #pump(): void {
    const { state } = this.#connection;
    if (state !== "open" && state !== "draining") return;
    this.#outbox.pump(this.#dialer.socket!, (isEmpty) => {
      if (!isEmpty) this.#handle({ type: "closing" });
      else if (this.#connection.state === "draining") this.#handle({ type: "drained" });
    });
  }

  #detach(error: unknown): void {
    this.#dialer.detach(error);
    this.#outbox.pause();
  }

  #over({ ending, byCaller, error }: ConnectionEffect & { type: "over" }): void {
    this.#detach(error);
    const opening = this.#opening;
    this.#opening = undefined; // a later connect() is about another life
    for (const signal of this.#settings.common.signals) {
      signal.removeEventListener("abort", this.#onAbort);
    }
    this.#end = error === undefined ? {} : { error };
    const reported = this.#dialer.handshakes.gaveUp(error);
    this.#incoming.inbox.end(this.#end);
    const reason = error ?? closedError(this.#name, "connect");
    this.#outbox.rejectAll(reason, this.#endReport.isReported);
    this.#requests?.fail(reason);
    if (opening !== undefined) this.#endReport.quiet(opening.promise);
    if (byCaller) opening?.resolve(false);
    else opening?.reject(reason);
    this.#isLeaving = false;
    this.#closed.resolve(ending);
    if (error !== undefined) this.#handlers.emit("error", { error });
    reported.catch((error) => this.#handlers.emit("error", { error }));
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
