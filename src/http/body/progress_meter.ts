/**
 * How far a transfer is, and how fast: measured on the bytes that pass, told ten times a second.
 *
 * @module
 */

/** How far a transfer is. */
export interface Progress {
  /** Bytes so far, those of an earlier try that was continued included. */
  readonly transferred: number;
  /** Bytes in all; undefined when not known, as for a body that is content-encoded. */
  readonly total: number | undefined;
  /** Bytes per second over the last seconds. */
  readonly rate: number;
}

/** Called with the bytes transferred so far: at most every tenth of a second, and at the end. What it throws ends the call. */
export type ProgressListener = (progress: Progress) => void | Promise<void>;

const INTERVAL_MS = 100;
/** After this long a change of speed shows in the rate by two thirds. */
const SMOOTHING_MS = 2000;

/** Measures one transfer. */
export class ProgressMeter {
  readonly #listener: ProgressListener | undefined;
  readonly #now: () => number;
  #transferred = 0;
  #toldAt: number;
  #toldTransferred = 0;
  #rate: number | undefined;
  /** Bytes in all, when known. */
  total: number | undefined;

  constructor(listener: ProgressListener | undefined, now: () => number) {
    this.#listener = listener;
    this.#now = now;
    this.#toldAt = now();
  }

  /** Sets what is there already, before bytes are added. */
  startAt(transferred: number): void {
    this.#transferred = this.#toldTransferred = transferred;
  }

  /** Counts bytes; gives a promise where the listener does. */
  add(bytes: number): void | Promise<void> {
    this.#transferred += bytes;
    if (this.#listener !== undefined && this.#now() - this.#toldAt >= INTERVAL_MS) {
      return this.#tell();
    }
  }

  /** Tells the end. */
  end(): void | Promise<void> {
    this.total ??= this.#transferred;
    return this.#tell();
  }

  #tell(): void | Promise<void> {
    const now = this.#now();
    const elapsedMs = Math.max(now - this.#toldAt, 1);
    const rate = (this.#transferred - this.#toldTransferred) * 1000 / elapsedMs;
    const weight = this.#rate === undefined ? 1 : 1 - Math.exp(-elapsedMs / SMOOTHING_MS);
    this.#rate = (this.#rate ?? 0) * (1 - weight) + rate * weight;
    [this.#toldAt, this.#toldTransferred] = [now, this.#transferred];
    const { total } = this;
    return this.#listener?.({ transferred: this.#transferred, total, rate: this.#rate });
  }
}
