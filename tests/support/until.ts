/**
 * Waiting for what somebody else notices, such as the other side of a socket.
 *
 * @module
 */

/** Many times what anything takes on a busy machine. */
const PATIENCE_MS = 60_000;
/** The real ones: a test may install a fake clock, and wait for a real server. */
const { setTimeout } = globalThis;
const now = performance.now.bind(performance);

/** Waits until it is so; fails with `what` if that never comes. */
export async function until(isSo: () => boolean, what: string = String(isSo)): Promise<void> {
  for (const startedAt = now(); !isSo();) {
    if (now() - startedAt > PATIENCE_MS) throw new Error(`it never came: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/**
 * Moves a fake clock step by step until `work` has ended, which may wait for the network as well. With steps
 * of 0 only what is due now runs, and every longer wait is for ever.
 */
export async function untilOver<T>(
  clock: { advance(by: { readonly milliseconds: number }): Promise<void> },
  work: Promise<T>,
  milliseconds = 10,
): Promise<T> {
  let isOver = false;
  const over = () => void (isOver = true);
  work.then(over, over);
  for (const startedAt = now(); !isOver;) {
    if (now() - startedAt > PATIENCE_MS) throw new Error("it never ended");
    await clock.advance({ milliseconds });
  }
  return await work;
}

/** Waits until a figure stays the same for as long as messages on loopback take. */
export async function untilCalm(figure: () => number): Promise<void> {
  for (let before = NaN; before !== figure();) {
    before = figure();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
