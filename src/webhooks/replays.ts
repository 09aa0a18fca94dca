/**
 * Webhooks that were accepted before, in a shared state.
 *
 * @module
 */

import { StateGuard } from "../shared_state/guarded_state.ts";
import type { SharedState } from "../shared_state/state.ts";
import { WebhookError } from "./webhook_error.ts";

/** Stores may be slow or gone. What is known of one outlives the webhook. */
const GUARDS = new WeakMap<SharedState, { readonly guard: StateGuard; tell: Tell }>();

type Tell = (message: string) => void;

/** How accepted webhooks are remembered. */
export interface ReplayOptions {
  readonly seen: SharedState;
  readonly requireSeen: boolean;
  /** How long a webhook could be accepted again. */
  readonly rememberMs: number;
  /** Called when the store fails. */
  readonly tell: Tell;
}

/** A webhook that is remembered. */
export interface Remembered {
  /** Forgets it. */
  forget(): Promise<void>;
}

/**
 * Remembers a webhook by its names, one for each key that it fits.
 *
 * @throws {WebhookError} If one of them is remembered already, or, where that is required, if the store
 * does not say.
 */
export async function remember(
  names: readonly string[],
  { seen, requireSeen, rememberMs, tell }: ReplayOptions,
): Promise<Remembered> {
  const guard = guardOf(seen, tell);
  const expireIn = { milliseconds: rememberMs };
  const written: (readonly [key: readonly string[], version: string])[] = [];
  for (const name of names) {
    const key = ["webhook", name];
    const answer = await guard.run(async () => ({
      version: await seen.compareAndSet(key, undefined, true, { expireIn }),
    }));
    if (answer === undefined) {
      if (!requireSeen) continue;
      throw new WebhookError(
        "webhook_unchecked",
        "the shared state does not say whether it was accepted before; try again later",
      );
    }
    if (answer.version === undefined) {
      throw new WebhookError("webhook_replayed", "it was accepted before");
    }
    written.push([key, answer.version]);
  }
  return {
    async forget() {
      for (const [key, version] of written) {
        await guard.run(() => seen.compareAndSet(key, version, undefined));
      }
    },
  };
}

function guardOf(seen: SharedState, tell: Tell): StateGuard {
  let known = GUARDS.get(seen);
  if (known === undefined) {
    const made = { guard: new StateGuard((message) => made.tell(message)), tell };
    GUARDS.set(seen, known = made);
  }
  known.tell = tell;
  return known.guard;
}
