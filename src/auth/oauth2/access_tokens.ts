/**
 * The access tokens of one registration: which one to send, when to renew it, and what is stored.
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

/** How often other owners of the store may change its tokens during a refresh, before it fails. */
const MAX_ROUNDS = 5;

/** How long a refresh may take once it was sent, its store included; later calls do not wait longer. */
const FINISH_MS = 2 * SIDE_REQUEST_MS;
const STORE_STUCK = "the store did not take the tokens within 30 s; check that it answers";

const REFRESH = "refresh";

/** Whether a refresh failed for all calls that wait. An abort or the caller's code is one call's. */
function isForAll(error: unknown): boolean {
  return error instanceof NetworkingError && error.code !== "closed";
}

/** What one round of a refresh is given. */
interface Round {
  readonly signal: AbortSignal;
  readonly context: AuthContext;
  readonly refused: string | undefined;
  /** Says that the refresh must be finished from here on, even if all callers leave. */
  readonly commit: () => void;
  readonly isAlone: () => Promise<boolean>;
}

/** Gets, keeps and renews the tokens. Concurrent calls share one refresh. */
export class AccessTokens {
  readonly #server: AuthorizationServer;
  readonly #registration: Registration;
  readonly #leewayMs: number;
  readonly #vault: TokenVault;
  readonly #endpoint: TokenEndpoint;
  readonly #refreshes = new SharedFlights<TokenSet>(isForAll);
  /** The refresh that failed last, and until when calls fail with it. */
  #failure: (Pause & { readonly error: NetworkingError }) | undefined;
  /** The key that tokens must be bound to, if they are bound to one. */
  #thumbprint: string | undefined;
  /** How long refused tokens are not renewed, since a renewed one was refused as well. */
  #refusal = NO_PAUSE;
  /** The token that replaced a refused one, until it is known whether the server takes it. */
  #replacement: { readonly token: string; readonly at: number } | undefined;
  /** The newest tokens, for stores that do not keep `issuedAt`. */
  #newest: TokenSet | undefined;
  /** Tokens that a refresh brought, and the store did not take. */
  #unsaved: { readonly began: TokenSet | undefined; readonly tokens: TokenSet } | undefined;

  constructor(server: AuthorizationServer, endpoint: TokenEndpoint) {
    const { registration } = server;
    this.#server = server;
    this.#registration = registration;
    this.#leewayMs = leewayMs(registration.leeway);
    this.#vault = new TokenVault(registration.store ?? memoryTokenStore());
    this.#endpoint = endpoint;
  }

  /** An access token that has not expired, and is not the one that was refused. */
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
      // Another call's refresh brought the token that was refused meanwhile.
      return (await this.#refreshes.run(REFRESH, context.signal, renew)).accessToken;
    } catch (thrown) {
      throw thrown instanceof NetworkingError ? copyOf(thrown) : thrown;
    }
  }

  /**
   * Names whom the tokens stand for: issuer, client and subject. Without an ID token nothing names the
   * user, and each access token is somebody else's. Undefined before the user has signed in.
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

  /** Whether another token may replace this one, which the server just refused. */
  async isReplaceable(refused: string): Promise<boolean> {
    // A WebSocket handshake does not say whether the token that it was given last was accepted.
    const { token, at } = this.#replacement ?? {};
    if (refused === token && Date.now() < at! + LONGEST_PAUSE_MS) this.noteRefused();
    const tokens = await this.#vault.get();
    const use = this.#useOf(tokens, refused);
    return use === "use" || (use === "renew" && this.#nextGrant(tokens) !== undefined);
  }

  /** The token replaces a refused one, and is about to be sent. */
  noteReplacement(token: string): void {
    this.#replacement = { token, at: Date.now() };
  }

  /** The token that replaced a refused one was refused, too. */
  noteRefused(): void {
    this.#replacement = undefined;
    // Calls that ran at the same time find the same: that counts once.
    if (Date.now() < this.#refusal.until) return;
    this.#refusal = nextPause(this.#refusal, Date.now());
  }

  /** The token that replaced a refused one was accepted. */
  noteAccepted(): void {
    this.#refusal = NO_PAUSE;
    this.#replacement = undefined;
  }

  /** Keeps the tokens of a sign-in, in place of all that was known before. */
  async signIn(getTokens: () => Promise<TokenSet>, signal: AbortSignal): Promise<TokenSet> {
    const tokens = await this.#vault.renewBy(getTokens, signal);
    this.#newest = tokens;
    this.#failure = this.#unsaved = undefined;
    this.#refusal = NO_PAUSE;
    return tokens;
  }

  /** Has the tokens ended, and puts some in their place that nothing uses. */
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

  /** A refresh, from the request to the store. */
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
      throw this.#cannot("others who share the store changed its tokens during each refresh");
    } finally {
      clearTimeout(timer);
      end();
    }
  }

  /** One round of a refresh; `undefined` if another one is needed. */
  async #refresh(
    { signal, context, refused, commit, isAlone }: Round,
  ): Promise<TokenSet | undefined> {
    await this.#saveUnsaved();
    // Another isolate, or the flight before, may have renewed them.
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
        commit(); // the server uses the token up, so its answer must be stored
      }
      // Only its own clock ends a refresh that was sent.
      const until = grant.type === "refresh_token" ? new AbortController().signal : signal;
      given = await this.#endpoint.request(grant, { fetch, signal: until });
    } catch (thrown) {
      if (!(thrown instanceof NetworkingError) || thrown.code === "closed") throw thrown;
      // A user signed in meanwhile, whose tokens are not those that failed.
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

  /** Stores what a refresh brought, unless another owner was faster; returns whether it did. */
  async #saveUnsaved(): Promise<boolean> {
    const unsaved = this.#unsaved;
    if (unsaved === undefined) return false;
    const isSaved = await this.#vault.replace(unsaved.began, unsaved.tokens);
    if (this.#unsaved === unsaved) this.#unsaved = undefined;
    return isSaved;
  }

  /** The grant that gets the next access token, if there is one. */
  #nextGrant(held: TokenSet | undefined): Grant | undefined {
    const { owner, redirectUri, grant, refreshToken: first } = this.#registration;
    if (typeof owner === "object") return { type: "other", grant: owner };
    if (owner === "client") return { type: "client_credentials" };
    // Where users sign in, the store may hold the tokens of another user than the first one.
    const isFirst = held === undefined || (redirectUri === undefined && grant === undefined);
    const refreshToken = held?.refreshToken ?? (isFirst ? first : undefined);
    if (refreshToken === undefined) return undefined;
    return { type: "refresh_token", refreshToken, idToken: held?.idToken };
  }

  /** The error of a call that needs a user who is not there. */
  #signedOut(): NetworkingError {
    const how = this.#registration.redirectUri === undefined
      ? "call device()"
      : "send the user to the url of authorizationUrl(), and give exchange() the URL they come back to";
    return this.#cannot(`there is no refresh token; ${how}`);
  }

  #cannot(why: string): NetworkingError {
    const { tokenEndpoint, issuer } = this.#registration;
    return noToken(tokenEndpoint ?? issuer!, why);
  }
}

/** Stands in stores for tokens that were revoked; it has expired. */
const REVOKED = "revoked";

/** The failure of a refresh for one of the calls that waited: each has its own attempts. */
function copyOf({ code, message, method, url, cause }: NetworkingError): NetworkingError {
  return new NetworkingError(code, message, {
    ...(method !== undefined && { method }),
    ...(url !== undefined && { url }),
    ...(cause !== undefined && { cause }),
  });
}
