/**
 * The common part of both ends of a session, around the pure {@linkcode Half}: it encodes and decodes
 * messages, settles promises, delivers to readers and handlers, and acknowledges in time.
 *
 * @module
 */

import type { NetworkingError } from "../../errors.ts";
import { lateError, Pending } from "../../messages/pending.ts";
import { checkData } from "../../websocket/settings/message.ts";
import type { WebSocketCodec } from "../../websocket/settings/options.ts";
import { closedError, fullError, SessionLostError } from "./send_errors.ts";
import { Half, type HalfBounds, type HalfPort } from "./half.ts";
import { Mailbox, type MailboxSettings } from "./mailbox.ts";
import { readSendOptions, type ReliableSendOptions } from "./send_options.ts";
import type { Payload, Sendable } from "./wire.ts";

/** The settings of a channel. */
export interface ChannelSettings<In, Out> extends MailboxSettings<In> {
  readonly codec: WebSocketCodec<In, Out> | undefined;
  readonly bounds: HalfBounds;
  /** Sends a frame. */
  readonly write: (frame: Payload) => void;
  /** Called if `send()` finds a full outbox. */
  readonly full?: (error: NetworkingError) => void;
  /** Called when messages were sent or delivered, so the store is out of date. */
  readonly changed?: () => void;
}

/** Resolves the `send()` of one message. */
interface Ticket {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Delay of an acknowledgement that no message carries. It then covers messages that arrive meanwhile,
 * and a message that the program sends in response can carry it.
 */
const ACK_DELAY_MS = 1;

/** One end of a session. */
export class Channel<In, Out> implements HalfPort<Ticket> {
  readonly #settings: ChannelSettings<In, Out>;
  /** The received messages. */
  readonly mailbox: Mailbox<In>;
  #half: Half<Ticket>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #end: { readonly error?: unknown } | undefined;
  /** The number of unread messages of a lost session. The half of the current session does not count them. */
  #ofBefore = 0;
  /** The errors that promises were rejected with because of the end. */
  readonly #ends = new WeakSet<object>();
  readonly #unclaimed: Payload[] = [];
  #isRefusing = false;
  #settled: PromiseWithResolvers<void> | undefined;
  #roomy: PromiseWithResolvers<void> | undefined;

  constructor(settings: ChannelSettings<In, Out>) {
    this.#settings = settings;
    this.mailbox = new Mailbox(settings, () => {
      if (this.#ofBefore > 0) return void this.#ofBefore--;
      this.#half.delivered();
      settings.changed?.();
    });
    this.#half = new Half<Ticket>(this, settings.bounds);
  }

  /** The machine of the current session. */
  get half(): Half<Ticket> {
    return this.#half;
  }

  /** The messages that are not acknowledged, including those that wait, and their bytes. */
  get unacked(): { readonly messages: number; readonly bytes: number } {
    const { messages, bytes } = this.#half;
    return { messages, bytes };
  }

  /** The bytes that the channel holds: unacknowledged, waiting, or unread. */
  get bytes(): number {
    return this.#half.bytes + this.mailbox.bytes;
  }

  /** Resolves when a message can be sent without waiting, or at the end. */
  get ready(): Promise<void> {
    if (this.#half.hasRoom || this.#end !== undefined) return READY;
    return (this.#roomy ??= Promise.withResolvers()).promise;
  }

  /** Sends a value; resolves when the peer's program has it. */
  send(message: Out, options: ReliableSendOptions | undefined): Promise<void> {
    try {
      if (this.#end !== undefined || this.#isRefusing) {
        throw this.#end?.error ?? closedError(this.#settings.name);
      }
      const payload = this.#encode(message);
      return options === undefined
        ? this.#push(payload, Promise.withResolvers<void>())
        : this.#pushWithin(payload, options);
    } catch (error) {
      const rejected = Promise.reject(error);
      if (this.#end === undefined) return rejected;
      rejected.catch(() => {}); // the end was reported
      this.#ends.add(error as object);
      return rejected;
    }
  }

  #encode(message: Out): Sendable {
    const { codec } = this.#settings;
    const data = checkData(codec === undefined ? message : codec.encode(message));
    if (!(data instanceof Blob)) return data;
    throw new TypeError("Cannot send a Blob reliably: send its bytes (await blob.bytes())");
  }

  #push(payload: Sendable, ticket: Ticket): Promise<void> {
    if (!this.#half.push(payload, ticket)) {
      const error = fullError(this.#settings.name, this.#settings.bounds);
      this.#settings.full?.(error);
      throw error;
    }
    this.#settings.changed?.();
    return ticket.promise;
  }

  #pushWithin(payload: Sendable, options: ReliableSendOptions): Promise<void> {
    const { timeout: limitMs = Infinity, signal } = readSendOptions(options);
    signal?.throwIfAborted();
    const startedAt = performance.now();
    const { name } = this.#settings;
    const what = `Cannot send to ${name}: the message was not acknowledged`;
    const ticket: Pending<void> = new Pending<void>(
      { signal, limitMs },
      () => ticket.reject(lateError(name, limitMs, startedAt, what, "; it may still arrive")),
      () => this.#half.withdraw(ticket),
    );
    try {
      return this.#push(payload, ticket);
    } catch (error) {
      ticket.reject(error);
      return ticket.promise;
    }
  }

  /** Resumes over a connection: the peer has all messages up to `rx`; `ackSent` was acknowledged to it. */
  attach(rx: number, ackSent: number): void {
    this.#half.attach(rx, ackSent);
  }

  /** Stops writing, since the connection is gone. */
  detach(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#half.detach();
  }

  /** Starts another session after one was lost: unacknowledged messages are rejected. */
  restart(why: string): number {
    const rejected = this.#rejectAll((mayHaveArrived) => this.#lostError(why, mayHaveArrived));
    this.detach();
    this.#half = new Half<Ticket>(this, this.#settings.bounds);
    this.#ofBefore = this.mailbox.length;
    this.#wake();
    return rejected;
  }

  /** Restores a stored session; with counters of zero it starts one to store. */
  restore(
    counters: { readonly acked: number; readonly rx: number },
    frames: readonly Payload[],
    wasWritten: boolean,
  ): void {
    const ignored = () => {};
    const ticketOf = (data: Payload): Ticket => ({
      promise: READY,
      resolve: ignored,
      reject: () => this.#unclaimed.push(data),
    });
    const messages = frames.map((data) => ({ data, ticket: ticketOf(data) }));
    this.#half.restore(counters, messages, wasWritten);
  }

  /** The frames of restored messages that were rejected since the last call; no caller awaits them. */
  unclaimed(): Payload[] {
    return this.#unclaimed.splice(0);
  }

  /** Rejects further `send()` calls; resolves when all is acknowledged, at the end, or after `ms`. */
  async drain(ms: number): Promise<void> {
    this.#isRefusing = true;
    this.#half.acknowledge(); // messages read just now
    if (this.#half.messages === 0 || this.#end !== undefined) return;
    const { promise, resolve } = this.#settled ??= Promise.withResolvers();
    const timer = setTimeout(resolve, ms);
    await promise;
    clearTimeout(timer);
    this.#half.acknowledge(); // messages read just now
  }

  /** Ends the session; with an error unless that was agreed. */
  end(end: { readonly error?: unknown }): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.detach();
    const { error } = end;
    this.#rejectAll((mayHaveArrived) =>
      error instanceof SessionLostError
        ? this.#lostError(error.message, mayHaveArrived)
        : error ?? closedError(this.#settings.name)
    );
    this.mailbox.end(end);
    this.#wake();
  }

  /** Whether the end rejected a promise of this channel with this error. */
  isEnd(error: unknown): boolean {
    return error === this.#end?.error || this.#ends.has(Object(error));
  }

  /** Starts again after an end. */
  reopen(): void {
    this.#end = this.#settled = undefined;
    this.#isRefusing = false;
    this.mailbox.reopen();
    this.#ofBefore = 0;
    this.#half = new Half<Ticket>(this, this.#settings.bounds);
  }

  // The port of the half:

  write(frame: Payload): void {
    this.#settings.write(frame);
  }

  settle(ticket: Ticket): void {
    ticket.resolve();
    this.#settings.changed?.();
    if (this.#settled ?? this.#roomy) queueMicrotask(() => this.#wake());
  }

  acknowledgementDue(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#half.acknowledge();
    }, ACK_DELAY_MS);
  }

  deliver(payload: Payload): void {
    this.mailbox.deliver(payload);
  }

  /** Resolves `ready` and `drain()` if their conditions hold. */
  #wake(): void {
    if (this.#end !== undefined || this.#half.messages === 0) this.#settled?.resolve();
    if (this.#end === undefined && !this.#half.hasRoom) return;
    this.#roomy?.resolve();
    this.#roomy = undefined;
  }

  #rejectAll(error: (mayHaveArrived: boolean) => unknown): number {
    const all = this.#half.drain();
    for (const { ticket, mayHaveArrived } of all) {
      const why = error(mayHaveArrived);
      this.#ends.add(why as object);
      ticket.reject(why);
      ticket.promise.catch(() => {}); // gap or close reports it to those who do not await send()
    }
    return all.length;
  }

  #lostError(why: string, mayHaveArrived: boolean): SessionLostError {
    const { name } = this.#settings;
    return new SessionLostError(why, { url: name, mayHaveArrived });
  }
}

const READY = Promise.resolve();
