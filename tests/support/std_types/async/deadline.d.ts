/** Options for {@linkcode deadline}. */
export interface DeadlineOptions {
  /** Ends the wait before the deadline does. */
  signal?: AbortSignal;
}

/** A promise that settles as `p` does, or rejects with a `TimeoutError` DOMException after `ms`. */
export function deadline<T>(p: Promise<T>, ms: number, options?: DeadlineOptions): Promise<T>;
