/**
 * A session as the program of a server has it: it outlives its connections.
 *
 * @module
 */

import { type EventHandler, Handlers } from "../messages/handlers.ts";
import type { ReceiveOptions } from "../messages/message_stream.ts";
import { duration } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";
import { showOnly } from "../redact.ts";
import type { Duration } from "../options/duration.ts";
import { Channel, type ReliableSendOptions } from "./channel/channel.ts";
import { SessionLostError } from "./channel/send_errors.ts";
import type { ReliableSession, ReliableSessionEvents } from "./reliable_session.ts";
import type { ServerSettings } from "./settings.ts";
import { CLOSE, controlFrame, type Frame, type Payload } from "./channel/wire.ts";

/** The connection of a session. */
export interface SessionConnection {
  write(frame: Payload): void;
  close(code: number, reason: string): void;
}

/** What a session tells its server. */
export interface SessionOwner {
  /** It holds more or fewer bytes than before, and has no connection. */
  changed(): void;
  ended(): void;
}

const EVENTS: readonly (keyof ReliableSessionEvents<never>)[] = [
  ...["message", "disconnected", "resumed", "close", "error"] as const,
];
const CLOSE_OPTIONS = { timeout: duration("closeTimeout") };

/** The session behind a {@linkcode ReliableSession}. */
export class Session<In, Out> implements ReliableSession<In, Out> {
  static {
    showOnly(this, "ReliableSession", ({ state, user }) => ({ state, user }));
  }

  readonly user: string | undefined;
  readonly resumes = true;
  /** What the client resumes it by. Secret. */
  readonly #sid: string;
  readonly #settings: ServerSettings<In, Out>;
  readonly #owner: SessionOwner;
  readonly #handlers = new Handlers<ReliableSessionEvents<In>>(EVENTS);
  readonly #channel: Channel<In, Out>;
  readonly #closed: PromiseWithResolvers<{ readonly error?: unknown }> = Promise.withResolvers();
  #connection: SessionConnection | undefined;
  #isClosed = false;

  constructor(
    sid: string,
    user: string | undefined,
    settings: ServerSettings<In, Out>,
    owner: SessionOwner,
  ) {
    this.#sid = sid;
    this.user = user;
    this.#settings = settings;
    this.#owner = owner;
    const end = (error: unknown) => this.end({ error }, CLOSE.full);
    this.#channel = new Channel({
      name: "the client",
      codec: settings.codec,
      bounds: settings.bounds,
      inbox: settings.inbox,
      handlers: this.#handlers,
      write: (frame) => this.#connection!.write(frame),
      overflowed: end,
      full: () => {
        if (settings.overflow === "expire") this.expire("its client is too slow: no room to send");
      },
      changed: () => {
        if (this.#connection === undefined) owner.changed();
      },
    });
  }

  get state(): "open" | "waiting" | "closed" {
    if (this.#isClosed) return "closed";
    return this.#connection === undefined ? "waiting" : "open";
  }

  get unacked(): { readonly messages: number; readonly bytes: number } {
    const { messages, bytes } = this.#channel.half;
    return { messages, bytes };
  }

  get ready(): Promise<void> {
    return this.#channel.ready;
  }

  get closed(): Promise<{ readonly error?: unknown }> {
    return this.#closed.promise;
  }

  /** Bytes that it holds. */
  get bytes(): number {
    return this.#channel.bytes;
  }

  /** Whether this connection has the session. */
  isOf(connection: SessionConnection): boolean {
    return this.#connection === connection;
  }

  /** How many messages were numbered. */
  get sent(): number {
    return this.#channel.half.seq;
  }

  /** Whether the error is of its end. */
  endedWith(error: unknown): boolean {
    return this.#isClosed && this.#channel.isEnd(error);
  }

  /** Whether a client that has everything up to `rx` can go on. */
  canResume(rx: number): boolean {
    return !this.#isClosed && rx >= this.#channel.half.acked;
  }

  send(message: Out, options?: ReliableSendOptions): Promise<void> {
    return this.#channel.send(message, options);
  }

  receive(options?: ReceiveOptions): Promise<In | null> {
    return this.#channel.mailbox.receive(options);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<In, undefined> {
    return this.#channel.mailbox.iterate();
  }

  on<Name extends keyof ReliableSessionEvents<In>>(
    event: Name,
    handler: EventHandler<ReliableSessionEvents<In>[Name]>,
  ): () => void {
    const remove = this.#handlers.add(event, handler);
    if (event === "message") this.#channel.mailbox.handled();
    return remove;
  }

  async close(options: { readonly timeout?: Duration } = {}): Promise<void> {
    const { timeout: ms = this.#settings.closeTimeoutMs } = readOptions(
      "close",
      options,
      CLOSE_OPTIONS,
    );
    if (this.#isClosed) return;
    await this.#channel.drain(ms);
    this.#connection?.write(controlFrame({ type: "bye" }));
    this.end({}, 1000);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Another connection has the session from now on. */
  attach(connection: SessionConnection, rx: number, isNew: boolean): void {
    const before = this.#connection;
    if (before !== undefined) {
      this.detach();
      before.close(CLOSE.takenOver, "another connection has the session");
    }
    this.#connection = connection;
    const { confirmed } = this.#channel.half;
    const welcome = { type: "welcome", sid: this.#sid, rx: confirmed, resumed: !isNew } as const;
    connection.write(controlFrame(welcome));
    this.#channel.attach(rx, confirmed);
    if (!isNew) this.#handlers.emit("resumed", {});
  }

  /** The connection is gone. */
  detach(): void {
    this.#connection = undefined;
    this.#channel.detach();
    if (!this.#isClosed) this.#handlers.emit("disconnected", {});
  }

  /** A message or an acknowledgement came. */
  frame(frame: Frame & { type: "data" | "ack" }): void {
    if (frame.a > 0) this.#channel.half.acknowledged(frame.a);
    if (frame.type === "data") this.#channel.half.data(frame.n, frame.payload);
  }

  /** A bound is reached, or `ttl` is over; the client hears of a gap when it comes back. */
  expire(why: string): void {
    const options = { url: "the client", mayHaveArrived: true };
    const error = new SessionLostError(`Cannot keep the session: ${why}`, options);
    this.end({ error }, CLOSE.away);
  }

  /** It is over. */
  end(end: { readonly error?: unknown }, code: number, reason = "the session is over"): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const connection = this.#connection;
    this.#connection = undefined;
    this.#channel.end(end);
    this.#closed.resolve(end);
    this.#owner.ended();
    connection?.close(code, reason);
    this.#handlers.emit("close", end);
  }
}
