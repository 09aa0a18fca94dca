/**
 * The server of sessions: it accepts WebSockets and resumes sessions over them.
 *
 * @module
 */

import { type EventHandler, Handlers } from "../messages/handlers.ts";
import { readOptions } from "../options/read_options.ts";
import { text } from "../options/checks.ts";
import { showOnly } from "../redact.ts";
import type { ReliableServerOptions } from "./options.ts";
import { readServerOptions, type ServerSettings } from "./settings.ts";
import { ServerConnection, type Wire } from "./server_connection.ts";
import type { ReliableSession } from "./reliable_session.ts";
import { Session, type SessionConnection } from "./session.ts";
import {
  type BunHandlers,
  type BunSocket,
  listen,
  type ServerSocket,
  wireOf,
  wireOfBun,
} from "./sockets.ts";
import { randomHex } from "../formats/hex.ts";
import { CLOSE, contractError, type Payload, type Sendable } from "./channel/wire.ts";

/** The owner of a connection. */
export interface AcceptOptions {
  /**
   * The authenticated user, such as an ID. Only connections of the same user can resume a session;
   * without a user, every connection that has its secret ID.
   */
  readonly user?: string;
}

/** What handlers of a server get, by event. */
export interface ReliableServerEvents {
  /** `onSession` failed. */
  readonly error: { readonly error: unknown };
}

/** A session that has no connection. */
interface Detached {
  readonly timer: ReturnType<typeof setTimeout>;
  bytes: number;
}

/**
 * A server for ReliableClients, on any WebSocket server: `Deno.upgradeWebSocket`, `ws` of npm, or Bun's.
 * Each client has a session, which outlives its connections. {@linkcode ReliableSession} has the same
 * methods as the client.
 *
 * The WebSocket server must choose the subprotocol {@linkcode RELIABLE_PROTOCOL} in its handshake. A
 * ReliableServer that is not closed keeps the process alive while it has a session.
 */
export class ReliableServer<In = Payload, Out = Sendable> {
  static {
    showOnly(this, "ReliableServer", (server) => ({ sessions: server.#sessions.size }));
  }

  readonly #settings: ServerSettings<In, Out>;
  readonly #handlers: Handlers<ReliableServerEvents> = new Handlers(["error"]);
  /** By their secret ID. */
  readonly #sessions = new Map<string, Session<In, Out>>();
  /** In the order in which they lost their connections. */
  readonly #detached = new Map<Session<In, Out>, Detached>();
  #detachedBytes = 0;
  #isClosed = false;
  readonly #connections = new Set<ServerConnection<In, Out>>();

  /**
   * Creates a server of sessions; it does not listen itself.
   *
   * @param options The options.
   * @throws {TypeError | RangeError} If an option is unknown or cannot be used.
   */
  constructor(options: ReliableServerOptions<In, Out>) {
    this.#settings = readServerOptions(options);
  }

  /** The sessions, with and without a connection. */
  get sessions(): Iterable<ReliableSession<In, Out>> {
    return this.#sessions.values();
  }

  /** The number of sessions, and the number and bytes of those without a connection. */
  get counts(): {
    readonly sessions: number;
    readonly detached: number;
    readonly detachedBytes: number;
  } {
    return {
      sessions: this.#sessions.size,
      detached: this.#detached.size,
      detachedBytes: this.#detachedBytes,
    };
  }

  /**
   * Accepts a WebSocket. Call it in the same turn in which the runtime returns the socket.
   *
   * @param socket From `Deno.upgradeWebSocket(request, { protocol: RELIABLE_PROTOCOL })`, or from `ws`.
   * @param options The owner of the connection.
   */
  accept(socket: ServerSocket, options?: AcceptOptions): void {
    const connection = this.#connect(wireOf(socket), options);
    listen(socket, connection);
  }

  /**
   * Returns the `websocket` option of `Bun.serve()`. Call `server.upgrade(request, { headers })` with the
   * header `sec-websocket-protocol`, set to {@linkcode RELIABLE_PROTOCOL}.
   *
   * @param optionsOf Returns the owner of a socket, such as from its `data`.
   */
  bunHandlers<Socket extends BunSocket>(
    optionsOf?: (socket: Socket) => AcceptOptions,
  ): BunHandlers<Socket> {
    const connections = new Map<Socket, ServerConnection<In, Out>>();
    return {
      open: (socket) => {
        connections.set(socket, this.#connect(wireOfBun(socket), optionsOf?.(socket)));
      },
      message: (socket, message) => {
        const data = typeof message === "string" ? message : new Uint8Array(message); // no Buffer
        connections.get(socket)?.message(data);
      },
      close: (socket) => {
        connections.get(socket)?.closed();
        connections.delete(socket);
      },
    };
  }

  /**
   * Calls a handler when `onSession` fails.
   *
   * @returns A function that removes the handler.
   */
  on<Name extends keyof ReliableServerEvents>(
    event: Name,
    handler: EventHandler<ReliableServerEvents[Name]>,
  ): () => void {
    return this.#handlers.add(event, handler);
  }

  /**
   * Ends all sessions and connections, and accepts no more. Clients reconnect and get a gap;
   * `session.close()` ends a session for its client too.
   */
  close(): Promise<void> {
    this.#isClosed = true;
    for (const session of [...this.#sessions.values()]) session.expire("the server was closed");
    for (const connection of [...this.#connections]) connection.close(CLOSE.away, "closed");
    return Promise.resolve();
  }

  /** Closes the server. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #connect(wire: Wire, options: AcceptOptions | undefined): ServerConnection<In, Out> {
    const { user } = readOptions("accept", options, ACCEPT);
    const { maxMessageSize, timeoutMs, idleMs, bounds } = this.#settings;
    const connection: ServerConnection<In, Out> = new ServerConnection(wire, {
      ...{ maxMessageSize, timeoutMs, idleMs },
      maxUnackedBytes: bounds.maxUnackedBytes,
      hello: (of, sid, rx, user) => this.#hello(of, sid, rx, user),
      gone: (gone, session) => this.#gone(gone, session),
    }, user);
    this.#connections.add(connection);
    if (this.#isClosed) queueMicrotask(() => connection.close(CLOSE.away, "the server is closed"));
    return connection;
  }

  /** The session of a connection: the one that it names, or a new one. */
  #hello(
    connection: SessionConnection,
    sid: string | null,
    rx: number,
    user: string | undefined,
  ): Session<In, Out> | undefined {
    const known = sid === null ? undefined : this.#sessions.get(sid);
    if (known !== undefined && known.user !== user) {
      connection.close(CLOSE.refused, "the session is another user's");
      return undefined;
    }
    if (known?.canResume(rx)) {
      if (rx > known.sent) throw contractError(`rx ${rx} is above what was sent`);
      this.#forget(known);
      known.attach(connection, rx, false);
      return known;
    }
    known?.expire("its client went back to an earlier state");
    const session = this.#open(user);
    session.attach(connection, 0, true);
    this.#start(session);
    return session;
  }

  #open(user: string | undefined): Session<In, Out> {
    const sid = randomHex(16); // 128 random bits
    const session: Session<In, Out> = new Session(sid, user, this.#settings, {
      changed: () => this.#recount(session),
      ended: () => {
        this.#sessions.delete(sid);
        this.#forget(session);
      },
    });
    this.#sessions.set(sid, session);
    return session;
  }

  /** Calls `onSession`. */
  #start(session: Session<In, Out>): void {
    const failed = (error: unknown) => {
      if (session.endedWith(error)) return; // the session reports it
      if (!this.#handlers.has("error")) throw error;
      this.#handlers.emit("error", { error });
    };
    (async () => await this.#settings.onSession(session))().catch(failed);
  }

  #gone(connection: ServerConnection<In, Out>, session: Session<In, Out> | undefined): void {
    this.#connections.delete(connection);
    if (session === undefined || !session.isOf(connection)) return;
    session.detach();
    if (session.state === "closed") return; // by a handler
    const { ttlMs } = this.#settings;
    const timer = setTimeout(() => session.expire("its client did not reconnect in time"), ttlMs);
    this.#detached.set(session, { timer, bytes: 0 });
    this.#recount(session);
  }

  /** Counts the bytes of a session without a connection; at a bound the oldest sessions end. */
  #recount(session: Session<In, Out>): void {
    const detached = this.#detached.get(session);
    if (detached === undefined) return;
    const { bytes } = session;
    this.#detachedBytes += bytes - detached.bytes;
    detached.bytes = bytes;
    const { maxDetachedSessions, maxDetachedBytes } = this.#settings;
    for (const oldest of this.#detached.keys()) {
      if (this.#detached.size <= maxDetachedSessions && this.#detachedBytes <= maxDetachedBytes) {
        return;
      }
      oldest.expire("there are too many sessions without a connection");
    }
  }

  /** Stops counting a session that has a connection again, or has ended. */
  #forget(session: Session<In, Out>): void {
    const detached = this.#detached.get(session);
    if (detached === undefined) return;
    clearTimeout(detached.timer);
    this.#detached.delete(session);
    this.#detachedBytes -= detached.bytes;
  }
}

const ACCEPT = { user: text };
