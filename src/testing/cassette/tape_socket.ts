/**
 * The sockets of a cassette, as a client sees them.
 *
 * @module
 */

import type { SocketData, WebSocketLike } from "../../runtime/web_socket.ts";

type Handler = ((event: never) => void) | null;

/** What drives a socket. */
export interface Driver {
  send(data: SocketData): void;
  close(code?: number, reason?: string): void;
}

/** A socket; what drives it may be known only when the file was read. */
export class TapeSocket implements WebSocketLike {
  binaryType = "arraybuffer";
  readyState = 0;
  protocol = "";
  onopen: Handler = null;
  onmessage: Handler = null;
  onerror: Handler = null;
  onclose: Handler = null;
  #driver: Driver | undefined;
  #isClosed = false;

  /** Takes what drives it; `close()` may have been called before. */
  drive(driver: Driver): void {
    this.#driver = driver;
    if (this.#isClosed) driver.close();
  }

  /** Calls a handler. */
  tell(name: "onopen" | "onmessage" | "onerror" | "onclose", event: object): void {
    (this[name] as ((event: object) => void) | null)?.(event);
  }

  /** Ends the socket with an error. */
  fail(error: unknown): void {
    if (this.readyState === 3) return;
    this.tell("onerror", {
      error,
      message: error instanceof Error ? error.message : String(error),
    });
    this.end(1006, "", false);
  }

  /** Ends the socket. */
  end(code: number, reason: string, wasClean: boolean): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.tell("onclose", { code, reason, wasClean });
  }

  send(data: SocketData): void {
    this.#driver!.send(data);
  }

  close(code?: number, reason?: string): void {
    this.#isClosed = true;
    if (this.readyState < 2) this.readyState = 2;
    this.#driver?.close(code, reason);
  }

  terminate(): void {
    this.close();
  }
}
