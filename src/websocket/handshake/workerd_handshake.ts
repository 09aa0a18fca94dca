/**
 * A socket on workerd, made by `fetch`: its `WebSocket` cannot send header fields and hides Retry-After. Loaded on
 * workerd only.
 *
 * @module
 */

import { nativeFetch } from "../../http/transport/fetch_transport.ts";
import { readRetryAfter } from "../../retry/rate_limit_fields.ts";
import { bare } from "../../runtime/bare.ts";
import type { SocketData, WebSocketLike } from "../../runtime/web_socket.ts";
import { httpURL } from "../connection/http_url.ts";
import { isValidTarget } from "./socket_refusal.ts";
import type { HandshakeFacts, HandshakeWatch, SocketTarget } from "../connection/socket_types.ts";

/** The socket of a response; it starts with `accept()`. */
type NativeSocket = Omit<WebSocketLike, "onopen" | "onmessage" | "onerror" | "onclose"> & {
  accept(): void;
  addEventListener(type: string, listener: (event: never) => void): void;
};

type Facts = { -readonly [Name in keyof HandshakeFacts]: HandshakeFacts[Name] };

/** Makes the socket itself, and records the outcome of its handshake. */
export function watchOnWorkerd(): HandshakeWatch {
  const facts: Facts = {};
  return { facts, make: (_make, target) => new FetchedSocket(target, facts), stop() {} };
}

/** A socket whose handshake is a call of `fetch`. */
class FetchedSocket implements WebSocketLike {
  binaryType = "arraybuffer";
  protocol = "";
  onopen: WebSocketLike["onopen"] = null;
  onmessage: WebSocketLike["onmessage"] = null;
  onerror: WebSocketLike["onerror"] = null;
  onclose: WebSocketLike["onclose"] = null;
  readonly #handshake = new AbortController();
  #native: NativeSocket | undefined;

  /** @throws {SyntaxError} If `WebSocket` would refuse the URL or the protocols. */
  constructor(target: SocketTarget, facts: Facts) {
    if (!isValidTarget(target)) {
      throw new SyntaxError("the URL or the protocols are not those of a WebSocket");
    }
    const { url, headers, protocols } = target;
    const fields = new Headers(headers);
    fields.set("upgrade", "websocket");
    if (protocols.length > 0) fields.set("sec-websocket-protocol", protocols.join(", "));
    const { signal } = this.#handshake;
    const init: RequestInit = bare({ headers: fields, redirect: "manual", signal });
    this.#open(httpURL(url), init, facts).catch((error) => {
      facts.error ??= error;
      this.onerror?.(NOTHING);
    });
  }

  async #open(url: string, init: RequestInit, facts: Facts): Promise<void> {
    const response = await nativeFetch(url, init) as Response & { webSocket?: NativeSocket | null };
    const { status, headers, webSocket } = response;
    if (!webSocket) {
      facts.statusCode = status;
      facts.retryAfterMs = readRetryAfter(status, headers, Date.now());
      this.onerror?.(NOTHING);
      return await response.body?.cancel();
    }
    this.#native = webSocket;
    this.protocol = headers.get("sec-websocket-protocol") ?? "";
    webSocket.binaryType = this.binaryType;
    webSocket.addEventListener("message", (event) => this.onmessage?.(event));
    webSocket.addEventListener("error", (event) => this.onerror?.(event));
    webSocket.addEventListener("close", (event) => this.onclose?.(event));
    webSocket.accept();
    this.onopen?.(NOTHING);
  }

  get readyState(): number {
    return this.#native === undefined ? 0 : this.#native.readyState ?? 1;
  }

  get bufferedAmount(): number {
    return this.#native?.bufferedAmount ?? 0;
  }

  send(data: SocketData): void {
    this.#native!.send(data);
  }

  close(code?: number, reason?: string): void {
    if (this.#native === undefined) this.#handshake.abort();
    else this.#native.close(code, reason);
  }
}

/** An event that is never read. */
const NOTHING = {} as never;
