/**
 * The access tokens of one registration: which one to send, when to refresh it, and what to store.
 *
 * @module
 */

import { abortable } from "@std/async/abortable";
import { NetworkingError } from "../../errors.ts";
import { SIDE_REQUEST_MS } from "../../http/call/side_request.ts";
import type { AuthContext } from "../../http/settings/auth_scheme.ts";
import { type Job, SharedFlights } from "../../http/sharing/shared_flights.ts";
import { noToken } from "./grants/no_token.ts";
import type { AuthorizationServer } from "./server/authorization_server.ts";
import { leewayMs, type Registration } from "./server/check_options.ts";
import { type Grant, subjectOf, type TokenEndpoint } from "./server/token_endpoint.ts";
import { memoryTokenStore, sameTokens, type TokenSet } from "./store/token_store.ts";
import {
  lifetimeOf,
  LONGEST_PAUSE_MS,
  nextPause,
  NO_PAUSE,
  type Pause,
  type TokenUse,
  tokenUse,
} from "./store/token_use.ts";
import { TokenVault } from "./store/token_vault.ts";

/** How often others may change the stored tokens during a refresh, before it fails. */
const MAX_ROUNDS = 5;

/** The time limit of a sent refresh, with its store. Later calls do not wait longer. */
const FINISH_MS = 2 * SIDE_REQUEST_MS;
const STORE_STUCK = "the store did not save the tokens within 30 s; check that it works";

const REFRESH = "refresh";

/**
 * Whether a refresh failed for all waiting calls. An abort or an error of the caller's code fails one call.
 */
function isForAll(error: unknown): boolean {
  return error instanceof NetworkingError && error.code !== "closed";
}

/** The arguments of one round of a refresh. */
interface Round {
  readonly signal: AbortSignal;
  readonly context: AuthContext;
  readonly refused: string | undefined;
  /** Marks the refresh as one to finish, even if all callers leave. */
  readonly commit: () => void;
  readonly isAlone: () => Promise<boolean>;
}

/** Gets, stores and refreshes the tokens. Concurrent calls share one refresh. */
export class AccessTokens {
  readonly #server: AuthorizationServer;
  readonly #registration: Registration;
  readonly #leewayMs: number;
  readonly #vault: TokenVault;
  readonly #endpoint: TokenEndpoint;
  readonly #refreshes = new SharedFlights<TokenSet>(isForAll);
  /** The last failure of a refresh, and until when calls fail with it. */
  #failure: (Pause & { readonly error: NetworkingError }) | undefined;
  /** The thumbprint of the key that tokens must be bound to, if any. */
  #thumbprint: string | undefined;
  /** How long refused tokens are not refreshed, since a new one was refused too. */
  #refusal = NO_PAUSE;
  /** The token that replaced a refused one, until the server accepts or refuses it. */
  #replacement: { readonly token: string; readonly at: number } | undefined;
  /** The newest tokens, for stores that do not keep `issuedAt`. */
  #newest: TokenSet | undefined;
  /** Tokens of a refresh that the store did not save. */
  #unsaved: { readonly began: TokenSet | undefined; readonly tokens: TokenSet } | undefined;

  constructor(server: AuthorizationServer, endpoint: TokenEndpoint) {
    const { registration } = server;
    this.#server = server;
    this.#registration = registration;
    this.#leewayMs = leewayMs(registration.leeway);
    this.#vault = new TokenVault(registration.store ?? memoryTokenStore());
    this.#endpoint = endpoint;
  }

  /** Returns an access token that has not expired and is not `refused`. */
  async get(context: AuthContext, refused?: string): Promise<string> {
    if (this.#registration.dpop) {
      this.#thumbprint ??= await (await this.#server.prover())!.thumbprint();
    }
    const held = await this.#vault.get();
    if (held !== undefined && this.#useOf(held, refused) === "use") return held.accessToken;
    let isMine = false;
    const renew: Job<TokenSet> = (signal, commit) => {
      isMine = true;
      return this.#renew({ signal, commit }, context, refused);
    };
    try {
      const { accessToken } = await this.#refreshes.run(REFRESH, context.signal, renew);
      if (isMine || accessToken !== refused) return accessToken;
      // Another call's refresh returned the token that was refused meanwhile.
      return (await this.#refreshes.run(REFRESH, context.signal, renew)).accessToken;
    } catch (thrown) {
      throw thrown instanceof NetworkingError ? copyOf(thrown) : thrown;
    }
  }

  /**
   * Returns a name for the owner of the tokens: issuer, client and subject. Without an ID token the user is
   * unknown, so each access token counts as another owner. Undefined before the user has signed in.
   */
  async partition(): Promise<string | undefined> {
    const { issuer, tokenEndpoint, clientId, scope, parameters } = this.#registration;
    const { owner, resource } = this.#registration;
    const grant = typeof owner === "object" ? owner.partition : undefined;
    const names = [issuer ?? tokenEndpoint, clientId, scope, parameters, resource, grant];
    if (owner === "client" || grant !== undefined) return JSON.stringify(names);
    const tokens = await this.#vault.get();
    if (tokens === undefined) return undefined;
    const subject = tokens.idToken === undefined ? undefined : subjectOf(tokens.idToken);
    return JSON.stringify([...names, subject ?? [tokens.accessToken]]);
  }

  /** Whether another token may replace this one, which the server has just refused. */
  async isReplaceable(refused: string): Promise<boolean> {
    // A WebSocket handshake does not show whether its last token was accepted.
    const { token, at } = this.#replacement ?? {};
    if (refused === token && Date.now() < at! + LONGEST_PAUSE_MS) this.noteRefused();
    const tokens = await this.#vault.get();
    const use = this.#useOf(tokens, refused);
    return use === "use" || (use === "renew" && this.#nextGrant(tokens) !== undefined);
  }

  /** Notes that the token replaces a refused one, and is about to be sent. */
  noteReplacement(token: string): void {
    this.#replacement = { token, at: Date.now() };
  }

  /** Notes that the replacement of a refused token was refused too. */
  noteRefused(): void {
    this.#replacement = undefined;
    // Concurrent calls note the same refusal, which counts once.
    if (Date.now() < this.#refusal.until) return;
    this.#refusal = nextPause(this.#refusal, Date.now());
  }

  /** Notes that the replacement of a refused token was accepted. */
  noteAccepted(): void {
    this.#refusal = NO_PAUSE;
    this.#replacement = undefined;
  }

  /** Stores the tokens of a sign-in, and drops all earlier state. */
  async signIn(getTokens: () => Promise<TokenSet>, signal: AbortSignal): Promise<TokenSet> {
    const tokens = await this.#vault.renewBy(getTokens, signal);
    this.#newest = tokens;
    this.#failure = this.#unsaved = undefined;
    this.#refusal = NO_PAUSE;
    return tokens;
  }

  /** Revokes the tokens with `end`, and stores unusable ones in their place. */
  async revoke(end: (tokens: TokenSet) => Promise<void>, signal: AbortSignal): Promise<void> {
    await this.#saveUnsaved();
    await this.#vault.exclusive(async () => {
      const tokens = await this.#vault.get();
      if (tokens === undefined || tokens.accessToken === REVOKED) return;
      await end(tokens);
      await this.#vault.replace(tokens, { accessToken: REVOKED, issuedAt: 0, expiresAt: 0 });
      this.#newest = undefined;
    }, signal);
  }

  #useOf(tokens: TokenSet | undefined, refused: string | undefined): TokenUse {
    const newest = this.#newest;
    const isNewest = newest !== undefined && newest.accessToken === tokens?.accessToken;
    return tokenUse(tokens, {
      now: Date.now(),
      leewayMs: this.#leewayMs,
      lifetimeMs: isNewest ? lifetimeOf(newest) : undefined,
      isOfOtherKey: this.#thumbprint !== undefined &&
        this.#thumbprint !==
          (tokens?.keyThumbprint ?? (isNewest ? newest.keyThumbprint : undefined)),
      refused,
      pausedUntil: this.#refusal.until,
    });
  }

  /** Refreshes the tokens, from the request to the store. */
  async #renew(
    job: { readonly signal: AbortSignal; readonly commit: () => void },
    context: AuthContext,
    refused: string | undefined,
  ): Promise<TokenSet> {
    if (this.#failure !== undefined && Date.now() < this.#failure.until) throw this.#failure.error;
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    const late = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const commit = () => {
      job.commit();
      context.unfinished?.(over);
      timer ??= setTimeout(() => late.abort(this.#cannot(STORE_STUCK)), FINISH_MS);
    };
    try {
      for (let round = 1; round <= MAX_ROUNDS; round++) {
        const { signal } = job;
        const refresh = this.#vault.exclusive(
          (isAlone) => this.#refresh({ signal, context, refused, commit, isAlone }),
          signal,
        );
        const tokens = await abortable(refresh, late.signal);
        if (tokens === undefined) continue;
        this.#failure = undefined;
        return tokens;
      }
      throw this.#cannot("other processes changed the tokens of the store during each refresh");
    } finally {
      clearTimeout(timer);
      end();
    }
  }

  /** Runs one round of a refresh. Returns `undefined` if another one is needed. */
  async #refresh(
    { signal, context, refused, commit, isAlone }: Round,
  ): Promise<TokenSet | undefined> {
    await this.#saveUnsaved();
    // Another isolate, or the previous refresh, may have renewed them.
    const began = await this.#vault.get();
    if (began !== undefined && this.#useOf(began, refused) === "use") return began;
    const grant = this.#nextGrant(began);
    let given: TokenSet;
    try {
      if (grant === undefined) throw this.#signedOut();
      const { fetch } = context;
      await this.#endpoint.prepare({ fetch, signal });
      if (grant.type === "refresh_token") {
        if (!await isAlone()) return undefined;
        commit(); // the server invalidates the token, so its response must be stored
      }
      // A sent refresh is ended only by its own time limit.
      const until = grant.type === "refresh_token" ? new AbortController().signal : signal;
      given = await this.#endpoint.request(grant, { fetch, signal: until });
    } catch (thrown) {
      if (!(thrown instanceof NetworkingError) || thrown.code === "closed") throw thrown;
      // A user signed in meanwhile, so the failed tokens are no longer in use.
      if (!sameTokens(await this.#vault.get(), began)) return undefined;
      this.#failure = { ...nextPause(this.#failure ?? NO_PAUSE, Date.now()), error: thrown };
      throw thrown;
    }
    // RFC 6749 6, OpenID Connect Core 12.2: a new refresh token and a new ID token are optional.
    const { refreshToken, idToken } = grant.type === "refresh_token" ? grant : {};
    const tokens: TokenSet = {
      ...(refreshToken !== undefined && { refreshToken }),
      ...(idToken !== undefined && { idToken }),
      ...given,
    };
    this.#newest = tokens;
    this.#unsaved = { began, tokens };
    return await this.#saveUnsaved() ? tokens : undefined;
  }

  /** Stores the tokens of a refresh, unless another owner was faster. Returns whether it did. */
  async #saveUnsaved(): Promise<boolean> {
    const unsaved = this.#unsaved;
    if (unsaved === undefined) return false;
    const isSaved = await this.#vault.replace(unsaved.began, unsaved.tokens);
    if (this.#unsaved === unsaved) this.#unsaved = undefined;
    return isSaved;
  }

  /** Returns the grant for the next access token, if there is one. */
  #nextGrant(held: TokenSet | undefined): Grant | undefined {
    const { owner, redirectUri, grant, refreshToken: first } = this.#registration;
    if (typeof owner === "object") return { type: "other", grant: owner };
    if (owner === "client") return { type: "client_credentials" };
    // With sign-ins, the stored tokens may be of another user than the configured refresh token.
    const isFirst = held === undefined || (redirectUri === undefined && grant === undefined);
    const refreshToken = held?.refreshToken ?? (isFirst ? first : undefined);
    if (refreshToken === undefined) return undefined;
    return { type: "refresh_token", refreshToken, idToken: held?.idToken };
  }

  /** Returns the error of a call for which the user has to sign in. */
  #signedOut(): NetworkingError {
    const how = this.#registration.redirectUri === undefined
      ? "call device()"
      : "send the user to the url of authorizationUrl(), and pass the callback URL to exchange()";
    return this.#cannot(`there is no refresh token; ${how}`);
  }

  #cannot(why: string): NetworkingError {
    const { tokenEndpoint, issuer } = this.#registration;
    return noToken(tokenEndpoint ?? issuer!, why);
  }
}

/** The stored value in place of revoked tokens; it is expired. */
const REVOKED = "revoked";

/** Returns a copy of a refresh's failure for one waiting call, since each has its own attempts. */
function copyOf({ code, message, method, url, cause }: NetworkingError): NetworkingError {
  return new NetworkingError(code, message, {
    ...(method !== undefined && { method }),
    ...(url !== undefined && { url }),
    ...(cause !== undefined && { cause }),
  });
}
