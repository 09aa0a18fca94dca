/**
 * The server's side of a WebSocket on each runtime, as one {@linkcode Wire}.
 *
 * @module
 */

import type { WebSocketLike } from "../runtime/web_socket.ts";
import type { Wire } from "./server_connection.ts";
import type { Payload } from "./channel/wire.ts";

/**
 * A WebSocket of a server, from `Deno.upgradeWebSocket` or `ws` of npm. `accept()` sets its
 * `onmessage`, `onclose` and `onerror`.
 */
export interface ServerSocket extends
  Pick<
    WebSocketLike,
    "binaryType" | "readyState" | "onmessage" | "onerror" | "onclose" | "close"
  > {
  /** Bytes that were not sent yet. */
  readonly bufferedAmount?: number;
  /** Sends a message. */
  send(data: Payload): void;
}

/** A `ServerWebSocket` of Bun. */
export interface BunSocket {
  /** Sends a message; returns 0 if it dropped the message. */
  send(data: Payload): unknown;
  /** Bytes that were not sent yet. */
  getBufferedAmount?(): number;
  /** Begins the closing handshake. */
  close(code?: number, reason?: string): void;
  /** Cuts the connection. */
  terminate(): void;
}

/** The `websocket` option of `Bun.serve()`. */
export interface BunHandlers<Socket extends BunSocket> {
  /** A connection is open. */
  open(socket: Socket): void;
  /** A message came. */
  message(socket: Socket, message: string | Uint8Array): void;
  /** The connection is gone. */
  close(socket: Socket): void;
}

const OPEN = 1;

/** The wire of a socket with `onmessage`. */
export function wireOf(socket: ServerSocket): Wire {
  return {
    send: (data) => {
      if (socket.readyState === OPEN) socket.send(data); // otherwise it is sent again later
    },
    close: (code, reason) => socket.close(code, reason),
    terminate: () => (socket as { terminate?: () => void }).terminate?.(),
    buffered: () => socket.bufferedAmount ?? 0,
  };
}

/** Listens to a socket with `onmessage`. */
export function listen(
  socket: ServerSocket,
  listener: { message(data: Payload): void; closed(): void },
): void {
  socket.binaryType = "arraybuffer";
  socket.onmessage = ({ data }: { data: string | ArrayBuffer }) =>
    listener.message(typeof data === "string" ? data : new Uint8Array(data));
  socket.onclose = () => listener.closed();
  socket.onerror = () => listener.closed(); // the connection was cut; a close may not follow
}

/** The wire of a socket of Bun. */
export function wireOfBun(socket: BunSocket): Wire {
  return {
    send: (data) => {
      if (socket.send(data) === 0) socket.terminate(); // the next connection sends it again
    },
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
    buffered: () => socket.getBufferedAmount?.() ?? 0,
  };
}
