/**
 * One WebSocket of a server, before and while it has a session. Frames of a connection that has lost
 * its session, by takeover or by its end, are ignored.
 *
 * @module
 */

import { Alarm } from "../options/alarm.ts";
import { clientError } from "../websocket/settings/client_errors.ts";
import { byteLength } from "../formats/byte_length.ts";
import { CLOSE, contractError, controlFrame, type Payload, readFrame } from "./channel/wire.ts";
import type { Session, SessionConnection } from "./session.ts";

/** The socket of a connection. */
export interface Wire {
  send(data: Payload): void;
  close(code: number, reason: string): void;
  /** Cuts the connection without a handshake, if the runtime can. */
  terminate(): void;
  /** Bytes that the runtime has not sent yet. */
  buffered(): number;
}

/** The server of a connection. */
export interface ConnectionOwner<In, Out> {
  readonly maxMessageSize: number;
  readonly maxUnackedBytes: number;
  readonly timeoutMs: number;
  readonly idleMs: number;
  hello(
    connection: SessionConnection,
    sid: string | null,
    rx: number,
    user: string | undefined,
  ): Session<In, Out> | undefined;
  gone(connection: ServerConnection<In, Out>, session: Session<In, Out> | undefined): void;
}

/** Number of frames between checks of the bytes that wait to be sent. */
const CHECK_EVERY = 64;
/** Maximum bytes of acknowledgements and pongs that may wait to be sent. */
const REPLIES_BYTES = 256 * 1024;
/** Maximum bytes of a frame without its message. */
const FRAME_BYTES = 64;

/** One WebSocket. */
export class ServerConnection<In, Out> implements SessionConnection {
  readonly #wire: Wire;
  readonly #owner: ConnectionOwner<In, Out>;
  readonly #user: string | undefined;
  #session: Session<In, Out> | undefined;
  #isOver = false;
  #came = 0;
  #heardAt: number = performance.now();
  #limitMs: number;
  readonly #alarm: Alarm = new Alarm(() => this.#look());

  constructor(wire: Wire, owner: ConnectionOwner<In, Out>, user: string | undefined) {
    this.#wire = wire;
    this.#owner = owner;
    this.#user = user;
    this.#limitMs = owner.timeoutMs;
    this.#alarm.at = this.#heardAt + this.#limitMs;
  }

  write(frame: Payload): void {
    this.#wire.send(frame);
  }

  close(code: number, reason: string): void {
    if (this.#over()) this.#wire.close(code, reason);
  }

  /** Handles a frame. */
  message(data: Payload): void {
    if (this.#isOver) return;
    this.#heardAt = performance.now();
    const { maxMessageSize } = this.#owner;
    // A character takes three bytes at most, so most frames need not be counted.
    if (data.length * 3 > maxMessageSize && byteLength(data) > maxMessageSize) {
      const bytes = byteLength(data);
      const why = `a message of ${bytes} bytes came, and maxMessageSize is ${maxMessageSize}`;
      const error = clientError("message_too_large", "the client", "receive", why);
      return this.#fail(error, CLOSE.tooLarge, "a message is too large");
    }
    try {
      this.#read(data);
    } catch (error) {
      return this.#fail(error, CLOSE.protocol, (error as Error).message.slice(0, 100));
    }
    // Every frame can cause a reply; a client that does not read replies would fill the memory.
    if (++this.#came % CHECK_EVERY === 0 && this.#wire.buffered() > this.#mostBuffered) {
      this.#cut("the client does not read");
    }
  }

  /** Maximum bytes that wait for a client that reads: unacknowledged messages and some replies. */
  get #mostBuffered(): number {
    const { messages = 0, bytes = 0 } = this.#session?.unacked ?? {};
    // As JSON, a character can take six bytes.
    return REPLIES_BYTES + messages * FRAME_BYTES +
      8 * Math.min(bytes, this.#owner.maxUnackedBytes);
  }

  /** The socket is closed. */
  closed(): void {
    this.#over();
  }

  #read(data: Payload): void {
    const frame = readFrame(data);
    const session = this.#session;
    if (frame.type === "hello") {
      if (session !== undefined) throw contractError("a second hello");
      this.#session = this.#owner.hello(this, frame.sid, frame.rx, this.#user);
      if (this.#isOver) return;
      this.#limitMs = this.#owner.idleMs;
      this.#alarm.at = this.#heardAt + this.#limitMs;
      return;
    }
    if (session === undefined) throw contractError(`${frame.type} before hello`);
    switch (frame.type) {
      case "data":
      case "ack":
        return session.frame(frame);
      case "ping":
        return this.write(controlFrame({ type: "pong" }));
      case "bye":
        return session.end({}, 1000);
    }
    throw contractError(`${frame.type} from a client`);
  }

  /** Ends the session for both: the peer broke the contract. */
  #fail(error: unknown, code: number, reason: string): void {
    if (this.#session === undefined) this.close(code, reason);
    else this.#session.end({ error }, code, reason);
  }

  /** Ends the connection; false if it has ended already. */
  #over(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#alarm.at = Infinity;
    this.#owner.gone(this, this.#session);
    return true;
  }

  /** Cuts the connection if nothing came within the limit. */
  #look(): void {
    const dueAt = this.#heardAt + this.#limitMs;
    if (performance.now() < dueAt) {
      this.#alarm.at = dueAt;
      return;
    }
    this.#cut("nothing came for too long");
  }

  /** Cuts the connection; its session stays. */
  #cut(why: string): void {
    if (!this.#over()) return;
    this.#wire.close(CLOSE.away, why);
    this.#wire.terminate();
  }
}
