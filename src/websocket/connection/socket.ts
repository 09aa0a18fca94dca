/**
 * The one place that touches a native WebSocket: makes it, listens to it from the first turn on, and
 * tells what happens to it in the same words on every runtime (reference: what they do differs).
 *
 * @module
 */

import { ConnectionError, NetworkingError, PermissionError, WebSocketError } from "../../errors.ts";
import { redactCause } from "../../redact.ts";
import type { HeaderRecord } from "../../http/request/headers.ts";

/** What goes over the wire as one message. */
export type SocketData = string | Uint8Array | Blob;

/** As much of a native WebSocket as is used. */
export interface WebSocketLike {
  /** Set to `"arraybuffer"`. */
  binaryType: string;
  /** Bytes that were handed over and are not with the kernel yet. */
  readonly bufferedAmount: number;
  /** 1 while messages can be sent. */
  readonly readyState: number;
  /** The subprotocol; workerd says null for none. */
  readonly protocol: string | null;
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
  /** Begins the closing handshake. */
  close(code?: number, reason?: string): void;
}

/** Makes sockets: `WebSocket` itself, or that of a package. */
export type WebSocketConstructor = new (url: string, protocols?: never) => WebSocketLike;

/** Who listens to a socket. */
export interface SocketListener {
  opened(): void;
  message(data: string | Uint8Array<ArrayBuffer>): void;
  /** An error before the socket opened, or after. */
  troubled(error: NetworkingError): void;
  ended(code: number, reason: string, wasClean: boolean): void;
}

/** Bytes that may wait between the runtime and the kernel. */
const HIGH_WATER = 1024 * 1024;

/** A socket that can be given up. */
export class Socket {
  readonly #native: WebSocketLike;
  #closing = false;

  /** @throws {NetworkingError} If the runtime refuses the URL or the connection at once. */
  constructor(
    make: WebSocketConstructor,
    target: { url: string; name: string; headers: HeaderRecord; protocols: readonly string[] },
    listener: SocketListener,
  ) {
    const { url, name, headers, protocols } = target;
    const hasHeaders = Object.keys(headers).length > 0;
    try {
      // Deno takes an array of protocols only, in either place.
      const second = hasHeaders ? { headers, protocols } : protocols;
      this.#native = new make(url, second as never);
    } catch (thrown) {
      throw refusal(thrown, name, hasHeaders);
    }
    const native = this.#native;
    // All in the turn of the constructor: Deno loses a message that comes together with the 101
    // when its listener is added later. Bun's binary type would be Buffer, others' Blob.
    native.binaryType = "arraybuffer";
    native.onopen = () => listener.opened();
    native.onmessage = ({ data }: { data: string | ArrayBuffer }) => {
      if (this.#closing) return; // Deno and workerd go on delivering after close(), others do not
      listener.message(typeof data === "string" ? data : new Uint8Array(data));
    };
    native.onerror = (event: { message?: unknown; error?: unknown }) =>
      listener.troubled(failure(event, name));
    native.onclose = ({ code, reason, wasClean }: CloseFacts) =>
      listener.ended(code, reason, wasClean);
  }

  /** The subprotocol that was agreed on; workerd says null for none. */
  get protocol(): string {
    return this.#native.protocol ?? "";
  }

  /**
   * Whether a message can be handed over now: a socket that is closing would swallow it, and one
   * with much before the kernel would pile it up.
   */
  get isWritable(): boolean {
    return this.#native.readyState === 1 && this.#native.bufferedAmount < HIGH_WATER;
  }

  /** Hands a message over. */
  send(data: SocketData): void {
    this.#native.send(data);
  }

  /** Sends the close frame. Never a reason without a code: Deno would send garbage. */
  close(code: number, reason: string): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#native.close(code, reason);
  }

  /** Closes without waiting for the peer; whatever else happens to it, nobody is told. */
  abandon(code: number, reason: string): void {
    const native = this.#native;
    native.onmessage = native.onclose = null;
    native.onerror = () => {}; // workerd and Node 22 report again; ws of npm throws without a listener
    native.onopen = () => native.close(); // a late one is not adopted
    this.close(code, reason);
  }
}

interface CloseFacts {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

function refusal(thrown: unknown, name: string, hasHeaders: boolean): unknown {
  const { name: kind, message } = Object(thrown) as { name?: unknown; message?: unknown };
  const facts = { url: name, cause: redactCause(thrown) };
  if (kind === "NotCapable") {
    const target = /net access to "([^"]+)"/.exec(String(message))?.[1];
    const flag = `--allow-net${target === undefined ? "" : `=${target}`}`;
    const why = `the program has no permission for it; run it with ${flag}`;
    return new PermissionError(`Cannot connect to ${name}: ${why}`, { ...facts, flag });
  }
  if (hasHeaders && !/fragment|url|scheme/i.test(String(message))) {
    return new ConnectionError(
      "protocol_error",
      `Cannot connect to ${name} with headers: this runtime sends none on a handshake; put what is needed into the URL, a subprotocol, or a first message (onConnect)`,
      facts,
    );
  }
  return new NetworkingError(
    "invalid_url",
    `Cannot connect to ${name}: the runtime refuses the URL or the protocols; give a ws: or wss: URL without fragment, and protocols that are distinct tokens`,
    facts,
  );
}

/** Texts of Deno 2.9, Bun 1.4 and workerd. Node and browsers say nothing that helps. */
const CAUSES = [
  [/dns error/, "dns_failed", "no address was found for its host"],
  [
    /tcp connect error|Failed to connect/,
    "connection_refused",
    "nothing accepts connections there",
  ],
  [
    /peer certificate|TLS handshake failed|corrupt message|fatal alert|h2 alpn|NoApplicationProtocol/,
    "tls_failed",
    "no secure connection was agreed on",
  ],
  [
    /reset by peer|Unexpected EOF|connection closed before/,
    "connection_reset",
    "the connection broke",
  ],
  [
    /Invalid (?:close code|UTF-8)|Frame too large|too large/,
    "protocol_error",
    "what came is not valid",
  ],
] as const;

function failure({ message, error }: { message?: unknown; error?: unknown }, name: string) {
  const text = typeof message === "string" ? message : "";
  const facts = { url: name, cause: redactCause(error ?? new Error(text || "no details")) };
  const status = /status code:? (\d{3})\b|received (\d{3}) instead|response: (\d{3})\b/.exec(text);
  if (status !== null) {
    const statusCode = Number(status[1] ?? status[2] ?? status[3]);
    return new WebSocketError(
      "handshake_rejected",
      `Cannot connect to ${name}: the server answered the handshake with status ${statusCode} instead of 101`,
      { ...facts, statusCode },
    );
  }
  const [, code, why] = CAUSES.find(([pattern]) => pattern.test(text)) ??
    [, "connection_failed", "the connection failed; the cause has what the runtime says"] as const;
  return new ConnectionError(code, `Cannot connect to ${name}: ${why}`, facts);
}
