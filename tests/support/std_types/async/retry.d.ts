/** Thrown by {@linkcode retry} after the last attempt; `cause` is what that attempt threw. */
export class RetryError extends Error {
  constructor(cause: unknown, attempts: number);
}

/** Options for {@linkcode retry}. Durations are milliseconds. */
export interface RetryOptions {
  /**
   * The factor between one wait and the next.
   *
   * @default {2}
   */
  multiplier?: number;
  /**
   * The longest wait.
   *
   * @default {60000}
   */
  maxTimeout?: number;
  /**
   * How often the function is called, the first time included.
   *
   * @default {5}
   */
  maxAttempts?: number;
  /**
   * The first wait, before jitter.
   *
   * @default {1000}
   */
  minTimeout?: number;
  /**
   * The share of a wait that is random: 0 is none, 1 is all of it.
   *
   * @default {1}
   */
  jitter?: number;
  /**
   * Whether the failure is worth another attempt; if not, it is thrown as it is.
   *
   * @default {() => true}
   */
  isRetriable?: (err: unknown) => boolean;
  /** Ends the waiting and the attempts; its reason is thrown. */
  signal?: AbortSignal;
}

/** Calls `fn` until it succeeds, waiting longer after every failure. */
export function retry<T>(
  fn: (() => Promise<T>) | (() => T),
  options?: RetryOptions,
): Promise<T>;
