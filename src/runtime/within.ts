/**
 * Waits for code of others, which no signal can stop.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";

/**
 * Returns the result of `work`, or throws its error. After `ms` milliseconds it throws `late(cause)` instead. The
 * time has two halves, because a timer that is due runs before the events of sockets: after a stall of this
 * process the second half lets the result in.
 *
 * @throws The reason of `signal`, if that aborts first.
 */
export async function within<T>(
  work: PromiseLike<T>,
  ms: number,
  signal: AbortSignal,
  late: (cause: unknown) => unknown,
): Promise<T> {
  let isSettled = false;
  const watched = Promise.resolve(work).finally(() => isSettled = true);
  for (let half = 1;; half++) {
    try {
      return await deadline(watched, ms / 2, { signal });
    } catch (thrown) {
      if (isSettled || signal.aborted) throw thrown;
      if (half === 2) throw late(thrown);
    }
  }
}
