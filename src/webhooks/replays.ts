/**
 * Remembers accepted webhooks in a shared state.
 *
 * @module
 */

import { StateGuard } from "../shared_state/guarded_state.ts";
import type { SharedState } from "../shared_state/state.ts";
import { WebhookError } from "./webhook_error.ts";

/** The guard of each store, which may be slow or down. Its state outlives a webhook. */
const GUARDS = new WeakMap<SharedState, { readonly guard: StateGuard; warn: Warn }>();

type Warn = (message: string) => void;

/** Options of {@linkcode remember}. */
export interface ReplayOptions {
  readonly seen: SharedState;
  readonly requireSeen: boolean;
  /** How long a repeated webhook would be accepted. */
  readonly rememberMs: number;
  /** Called when the store fails. */
  readonly warn: Warn;
}

/** A remembered webhook. */
export interface Remembered {
  /** Removes it from the shared state. */
  forget(): Promise<void>;
}

/**
 * Remembers a webhook by its names, one for each matching key.
 *
 * @throws {WebhookError} If a name is remembered already, or if the store fails and `requireSeen` is set.
 */
export async function remember(
  names: readonly string[],
  { seen, requireSeen, rememberMs, warn }: ReplayOptions,
): Promise<Remembered> {
  const guard = guardOf(seen, warn);
  const expireIn = { milliseconds: rememberMs };
  const written: (readonly [key: readonly string[], version: string])[] = [];
  const erase = async () => {
    for (const [key, version] of written) await seen.compareAndSet(key, version, undefined);
  };
  let isRefused = false;
  const found = await guard.run(async () => {
    for (const name of names) {
      const key = ["webhook", name];
      const version = await seen.compareAndSet(key, undefined, true, { expireIn });
      if (version === undefined) return "replayed";
      written.push([key, version]);
    }
    if (isRefused) await erase();
    return "new";
  });
  if (found === "replayed") throw new WebhookError("webhook_replayed", "it was accepted before");
  if (found === undefined && requireSeen) {
    // The sender repeats a refused webhook, so neither a name written before nor one written late may stay.
    isRefused = true;
    erase().catch(() => {}); // the failure of the store was reported already
    throw new WebhookError(
      "webhook_unchecked",
      "the shared state cannot be read, so it may be a replay; try again later",
    );
  }
  return { forget: async () => void await guard.run(erase) };
}

function guardOf(seen: SharedState, warn: Warn): StateGuard {
  let known = GUARDS.get(seen);
  if (known === undefined) {
    const made = { guard: new StateGuard((message) => made.warn(message)), warn };
    GUARDS.set(seen, known = made);
  }
  known.warn = warn;
  return known.guard;
}
