/**
 * The part of a native WebSocket that is used.
 *
 * @module
 */

/** The data of one message. */
export type SocketData = string | Uint8Array | Blob;

/** The part of a native WebSocket that is used. Some runtimes lack the optional members. */
export interface WebSocketLike {
  /** Set to `"arraybuffer"`. */
  binaryType?: string;
  /** The bytes that were passed to `send()` but not yet to the kernel; counts as 0 if missing. */
  readonly bufferedAmount?: number;
  /** 1 while messages can be sent; if missing, they always can. */
  readonly readyState?: number;
  /** The subprotocol; null on workerd if there is none. */
  readonly protocol?: string | null;
  /** The route of the connection for messages, such as its proxy. */
  readonly via?: string | undefined;
  /** Called once, when the handshake is done. */
  onopen: ((event: never) => void) | null;
  /** Called with `data`: a string or an ArrayBuffer. */
  onmessage: ((event: never) => void) | null;
  /** Called with `message` and `error`, if the runtime sets them. */
  onerror: ((event: never) => void) | null;
  /** Called with `code`, `reason` and `wasClean`. */
  onclose: ((event: never) => void) | null;
  /** Sends a message. */
  send(data: SocketData): void;
  /** Starts the closing handshake. */
  close(code?: number, reason?: string): void;
  /** Drops the connection immediately; Bun and `ws` of npm have it. */
  terminate?(): void;
}

/** Makes sockets: `WebSocket` itself, or that of a package. */
export type WebSocketConstructor = new (url: string, protocols?: never) => WebSocketLike;

/** The parts of a handshake except its URL. */
export interface HandshakeInit {
  /** Header fields, if the runtime can send them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Subprotocols to offer. */
  readonly protocols: readonly string[];
}

/** Makes one socket. It may throw, as the `WebSocket` constructor does. */
export type MakeSocket = (url: string, init: HandshakeInit) => WebSocketLike;

/** Returns the second argument of a `WebSocket` constructor; without headers, every runtime accepts it. */
export function secondArgument({ headers, protocols }: HandshakeInit): never {
  const hasHeaders = Object.keys(headers).length > 0;
  // Deno accepts only an array of protocols, in either position.
  return (hasHeaders ? { headers, protocols } : protocols) as never;
}
