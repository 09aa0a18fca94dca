/**
 * JSON-RPC over a socket, where both sides may call.
 *
 * @module
 */

import { NetworkingError } from "../errors.ts";
import { WebSocketError } from "../websocket_error.ts";
import { byteLength } from "../formats/byte_length.ts";
import { type EventHandler, Handlers } from "../messages/handlers.ts";
import { BoundedQueue, type QueueBounds } from "../messages/queue.ts";
import { abortSignal, callable, duration } from "../options/checks.ts";
import { drained } from "../options/drained.ts";
import { type DrainOptions, readDrain } from "../options/drain_options.ts";
import { someText } from "../options/some_text.ts";
import { readOptions } from "../options/read_options.ts";
import { describeURL } from "../redact.ts";
import { callOptions, RPCCaller } from "./caller.ts";
import { Calls } from "./calls.ts";
import { RPC_ERRORS } from "./errors.ts";
import { brokenError, classify, type Incoming, parse } from "./messages.ts";
import { errorMessage, Service, type ServiceSettings } from "./service.ts";
import { Streams } from "./streams.ts";
import type { RPCSubscription } from "./subscription.ts";
import type {
  AnyMethods,
  MethodName,
  ParamsOf,
  RPCPeerEvents,
  RPCSocket,
  RPCSubscribeOptions,
} from "./types.ts";

/** The settings of {@linkcode rpc} over a socket. */
export interface PeerSettings extends ServiceSettings {
  readonly timeoutMs: number;
  readonly inbox: QueueBounds<string>;
}

/** A notification that arrived before the ID of its subscription. */
interface Notification {
  readonly params: unknown;
  readonly bytes: number;
}

const SUBSCRIBE = {
  timeout: duration("timeout", { off: true }),
  signal: abortSignal,
  notification: someText,
  unsubscribe: someText,
  idOf: callable<(params: unknown) => unknown>(),
  itemOf: callable<(params: unknown) => never>(),
};

/** One side of JSON-RPC over a socket. */
export class RPCPeer<Methods = AnyMethods> extends RPCCaller<Methods> implements Disposable {
  readonly #socket: RPCSocket;
  readonly #settings: PeerSettings;
  readonly #name: string;
  readonly #handlers: Handlers<RPCPeerEvents> = new Handlers(["error"]);
  readonly #calls: Calls;
  readonly #streams: Streams;
  readonly #service: Service;
  readonly #remove: (() => void)[];
  #isClosed = false;
  /** Whether new calls are rejected. */
  #isLeaving = false;

  /** Use {@linkcode rpc}. */
  constructor(socket: RPCSocket, settings: PeerSettings) {
    super(async (text, calls, options) => {
      this.#requireOpen();
      await this.#calls.send(text, calls, options);
    });
    this.#socket = socket;
    this.#settings = settings;
    this.#name = socket.url ? describeURL(socket.url) : "the peer";
    const { timeoutMs } = settings;
    this.#calls = new Calls(this.#name, timeoutMs, (text, options) => socket.send(text, options));
    const failed = (error: unknown) => this.#handlers.emit("error", { error });
    this.#streams = new Streams(settings.inbox, failed);
    this.#service = new Service(settings, this.#name, failed);
    const on = socket.on.bind(socket) as unknown as (
      event: string,
      handler: (event: { readonly message: unknown; readonly error?: unknown }) => void,
    ) => () => void;
    this.#remove = [
      on("message", ({ message }) => void this.#received(message)),
      on("close", ({ error }) => this.#lost(error ?? this.#goneError("closed", "is over"), true)),
    ];
    if (socket.resumes !== true) {
      const lost = () => this.#lost(this.#goneError("connection_closed", "was lost"), false);
      this.#remove.push(on("reconnecting", lost));
    } else if ("connect" in socket) { // a ReliableClient
      const lost = () => this.#lost(this.#goneError("session_lost", "lost its session"), true);
      this.#remove.push(on("gap", lost));
    }
  }

  /**
   * Calls a handler for failures that belong to no call.
   *
   * @returns A function that removes the handler.
   */
  on<Name extends keyof RPCPeerEvents>(
    event: Name,
    handler: EventHandler<RPCPeerEvents[Name]>,
  ): () => void {
    return this.#handlers.add(event, handler);
  }

  /**
   * Returns the `params` of all notifications of a method as a stream. The stream ends with an error if the
   * connection is lost, since notifications may be lost too. Over a ReliableClient it ends only at a gap.
   *
   * @param method The method of the notifications.
   */
  notifications<Params = unknown>(method: string): RPCSubscription<Params> {
    this.#requireOpen();
    const { stream } = this.#streams.open<Params>(method, (params) => ({ item: params as Params }));
    return stream;
  }

  /**
   * Calls a method that begins a subscription, and returns its notifications as a stream. Ending the
   * stream calls `unsubscribe`. A lost connection ends it like {@linkcode notifications}.
   *
   * @param method The method, such as `eth_subscribe`.
   * @param params The `params`.
   * @param options The method of its notifications, and how to read them.
   */
  async subscribe<Item = unknown, Name extends MethodName<Methods> = MethodName<Methods>>(
    method: Name,
    params: ParamsOf<Methods[Name]>[0],
    options: RPCSubscribeOptions<Item>,
  ): Promise<RPCSubscription<Item>> {
    const { timeout, signal, ...read } = readOptions("subscribe", options, SUBSCRIBE);
    const { notification, unsubscribe, idOf: id = subscriptionOf } = read;
    const item: (params: unknown) => Item = read.itemOf ?? resultOf;
    if (notification === undefined) {
      throw new TypeError("Cannot subscribe: notification, the notifications' method, is missing");
    }
    const call = callOptions({ timeout, signal });
    // Notifications may arrive before the response with the ID of the subscription.
    let subscription: { readonly id: unknown } | undefined;
    const early = new BoundedQueue<Notification>(this.#settings.inbox);
    this.#requireOpen();
    const connection = this.#service.signal;
    const { stream, take } = this.#streams.open<Item>(notification, (params, bytes) => {
      if (subscription !== undefined) {
        return id(params) === subscription.id ? { item: item(params) } : undefined;
      }
      if (early.push({ params, bytes }) === "full") stream.overflow();
      return undefined;
    }, () => stop());
    const stop = async () => {
      // On another connection the ID is unknown to the peer, or belongs to another subscription.
      if (unsubscribe === undefined || subscription === undefined || connection.aborted) return;
      await this.call(unsubscribe as Name, ...([[subscription.id]] as never));
    };
    try {
      const result: unknown = await this.call(method, ...([params, call] as never));
      subscription = { id: result };
      stream.id = result;
      if (stream.isOver) stop().catch(() => {}); // full before it began; its reader gets that error
      for (const { params, bytes } of early.remove(() => true)) take(params, bytes);
      return stream;
    } catch (error) {
      await stream.close();
      throw error;
    }
  }

  /**
   * Stops listening and rejects waiting calls. The socket stays open. With `drain`, it first waits for their
   * responses; no new call starts meanwhile.
   */
  async close(options?: DrainOptions): Promise<void> {
    const ms = readDrain(options);
    if (ms !== undefined) {
      this.#isLeaving = true;
      await drained(this.#calls.settled(), ms);
    }
    if (this.#isClosed) return;
    for (const remove of this.#remove) remove();
    this.#isClosed = true;
    this.#lost(this.#goneError("closed", "is closed"), true);
  }

  /** Closes the peer, not its socket. */
  [Symbol.dispose](): void {
    void this.close();
  }

  async #received(message: unknown): Promise<void> {
    if (typeof message !== "string" && !(message instanceof Uint8Array)) {
      const error = new TypeError("Cannot use rpc() with a client that has a codec: leave it out");
      return this.#handlers.emit("error", { error });
    }
    const { signal } = this.#service;
    await this.#answer(await this.#answerTo(message), signal);
  }

  /** Handles a message; returns the text of the response, if it has one. */
  async #answerTo(message: string | Uint8Array): Promise<string | undefined> {
    let value: unknown;
    try {
      value = parse(message);
    } catch (error) {
      this.#handlers.emit("error", { error });
      return errorMessage(null, RPC_ERRORS.parse);
    }
    if (!Array.isArray(value)) return await this.#take(classify(value), () => byteLength(message));
    if (value.length === 0) return errorMessage(null, RPC_ERRORS.request);
    const isTooMuch = this.#isTooMuch(value);
    const answers: Promise<string | undefined>[] = [];
    for (const one of value) {
      const incoming = classify(one);
      if (isTooMuch && incoming.kind !== "response") continue; // responses to our calls still count
      const answer = this.#take(incoming, () => byteLength(JSON.stringify(one)));
      if (answer !== undefined) answers.push(answer);
    }
    if (isTooMuch) return errorMessage(null, RPC_ERRORS.busy);
    const texts = (await Promise.all(answers)).filter((answer) => answer !== undefined);
    return texts.length === 0 ? undefined : `[${texts.join(",")}]`;
  }

  /** Whether a batch has more than `maxIncoming` requests; if so, emits an `error` event. */
  #isTooMuch(batch: readonly unknown[]): boolean {
    const { maxIncoming } = this.#settings;
    if (batch.length <= maxIncoming) return false;
    let requests = 0;
    for (const one of batch) if (classify(one).kind !== "response") requests++;
    if (requests <= maxIncoming) return false;
    const error = brokenError(`a batch has more than ${maxIncoming} requests`, this.#name);
    this.#handlers.emit("error", { error });
    return true;
  }

  /** Handles one message of a size; returns its response, if it has one. */
  #take(incoming: Incoming, size: () => number): Promise<string | undefined> | undefined {
    switch (incoming.kind) {
      case "request":
        if (incoming.id === undefined) {
          this.#streams.notify(incoming.method, incoming.params, size());
        }
        return this.#service.serve(incoming);
      case "response":
        try {
          this.#calls.settle(incoming.id, incoming.value);
        } catch (error) {
          this.#handlers.emit("error", { error });
        }
        return undefined;
      case "invalid": {
        const error = brokenError("a message is neither a request nor a response", this.#name);
        this.#handlers.emit("error", { error });
        return Promise.resolve(errorMessage(incoming.id, RPC_ERRORS.request));
      }
    }
  }

  /** Sends a response over the connection of its request; on another one the ID is another call's. */
  async #answer(answer: string | undefined, signal: AbortSignal): Promise<void> {
    if (answer === undefined || signal.aborted) return;
    try {
      await this.#socket.send(answer, { signal });
    } catch (error) {
      if (!signal.aborted) this.#handlers.emit("error", { error });
    }
  }

  /** Rejects the calls sent over a lost connection, or all; ends the streams and aborts the handlers. */
  #lost(error: unknown, all: boolean): void {
    this.#service.abort(error);
    this.#calls.reject(error, all);
    this.#streams.end(error);
  }

  #requireOpen(): void {
    if (this.#isLeaving || this.#isClosed) throw this.#goneError("closed", "is closed");
  }

  #goneError(code: "closed" | "connection_closed" | "session_lost", what: string): NetworkingError {
    const text = `Cannot get a response: the connection to ${this.#name} ${what}`;
    return code === "connection_closed"
      ? new WebSocketError(code, text, { url: this.#name })
      : new NetworkingError(code, text, { url: this.#name });
  }
}

function subscriptionOf(params: unknown): unknown {
  return Object(params).subscription;
}

function resultOf<Item>(params: unknown): Item {
  return Object(params).result;
}
