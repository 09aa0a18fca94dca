/**
 * Owns a stream that is sent. It reads the caller's source during one attempt, separates errors of the
 * source from those of the network, and checks the declared size. It releases the source at the end of the
 * attempt, since a runtime may pull forever.
 *
 * @module
 */

import { lazyStream } from "../../runtime/byte_streams.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The stream that workerd sends with its Content-Length. */
type FixedLengthStream = new (size: number) => TransformStream<Bytes, Bytes>;
const { FixedLengthStream } = globalThis as { readonly FixedLengthStream?: FixedLengthStream };

/**
 * Whether fetch can send the length of a stream on this runtime. Node and Bun send a Content-Length header
 * that is set, Deno sends that of a Blob, and workerd that of a FixedLengthStream. Browsers forbid the
 * header (Fetch Standard, "forbidden request-header").
 */
export const SENDS_LENGTH: boolean = FixedLengthStream !== undefined ||
  /^(?:Deno|Node\.js|Bun)\//.test(globalThis.navigator?.userAgent ?? "");

/** Called while a stream is sent; the clocks of a call use it. */
export interface UploadWatcher {
  /** The runtime took a chunk. */
  taken(): void;
  /** The stream was sent completely or cancelled, or the source failed. */
  ended(failure?: { readonly error: unknown }): void;
}

/** One transmission of a stream. */
export class Upload {
  /** The stream for fetch; each pull of the runtime takes one chunk from the source. */
  readonly body: ReadableStream<Bytes>;
  readonly #source: ReadableStreamDefaultReader<Bytes>;
  readonly #size: number | undefined;
  readonly #watcher: UploadWatcher | undefined;
  #controller: ReadableStreamDefaultController<Bytes> | undefined;
  #sent = 0;
  #isOver = false;
  #waitsForSource = false;

  /**
   * @param source The stream of the caller, which is locked from now on.
   * @param size The declared number of bytes, if there is one.
   */
  constructor(
    source: ReadableStream<Bytes>,
    size: number | undefined,
    watcher?: UploadWatcher,
  ) {
    this.#source = source.getReader();
    this.#size = size;
    this.#watcher = watcher;
    const body = lazyStream({
      start: (controller) => void (this.#controller = controller),
      pull: () => this.#pull(),
      cancel: (reason) => this.#giveUp(reason),
    });
    this.body = size === undefined || FixedLengthStream === undefined
      ? body
      : body.pipeThrough(new FixedLengthStream(size));
  }

  /** Whether the transmission waits for the source, not for the server. */
  get waitsForSource(): boolean {
    return this.#waitsForSource;
  }

  /** Ends the transmission with its attempt: no chunk is pulled any more, and the source is cancelled. */
  end(): void {
    if (this.#isOver) return;
    const reason = new DOMException("the request is over", "AbortError");
    // An error, not a close: the request must not look complete, and Deno stops only for an error.
    this.#controller!.error(reason);
    this.#giveUp(reason);
  }

  #giveUp(reason: unknown, failure?: { readonly error: unknown }): void {
    if (this.#isOver) return;
    this.#finish(failure);
    // An error of a cancelled source has no effect, since its attempt is over.
    this.#source.cancel(reason).catch(() => {});
  }

  #finish(failure?: { readonly error: unknown }): void {
    this.#isOver = true;
    this.#watcher?.ended(failure);
  }

  async #pull(): Promise<void> {
    try {
      const chunk = await this.#next();
      if (this.#isOver) return;
      if (chunk !== undefined) {
        this.#sent += chunk.byteLength;
        // The last chunk is held back until the source has ended. Otherwise the server would have a
        // complete request before a surplus chunk is found.
        if (this.#sent !== this.#size) {
          this.#checkSize(false);
          this.#controller!.enqueue(chunk);
          return this.#watcher?.taken();
        }
        const more = await this.#next();
        if (this.#isOver) return;
        this.#sent += more?.byteLength ?? 0;
        this.#checkSize(true);
        this.#controller!.enqueue(chunk);
        this.#watcher?.taken();
      }
      this.#checkSize(true);
      this.#finish();
      this.#controller!.close();
    } catch (error) {
      if (this.#isOver) return; // it was cancelled, which is reported elsewhere
      this.#giveUp(error, { error });
      throw error;
    }
  }

  /** Returns the next chunk that is not empty, or undefined at the end. */
  async #next(): Promise<Bytes | undefined> {
    this.#waitsForSource = true;
    while (true) {
      const { done, value } = await this.#source.read();
      if (this.#isOver) return undefined;
      if (!done && !((value as unknown) instanceof Uint8Array)) {
        const kind = value === null ? "null" : typeof value;
        throw new TypeError(
          `Cannot send the stream: a chunk is of type ${kind}, and must be a Uint8Array; ` +
            "pipe text through a TextEncoderStream",
        );
      }
      if (value?.byteLength === 0) continue; // in chunked coding it would be the end (RFC 9112 7.1)
      this.#waitsForSource = false;
      return value;
    }
  }

  /** @throws {RangeError} If the source has another size than declared. */
  #checkSize(ended: boolean): void {
    const [size, sent] = [this.#size, this.#sent];
    if (size === undefined || (ended ? sent === size : sent <= size)) return;
    throw new RangeError(
      `Cannot send the stream: it has ${
        sent > size ? "more" : `${sent} bytes, fewer`
      } than its size, ${size}; set the right size, or pass only the stream`,
    );
  }
}
