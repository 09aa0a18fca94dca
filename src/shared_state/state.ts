/**
 * The interface of a shared state: values that several clients, isolates or processes share.
 *
 * @module
 */

import { duration, type OptionTable } from "../options/checks.ts";
import type { Duration } from "../options/duration.ts";
import { readOptions } from "../options/read_options.ts";

/** The name of a value: a string, or a list of parts that begins with those of its group. */
export type StateKey = string | readonly string[];

/** A value and its version. */
export interface StateEntry {
  /** The value. Do not change it: a store in memory returns the value itself. */
  readonly value: unknown;
  /** The version; each write makes a new one. Compare it, and nothing else. */
  readonly version: string;
}

/** How long a value is kept. */
export interface ExpiryOptions {
  /** How long the value is kept, in seconds; forever when left out. */
  readonly expireIn?: Duration;
}

/** Values that several clients, isolates or processes share. JSON must be able to hold them. */
export interface SharedState {
  /** Returns the value and its version, or `undefined` if there is none or it has expired. */
  get(key: StateKey): Promise<StateEntry | undefined>;
  /** Writes a value, whatever was there. */
  set(key: StateKey, value: unknown, options?: ExpiryOptions): Promise<void>;
  /**
   * Writes a value if the entry still has the version that was read, and returns the new version.
   * Returns `undefined` and writes nothing if another writer was faster.
   *
   * @param key The name of the value.
   * @param version The version that was read; `undefined` if there must be no value.
   * @param value The new value; `undefined` removes it.
   * @param options How long it is kept.
   */
  compareAndSet(
    key: StateKey,
    version: string | undefined,
    value: unknown,
    options?: ExpiryOptions,
  ): Promise<string | undefined>;
  /**
   * Waits until nobody else holds the lease of that name, and takes it.
   *
   * @param key The name of the lease; it must not be the name of a value.
   * @param options How long it is held without renewal, and a signal that ends the wait.
   */
  lease(key: StateKey, options: LeaseOptions): Promise<Lease>;
}

/** Returns milliseconds since 1970, for expiry. */
export type WallClock = () => number;

const EXPIRY = { expireIn: duration("expireIn") } satisfies OptionTable<ExpiryOptions>;

/**
 * When a value written now expires, in milliseconds since 1970; `undefined` for never.
 *
 * @throws {TypeError | RangeError} If the option cannot be used.
 */
export function expiryOf(options: ExpiryOptions | undefined, now: number): number | undefined {
  if (options === undefined) return undefined;
  const { expireIn } = readOptions("write a shared value", options, EXPIRY);
  return expireIn === undefined ? undefined : now + expireIn;
}

/** The parts of a key. */
export function keyParts(key: StateKey): readonly string[] {
  return typeof key === "string" ? [key] : key;
}

/** Options of a lease. */
export interface LeaseOptions {
  /**
   * How long it is held without renewal, in seconds. The clocks of processes differ: hold it for some
   * seconds longer than needed.
   */
  readonly for: Duration;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

/** The right to do something alone. */
export interface Lease {
  /** The version of the store when the lease was taken; each later holder has a later one. */
  readonly version: string;
  /** Holds it for the same time from now on; returns `false` if it expired and another holder has it. */
  renew(): Promise<boolean>;
  /** Releases it; does nothing if another holder has it. */
  release(): Promise<void>;
}
