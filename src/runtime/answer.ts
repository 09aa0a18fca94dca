/**
 * The shape of a platform's `Response`, as far as it is read.
 *
 * @module
 */

/** What a read of a body gives. */
export type AnswerRead =
  | { readonly done: false; readonly value: Uint8Array<ArrayBuffer> }
  | { readonly done: true; readonly value?: Uint8Array<ArrayBuffer> | undefined };

/** What reads the body of an {@linkcode Answer}, chunk by chunk. */
export interface AnswerReader {
  /** The next chunk. */
  read(): Promise<AnswerRead>;
  /** Gives up the rest. */
  cancel(reason?: unknown): Promise<void>;
}

/** The body of an {@linkcode Answer}; a `ReadableStream` is one. */
export interface AnswerBody {
  /** The reader of bytes into a given buffer, where there is one. */
  getReader(options: { mode: "byob" }): ReadableStreamBYOBReader | undefined;
  /** The reader. */
  getReader(): AnswerReader;
  /** Gives up the body. */
  cancel(reason?: unknown): Promise<void>;
}

/** As much of the platform's `Response` as a client reads of one. */
export interface Answer
  extends Pick<globalThis.Response, "status" | "statusText" | "headers" | "url" | "redirected"> {
  /** The body; null if there is none. */
  readonly body: AnswerBody | null;
  /** Reads the whole body. */
  bytes?(): Promise<Uint8Array<ArrayBuffer>>;
  /** Reads the whole body; needed where `bytes` is missing. */
  arrayBuffer?(): Promise<ArrayBuffer>;
}
