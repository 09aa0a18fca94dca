/**
 * A shared state that may be slow or gone: each use of it has a deadline, and after a failure it is left
 * alone for a while, so that calls work without it.
 *
 * @module
 */

/** No call waits longer for its store. It is waited for in two halves: see `ask()`. */
const DEADLINE_MS = 250;
const FIRST_PROBE_MS = 1_000;
const LONGEST_PROBE_MS = 30_000;

/** A store that does not answer fails, but not those who ask it. */
export class StateGuard {
  readonly #tell: (message: string) => void;
  #failures = 0;
  /** Until when it is left alone, in `performance.now()` time. */
  #restsUntil = -Infinity;

  /** @param tell Called when the store fails for the first time, and again after it has worked. */
  constructor(tell: (message: string) => void) {
    this.#tell = tell;
  }

  /** Whether the store is left alone now. */
  get isResting(): boolean {
    return performance.now() < this.#restsUntil;
  }

  /**
   * Returns the result of `use`, or undefined if the store fails, is late, or rests after a failure. A store
   * client that never settles is not waited for. The deadline has two halves, because a timer that is due runs
   * before the events of sockets: after a stall of this very process the second half lets a response in.
   */
  async ask<T>(use: () => Promise<T>): Promise<T | undefined> {
    if (this.isResting) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      const fail = () => reject(new Error(`no answer within ${DEADLINE_MS} ms`));
      timer = setTimeout(() => timer = setTimeout(fail, DEADLINE_MS / 2), DEADLINE_MS / 2);
    });
    try {
      const asked = use();
      asked.catch(() => {}); // if it fails later, that is known already
      const found = await Promise.race([asked, late]);
      this.#failures = 0;
      return found;
    } catch (error) {
      this.#failed(error);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  #failed(error: unknown): void {
    const restMs = Math.min(FIRST_PROBE_MS * 2 ** this.#failures, LONGEST_PROBE_MS);
    this.#restsUntil = performance.now() + restMs;
    if (this.#failures++ > 0) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.#tell(`The shared state failed, so this process continues without it: ${reason}`);
  }
}
