/**
 * The session of a server, which outlives its connections.
 *
 * @module
 */

import { type EventHandler, Handlers } from "../messages/handlers.ts";
import type { ReceiveOptions } from "../messages/message_stream.ts";
import { showOnly } from "../redact.ts";
import type { Duration } from "../options/duration.ts";
import { Channel } from "./channel/channel.ts";
import { readCloseTimeout, type ReliableSendOptions } from "./channel/send_options.ts";
import { SessionLostError } from "./channel/send_errors.ts";
import type { ReliableSession, ReliableSessionEvents } from "./reliable_session.ts";
import type { ServerSettings } from "./settings.ts";
import { CLOSE, controlFrame, type Frame, type Payload } from "./channel/wire.ts";

/** The connection of a session. */
export interface SessionConnection {
  write(frame: Payload): void;
  close(code: number, reason: string): void;
}

/** The server of a session. */
export interface SessionOwner {
  /** Called when a session without a connection holds more or fewer bytes than before. */
  changed(): void;
  ended(): void;
}

const EVENTS: readonly (keyof ReliableSessionEvents<never>)[] = [
  ...["message", "disconnected", "resumed", "close", "error"] as const,
];

/** The session behind a {@linkcode ReliableSession}. */
export class Session<In, Out> implements ReliableSession<In, Out> {
  static {
    showOnly(this, "ReliableSession", ({ state, user }) => ({ state, user }));
  }

  readonly user: string | undefined;
  readonly resumes = true;
  /** The ID that the client resumes it with. Secret. */
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
        if (settings.overflow === "expire") {
          this.expire("its client is too slow; the outbox is full");
        }
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
    return this.#channel.unacked;
  }

  get ready(): Promise<void> {
    return this.#channel.ready;
  }

  get closed(): Promise<{ readonly error?: unknown }> {
    return this.#closed.promise;
  }

  /** The bytes that it holds. */
  get bytes(): number {
    return this.#channel.bytes;
  }

  /** Whether this connection has the session. */
  isOf(connection: SessionConnection): boolean {
    return this.#connection === connection;
  }

  /** The number of the last message sent. */
  get sent(): number {
    return this.#channel.half.seq;
  }

  /** Whether the session ended with this error. */
  endedWith(error: unknown): boolean {
    return this.#isClosed && this.#channel.isEnd(error);
  }

  /** Whether a client that has all messages up to `rx` can resume it. */
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
    const ms = readCloseTimeout(options) ?? this.#settings.closeTimeoutMs;
    if (this.#isClosed) return;
    await this.#channel.drain(ms);
    this.#connection?.write(controlFrame({ type: "bye" }));
    this.end({}, 1000);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Moves the session to a connection. */
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

  /** Handles a message or an acknowledgement. */
  frame(frame: Frame & { type: "data" | "ack" }): void {
    if (frame.a > 0) this.#channel.half.acknowledged(frame.a);
    if (frame.type === "data") this.#channel.half.data(frame.n, frame.payload);
  }

  /** Ends the session at a bound or after `ttl`; the client gets a gap when it reconnects. */
  expire(why: string): void {
    const options = { url: "the client", mayHaveArrived: true };
    const error = new SessionLostError(`Cannot keep the session: ${why}`, options);
    this.end({ error }, CLOSE.away);
  }

  /** Ends the session. */
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
