/**
 * The shape of a native WebSocket, as far as it is used.
 *
 * @module
 */

/** What goes over the wire as one message. */
export type SocketData = string | Uint8Array | Blob;

/** What is used of a native WebSocket. What is optional is missing in some runtimes. */
export interface WebSocketLike {
  /** Set to `"arraybuffer"`. */
  binaryType?: string;
  /** Bytes that were handed over, and that the kernel does not have yet; 0 where it is missing. */
  readonly bufferedAmount?: number;
  /** 1 while messages can be sent; where it is missing they always can. */
  readonly readyState?: number;
  /** The subprotocol; workerd says null for none. */
  readonly protocol?: string | null;
  /** What messages name as the way that the connection takes, such as its proxy. */
  readonly via?: string | undefined;
  /** Called once, when the handshake is done. */
  onopen: ((event: never) => void) | null;
  /** Called with `data`: a string or an ArrayBuffer. */
  onmessage: ((event: never) => void) | null;
  /** Called with `message` and `error`, where the runtime says something. */
  onerror: ((event: never) => void) | null;
  /** Called with `code`, `reason` and `wasClean`. */
  onclose: ((event: never) => void) | null;
  /** Hands a message over. */
  send(data: SocketData): void;
  /** Starts the closing handshake. */
  close(code?: number, reason?: string): void;
  /** Drops the connection at once; Bun and `ws` of npm have it. */
  terminate?(): void;
}

/** Makes sockets: `WebSocket` itself, or that of a package. */
export type WebSocketConstructor = new (url: string, protocols?: never) => WebSocketLike;

/** What a handshake carries beyond its URL. */
export interface HandshakeInit {
  /** Header fields, where the runtime can send some. */
  readonly headers: Readonly<Record<string, string>>;
  /** Subprotocols to offer. */
  readonly protocols: readonly string[];
}

/** Makes one socket. It may throw, as a constructor of `WebSocket` does. */
export type MakeSocket = (url: string, init: HandshakeInit) => WebSocketLike;

/** The second argument of a constructor of `WebSocket`; without headers it is what every runtime takes. */
export function secondArgument({ headers, protocols }: HandshakeInit): never {
  const hasHeaders = Object.keys(headers).length > 0;
  // Deno takes an array of protocols only, in either place.
  return (hasHeaders ? { headers, protocols } : protocols) as never;
}
