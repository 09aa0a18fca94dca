/**
 * The timeout of one call of a tool.
 *
 * @module
 */

import type { ToolContext } from "../policy/tool.ts";
import { ToolError } from "../policy/tool_error.ts";

/** The timeout of one call. */
export class CallClock {
  /** Aborts after the timeout, or when the caller ends the call. */
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #outer: AbortSignal | undefined;
  readonly #seconds: number;
  /** Whether the time is over. */
  isOver = false;

  constructor(seconds: number, { signal }: ToolContext) {
    this.signal = this.#controller.signal;
    this.#seconds = seconds;
    this.#timer = setTimeout(() => {
      this.isOver = true;
      this.#controller.abort(this.error());
    }, seconds * 1000);
    this.#outer = signal;
    signal?.addEventListener("abort", this.#abort);
    if (signal?.aborted) this.#abort();
  }

  readonly #abort = (): void => this.#controller.abort(this.#outer!.reason);

  /** Returns the error for a call without a result within its time. */
  error(): ToolError {
    return new ToolError(
      `Timeout after ${this.#seconds} s without a result; raise timeout_seconds, or request something smaller`,
    );
  }

  /** Stops the timer. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener("abort", this.#abort);
  }
}

/** Does `work` within its time. After the timeout, a failure of `work` is the timeout error. */
export async function withinTime<T>(
  seconds: number,
  context: ToolContext,
  work: (clock: CallClock) => Promise<T>,
): Promise<T> {
  const clock = new CallClock(seconds, context);
  try {
    return await work(clock);
  } catch (error) {
    throw clock.isOver ? clock.error() : error;
  } finally {
    clock.stop();
  }
}
