/**
 * Which keys of a breaker are open, for many processes: each counts its own attempts, and what one found out
 * the others know within a second. No call waits for that.
 *
 * @module
 */

import type { StateGuard } from "../shared_state/guarded_state.ts";
import type { SharedState } from "../shared_state/state.ts";
import type { BreakerKey } from "./breaker_key.ts";

/** The state is asked so often for each key that is used, in milliseconds. */
const LOOK_EVERY_MS = 500;

/** The open keys of one breaker. */
export class SharedBreaks {
  readonly #store: SharedState;
  readonly #guard: StateGuard;
  readonly #keptMs: number;

  /** @param keptMs How long an open key is remembered after the time of its probe. */
  constructor(store: SharedState, guard: StateGuard, keptMs: number) {
    this.#store = store;
    this.#guard = guard;
    this.#keptMs = keptMs;
  }

  /** Learns what others found out, unless that was asked just now. */
  look(name: string, key: BreakerKey, now: number): void {
    if (now < key.looksAt) return;
    key.looksAt = now + LOOK_EVERY_MS;
    void this.#guard.run(async () => {
      const opens = key.opens;
      const entry = await this.#store.get(["breaker", name]);
      if (key.opens !== opens) return; // this process knows better
      const { until, opens: others } = Object(entry?.value) as { until?: unknown; opens?: unknown };
      if (typeof until === "number" && typeof others === "number") {
        key.learnOpen(performance.now() + until - Date.now(), others);
      } else if (key.isShared) key.learnClosed();
    });
  }

  /** Tells the others that a key opened, or closed again. */
  tell(name: string, key: BreakerKey): void {
    const id = ["breaker", name];
    key.isShared = false; // until they know
    void this.#guard.run(async () => {
      const { opens } = key;
      if (opens > 0) {
        const restMs = key.opensInMs(performance.now());
        const value = { until: Date.now() + restMs, opens };
        await this.#store.set(id, value, {
          expireIn: { milliseconds: Math.ceil(restMs + this.#keptMs) },
        });
        if (key.opens === opens) key.isShared = true;
        return;
      }
      const entry = await this.#store.get(id);
      if (entry !== undefined) await this.#store.compareAndSet(id, entry.version, undefined);
    });
  }
}
