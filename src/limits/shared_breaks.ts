/**
 * Shares the open keys of a breaker among processes. Each process counts its own attempts. When one opens or
 * closes a key, the others know it within a second. No call waits for that.
 *
 * @module
 */

import type { StateGuard } from "../shared_state/guarded_state.ts";
import type { SharedState } from "../shared_state/state.ts";
import type { BreakerKey } from "./breaker_key.ts";

/** The least time between two reads of the shared state for a key, in milliseconds. */
const REFRESH_MS = 500;

/** The open keys of one breaker. */
export class SharedBreaks {
  readonly #store: SharedState;
  readonly #guard: StateGuard;
  readonly #keptMs: number;

  /** @param keptMs How long an open key stays in the store after the time of its probe. */
  constructor(store: SharedState, guard: StateGuard, keptMs: number) {
    this.#store = store;
    this.#guard = guard;
    this.#keptMs = keptMs;
  }

  /** Reads the state of a key from the store, unless it was read just now. */
  refresh(name: string, key: BreakerKey, now: number): void {
    if (now < key.refreshAt) return;
    key.refreshAt = now + REFRESH_MS;
    void this.#guard.run(async () => {
      const opens = key.opens;
      const entry = await this.#store.get(["breaker", name]);
      if (key.opens !== opens) return; // it changed here in the meantime
      const { until, opens: others } = Object(entry?.value) as { until?: unknown; opens?: unknown };
      if (typeof until === "number" && typeof others === "number") {
        key.learnOpen(performance.now() + until - Date.now(), others);
      } else if (key.isShared) key.learnClosed();
    });
  }

  /** Writes to the store that a key opened or closed. */
  publish(name: string, key: BreakerKey): void {
    const id = ["breaker", name];
    key.isShared = false; // until it is written
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
