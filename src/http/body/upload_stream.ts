/**
 * The one owner of a stream that is sent. It holds the caller's source for the length of one
 * attempt, tells what the source threw from what the network did, counts against the size that was
 * promised, and lets go of the source when the attempt is over: a runtime may pull for ever.
 *
 * @module
 */

import { lazyStream } from "../../runtime/byte_streams.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What workerd sends with its Content-Length. */
type FixedLengthStream = new (size: number) => TransformStream<Bytes, Bytes>;
const { FixedLengthStream } = globalThis as { readonly FixedLengthStream?: FixedLengthStream };

/**
 * Whether fetch can announce the length of a stream here: Node and Bun send the Content-Length that
 * they are given, Deno that of a Blob, and workerd that of a FixedLengthStream. Browsers forbid the
 * header (Fetch Standard, "forbidden request-header").
 */
export const SENDS_LENGTH: boolean = FixedLengthStream !== undefined ||
  /^(?:Deno|Node\.js|Bun)\//.test(globalThis.navigator?.userAgent ?? "");

/** Called while a stream is sent, by what sends it; the clocks of a call need it. */
export interface UploadWatcher {
  /** The runtime took a chunk. */
  taken(): void;
  /** The stream was sent to its end or given up, or the source failed. */
  ended(failure?: { readonly error: unknown }): void;
}

/** One transmission of a stream. */
export class Upload {
  /** What fetch is given; one chunk is taken from the source each time the runtime asks. */
  readonly body: ReadableStream<Bytes>;
  readonly #source: ReadableStreamDefaultReader<Bytes>;
  readonly #size: number | undefined;
  readonly #watcher: UploadWatcher | undefined;
  #controller: ReadableStreamDefaultController<Bytes> | undefined;
  #sent = 0;
  #isOver = false;
  #waitsForSource = false;

  /**
   * @param source What the caller gave; nobody else reads it from now on.
   * @param size The number of bytes that it must have, if that was promised.
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

  /** Whether it is the source that is waited for, and not the server. */
  get waitsForSource(): boolean {
    return this.#waitsForSource;
  }

  /** Ends the transmission with its attempt: nothing is pulled any more, the source is cancelled. */
  end(): void {
    if (this.#isOver) return;
    const reason = new DOMException("the request is over", "AbortError");
    // An error and not a close: the request must not look complete, and Deno stops for nothing else.
    this.#controller!.error(reason);
    this.#giveUp(reason);
  }

  #giveUp(reason: unknown, failure?: { readonly error: unknown }): void {
    if (this.#isOver) return;
    this.#finish(failure);
    // What a source throws when it is cancelled changes nothing: nobody waits for it any more.
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
        // The last chunk is held back until the source has ended: once all is sent, a runtime asks
        // no more, and the server has a complete request.
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
      if (this.#isOver) return; // it was cancelled, and says so
      this.#giveUp(error, { error });
      throw error;
    }
  }

  /** The next chunk that has bytes, or undefined at the end. */
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

  /** @throws {RangeError} If the source has another size than was promised. */
  #checkSize(ended: boolean): void {
    const [size, sent] = [this.#size, this.#sent];
    if (size === undefined || (ended ? sent === size : sent <= size)) return;
    throw new RangeError(
      `Cannot send the stream: it has ${
        sent > size ? "more" : `${sent} bytes, fewer`
      } than its size, ${size}; give the right size, or the stream alone`,
    );
  }
}
