/**
 * One side of a session: its unacknowledged messages in both directions. It has no socket, timer or
 * clock: frames and messages go in, and out through a {@linkcode HalfPort}. Client and server share it.
 *
 * ```text
 * sending:    pushed → (waits for the bounds) → numbered → written → acknowledged
 * receiving:  arrived (got) → delivered to the program (rx) → acknowledged (ackSent)
 * ```
 *
 * @module
 */

import { byteLength } from "../../formats/byte_length.ts";
import { BoundedQueue } from "../../messages/queue.ts";
import { contractError, controlFrame, dataFrame, type Payload, type Sendable } from "./wire.ts";

/** The outputs of a half. */
export interface HalfPort<T> {
  /** Sends a frame. Called between `attach()` and `detach()` only. */
  write(frame: Payload): void;
  /** Passes a message to the program, which confirms it by {@linkcode Half.delivered}. */
  deliver(payload: Payload): void;
  /** Called when the peer's program has the message of this ticket. */
  settle(ticket: T): void;
  /** Called when delivered messages are not yet acknowledged to the peer. */
  acknowledgementDue(): void;
}

/** Limits of unacknowledged messages, and of messages that wait to be sent. */
export interface HalfBounds {
  readonly maxUnackedMessages: number;
  readonly maxUnackedBytes: number;
  readonly maxWaitingMessages: number;
  readonly maxWaitingBytes: number;
}

/** An outgoing message; `n` is 0 while it waits. */
interface Outgoing<T> {
  readonly ticket: T;
  readonly bytes: number;
  n: number;
  /** The message while it waits, then its frame. */
  data: Sendable;
  wasWritten: boolean;
}

/** After this many delivered messages an acknowledgement is written immediately. */
const ACK_EVERY = 32;

/** A side of a session. */
export class Half<T> {
  readonly #port: HalfPort<T>;
  readonly #bounds: HalfBounds;
  readonly #unacked: BoundedQueue<Outgoing<T>>;
  readonly #waiting: BoundedQueue<Outgoing<T>>;
  #attached = false;
  #seq = 0;
  #acked = 0;
  #released = Infinity;
  #got = 0;
  #rx = 0;
  #confirmable = Infinity;
  #ackSent = 0;

  constructor(port: HalfPort<T>, bounds: HalfBounds) {
    this.#port = port;
    this.#bounds = bounds;
    const overflow = "reject";
    this.#unacked = new BoundedQueue({ maxMessages: Infinity, maxBytes: Infinity, overflow });
    this.#waiting = new BoundedQueue({
      maxMessages: bounds.maxWaitingMessages,
      maxBytes: bounds.maxWaitingBytes,
      overflow,
    });
  }

  /** The number of the last numbered message. */
  get seq(): number {
    return this.#seq;
  }

  /** The number of the last message that the peer acknowledged. */
  get acked(): number {
    return this.#acked;
  }

  /** The number of the last message that the program received. */
  get rx(): number {
    return this.#rx;
  }

  /** The number of the last received message that may be acknowledged. */
  get confirmed(): number {
    return Math.min(this.#rx, this.#confirmable);
  }

  /** The number of unacknowledged messages, including those that wait. */
  get messages(): number {
    return this.#unacked.length + this.#waiting.length;
  }

  /** The bytes of unacknowledged messages, including those that wait. */
  get bytes(): number {
    return this.#unacked.bytes + this.#waiting.bytes;
  }

  /**
   * Adds a message. It is numbered if it fits into the bounds of unacknowledged messages, and waits otherwise.
   *
   * @returns False if the queue of waiting messages is full.
   */
  push(payload: Sendable, ticket: T): boolean {
    const bytes = byteLength(payload);
    if (this.#waiting.length === 0 && this.#fits(bytes)) {
      this.#number({ ticket, bytes, n: 0, data: payload, wasWritten: false });
      return true;
    }
    const data = typeof payload === "string" ? payload : payload.slice(); // it may be changed
    const pushed = this.#waiting.push({ ticket, bytes, n: 0, data, wasWritten: false });
    return pushed !== "full";
  }

  /** Whether a message can be sent without waiting. */
  get hasRoom(): boolean {
    return this.#waiting.length === 0 && this.#fits(1);
  }

  /** Withdraws a waiting message; false if it already has a number. */
  withdraw(ticket: T): boolean {
    return this.#waiting.remove((outgoing) => outgoing.ticket === ticket).length > 0;
  }

  /**
   * Resumes over a connection: the peer has all messages up to `rx`; the others are written again.
   *
   * @param ackSent The number that hello or welcome acknowledged.
   * @throws {NetworkingError} `protocol_error` if `rx` is below what the peer acknowledged, or above
   * what was sent.
   */
  attach(rx: number, ackSent: number): void {
    if (rx < this.#acked) throw contractError(`rx ${rx} is below what was acknowledged`);
    this.#attached = true;
    this.#ackSent = ackSent;
    this.#settle(rx);
    for (const outgoing of this.#unacked) this.#write(outgoing);
    this.#fill();
    this.#confirm();
  }

  /** Stops writing, since the connection is gone. */
  detach(): void {
    this.#attached = false;
  }

  /**
   * Handles a message.
   *
   * @throws {NetworkingError} `protocol_error` if the message before it is missing.
   */
  data(n: number, payload: Payload): void {
    if (n === this.#got + 1) {
      this.#got = n;
      this.#port.deliver(payload);
    } else if (n > this.#got) {
      throw contractError(`message ${n} came after ${this.#got}`);
    }
  }

  /** Records that the program received the next message. */
  delivered(): void {
    this.#rx++;
    this.#confirm();
  }

  /**
   * Handles an acknowledgement: the peer's program has all messages up to `a`.
   *
   * @throws {NetworkingError} `protocol_error` if `a` was not sent.
   */
  acknowledged(a: number): void {
    this.#settle(a);
    this.#fill();
  }

  /** Acknowledges delivered messages that are not acknowledged yet. */
  acknowledge(): void {
    const { confirmed } = this;
    if (!this.#attached || confirmed === this.#ackSent) return;
    this.#ackSent = confirmed;
    this.#port.write(controlFrame({ type: "ack", a: confirmed }));
  }

  /**
   * Records the stored part of the session: messages may be written up to `seq`, and acknowledged up to
   * `rx`. Later ones wait for the next call.
   */
  stored(seq: number, rx: number): void {
    this.#released = seq;
    this.#confirmable = rx;
    this.#confirm();
    if (!this.#attached) return;
    for (const outgoing of this.#unacked) if (!outgoing.wasWritten) this.#write(outgoing);
  }

  /** Restores a stored session: its counters, and its unacknowledged messages, written before or not. */
  restore(
    { acked, rx }: { readonly acked: number; readonly rx: number },
    messages: Iterable<{ readonly data: Payload; readonly ticket: T }>,
    wasWritten: boolean,
  ): void {
    this.#seq = this.#acked = acked;
    this.#got = this.#rx = this.#ackSent = rx;
    for (const { data, ticket } of messages) {
      const bytes = byteLength(data);
      this.#unacked.push({ ticket, bytes, n: ++this.#seq, data, wasWritten });
    }
    this.stored(this.#seq, rx);
  }

  /** Removes and returns all unacknowledged messages; `mayHaveArrived` is false if one was never written. */
  drain(): { readonly ticket: T; readonly mayHaveArrived: boolean }[] {
    const all = [...this.#unacked.remove(() => true), ...this.#waiting.remove(() => true)];
    return all.map(({ ticket, wasWritten }) => ({ ticket, mayHaveArrived: wasWritten }));
  }

  /** The frames of numbered messages above `n`, for a store. */
  *framesAfter(n: number): Iterable<{ readonly n: number; readonly data: Sendable }> {
    for (const outgoing of this.#unacked) if (outgoing.n > n) yield outgoing;
  }

  #fits(bytes: number): boolean {
    const { length } = this.#unacked;
    if (length === 0) return true; // a message above the bound is sent alone
    return length < this.#bounds.maxUnackedMessages &&
      this.#unacked.bytes + bytes <= this.#bounds.maxUnackedBytes;
  }

  #number(outgoing: Outgoing<T>): void {
    const n = outgoing.n = ++this.#seq;
    // An acknowledgement is free here. The frame is resent unchanged: an old acknowledgement does no harm.
    const { confirmed } = this;
    const a = this.#attached && confirmed > this.#ackSent ? confirmed : 0;
    if (a > 0 && n <= this.#released) this.#ackSent = a;
    outgoing.data = dataFrame(n, outgoing.data, a);
    this.#unacked.push(outgoing);
    if (this.#attached) this.#write(outgoing);
  }

  #write(outgoing: Outgoing<T>): void {
    if (outgoing.n > this.#released) return;
    outgoing.wasWritten = true;
    this.#port.write(outgoing.data as Payload); // a frame
  }

  #settle(a: number): void {
    if (a > this.#seq) {
      throw contractError(`message ${a} was acknowledged, but the last one sent is ${this.#seq}`);
    }
    while (this.#acked < a) {
      this.#acked++;
      this.#port.settle(this.#unacked.shift()!.ticket);
    }
  }

  /** Numbers waiting messages while they fit into the bounds. */
  #fill(): void {
    for (let next = this.#waiting.first; next !== undefined; next = this.#waiting.first) {
      if (!this.#fits(next.bytes)) return;
      this.#number(this.#waiting.shift()!);
    }
  }

  #confirm(): void {
    const due = this.confirmed - this.#ackSent;
    if (due <= 0 || !this.#attached) return; // attach() calls this again
    if (due >= ACK_EVERY) this.acknowledge();
    else this.#port.acknowledgementDue();
  }
}
