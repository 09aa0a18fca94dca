/**
 * Adapts a token store for a scheme. Operations that the store cannot do atomically run one at a time in this
 * process.
 *
 * @module
 */

import { abortable } from "@std/async/abortable";
import { VISIBLE_ASCII } from "../../bearer.ts";
import { sameTokens, type TokenSet, type TokenStore } from "./token_store.ts";

/** Runs one action at a time, in the order of arrival. */
class Turnstile {
  #last: Promise<void> = Promise.resolve();

  async run<T>(action: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = before.then(() => promise);
    try {
      await (signal === undefined ? before : abortable(before, signal));
      return await action();
    } finally {
      resolve();
    }
  }
}

/** Queues by store, since several schemes may share one. */
const REFRESHES = new WeakMap<TokenStore, Turnstile>();
const WRITES = new WeakMap<TokenStore, Turnstile>();

function turnstile(of: WeakMap<TokenStore, Turnstile>, store: TokenStore): Turnstile {
  let found = of.get(store);
  if (found === undefined) of.set(store, found = new Turnstile());
  return found;
}

/** Checks tokens, and removes the nulls that databases return for empty columns. */
function checkTokens(given: TokenSet | null | undefined): TokenSet | undefined {
  if (given === undefined || given === null) return undefined;
  const wrong = (name: string, required: string) =>
    new TypeError(
      `Cannot use the tokens of the store: ${name} must be ${required}, as passed to set()`,
    );
  const tokens = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== null && value !== undefined),
  ) as unknown as TokenSet;
  const { accessToken, refreshToken } = tokens;
  if (typeof accessToken !== "string" || !VISIBLE_ASCII.test(accessToken)) {
    throw wrong("accessToken", "visible ASCII characters");
  }
  if (refreshToken !== undefined && (typeof refreshToken !== "string" || refreshToken === "")) {
    throw wrong("refreshToken", "a string that is not empty");
  }
  for (const name of ["issuedAt", "expiresAt"] as const) {
    if (tokens[name] === undefined || Number.isFinite(tokens[name])) continue;
    throw wrong(name, "a number of milliseconds");
  }
  return tokens;
}

/** The tokens of one scheme. */
export class TokenVault {
  readonly #store: TokenStore;

  constructor(store: TokenStore) {
    this.#store = store;
  }

  /**
   * Returns the tokens, if there are any.
   *
   * @throws {TypeError} If they cannot be used.
   */
  async get(): Promise<TokenSet | undefined> {
    return checkTokens(await this.#store.get());
  }

  /** Stores the tokens of a refresh, if the store still has those it started with. */
  async replace(began: TokenSet | undefined, tokens: TokenSet): Promise<boolean> {
    if (this.#store.replace !== undefined) return await this.#store.replace(began, tokens);
    return await turnstile(WRITES, this.#store).run(async () => {
      const isSame = sameTokens(await this.get(), began);
      if (isSame) await this.#store.set(tokens);
      return isSame;
    });
  }

  /**
   * Stores the result of `get`, and overwrites earlier tokens. A concurrent refresh then finds other tokens
   * than it started with. A store that cannot compare uses its lock instead.
   */
  async renewBy(get: () => Promise<TokenSet>, signal: AbortSignal): Promise<TokenSet> {
    const store = this.#store;
    const keep = async () => {
      const tokens = await get();
      await turnstile(WRITES, store).run(async () => await store.set(tokens));
      return tokens;
    };
    return store.replace === undefined && store.exclusive !== undefined
      ? await store.exclusive(keep, signal)
      : await keep();
  }

  /** Runs a refresh under the lock. `isAlone` checks the lock again. */
  async exclusive<T>(
    action: (isAlone: () => Promise<boolean>) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const sure = () => Promise.resolve(true);
    if (this.#store.exclusive === undefined) {
      return await turnstile(REFRESHES, this.#store).run(() => action(sure), signal);
    }
    return await this.#store.exclusive((isAlone = sure) => action(isAlone), signal);
  }
}
