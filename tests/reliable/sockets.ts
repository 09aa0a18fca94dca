/**
 * Sockets in memory, for either side: a test fires what happens, and sees what is written.
 *
 * @module
 */

import type { Payload } from "../../src/reliable/channel/wire.ts";
import type { ServerSocket } from "../../src/reliable/mod.ts";
import type { WebSocketLike } from "../../mod.ts";

type Listener = ((event: never) => void) | null;

/** A socket whose other end is the test. */
export class FakeSocket implements WebSocketLike, ServerSocket {
  /** Every socket that a client has made. */
  static made: FakeSocket[] = [];
  binaryType = "blob";
  bufferedAmount = 0;
  readyState = 0;
  protocol: string | null = "reliable.v1";
  onopen: Listener = null;
  onmessage: Listener = null;
  onerror: Listener = null;
  onclose: Listener = null;
  /** What was written, and not looked at yet. */
  readonly written: Payload[] = [];
  /** How it was closed by its owner. */
  closedWith:
    | { readonly code?: number | undefined; readonly reason?: string | undefined }
    | undefined;
  /** Told of everything that is written. */
  onwrite: ((data: Payload) => void) | undefined;

  constructor() {
    FakeSocket.made.push(this);
  }

  send(data: Payload | Blob): void {
    if (data instanceof Blob) throw new Error("a Blob was sent");
    if (this.readyState !== 1) return;
    this.written.push(data);
    this.onwrite?.(data);
  }

  close(code?: number, reason?: string): void {
    if (this.readyState >= 2) return;
    this.readyState = 2;
    this.closedWith = { code, reason };
    queueMicrotask(() => this.cut(code ?? 1005, reason));
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.({} as never);
  }

  receive(data: Payload): void {
    if (this.readyState !== 1) return;
    const copy = typeof data === "string" ? data : data.slice().buffer;
    this.onmessage?.({ data: copy } as never);
  }

  /** The connection ends. */
  cut(code = 1006, reason = ""): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.({ code, reason, wasClean: code !== 1006 } as never);
  }
}
