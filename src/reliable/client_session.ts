/**
 * The session of a client: it is resumed over each new connection, reported as a gap if it was lost,
 * and kept in the store.
 *
 * @module
 */

import { NetworkingError } from "../errors.ts";
import type { SocketData } from "../runtime/web_socket.ts";
import { clientError } from "../websocket/settings/client_errors.ts";
import type { WebSocketMessage, WebSocketSession } from "../websocket/settings/options.ts";
import type { Passage } from "../websocket/settings/passage.ts";
import type { Channel } from "./channel/channel.ts";
import type { Half } from "./channel/half.ts";
import {
  CLOSE,
  contractError,
  controlFrame,
  type Frame,
  readFrame,
  RELIABLE_PROTOCOL,
} from "./channel/wire.ts";
import type { ReliableClientEvents } from "./client_events.ts";
import { Journal, type JournalOwner, type ReliableStore } from "./channel/journal.ts";

type Gap = ReliableClientEvents<never>["gap"];

/** Failures that another attempt would repeat. */
const FINAL: ReadonlySet<string> = new Set(["protocol_error", "subprotocol_mismatch"]);

/** The session of one client. */
export class ClientSession<In, Out> implements JournalOwner {
  /** The ID that resumes the session. Secret. */
  sid: string | null = null;
  readonly #name: string;
  readonly #channel: Channel<In, Out>;
  readonly #passage: Passage;
  readonly #journal: Journal | undefined;
  /** The counters of hello and welcome, until the connection is open. */
  #greeting = { rx: 0, ackSent: 0 };
  /** A gap that was not reported yet. */
  #gap: Gap | undefined;
  /** Resolves when the store was read, or the client ended before. */
  #loading: PromiseWithResolvers<void> | undefined;

  constructor(
    name: string,
    channel: Channel<In, Out>,
    passage: Passage,
    store: ReliableStore | undefined,
    storeKey: readonly string[] = ["reliable", name],
  ) {
    this.#name = name;
    this.#channel = channel;
    this.#passage = passage;
    this.#journal = store && new Journal(store, storeKey, this);
  }

  /** The machine of the session, for the store. */
  get half(): Half<unknown> {
    return this.#channel.half;
  }

  /** Saves the session soon. */
  changed(): void {
    this.#journal?.changed();
  }

  /** Ends the client, since it cannot keep the session without its store. */
  failed(error: unknown): void {
    this.#passage.stop(error, CLOSE.away);
  }

  /** Resolves when messages can be sent; undefined if they can. */
  get loading(): Promise<void> | undefined {
    return this.#loading?.promise;
  }

  /** Starts another session, or loads the one that the store has, for a client that connects. */
  begin(): void {
    this.sid = null;
    this.#gap = undefined;
    this.#channel.reopen();
    if (this.#journal === undefined) return;
    const loading = this.#loading = Promise.withResolvers<void>();
    this.#journal.load().then((kept) => {
      if (this.#loading !== loading) return; // the client has ended
      this.#channel.unclaimed(); // of the time before; the store has them
      this.sid = kept?.sid ?? null;
      this.#channel.restore(kept ?? { acked: 0, rx: 0 }, kept?.frames ?? [], this.sid !== null);
      this.over();
    }).catch((error) => {
      if (this.#loading === loading) this.failed(error);
    });
  }

  /** Stops waiting for the store. */
  over(): void {
    this.#loading?.resolve();
    this.#loading = undefined;
  }

  /** Sends hello on a new connection, and reads whether the session was resumed. */
  async greet(connection: WebSocketSession<WebSocketMessage, SocketData>): Promise<void> {
    await this.loading;
    try {
      if (connection.protocol !== RELIABLE_PROTOCOL) {
        const why = `the server chose the subprotocol ${JSON.stringify(connection.protocol)}`;
        throw clientError("subprotocol_mismatch", this.#name, "connect", why);
      }
      const ackSent = this.half.confirmed;
      connection.send(controlFrame({ type: "hello", sid: this.sid, rx: ackSent }));
      const answer = await connection.receive();
      if (answer === null) return; // the connection is gone, which the socket reports
      await this.#welcomed(readFrame(answer), ackSent);
    } catch (error) {
      if (error instanceof NetworkingError && FINAL.has(error.code)) {
        this.#passage.stop(error, CLOSE.protocol);
      }
      throw error;
    }
  }

  async #welcomed(frame: Frame, ackSent: number): Promise<void> {
    if (frame.type !== "welcome") throw contractError(`${frame.type} before welcome`);
    const { sid, rx, resumed } = frame;
    if (resumed) {
      if (sid !== this.sid) {
        throw contractError("the server resumed a session that hello did not name");
      }
      this.#greeting = { rx, ackSent };
      return;
    }
    const isGap = this.sid !== null;
    if (isGap) this.#lost();
    this.sid = sid;
    this.#greeting = { rx, ackSent: 0 };
    // The store must know a session before anything is sent in it.
    if (isGap) await this.#journal?.restart();
    else await this.#journal?.save();
  }

  #lost(): void {
    const why = `the session with ${this.#name} was lost before the message was acknowledged`;
    const rejected = (this.#gap?.rejected ?? 0) + this.#channel.restart(`Cannot send: ${why}`);
    const frames = this.#channel.unclaimed().map((data) => readFrame(data));
    const restored = frames.flatMap((frame) => frame.type === "data" ? [frame.payload] : []);
    this.#gap = { rejected, restored: [...this.#gap?.restored ?? [], ...restored] };
    if (this.#journal !== undefined) this.#channel.restore({ acked: 0, rx: 0 }, [], false);
  }

  /** Resumes sending on an open connection; returns the gap to report, if there is one. */
  attach(): Gap | undefined {
    const gap = this.#gap;
    this.#gap = undefined;
    this.#channel.attach(this.#greeting.rx, this.#greeting.ackSent);
    return gap;
  }

  /**
   * Leaves the session when the client closes: the server then forgets it. If messages in the store are
   * not acknowledged, the session stays on the server.
   */
  async leave(until: number): Promise<void> {
    const isDone = this.half.messages === 0;
    this.#channel.end({});
    if (this.#loading !== undefined) return; // the store may have a session, which stays
    if (this.#journal === undefined) return this.#passage.send(BYE);
    await within(until, this.#leave(this.#journal, isDone)); // a store may hang
  }

  async #leave(journal: Journal, isDone: boolean): Promise<void> {
    await journal.idle();
    if (!isDone) return;
    this.half.acknowledge();
    this.#passage.send(BYE);
    await journal.remove();
  }
}

/** Waits for a promise, until a point in time at most. */
async function within(until: number, promise: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, Math.max(1, until - performance.now()));
  try {
    await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

const BYE = controlFrame({ type: "bye" });
