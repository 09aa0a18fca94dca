/**
 * A shared state in Deno KV, or in any store with the same methods.
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
import { retry, RetryError } from "@std/async/retry";

/** The part of a `Deno.Kv` that {@linkcode kvState} uses. */
export interface KeyValueStore {
  /** Reads a value with its version. */
  get(
    key: readonly string[],
  ): Promise<{ readonly value: unknown; readonly versionstamp?: string | null }>;
  /** Writes a value. */
  set(
    key: readonly string[],
    value: unknown,
    options?: { readonly expireIn?: number },
  ): Promise<unknown>;
  /** Starts an atomic operation. */
  atomic(): KeyValueOperation;
}

/** An operation of a {@linkcode KeyValueStore}. */
export interface KeyValueOperation {
  /** Makes the operation depend on the version of an entry. */
  check(entry: { readonly key: readonly string[]; readonly versionstamp: string | null }): this;
  /** Writes a value that may be dropped after `expireIn` milliseconds. */
  set(
    key: readonly string[],
    value: unknown,
    options?: { readonly expireIn?: number },
  ): this;
  /** Removes an entry. */
  delete(key: readonly string[]): this;
  /** Executes the operation. */
  commit(): Promise<{ readonly ok: boolean; readonly versionstamp?: string }>;
}

/**
 * Wraps a value that expires, since the store may drop it late. Also wraps null, and a value that looks
 * like a wrapped one. All others are stored unchanged.
 */
interface Envelope {
  readonly $shared: unknown;
  readonly expiresAt?: number;
}

/** The result of a read. */
interface Stored {
  readonly entry: StateEntry | undefined;
  /** The version of the stored value, even if it has expired. */
  readonly versionstamp: string | null;
}

/**
 * Returns a shared state in Deno KV.
 *
 * @param kv The result of `Deno.openKv()`.
 * @param now The clock for expiry; `Date.now` when left out.
 *
 * @example
 * ```ts ignore
 * import { kvState } from "@codomyrmex/networking/shared-state";
 *
 * const state = kvState(await Deno.openKv());
 * const lease = await state.lease("nightly", { for: 60 });
 * await lease.release();
 * ```
 */
export function kvState(kv: KeyValueStore, now: WallClock = () => Date.now()): SharedState {
  return new KVState(kv, now);
}

class KVState implements SharedState {
  readonly #kv: KeyValueStore;
  readonly #now: WallClock;

  constructor(kv: KeyValueStore, now: WallClock) {
    this.#kv = kv;
    this.#now = now;
  }

  async get(key: StateKey): Promise<StateEntry | undefined> {
    return (await this.#read(keyParts(key))).entry;
  }

  async set(key: StateKey, value: unknown, options?: ExpiryOptions): Promise<void> {
    const { stored, expiry } = this.#toStored(value, options);
    await write(() =>
      stored === undefined
        ? this.#kv.atomic().delete(keyParts(key)).commit()
        : this.#kv.set(keyParts(key), stored, ...expiry)
    );
  }

  async compareAndSet(
    key: StateKey,
    version: string | undefined,
    value: unknown,
    options?: ExpiryOptions,
  ): Promise<string | undefined> {
    const parts = keyParts(key);
    const { stored, expiry } = this.#toStored(value, options);
    let versionstamp: string | null = version ?? null;
    if (version === undefined) {
      // An expired value that the store has not dropped yet counts as absent.
      const found = await this.#read(parts);
      if (found.entry !== undefined && found.versionstamp !== null) return undefined;
      versionstamp = found.versionstamp;
    }
    const { ok, versionstamp: written } = await write(() => {
      const operation = this.#kv.atomic().check({ key: parts, versionstamp });
      const change = stored === undefined
        ? operation.delete(parts)
        : operation.set(parts, stored, ...expiry);
      return change.commit();
    });
    return ok ? written : undefined;
  }

  lease(key: StateKey, options: LeaseOptions): Promise<Lease> {
    return acquireLease(this, key, options);
  }

  async #read(parts: readonly string[]): Promise<Stored> {
    const { value, versionstamp = null } = await this.#kv.get(parts);
    if (value === null || value === undefined) return { entry: undefined, versionstamp };
    const version = versionstamp ?? "";
    if (!isEnvelope(value)) return { entry: { value, version }, versionstamp };
    const { $shared, expiresAt = Infinity } = value;
    const entry = this.#now() < expiresAt ? { value: $shared, version } : undefined;
    return { entry, versionstamp };
  }

  #toStored(
    value: unknown,
    options: ExpiryOptions | undefined,
  ): { readonly stored: unknown; readonly expiry: [] | [{ readonly expireIn: number }] } {
    const now = this.#now();
    const expiresAt = expiryOf(options, now);
    if (value === undefined) return { stored: undefined, expiry: [] };
    if (expiresAt !== undefined) {
      return { stored: { $shared: value, expiresAt }, expiry: [{ expireIn: expiresAt - now }] };
    }
    return { stored: value === null || isEnvelope(value) ? { $shared: value } : value, expiry: [] };
  }
}

function isEnvelope(value: unknown): value is Envelope {
  return typeof value === "object" && value !== null && Object.hasOwn(value, "$shared");
}

/**
 * Writes, and retries if another process is writing to Deno's database file: the first write of a
 * process then fails instead of waiting, and writes nothing.
 */
async function write<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await retry(operation, {
      maxAttempts: 8,
      minTimeout: 10,
      isRetriable: (error) => error instanceof Error && error.message === "database is locked",
    });
  } catch (error) {
    throw error instanceof RetryError ? error.cause : error;
  }
}
