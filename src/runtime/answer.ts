/**
 * The part of a platform's `Response` that is read.
 *
 * @module
 */

/** The result of a body read. */
export type AnswerRead =
  | { readonly done: false; readonly value: Uint8Array<ArrayBuffer> }
  | { readonly done: true; readonly value?: Uint8Array<ArrayBuffer> | undefined };

/** Reads the body of an {@linkcode Answer} chunk by chunk. */
export interface AnswerReader {
  /** Reads the next chunk. */
  read(): Promise<AnswerRead>;
  /** Cancels the rest. */
  cancel(reason?: unknown): Promise<void>;
}

/** The body of an {@linkcode Answer}; a `ReadableStream` is one. */
export interface AnswerBody {
  /** Returns the reader that fills the caller's buffer, if the body has one. */
  getReader(options: { mode: "byob" }): ReadableStreamBYOBReader | undefined;
  /** The reader. */
  getReader(): AnswerReader;
  /** Cancels the body. */
  cancel(reason?: unknown): Promise<void>;
}

/** The part of the platform's `Response` that a client reads. */
export interface Answer
  extends Pick<globalThis.Response, "status" | "statusText" | "headers" | "url" | "redirected"> {
  /** The body; null if there is none. */
  readonly body: AnswerBody | null;
  /** Reads the whole body. */
  bytes?(): Promise<Uint8Array<ArrayBuffer>>;
  /** Reads the whole body; required if `bytes` is missing. */
  arrayBuffer?(): Promise<ArrayBuffer>;
}
