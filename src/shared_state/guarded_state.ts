/**
 * Protects calls from a shared state that is slow or unavailable: each use has a deadline, and after a
 * failure the state is skipped for some time.
 *
 * @module
 */

/** Reports a failure of a store where the program has no handler: it must not go unnoticed. */
export function warnOfStore(message: string): void {
  // deno-lint-ignore no-console -- a failing store must not go unnoticed
  console.warn(message);
}

/** The longest time that a call waits for its store. It has two halves: see `run()`. */
const DEADLINE_MS = 250;
const FIRST_PROBE_MS = 1_000;
const LONGEST_PROBE_MS = 30_000;

/** Keeps the failures of a store from its callers. */
export class StateGuard {
  readonly #onFailure: (message: string) => void;
  #failures = 0;
  /** The end of the pause, in `performance.now()` time. */
  #pausedUntil = -Infinity;

  /** @param onFailure Called when the store fails for the first time, and again after it has worked. */
  constructor(onFailure: (message: string) => void = warnOfStore) {
    this.#onFailure = onFailure;
  }

  /** Whether the store is skipped now, after a failure. */
  get isPaused(): boolean {
    return performance.now() < this.#pausedUntil;
  }

  /**
   * Returns the result of `use`, or undefined if the store fails, is too slow, or is skipped. It does not
   * wait for a store client that never settles. The deadline has two halves, as that of `within()` in
   * `runtime`; its timer also keeps a program running on Node that waits for nothing else.
   */
  async run<T>(use: () => Promise<T>): Promise<T | undefined> {
    if (this.isPaused) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      const fail = () => reject(new Error(`no response within ${DEADLINE_MS} ms`));
      timer = setTimeout(() => timer = setTimeout(fail, DEADLINE_MS / 2), DEADLINE_MS / 2);
    });
    try {
      const pending = use();
      pending.catch(() => {}); // a failure after the deadline was reported already
      const result = await Promise.race([pending, late]);
      this.#failures = 0;
      return result;
    } catch (error) {
      this.#failed(error);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  #failed(error: unknown): void {
    const pauseMs = Math.min(FIRST_PROBE_MS * 2 ** this.#failures, LONGEST_PROBE_MS);
    this.#pausedUntil = performance.now() + pauseMs;
    if (this.#failures++ > 0) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.#onFailure(`The shared state failed, so this process continues without it: ${reason}`);
  }
}
