/**
 * The only place that touches a native WebSocket: makes it, listens to it from the first turn on, and reports
 * the same events on every runtime, though runtimes differ.
 *
 * @module
 */

import type { MakeSocket, SocketData, WebSocketLike } from "../../runtime/web_socket.ts";
import { type FailureEvent, socketFailure } from "./socket_failure.ts";
import type { HandshakeWatch, SocketListener, SocketTarget, SocketWords } from "./socket_types.ts";

/** The most bytes that may wait in the runtime before sending pauses. */
const HIGH_WATER = 1024 * 1024;

/** A socket that can be abandoned. */
export class Socket {
  readonly #native: WebSocketLike;
  readonly #watch: HandshakeWatch | undefined;
  #isClosed = false; // by us

  /** @throws The runtime's exception, if it refuses the URL or the connection immediately. */
  constructor(
    make: MakeSocket,
    target: SocketTarget,
    listener: SocketListener,
    watch?: HandshakeWatch,
    words?: SocketWords,
  ) {
    const { url, name } = target;
    this.#watch = watch;
    const made = () => make(url, target);
    const native = this.#native = watch === undefined ? made() : watch.make(made, target);
    let isOpen = false;
    const failed = (event: FailureEvent) => {
      const shown = native.via === undefined ? name : `${name} through ${native.via}`;
      const { error, isUnexplained } = socketFailure(
        event,
        name,
        shown,
        isOpen ? undefined : watch?.facts,
        words,
      );
      watch?.stop();
      listener.troubled(error, isUnexplained);
    };
    // All in the turn of the constructor: Deno loses a message that comes together with the 101
    // when its listener is added later. Bun's binary type would be Buffer, others' Blob.
    native.binaryType = "arraybuffer";
    native.onopen = () => {
      isOpen = true;
      watch?.stop();
      listener.opened();
    };
    native.onmessage = ({ data }: { data: string | ArrayBuffer }) => {
      if (this.#isClosed) return; // Deno and workerd still deliver after close(), others do not
      listener.message(typeof data === "string" ? data : new Uint8Array(data));
    };
    native.onerror = failed;
    native.onclose = ({ code, reason, wasClean }: CloseFacts) => {
      if (isOpen) listener.ended(code, reason, wasClean);
      else failed({});
    };
  }

  /** The subprotocol that was agreed on; workerd reports null for none. */
  get protocol(): string {
    return this.#native.protocol ?? "";
  }

  /** Whether the closing handshake has begun, on either side: a message sent now would be lost. */
  get isClosing(): boolean {
    return (this.#native.readyState ?? 1) > 1;
  }

  /** Whether a message can be sent now without piling up in the runtime. */
  get isWritable(): boolean {
    const { readyState = 1, bufferedAmount = 0 } = this.#native;
    return readyState === 1 && bufferedAmount < HIGH_WATER;
  }

  /** Sends a message. */
  send(data: SocketData): void {
    this.#native.send(data);
  }

  /** Sends the close frame, always with a code: for a reason without a code, Deno sends garbage. */
  close(code: number, reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#native.close(code, reason);
  }

  /** Closes without waiting for the peer, and reports no further events. */
  abandon(code: number, reason: string): void {
    const native = this.#native;
    this.#watch?.stop();
    native.onmessage = native.onclose = null;
    native.onerror = () => {}; // workerd and Node 22 report again; ws of npm throws without a listener
    native.onopen = () => native.close(); // a socket that opens late is not used
    this.close(code, reason);
    native.terminate?.(); // else the peer decides how long the socket keeps the process alive
  }
}

interface CloseFacts {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}
