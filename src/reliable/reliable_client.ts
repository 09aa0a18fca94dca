/**
 * The client of a session, over a WebSocketClient of its own.
 *
 * @module
 */

import type { DrainOptions } from "../options/drain_options.ts";
import type { Duration } from "../options/duration.ts";
import { type EventHandler, Handlers } from "../messages/handlers.ts";
import type { ConnectionState, MessageStream, ReceiveOptions } from "../messages/message_stream.ts";
import { waitLimits } from "../messages/pending.ts";
import { showOnly } from "../redact.ts";
import { clientError } from "../websocket/settings/client_errors.ts";
import type { Provider, WebSocketMessage } from "../websocket/settings/options.ts";
import type { Ending } from "../websocket/connection/reconnect_policy.ts";
import type { SocketData } from "../runtime/web_socket.ts";
import { type Passage, passageOf } from "../websocket/settings/passage.ts";
import { WebSocketClient } from "../websocket/websocket_client.ts";
import { Channel } from "./channel/channel.ts";
import {
  readCloseTimeout,
  readSendOptions,
  type ReliableSendOptions,
} from "./channel/send_options.ts";
import { EVENTS, type ReliableClientEvents } from "./client_events.ts";
import { ClientSession } from "./client_session.ts";
import type { ReliableClientOptions } from "./options.ts";
import { readClientOptions, type ReliableSettings } from "./settings.ts";
import { CLOSE, contractError, type Payload, readFrame, type Sendable } from "./channel/wire.ts";

/**
 * A WebSocket whose messages arrive once and in order, in both directions, even if the connection
 * breaks: it sends messages that the other program has not received again over the next connection.
 * Its server is a {@linkcode ReliableServer}, or any other with `reliable.v1`.
 *
 * `send()` resolves when the other program has the message. If the session itself is lost, such as by
 * a restart of the server, there is a `gap` event, and unacknowledged messages are rejected.
 *
 * A client that is not closed keeps the process alive, as an open socket does.
 */
export class ReliableClient<In = Payload, Out = Sendable> implements MessageStream<In> {
  static {
    showOnly(this, "ReliableClient", ({ url, state }) => ({ url, state }));
  }

  /** Messages survive the loss of a connection, so rpc() does not reject its calls then. */
  readonly resumes = true;
  readonly #settings: ReliableSettings<In, Out>;
  readonly #socket: WebSocketClient<WebSocketMessage, SocketData>;
  readonly #passage: Passage;
  readonly #handlers = new Handlers<ReliableClientEvents<In>>(EVENTS);
  readonly #channel: Channel<In, Out>;
  readonly #session: ClientSession<In, Out>;
  #isLeaving = false;

  /**
   * Creates a client, without connecting.
   *
   * @param url A ws: or wss: URL (http: and https: mean the same), or a function that returns it,
   * which is called before each attempt.
   * @param options The options.
   * @throws {TypeError | RangeError} If an option is unknown or cannot be used.
   */
  constructor(url: Provider<string | URL>, options?: ReliableClientOptions<In, Out>) {
    const { settings, socket, store, storeKey } = readClientOptions(options);
    this.#settings = settings;
    this.#socket = new WebSocketClient<WebSocketMessage, SocketData>(url, {
      ...socket,
      onConnect: (connection) => this.#session.greet(connection),
    });
    this.#passage = passageOf(this.#socket);
    this.#channel = new Channel({
      name: this.#name,
      codec: settings.codec,
      bounds: settings.bounds,
      inbox: settings.inbox,
      handlers: this.#handlers,
      write: (frame) => this.#passage.send(frame),
      overflowed: (error) => this.#passage.stop(error, CLOSE.full),
      ...(store && { changed: () => this.#session.changed() }),
    });
    this.#session = new ClientSession(this.#name, this.#channel, this.#passage, store, storeKey);
    this.#listen();
  }

  /** The URL; empty if it comes from a function. */
  get url(): string {
    return this.#socket.url;
  }

  /** The connection state: idle, connecting, open, draining, waiting or closed. */
  get state(): ConnectionState {
    return this.#socket.state;
  }

  /** Resolves once, when the client that `connect()` started has ended. */
  get closed(): Promise<Ending> {
    return this.#socket.closed;
  }

  /** The messages that are not acknowledged yet, including those that wait to be sent, and their bytes. */
  get unacked(): { readonly messages: number; readonly bytes: number } {
    return this.#channel.unacked;
  }

  /**
   * Resolves when a message can be sent without waiting for acknowledgements. `await client.ready`
   * before each `send()` that is not awaited sends at full speed within the bounds.
   */
  get ready(): Promise<void> {
    return this.#channel.ready;
  }

  /**
   * Connects; concurrent calls share one attempt. After the client has ended it starts again, with
   * another session and the same handlers.
   *
   * @returns True when open, false if `close()` ended it first.
   * @throws {NetworkingError} If it cannot connect within `maxRetries` more attempts.
   */
  async connect(): Promise<boolean> {
    if (this.#isLeaving && this.state !== "closed") await this.closed;
    if (this.state === "idle" || this.state === "closed") {
      this.#isLeaving = false;
      this.#session.begin();
    }
    return await this.#socket.connect();
  }

  /**
   * Sends a message, over as many connections as it takes. It waits while `maxUnackedBytes` or
   * `maxUnackedMessages` are not acknowledged. You need not await it: the end of the session is a
   * `gap` or `close` event too.
   *
   * @returns Resolves when the other program has it.
   * @throws {SessionLostError} If the session was lost first; `mayHaveArrived` is whether the message
   * may have arrived.
   * @throws {NetworkingError} `not_connected` before `connect()`, `closed` after `close()`,
   * `queue_full`, `idle_timeout` after `timeout`, or the error that ended the client.
   */
  send(message: Out, options?: ReliableSendOptions): Promise<void> {
    const { loading } = this.#session;
    if (loading !== undefined) return loading.then(() => this.send(message, options));
    if (this.state === "idle") return this.#neverConnected("send", () => readSendOptions(options));
    return this.#channel.send(message, options);
  }

  /**
   * Returns the next message in order, which acknowledges it to the server.
   *
   * @returns The message, or null after a clean close of the session.
   * @throws {NetworkingError} `not_connected` before `connect()`, `idle_timeout` after `timeout`, or
   * the error that ended the client.
   */
  receive(options?: ReceiveOptions): Promise<In | null> {
    const { loading } = this.#session;
    if (loading !== undefined) return loading.then(() => this.receive(options));
    if (this.state === "idle") {
      return this.#neverConnected("receive", () => waitLimits(options, this.#name));
    }
    return this.#channel.mailbox.receive(options);
  }

  /** Iterates the messages; throws if the client ends with an error. Leaving the loop closes nothing. */
  [Symbol.asyncIterator](): AsyncIterableIterator<In, undefined> {
    return this.#channel.mailbox.iterate();
  }

  /**
   * Calls a handler for each event of a kind. If it throws, an `error` event is emitted. While there is a
   * handler for `message`, messages go to handlers and waiting `receive()` calls, and none is kept. The
   * first handler receives the unread messages.
   *
   * @returns A function that removes the handler.
   */
  on<Name extends keyof ReliableClientEvents<In>>(
    event: Name,
    handler: EventHandler<ReliableClientEvents<In>[Name]>,
  ): () => void {
    const remove = this.#handlers.add(event, handler);
    if (event === "message") this.#channel.mailbox.handled();
    return remove;
  }

  /**
   * Ends the session: waits until what was sent is acknowledged, `closeTimeout` at most, and rejects
   * the rest. Can be called at any time and more than once.
   *
   * @param options `timeout` or `drain`: seconds, instead of `closeTimeout`.
   */
  async close(options: DrainOptions & { readonly timeout?: Duration } = {}): Promise<void> {
    const ms = readCloseTimeout(options) ?? this.#settings.closeTimeoutMs;
    if (this.state === "idle") return;
    if (this.#isLeaving || this.state === "closed") return void await this.closed;
    this.#isLeaving = true;
    const until = performance.now() + ms;
    await this.#channel.drain(ms);
    await this.#session.leave(until);
    await this.#socket.close({ timeout: { milliseconds: Math.max(1, until - performance.now()) } });
  }

  /** Closes the client. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #listen(): void {
    const socket = this.#socket;
    const emit = this.#handlers.emit.bind(this.#handlers) as Handlers<
      ReliableClientEvents<In>
    >["emit"];
    socket.on("open", () => this.#attach("open"));
    socket.on("reconnected", () => this.#attach("reconnected"));
    socket.on("message", ({ message }) => this.#received(message));
    socket.on("reconnecting", (event) => {
      this.#channel.detach();
      emit("reconnecting", event);
    });
    socket.on("error", ({ error }) => {
      if (socket.state === "closed") this.#channel.end({ error }); // the reason comes before "close"
      emit("error", { error });
    });
    socket.on("close", (ending) => {
      this.#channel.end({});
      this.#session.over();
      emit("close", ending);
    });
  }

  #attach(event: "open" | "reconnected"): void {
    this.#guard(() => {
      const gap = this.#session.attach();
      if (gap !== undefined) this.#handlers.emit("gap", gap);
    });
    this.#handlers.emit(event, {});
  }

  #received(data: WebSocketMessage): void {
    this.#guard(() => {
      const frame = readFrame(data);
      const { half } = this.#channel;
      switch (frame.type) {
        case "data":
          if (frame.a > 0) half.acknowledged(frame.a);
          return half.data(frame.n, frame.payload);
        case "ack":
          return half.acknowledged(frame.a);
        case "pong":
          return;
        case "bye":
          this.#channel.end({});
          return void this.#socket.close();
      }
      throw contractError(`${frame.type} from a server`);
    });
  }

  /** A peer that breaks the contract ends the client. */
  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#passage.stop(error, CLOSE.protocol);
    }
  }

  /** Rejects, with the error of wrong options first. */
  // deno-lint-ignore require-await -- wrong options reject
  async #neverConnected(action: string, check: () => unknown): Promise<never> {
    check();
    const why = "it was never connected; await connect() first";
    throw clientError("not_connected", this.#name, action, why);
  }

  get #name(): string {
    return this.url === "" ? "the WebSocket" : this.url.replace(/\?.*/, "");
  }
}
