/**
 * Measures the progress and the rate of a transfer, and reports them at most ten times a second.
 *
 * @module
 */

/** The progress of a transfer. */
export interface Progress {
  /** Bytes so far, including those of an earlier transfer that was resumed. */
  readonly transferred: number;
  /** Total number of bytes; undefined if not known, as for a content-encoded body. */
  readonly total: number | undefined;
  /** Bytes per second over the last seconds. */
  readonly rate: number;
}

/**
 * Called with the bytes transferred so far: at most every tenth of a second, and at the end. An error that
 * it throws ends the call.
 */
export type ProgressListener = (progress: Progress) => void | Promise<void>;

const INTERVAL_MS = 100;
/** The time after which the rate shows two thirds of a change in speed. */
const SMOOTHING_MS = 2000;

/** Measures one transfer. */
export class ProgressMeter {
  readonly #listener: ProgressListener | undefined;
  readonly #now: () => number;
  #transferred = 0;
  #reportedAt: number;
  #reportedBytes = 0;
  #rate: number | undefined;
  /** Total number of bytes, if known. */
  total: number | undefined;

  constructor(listener: ProgressListener | undefined, now: () => number) {
    this.#listener = listener;
    this.#now = now;
    this.#reportedAt = now();
  }

  /** Sets the number of bytes that were transferred before. */
  startAt(transferred: number): void {
    this.#transferred = this.#reportedBytes = transferred;
  }

  /** Counts bytes; returns the promise of the listener, if it returns one. */
  add(bytes: number): void | Promise<void> {
    this.#transferred += bytes;
    if (this.#listener !== undefined && this.#now() - this.#reportedAt >= INTERVAL_MS) {
      return this.#report();
    }
  }

  /** Reports the end of the transfer. */
  end(): void | Promise<void> {
    this.total ??= this.#transferred;
    return this.#report();
  }

  #report(): void | Promise<void> {
    const now = this.#now();
    const elapsedMs = Math.max(now - this.#reportedAt, 1);
    const rate = (this.#transferred - this.#reportedBytes) * 1000 / elapsedMs;
    const weight = this.#rate === undefined ? 1 : 1 - Math.exp(-elapsedMs / SMOOTHING_MS);
    this.#rate = (this.#rate ?? 0) * (1 - weight) + rate * weight;
    [this.#reportedAt, this.#reportedBytes] = [now, this.#transferred];
    const { total } = this;
    return this.#listener?.({ transferred: this.#transferred, total, rate: this.#rate });
  }
}
