/**
 * Makes the sockets of one client, one at a time: prepares the handshake, opens the socket, calls
 * `onConnect`, and keeps messages that come meanwhile. The state machine has the clock, and abandons an attempt
 * by `detach()`.
 *
 * @module
 */

import { clientError } from "../settings/client_errors.ts";
import type { ConnectionEffect, ConnectionEvent } from "../connection/connection_types.ts";
import { Handshakes } from "./handshakes.ts";
import { Inbox } from "../../messages/inbox.ts";
import { checkData } from "../settings/message.ts";
import type { WebSocketMessage } from "../settings/options.ts";
import type { WebSocketSettings } from "../settings/settings.ts";
import { Socket } from "../connection/socket.ts";
import type { SocketListener, SocketWords } from "../connection/socket_types.ts";
import { isBrowser } from "../../runtime/browser.ts";
import { lazy } from "../../runtime/lazy.ts";
import type { SocketData } from "../../runtime/web_socket.ts";

type Dial = ConnectionEffect & { type: "dial" };

/** The sockets of one client. */
export class Dialer<In, Out> {
  /** The current socket. */
  socket: Socket | undefined;
  /** The messages that came before `onConnect` was done. */
  session: Inbox<In> | undefined;
  /** Calls provider functions and hooks. */
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

  /**
   * Starts an attempt. Its outcome is an event.
   *
   * @param load Loads modules that the client needs for an open connection.
   */
  async dial(effect: Dial, load: (() => Promise<unknown>) | undefined): Promise<void> {
    const { id } = effect;
    const { signal } = this.#dialing = new AbortController();
    const fail = (error: unknown) => {
      if (!signal.aborted) this.#handle({ type: "failed", id, error });
    };
    try {
      const target = await this.handshakes.prepare(effect, signal);
      await load?.();
      const words = await socketWords();
      const { webSocket, transport } = this.#settings.given;
      const watch = await words?.watch((webSocket ?? transport) === undefined);
      if (signal.aborted) return;
      this.session = new Inbox(this.#settings.inbox);
      const listener: SocketListener = {
        opened: () => void this.#welcome(effect, target.protocols, signal).catch(fail),
        message: (data) => this.socket === socket && this.#received(data),
        troubled: (error, isUnexplained) =>
          this.#handle({ type: "troubled", id, error, isUnexplained }),
        ended: (code, reason, wasClean) =>
          this.#handle({ type: "ended", id, code, reason, wasClean }),
      };
      let socket: Socket;
      try {
        socket = this.socket = new Socket(
          this.#settings.makeSocket,
          target,
          listener,
          watch,
          words,
        );
      } catch (thrown) {
        const { refusal } = await REFUSALS.load();
        throw refusal(thrown, target, words);
      }
    } catch (error) {
      fail(error);
    }
  }

  /** Encodes a value as a message. */
  encode(message: Out): SocketData {
    const { codec } = this.#settings.given;
    return checkData(codec === undefined ? message : codec.encode(message));
  }

  /** Ends the attempt, or the connection that it opened; `error` is the reason. */
  detach(error: unknown): void {
    this.#dialing?.abort();
    this.handshakes.ended(error);
    this.session?.end({});
    this.socket = this.session = undefined;
  }

  /** Ends the handshake: checks the subprotocol, and calls `onConnect`. */
  async #welcome(
    { id, attempt, refresh }: Dial,
    offered: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    const [socket, session] = [this.socket!, this.session!];
    const { protocol } = socket;
    if (offered.length > 0 && !offered.includes(protocol)) { // Deno and workerd do not check it
      const chose = protocol === "" ? "none" : `${JSON.stringify(protocol)}, which is not one`;
      const why = `the server chose ${chose} of the protocols ${offered.join(", ")}`;
      const { name } = this.#settings.connection;
      throw clientError("subprotocol_mismatch", name, "connect", why);
    }
    const { given: { onConnect }, common: { hooks } } = this.#settings;
    if (hooks.onResponse) await this.handshakes.done(protocol);
    if (onConnect !== undefined) {
      await onConnect({
        protocol,
        attempt,
        refresh,
        send: (message) => socket.send(this.encode(message)),
        receive: () => session.receive({ limitMs: Infinity }),
      });
    }
    if (signal.aborted) return;
    session.end({}); // a receive() that onConnect left behind takes nothing from the client
    this.#handle({ type: "opened", id });
  }
}

/** The error texts of runtimes; a browser reports nothing. */
const SOCKET_WORDS = /* @__PURE__ */ lazy(() => import("./socket_words.ts"));

/** The errors for sockets that the runtime refuses to make. */
const REFUSALS = /* @__PURE__ */ lazy(() => import("./socket_refusal.ts"));

async function socketWords(): Promise<SocketWords | undefined> {
  if (isBrowser()) return undefined;
  // If they cannot be loaded (no file descriptors left, perhaps), the client still connects.
  const words = SOCKET_WORDS.now ?? await SOCKET_WORDS.load().catch(() => undefined);
  return words?.SOCKET_WORDS;
}
