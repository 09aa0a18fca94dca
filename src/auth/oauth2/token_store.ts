/**
 * Where tokens live: in memory, or in a store that several isolates share.
 *
 * @module
 */

import { delay } from "@std/async/delay";
import { retry } from "@std/async/retry";

/** Tokens, as an authorization server gave them. All of it is secret. */
export interface TokenSet {
  /** What requests carry. */
  readonly accessToken: string;
  /** What gets the next access token. */
  readonly refreshToken?: string;
  /** When the access token expires, in milliseconds since 1970; never when left out. */
  readonly expiresAt?: number;
  /** What was granted, where the server says so. */
  readonly scope?: string;
  /** The OpenID Connect ID token; its claims were checked when it came. */
  readonly idToken?: string;
}

/** Keeps the tokens of one client and one user. */
export interface TokenStore {
  /** The tokens, if there are some. */
  get(): TokenSet | undefined | Promise<TokenSet | undefined>;
  /** Keeps the tokens in the place of what was there. */
  set(tokens: TokenSet): void | Promise<void>;
  /**
   * Runs `action` while nobody else does who shares the store. A store of one process needs none: a
   * scheme does one refresh at a time by itself.
   */
  exclusive?<T>(action: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** Keeps tokens in memory. */
export class MemoryTokenStore implements TokenStore {
  #tokens: TokenSet | undefined;

  get(): TokenSet | undefined {
    return this.#tokens;
  }

  set(tokens: TokenSet): void {
    this.#tokens = tokens;
  }
}

/** What {@linkcode kvTokenStore} needs of a `Deno.Kv`. */
export interface KeyValueStore {
  /** Reads a value with its version. */
  get(key: readonly string[]): Promise<{ readonly value: unknown }>;
  /** Writes a value. */
  set(key: readonly string[], value: unknown): Promise<unknown>;
  /** Begins an operation that happens whole or not at all. */
  atomic(): KeyValueOperation;
}

/** An operation of a {@linkcode KeyValueStore}. */
export interface KeyValueOperation {
  /** Makes the operation depend on the version of an entry. */
  check(entry: { readonly key: readonly string[]; readonly versionstamp: string | null }): this;
  /** Writes a value that may be dropped after `expireIn` milliseconds. */
  set(key: readonly string[], value: unknown, options: { readonly expireIn: number }): this;
  /** Removes an entry. */
  delete(key: readonly string[]): this;
  /** Carries the operation out. */
  commit(): Promise<{ readonly ok: boolean; readonly versionstamp?: string }>;
}

/** How long a refresh may hold the lock: as long as an attempt may take. */
const LEASE_MS = 30_000;
const POLL_MS = 50;

/**
 * Writes, again where the file of Deno's own database is just in the hands of another process: the
 * first write of a process then fails, with nothing written, instead of waiting.
 */
function write<T>(operation: () => Promise<T>): Promise<T> {
  return retry(operation, {
    minTimeout: 10,
    isRetriable: (error) => error instanceof Error && error.message === "database is locked",
  });
}

/**
 * Keeps tokens in Deno KV, so that all isolates share one token, and one refresh of it: a lock beside
 * the tokens, which lapses after 30 seconds should its holder be gone.
 *
 * @param kv What `Deno.openKv()` gives.
 * @param key Where the tokens are; one key for each client and user.
 */
export function kvTokenStore(kv: KeyValueStore, key: readonly string[]): TokenStore {
  const lock = [...key, "lock"];
  /** The version of the lock, once it is this caller's. */
  async function acquire(signal: AbortSignal): Promise<string> {
    while (true) {
      signal.throwIfAborted();
      const held = await kv.get(lock) as { value: unknown; versionstamp: string | null };
      // The store drops what expired in its own time, which may be late.
      if (held.versionstamp === null || Number(held.value) < Date.now()) {
        const { ok, versionstamp } = await write(() =>
          kv.atomic()
            .check({ key: lock, versionstamp: held.versionstamp })
            .set(lock, Date.now() + LEASE_MS, { expireIn: LEASE_MS })
            .commit()
        );
        if (ok) return versionstamp!;
      }
      await delay(POLL_MS, { signal });
    }
  }
  return {
    get: async () => (await kv.get(key)).value as TokenSet | undefined ?? undefined,
    set: async (tokens) => {
      await write(() => kv.set(key, tokens));
    },
    async exclusive(action, signal) {
      const versionstamp = await acquire(signal);
      try {
        return await action();
      } finally {
        // Refused when the lease lapsed and another holds the lock now, as it should be.
        await write(() => kv.atomic().check({ key: lock, versionstamp }).delete(lock).commit());
      }
    },
  };
}
