/**
 * A promise that waits in a queue. When settled, it removes its timer and its listener on the caller's signal.
 *
 * @module
 */

import { TimeoutError } from "../errors.ts";
import { Alarm } from "../options/alarm.ts";
import { abortSignal, duration, type OptionTable } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";
import type { ReceiveOptions } from "./message_stream.ts";

/** The limits of a wait. */
export interface WaitLimits {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; `Infinity` for none. */
  readonly limitMs: number;
}

/** The options of a wait. */
interface Waits extends Omit<ReceiveOptions, "timeout"> {
  readonly timeout?: ReceiveOptions["timeout"] | false;
}

const TABLE = {
  timeout: duration("timeout", { off: true }),
  signal: abortSignal,
} satisfies OptionTable<Waits>;

/** Reads the options of a wait: the timeout in milliseconds, and the signal. */
export function readWait(
  action: string,
  options: Waits | undefined,
): { readonly timeout?: number; readonly signal?: AbortSignal } {
  return readOptions(action, options, TABLE);
}

/** Reads the options of `receive()`. Returns the limits, and a function for the error after the timeout. */
export function waitLimits(
  options: ReceiveOptions | undefined,
  name: string,
): { readonly limits: WaitLimits; readonly late: () => TimeoutError } {
  const { timeout: limitMs = Infinity, signal } = readWait("receive", options);
  const startedAt = performance.now();
  return { limits: { signal, limitMs }, late: () => lateError(name, limitMs, startedAt) };
}

/**
 * Returns the error for a wait that was too long.
 *
 * @param what The start of the message: "Cannot …: … did not …".
 */
export function lateError(
  name: string,
  limitMs: number,
  startedAt: number,
  what = `Cannot receive from ${name}: no message came`,
  advice = "",
): TimeoutError {
  const elapsedMs = Math.max(limitMs, performance.now() - startedAt);
  const text = `${what} within ${limitMs} ms (timeout)${advice}`;
  return new TimeoutError(text, { url: name, clock: "idle", limitMs, elapsedMs });
}

/** A promise that waits. */
export class Pending<T> {
  /** The promise of the caller. */
  readonly promise: Promise<T>;
  #settled = false;
  readonly #resolvers: PromiseWithResolvers<T>;
  readonly #signal: AbortSignal | undefined;
  readonly #alarm: Alarm | undefined;
  readonly #onAbort = (): void => {
    this.reject(this.#signal!.reason);
    this.#onGone();
  };
  readonly #onGone: () => void;

  /**
   * @param onTimeout Called after `limitMs`; settles the promise.
   * @param onGone Called when the time or the signal has settled it, to remove it from its queue.
   */
  constructor(
    { signal, limitMs }: WaitLimits,
    onTimeout: (pending: Pending<T>) => void,
    onGone: () => void,
  ) {
    this.#resolvers = Promise.withResolvers();
    this.promise = this.#resolvers.promise;
    this.#onGone = onGone;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#onAbort);
    if (limitMs === Infinity) return;
    this.#alarm = new Alarm(() => {
      onTimeout(this);
      onGone();
    });
    this.#alarm.at = performance.now() + limitMs;
  }

  resolve(value: T): void {
    if (this.#settle()) this.#resolvers.resolve(value);
  }

  reject(error: unknown): void {
    if (this.#settle()) this.#resolvers.reject(error);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    if (this.#alarm !== undefined) this.#alarm.at = Infinity;
    this.#signal?.removeEventListener("abort", this.#onAbort);
    return true;
  }
}
