/**
 * Where tokens live: in memory, or in a state that several isolates share.
 *
 * @module
 */

import { type KeyValueStore, kvState } from "../../shared_state/kv_state.ts";
import { whileLeased } from "../../shared_state/lease.ts";
import { keyParts, type SharedState, type StateKey } from "../../shared_state/state.ts";

export type { KeyValueOperation, KeyValueStore } from "../../shared_state/kv_state.ts";

/** Tokens, as an authorization server gave them. All of it is secret. */
export interface TokenSet {
  /** What requests carry. */
  readonly accessToken: string;
  /** What gets the next access token. */
  readonly refreshToken?: string;
  /** When the access token was given, in milliseconds since 1970. */
  readonly issuedAt?: number;
  /** When the access token expires, in milliseconds since 1970; never when left out. */
  readonly expiresAt?: number;
  /** What was granted, where the server says so. */
  readonly scope?: string;
  /** The OpenID Connect ID token; its claims were checked when it came. */
  readonly idToken?: string;
}

/**
 * Keeps the tokens of one client and one user. `get` and `set` are enough for one process. A store that
 * several processes share needs `replace` and `exclusive`, or their refreshes undo each other.
 */
export interface TokenStore {
  /** The tokens, if there are some. */
  get(): TokenSet | undefined | Promise<TokenSet | undefined>;
  /** Keeps the tokens in the place of what was there. */
  set(tokens: TokenSet): void | Promise<void>;
  /**
   * Keeps the tokens if the store still has those of `expected`, in one step, and returns whether it
   * did.
   */
  replace?(expected: TokenSet | undefined, tokens: TokenSet): boolean | Promise<boolean>;
  /**
   * Runs `action` while nobody else does who shares the store. A store of one process needs none: a
   * scheme does one refresh at a time by itself. `action` takes up to 30 seconds for its request; what
   * it may be given returns whether it still runs alone, and makes sure of that for 30 seconds more.
   */
  exclusive?<T>(
    action: (isAlone?: () => Promise<boolean>) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T>;
}

/** Whether two are the tokens of one answer of the server. */
export function sameTokens(one: TokenSet | undefined, other: TokenSet | undefined): boolean {
  return one?.accessToken === other?.accessToken && one?.refreshToken === other?.refreshToken;
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

  replace(expected: TokenSet | undefined, tokens: TokenSet): boolean {
    const isSame = sameTokens(this.#tokens, expected);
    if (isSame) this.#tokens = tokens;
    return isSame;
  }
}

/**
 * How long a refresh holds the lock unless it is renewed: the 30 seconds of its request, and 15 for
 * clocks that differ.
 */
const LEASE = { seconds: 45 };

/**
 * Keeps tokens in a shared state, so that all who share it have one token, and one refresh of it: a
 * lease next to the tokens, which ends 45 seconds after its holder is gone.
 *
 * @param state Where the tokens are.
 * @param key Their name; one for each client and user.
 */
export function sharedTokenStore(state: SharedState, key: StateKey): TokenStore {
  const lock = [...keyParts(key), "lock"];
  return {
    get: async () => (await state.get(key))?.value as TokenSet | undefined,
    set: (tokens) => state.set(key, tokens),
    async replace(expected, tokens) {
      const entry = await state.get(key);
      return sameTokens(entry?.value as TokenSet | undefined, expected) &&
        await state.compareAndSet(key, entry?.version, tokens) !== undefined;
    },
    exclusive: (action, signal) =>
      whileLeased(
        state,
        lock,
        { for: LEASE, signal },
        (lease) => action(() => lease.renew()),
      ),
  };
}

/**
 * Keeps tokens in Deno KV, so that all isolates share one token, and one refresh of it.
 *
 * @param kv What `Deno.openKv()` gives.
 * @param key Where the tokens are; one key for each client and user.
 */
export function kvTokenStore(kv: KeyValueStore, key: readonly string[]): TokenStore {
  return sharedTokenStore(kvState(kv), key);
}
