/**
 * The interface of a shared state: values that several clients, isolates or processes share.
 *
 * @module
 */

import { duration, type OptionTable } from "../options/checks.ts";
import type { Duration } from "../options/duration.ts";
import { readOptions } from "../options/read_options.ts";

/** The name of a value: a string, or a list of parts from the general to the specific. */
export type StateKey = string | readonly string[];

/** A value and its version. */
export interface StateEntry {
  /** The value. Do not change it: a store in memory returns the value itself. */
  readonly value: unknown;
  /** The version; each write makes a new one. Compare versions, but do not parse them. */
  readonly version: string;
}

/** How long a value is stored. */
export interface ExpiryOptions {
  /** How long the value is stored, in seconds; without expiry when left out. */
  readonly expireIn?: Duration;
}

/** Values that several clients, isolates or processes share. They must be valid JSON. */
export interface SharedState {
  /** Returns the value and its version, or `undefined` if there is none or it has expired. */
  get(key: StateKey): Promise<StateEntry | undefined>;
  /** Writes a value, and overwrites any previous one. */
  set(key: StateKey, value: unknown, options?: ExpiryOptions): Promise<void>;
  /**
   * Writes a value if the entry still has the version that was read, and returns the new version.
   * Returns `undefined` and writes nothing if another writer was faster.
   *
   * @param key The name of the value.
   * @param version The version that was read; `undefined` if there must be no value.
   * @param value The new value; `undefined` removes the entry.
   * @param options How long the value is stored.
   */
  compareAndSet(
    key: StateKey,
    version: string | undefined,
    value: unknown,
    options?: ExpiryOptions,
  ): Promise<string | undefined>;
  /**
   * Waits until the lease of that name is free, and takes it.
   *
   * @param key The name of the lease; it must not be the name of a value.
   * @param options How long the lease lasts without renewal, and a signal that ends the wait.
   */
  lease(key: StateKey, options: LeaseOptions): Promise<Lease>;
}

/** Returns the time in milliseconds since 1970, for expiry. */
export type WallClock = () => number;

const EXPIRY = { expireIn: duration("expireIn") } satisfies OptionTable<ExpiryOptions>;

/**
 * Returns when a value written at `now` expires, in milliseconds since 1970; `undefined` for never.
 *
 * @throws {TypeError | RangeError} If the option cannot be used.
 */
export function expiryOf(options: ExpiryOptions | undefined, now: number): number | undefined {
  if (options === undefined) return undefined;
  const { expireIn } = readOptions("write a shared value", options, EXPIRY);
  return expireIn === undefined ? undefined : now + expireIn;
}

/** Returns the parts of a key. */
export function keyParts(key: StateKey): readonly string[] {
  return typeof key === "string" ? [key] : key;
}

/** Options of a lease. */
export interface LeaseOptions {
  /**
   * How long the lease lasts without renewal, in seconds. The clocks of processes differ: hold it some
   * seconds longer than needed.
   */
  readonly for: Duration;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

/** The exclusive right to do something for a limited time. */
export interface Lease {
  /** The store's version when the lease was taken; each later holder has a later one. */
  readonly version: string;
  /** Extends the lease by its full time from now; returns `false` if the lease was lost. */
  renew(): Promise<boolean>;
  /** Releases the lease; does nothing if another holder has it. */
  release(): Promise<void>;
}
