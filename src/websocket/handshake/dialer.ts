/**
 * Makes the sockets of one client, one at a time: what the handshake needs is prepared, the socket
 * opened and greeted by `onConnect`, all within `timeout`. What comes meanwhile is kept.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import { clientError } from "../settings/client_errors.ts";
import type { ConnectionEffect, ConnectionEvent } from "../connection/connection_types.ts";
import { Handshakes } from "./handshakes.ts";
import { Inbox } from "../../messages/inbox.ts";
import { checkData } from "../settings/message.ts";
import type { WebSocketMessage } from "../settings/options.ts";
import type { WebSocketSettings } from "../settings/settings.ts";
import { Socket, type SocketData } from "../connection/socket.ts";

/** `deadline()` ended a handshake. */
const LATE = Symbol("late");

/** The sockets of one client. */
export class Dialer<In, Out> {
  /** The socket there is. */
  socket: Socket | undefined;
  /** What came before `onConnect` was done. */
  session: Inbox<In> | undefined;
  /** Providers and hooks. */
  readonly handshakes: Handshakes<In, Out>;
  readonly #settings: WebSocketSettings<In, Out>;
  readonly #handle: (event: ConnectionEvent) => void;
  readonly #received: (data: WebSocketMessage) => void;
  #dialing: AbortController | undefined;

  constructor(
    settings: WebSocketSettings<In, Out>,
    handle: (event: ConnectionEvent) => void,
    received: (data: WebSocketMessage) => void,
  ) {
    this.#settings = settings;
    this.#handle = handle;
    this.#received = received;
    this.handshakes = new Handshakes(settings);
  }

  /** Begins an attempt; what comes of it is an event. */
  async dial(effect: ConnectionEffect & { type: "dial" }): Promise<void> {
    const { id } = effect;
    const { signal } = this.#dialing = new AbortController();
    const fail = (error: unknown) => {
      if (signal.aborted) return;
      this.#handle(error === LATE ? { type: "late", id } : { type: "failed", id, error });
    };
    try {
      const target = await this.#bounded(this.handshakes.prepare(effect, signal), signal);
      if (signal.aborted) return;
      this.session = new Inbox(this.#settings.inbox);
      const socket = this.socket = new Socket(this.#settings.webSocket, target, {
        opened: () => void this.#welcome(id, target.protocols, signal).catch(fail),
        message: (data) => this.socket === socket && this.#received(data),
        troubled: (error) => this.#handle({ type: "troubled", id, error }),
        ended: (code, reason, wasClean) =>
          this.#handle({ type: "ended", id, code, reason, wasClean }),
      });
    } catch (error) {
      fail(error);
    }
  }

  /** The message for a value. */
  encode(message: Out): SocketData {
    const { codec } = this.#settings.given;
    return checkData(codec === undefined ? message : codec.encode(message));
  }

  /** The attempt, or the connection that came of it, is over; `error` says why. */
  detach(error: unknown): void {
    this.#dialing?.abort();
    this.handshakes.ended(error);
    this.socket = this.session = undefined;
  }

  /** The handshake is done: is the subprotocol one of ours, and what has `onConnect` to do? */
  async #welcome(id: number, offered: readonly string[], signal: AbortSignal): Promise<void> {
    const [socket, session] = [this.socket!, this.session!];
    const { protocol } = socket;
    if (offered.length > 0 && !offered.includes(protocol)) { // Deno and workerd do not look
      const chose = protocol === "" ? "none" : JSON.stringify(protocol);
      const why = `of the protocols ${offered.join(", ")} the server chose ${chose}`;
      const { name } = this.#settings.connection;
      throw clientError("subprotocol_mismatch", name, "connect", why);
    }
    const { given: { onConnect }, common: { hooks } } = this.#settings;
    if (hooks.onResponse) await this.#bounded(this.handshakes.done(protocol), signal);
    if (onConnect !== undefined) {
      const done = (async () =>
        await onConnect({
          protocol,
          send: (message) => socket.send(this.encode(message)),
          receive: () => session.receive({ signal, limitMs: Infinity }),
        }))();
      await this.#bounded(done, signal);
    }
    this.#handle({ type: "opened", id });
  }

  /** Waits for code of the caller as long as the handshake may take. */
  async #bounded<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
    let settled = false;
    const watched = promise.finally(() => settled = true);
    try {
      return await deadline(watched, this.#settings.connection.timeoutMs, { signal });
    } catch (error) {
      throw settled || signal.aborted ? error : LATE;
    }
  }
}
