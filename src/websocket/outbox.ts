/**
 * Outgoing messages. They wait while there is no connection, and while the socket has more to write than the
 * kernel takes. Each is handed to one socket only.
 *
 * @module
 */

import type { Handlers } from "../messages/handlers.ts";
import { fullError } from "./settings/client_errors.ts";
import type { WebSocketEvents } from "./settings/events.ts";
import type { WebSocketSettings } from "./settings/settings.ts";
import { byteLength } from "../formats/byte_length.ts";
import { keep } from "./settings/message.ts";
import { Pending, type WaitLimits } from "../messages/pending.ts";
import { BoundedQueue } from "../messages/queue.ts";
import type { Socket } from "./connection/socket.ts";
import type { SocketData } from "../runtime/web_socket.ts";

interface Outgoing<Out> {
  readonly message: Out;
  readonly data: SocketData;
  readonly bytes: number;
  readonly pending: Pending<boolean>;
}

/** The interval of checks whether the kernel took data: there is no event for it. */
const POLL_MS = 2;

/** The queue of one client. */
export class Outbox<In, Out> {
  readonly #queue: BoundedQueue<Outgoing<Out>>;
  readonly #settings: WebSocketSettings<In, Out>;
  readonly #handlers: Handlers<WebSocketEvents<In, Out>>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    settings: WebSocketSettings<In, Out>,
    handlers: Handlers<WebSocketEvents<In, Out>>,
  ) {
    this.#queue = new BoundedQueue<Outgoing<Out>>(settings.outbox);
    this.#settings = settings;
    this.#handlers = handlers;
  }

  /** The number of waiting messages. */
  get length(): number {
    return this.#queue.length;
  }

  /** Whether no message waits. */
  get isEmpty(): boolean {
    return this.length === 0;
  }

  /** Adds a message. The promise resolves to true when it is handed to a socket, to false when it is discarded. */
  push(message: Out, data: SocketData, limits: WaitLimits): Promise<boolean> {
    const pending: Pending<boolean> = new Pending(limits, () => {
      pending.resolve(false);
      this.#dropped(message, "ttl");
    }, () => this.#queue.remove((outgoing) => outgoing.pending === pending));
    const pushed = this.#queue.push({
      message,
      data: keep(data),
      bytes: byteLength(data),
      pending,
    });
    if (pushed === "full") {
      const { outbox, connection } = this.#settings;
      pending.reject(fullError(connection.name, "send", outbox));
      return pending.promise;
    }
    for (const dropped of pushed.dropped) {
      dropped.pending.resolve(false);
      this.#dropped(dropped.message, "overflow");
    }
    return pending.promise;
  }

  /** Hands a message to the socket. */
  send(socket: Socket, data: SocketData): void {
    socket.send(data);
    if (this.#handlers.has("sent")) {
      this.#handlers.emit("sent", { bytes: byteLength(data), queued: this.length });
    }
  }

  #dropped(message: Out, reason: "overflow" | "ttl"): void {
    this.#handlers.emit("drop", { from: "outbox", message, reason });
  }

  /**
   * Hands the waiting messages to the socket, as far as it takes them.
   *
   * @param onEnd Called when no message waits, or when the socket is closing: the rest is for the next socket.
   */
  pump(socket: Socket, onEnd: (isEmpty: boolean) => void): void {
    this.pause();
    while (!this.isEmpty) {
      if (socket.isClosing) return onEnd(false);
      if (!socket.isWritable) {
        this.#timer = setTimeout(() => {
          this.#timer = undefined;
          this.pump(socket, onEnd);
        }, POLL_MS);
        return;
      }
      const { data, pending } = this.#queue.shift()!;
      try {
        this.send(socket, data);
        pending.resolve(true);
      } catch (error) {
        pending.reject(error); // the message is at fault: it is not retried, and does not block the others
      }
    }
    onEnd(true);
  }

  /** Stops handing over: there is no socket. */
  pause(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Rejects all waiting messages. If the end is reported elsewhere, their promises need not be awaited. */
  rejectAll(reason: unknown, isReported: boolean): void {
    for (const { pending } of this.#queue.remove(() => true)) {
      if (isReported) pending.promise.catch(() => {});
      pending.reject(reason);
    }
  }
}
