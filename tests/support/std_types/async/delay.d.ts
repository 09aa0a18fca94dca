/** Options for {@linkcode delay}. */
export interface DelayOptions {
  /** Ends the wait; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
  /**
   * Whether the timer keeps the process alive. Only Deno knows `false`.
   *
   * @default {true}
   */
  persistent?: boolean;
}

/** A promise that resolves after `ms` milliseconds. */
export function delay(ms: number, options?: DelayOptions): Promise<void>;
