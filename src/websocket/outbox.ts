/**
 * Messages on their way out: they wait while there is no connection, and while the socket has more
 * to write than the kernel takes. Each is handed to one socket only.
 *
 * @module
 */

import { byteLength, keep } from "./settings/message.ts";
import { Pending, type WaitLimits } from "../messages/pending.ts";
import { BoundedQueue, type QueueBounds } from "../messages/queue.ts";
import type { Socket } from "./connection/socket.ts";
import type { SocketData } from "../runtime/web_socket.ts";

interface Outgoing<Out> {
  readonly message: Out;
  readonly data: SocketData;
  readonly bytes: number;
  readonly pending: Pending<boolean>;
}

/** How often to look whether the kernel took something: there is no event for it. */
const POLL_MS = 2;

/** The queue of one client. */
export class Outbox<Out> {
  readonly #queue: BoundedQueue<Outgoing<Out>>;
  readonly #onDrop: (message: Out, reason: "overflow" | "ttl") => void;
  readonly #onSent: (data: SocketData, queued: number) => void;
  readonly #fullError: () => Error;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    bounds: QueueBounds<string>,
    onDrop: (message: Out, reason: "overflow" | "ttl") => void,
    onSent: (data: SocketData, queued: number) => void,
    fullError: () => Error,
  ) {
    this.#queue = new BoundedQueue(bounds);
    this.#onDrop = onDrop;
    this.#onSent = onSent;
    this.#fullError = fullError;
  }

  /** How many messages wait. */
  get length(): number {
    return this.#queue.length;
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.length === 0;
  }

  /** Adds a message; the promise tells what becomes of it. */
  push(message: Out, data: SocketData, limits: WaitLimits): Promise<boolean> {
    const pending: Pending<boolean> = new Pending(limits, () => {
      pending.resolve(false);
      this.#onDrop(message, "ttl");
    }, () => this.#queue.remove((outgoing) => outgoing.pending === pending));
    const pushed = this.#queue.push({
      message,
      data: keep(data),
      bytes: byteLength(data),
      pending,
    });
    if (pushed === "full") {
      pending.reject(this.#fullError());
      return pending.promise;
    }
    for (const dropped of pushed.dropped) {
      dropped.pending.resolve(false);
      this.#onDrop(dropped.message, "overflow");
    }
    return pending.promise;
  }

  /** Hands a message over. */
  send(socket: Socket, data: SocketData): void {
    socket.send(data);
    this.#onSent(data, this.#queue.length);
  }

  /**
   * Hands over what waits, as far as the socket takes it.
   *
   * @param onEnd Called when nothing waits, or when the socket is closing: the rest is for the next one.
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
        pending.reject(error); // the message's fault: it is not tried again, and holds up nobody
      }
    }
    onEnd(true);
  }

  /** There is no socket to hand anything to. */
  pause(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** The end of everything that waits. If it is told elsewhere, nobody has to await it here. */
  rejectAll(reason: unknown, isTold: boolean): void {
    for (const { pending } of this.#queue.remove(() => true)) {
      if (isTold) pending.promise.catch(() => {});
      pending.reject(reason);
    }
  }
}
