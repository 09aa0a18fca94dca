/**
 * Stores tokens in memory, or in a state that several isolates share.
 *
 * @module
 */

import { type KeyValueStore, kvState } from "../../../shared_state/kv_state.ts";
import { whileLeased } from "../../../shared_state/lease.ts";
import { keyParts, type SharedState, type StateKey } from "../../../shared_state/state.ts";

export type { KeyValueOperation, KeyValueStore } from "../../../shared_state/kv_state.ts";

/** Tokens that an authorization server issued. All of them are secret. */
export interface TokenSet {
  /** Sent with requests. */
  readonly accessToken: string;
  /** Gets the next access token. */
  readonly refreshToken?: string;
  /** When the access token was issued, in milliseconds since 1970. */
  readonly issuedAt?: number;
  /** When the access token expires, in milliseconds since 1970. Default: never. */
  readonly expiresAt?: number;
  /** The scopes that were granted, if the server names them. */
  readonly scope?: string;
  /** The newest OpenID Connect ID token; its claims were checked on receipt. */
  readonly idToken?: string;
  /** The thumbprint of the key that the access token is bound to (DPoP). It is not secret. */
  readonly keyThumbprint?: string;
}

/**
 * Stores the tokens of one client and one user. `get` and `set` are enough for one process. A store that
 * several processes share needs `replace` and `exclusive`, or their refreshes overwrite each other.
 */
export interface TokenStore {
  /** Returns the tokens, if there are any. */
  get(): TokenSet | undefined | Promise<TokenSet | undefined>;
  /** Replaces the tokens. */
  set(tokens: TokenSet): void | Promise<void>;
  /**
   * Replaces the tokens atomically if the store still has those of `expected`, and returns whether it did.
   */
  replace?(expected: TokenSet | undefined, tokens: TokenSet): boolean | Promise<boolean>;
  /**
   * Runs `action` while no other owner of the store runs one. A store of one process does not need this
   * method: a scheme runs one refresh at a time. The request of `action` takes up to 30 seconds. Its argument
   * returns whether it still has the lock, and extends it by 30 seconds.
   */
  exclusive?<T>(
    action: (isAlone?: () => Promise<boolean>) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T>;
}

/** Whether the server issued both in one response. */
export function sameTokens(one: TokenSet | undefined, other: TokenSet | undefined): boolean {
  return one?.accessToken === other?.accessToken && one?.refreshToken === other?.refreshToken;
}

/** Returns a store in memory. */
export function memoryTokenStore(): TokenStore {
  let tokens: TokenSet | undefined;
  return { get: () => tokens, set: (given) => void (tokens = given) };
}

/**
 * How long a refresh holds the lock without renewing it: 30 seconds for its request, and 15 for different
 * clocks.
 */
const LEASE = { seconds: 45 };

/**
 * Stores tokens in a shared state, so that all its processes share one token and its refresh. A lease next to
 * the tokens ends 45 seconds after its holder is gone.
 *
 * @param state The shared state.
 * @param key The key of the tokens. Use one for each client and user.
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
      whileLeased(state, lock, { for: LEASE, signal }, (lease) => action(() => lease.renew())),
  };
}

/**
 * Stores tokens in Deno KV, so that all isolates share one token and its refresh.
 *
 * @param kv The result of `Deno.openKv()`.
 * @param key The key of the tokens. Use one for each client and user.
 */
export function kvTokenStore(kv: KeyValueStore, key: readonly string[]): TokenStore {
  return sharedTokenStore(kvState(kv), key);
}
