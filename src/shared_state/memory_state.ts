/**
 * A shared state in memory: for the clients of one process, and for tests.
 *
 * @module
 */

import { acquireLease } from "./lease.ts";
import {
  expiryOf,
  type ExpiryOptions,
  keyParts,
  type Lease,
  type LeaseOptions,
  type SharedState,
  type StateEntry,
  type StateKey,
  type WallClock,
} from "./state.ts";

interface Held extends StateEntry {
  readonly expiresAt: number;
}

/** After this number of writes, expired entries are removed even if no caller reads them. */
const SWEEP_EVERY = 1024;

/**
 * Returns a shared state in the memory of this process.
 *
 * @param now The clock for expiry; `Date.now` when left out.
 *
 * @example
 * ```ts
 * import { memoryState } from "@codomyrmex/networking/shared-state";
 *
 * const state = memoryState();
 * await state.set("greeting", "hello", { expireIn: 60 });
 * const entry = await state.get("greeting");
 * console.log(entry?.value); // hello
 * console.log(await state.compareAndSet("greeting", "another version", "bye")); // undefined
 * ```
 */
export function memoryState(now: WallClock = () => Date.now()): SharedState {
  return new MemoryState(now);
}

class MemoryState implements SharedState {
  readonly #now: WallClock;
  readonly #entries = new Map<string, Held>();
  #writes = 0;

  constructor(now: WallClock) {
    this.#now = now;
  }

  // deno-lint-ignore require-await -- errors must reject
  async get(key: StateKey): Promise<StateEntry | undefined> {
    const held = this.#get(nameOf(key));
    return held && { value: held.value, version: held.version };
  }

  // deno-lint-ignore require-await -- errors must reject
  async set(key: StateKey, value: unknown, options?: ExpiryOptions): Promise<void> {
    this.#write(nameOf(key), value, options);
  }

  // deno-lint-ignore require-await -- errors must reject
  async compareAndSet(
    key: StateKey,
    version: string | undefined,
    value: unknown,
    options?: ExpiryOptions,
  ): Promise<string | undefined> {
    const name = nameOf(key);
    return this.#get(name)?.version === version ? this.#write(name, value, options) : undefined;
  }

  lease(key: StateKey, options: LeaseOptions): Promise<Lease> {
    return acquireLease(this, key, options);
  }

  #get(name: string): Held | undefined {
    const held = this.#entries.get(name);
    if (held === undefined || this.#now() < held.expiresAt) return held;
    this.#entries.delete(name);
    return undefined;
  }

  #write(name: string, value: unknown, options: ExpiryOptions | undefined): string {
    const expiresAt = expiryOf(options, this.#now()) ?? Infinity;
    const version = String(++this.#writes).padStart(16, "0");
    if (value === undefined) this.#entries.delete(name);
    else this.#entries.set(name, { value, version, expiresAt });
    if (this.#writes % SWEEP_EVERY === 0) this.#sweep();
    return version;
  }

  #sweep(): void {
    const now = this.#now();
    for (const [name, { expiresAt }] of this.#entries) {
      if (expiresAt <= now) this.#entries.delete(name);
    }
  }
}

function nameOf(key: StateKey): string {
  return JSON.stringify(keyParts(key));
}
