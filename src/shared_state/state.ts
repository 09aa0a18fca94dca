/**
 * What a shared state is: values that several clients, isolates or processes have in common.
 *
 * @module
 */

import { duration, type OptionTable } from "../options/checks.ts";
import type { Duration } from "../options/duration.ts";
import { readOptions } from "../options/read_options.ts";

/** The name of a value: a string, or parts of which the first are those of a group. */
export type StateKey = string | readonly string[];

/** A value, and the version that it has in the store. */
export interface StateEntry {
  /** The value. Do not change it: a store in memory gives the value itself. */
  readonly value: unknown;
  /** Another one after each write. Opaque, but for being compared. */
  readonly version: string;
}

/** How long a value is kept. */
export interface ExpiryOptions {
  /** When the value is gone: seconds, or an object with units; never when left out. */
  readonly expireIn?: Duration;
}

/** Values that several clients, isolates or processes share. Values are what JSON can hold. */
export interface SharedState {
  /** Returns the value and its version, or `undefined` if there is none or it has expired. */
  get(key: StateKey): Promise<StateEntry | undefined>;
  /** Writes a value in place of what was there. */
  set(key: StateKey, value: unknown, options?: ExpiryOptions): Promise<void>;
  /**
   * Writes a value if the entry still has the version that was read, and returns the new version;
   * `undefined` if somebody else was faster, and then nothing is written.
   *
   * @param key The name of the value.
   * @param version The version that was read; `undefined` if there must be no value.
   * @param value The new value; `undefined` removes it.
   * @param options When it is gone.
   */
  compareAndSet(
    key: StateKey,
    version: string | undefined,
    value: unknown,
    options?: ExpiryOptions,
  ): Promise<string | undefined>;
  /**
   * Waits until nobody else has the lease of that name, and takes it.
   *
   * @param key The name of the lease; not that of a value.
   * @param options How long it is held without being renewed, and what gives up waiting.
   */
  lease(key: StateKey, options: LeaseOptions): Promise<Lease>;
}

/** Milliseconds since 1970, by the clock that expiry is judged by. */
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

/** How a lease is taken. */
export interface LeaseOptions {
  /**
   * How long it is held unless it is renewed: seconds, or an object with units. The clocks of
   * processes differ: hold it for some seconds longer than needed.
   */
  readonly for: Duration;
  /** Gives up waiting. */
  readonly signal?: AbortSignal;
}

/** The right to do something alone. */
export interface Lease {
  /** The version of the store when the lease was taken: each holder has a later one. */
  readonly version: string;
  /** Holds it for the same time from now on; `false` if it had ended and is somebody else's. */
  renew(): Promise<boolean>;
  /** Gives it back. Does nothing if it is somebody else's. */
  release(): Promise<void>;
}
