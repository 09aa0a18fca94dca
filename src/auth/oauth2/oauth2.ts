/**
 * OAuth 2.0: access tokens that are got, renewed and replaced by themselves.
 *
 * @module
 */

import { NetworkingError } from "../../errors.ts";
import type { ResponseHead } from "../../hooks.ts";
import { SIDE_REQUEST_MS, sideRequest } from "../../http/call/side_request.ts";
import type { HTTPRequest } from "../../http/request/http_request.ts";
import type { AuthContext, AuthScheme } from "../../http/settings/auth_scheme.ts";
import { nativeFetch } from "../../http/transport/fetch_transport.ts";
import type { Transport } from "../../http/transport/transport.ts";
import { describeURL, showOnly } from "../../redact.ts";
import { withHeader } from "../credentials.ts";
import {
  checkExchange,
  checkOptions,
  checkSending,
  leewayMs,
  type OAuth2Options,
} from "./options.ts";
import type { AuthorizationRequest, ExchangeOptions } from "./sign_in.ts";
import { type Job, SingleFlight } from "./single_flight.ts";
import { type Grant, TokenEndpoint } from "./token_endpoint.ts";
import { MemoryTokenStore, sameTokens, type TokenSet } from "./token_store.ts";
import {
  judgeToken,
  lifetimeOf,
  LONGEST_PAUSE_MS,
  nextPause,
  NO_PAUSE,
  type Pause,
  type TokenUse,
} from "./token_use.ts";
import { TokenVault } from "./token_vault.ts";
import { abortable } from "@std/async/abortable";
import { calculatePKCECodeChallenge, generateRandomCodeVerifier } from "oauth4webapi";

/** A scheme that gets its tokens by OAuth 2.0. */
export interface OAuth2Scheme extends AuthScheme {
  /**
   * Begins a sign-in of the user (authorization code with PKCE, RFC 6749 4.1, RFC 7636).
   *
   * @throws {NetworkingError} `auth_failed` if the server's metadata cannot be used, or the code of
   * what failed if it does not come.
   */
  authorizationUrl(
    options?: Pick<ExchangeOptions, "transport" | "signal">,
  ): Promise<AuthorizationRequest>;
  /**
   * Ends it: checks the URL that the user came back to, and gets the tokens.
   *
   * @throws {NetworkingError} `auth_failed` if the user was refused, the URL is not the answer to the
   * request, or the server does not give tokens; the code of what failed if it gives no answer.
   */
  exchange(callbackUrl: string | URL, options?: ExchangeOptions): Promise<TokenSet>;
}

/** How long a sign-in may wait for the server. */
const EXCHANGE_MS = 30_000;

/** How often a refresh may find that others were faster, before it is their failure to agree. */
const MAX_ROUNDS = 5;

/** How long a refresh that was sent may take, and then its store; calls that come later do not wait. */
const FINISH_MS = 2 * SIDE_REQUEST_MS;
const STORE_STUCK = "the store did not take the tokens within 30 s; check that it answers";

/** For a refresh that was sent: only its own clock ends it. */
const { signal: NOBODY } = new AbortController();

/**
 * Sends an access token with every request (RFC 6750), and sees to it that there is one: gets it,
 * renews it before it expires, and once more when the server refuses it. Concurrent calls share one
 * refresh. A 401 after that is the answer.
 *
 * A refresh that fails is the `auth_failed` of all who waited for it, and is tried again by calls
 * from a second later on, at most a minute when it goes on failing.
 *
 * @param options The client, its server, and where the tokens live.
 * @throws {TypeError} If an option is missing, unknown or of the wrong kind.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { oauth2 } from "@codomyrmex/networking/auth/oauth2";
 *
 * const token = { access_token: "t0ken", token_type: "Bearer", expires_in: 300 };
 * const handler = (request: Request) =>
 *   new URL(request.url).pathname === "/token"
 *     ? Response.json(token)
 *     : new Response(request.headers.get("authorization"));
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 * const baseUrl = `http://localhost:${server.addr.port}`;
 *
 * const tokenEndpoint = `${baseUrl}/token`;
 * const auth = oauth2({ tokenEndpoint, clientId: "reports", clientSecret: "s3cret" });
 * await using client = new HTTPClient({ baseUrl, auth });
 * console.log((await client.get("/")).text); // Bearer t0ken
 * ```
 */
export function oauth2(options: OAuth2Options): OAuth2Scheme {
  return new OAuth2(options);
}

class OAuth2 implements OAuth2Scheme {
  static {
    showOnly(this, "oauth2", ({ name, origins }) => ({ name, ...(origins && { origins }) }));
  }

  readonly name = "Bearer";
  readonly origins: readonly string[] | undefined;
  readonly allowClearText: boolean;
  readonly #registration: OAuth2Options;
  readonly #leewayMs: number;
  readonly #vault: TokenVault;
  readonly #endpoint: TokenEndpoint;
  readonly #refreshes = new SingleFlight<TokenSet>();
  /** A refresh that failed, and how long it is not tried again. */
  #failure: (Pause & { readonly error: NetworkingError }) | undefined;
  /** After a renewed token that was refused as well. */
  #refusal = NO_PAUSE;
  /** What a refused token was replaced with, until it is known whether that helped. */
  #replacement: { readonly token: string; readonly at: number } | undefined;
  /** The tokens that were given last, for stores that do not keep when that was. */
  #given: TokenSet | undefined;
  /** What a refresh brought and the store did not take. */
  #unsaved: { readonly began: TokenSet | undefined; readonly tokens: TokenSet } | undefined;
  #request: AuthorizationRequest | undefined;

  constructor(options: OAuth2Options) {
    const own = checkOptions(options);
    this.origins = own.origins;
    this.allowClearText = own.allowClearText === true;
    this.#registration = own;
    this.#leewayMs = leewayMs(own.leeway);
    this.#vault = new TokenVault(own.store ?? new MemoryTokenStore());
    this.#endpoint = new TokenEndpoint(own);
  }

  async *authenticate(
    request: HTTPRequest,
    context: AuthContext,
  ): AsyncGenerator<HTTPRequest, void, ResponseHead> {
    const token = await this.#token(context);
    const answer = yield withHeader(request, "authorization", `Bearer ${token}`);
    if (answer.statusCode !== 401) return;
    // A handshake does not tell what became of the token that it was given the last time.
    const { token: replaced, at } = this.#replacement ?? {};
    if (token === replaced && Date.now() < at! + LONGEST_PAUSE_MS) this.#noteRefused();
    const tokens = await this.#vault.get();
    const use = this.#judge(tokens, token);
    if (use === "leave" || (use === "renew" && this.#nextGrant(tokens) === undefined)) return;
    const other = await this.#token(context, token);
    this.#replacement = { token: other, at: Date.now() };
    const second = yield withHeader(request, "authorization", `Bearer ${other}`);
    if (second.statusCode === 401) return this.#noteRefused();
    this.#refusal = NO_PAUSE;
    this.#replacement = undefined;
  }

  /** A token that replaced a refused one was refused, too. */
  #noteRefused(): void {
    this.#replacement = undefined;
    // Calls that ran at the same time found the same: that counts once.
    if (Date.now() < this.#refusal.until) return;
    this.#refusal = nextPause(this.#refusal, Date.now());
  }

  async authorizationUrl(
    given?: Pick<ExchangeOptions, "transport" | "signal">,
  ): Promise<AuthorizationRequest> {
    const options = checkSending(given);
    const { clientId, redirectUri, scope, parameters } = this.#user("make an authorization URL");
    const url = await within(options, (context) => this.#endpoint.authorizationEndpoint(context));
    const codeVerifier = generateRandomCodeVerifier();
    const state = generateRandomCodeVerifier();
    const query = {
      ...parameters,
      "response_type": "code",
      "client_id": clientId,
      "redirect_uri": redirectUri!,
      ...(scope !== undefined && { scope }),
      state,
      "code_challenge": await calculatePKCECodeChallenge(codeVerifier),
      "code_challenge_method": "S256",
    };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return this.#request = { url: url.href, state, codeVerifier };
  }

  async exchange(callbackUrl: string | URL, given?: ExchangeOptions): Promise<TokenSet> {
    this.#user("exchange a callback");
    const options = checkExchange(given);
    const { state, codeVerifier } = options.request ?? this.#request ?? {};
    if (state === undefined || codeVerifier === undefined) {
      throw new TypeError(
        "Cannot exchange a callback: nothing was asked for; call authorizationUrl() first, or give " +
          "what it gave as request",
      );
    }
    if (!URL.canParse(callbackUrl)) {
      throw new TypeError("Cannot exchange a callback: it must be a whole URL");
    }
    const callback = new URL(callbackUrl);
    const grant: Grant = { type: "authorization_code", callback, state, codeVerifier };
    return await within(options, async (context) => {
      await this.#endpoint.prepare(context);
      const tokens = await this.#vault.renewBy(async () => {
        const given = await this.#endpoint.request(grant, context);
        if (this.#request?.state === state) this.#request = undefined; // a code is good for once
        return given;
      }, context.signal);
      this.#given = tokens;
      this.#failure = this.#unsaved = undefined;
      this.#refusal = NO_PAUSE;
      return tokens;
    });
  }

  /** The registration, where it is for users. */
  #user(action: string): OAuth2Options {
    if (this.#registration.redirectUri !== undefined) return this.#registration;
    throw new TypeError(`Cannot ${action}: give oauth2() the redirectUri that is registered`);
  }

  /** An access token that has not expired, and is not the one that was refused. */
  async #token(context: AuthContext, refused?: string): Promise<string> {
    const held = await this.#vault.get();
    if (held !== undefined && this.#judge(held, refused) === "use") return held.accessToken;
    let isMine = false;
    const renew: Job<TokenSet> = (signal, commit) => {
      isMine = true;
      return this.#renew({ signal, commit }, context, refused);
    };
    try {
      const { accessToken } = await this.#refreshes.run(context.signal, renew);
      if (isMine || accessToken !== refused) return accessToken;
      // The refresh of another call brought what was refused meanwhile.
      return (await this.#refreshes.run(context.signal, renew)).accessToken;
    } catch (thrown) {
      throw thrown instanceof NetworkingError ? copyOf(thrown) : thrown;
    }
  }

  #judge(tokens: TokenSet | undefined, refused: string | undefined): TokenUse {
    const given = this.#given;
    const isLast = given !== undefined && given.accessToken === tokens?.accessToken;
    return judgeToken(tokens, {
      now: Date.now(),
      leewayMs: this.#leewayMs,
      lifetimeMs: isLast ? lifetimeOf(given) : undefined,
      refused,
      pausedUntil: this.#refusal.until,
    });
  }

  /** The one owner of a refresh, from the request to the store. */
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
    // Another isolate, or the flight before, may have been here.
    const began = await this.#vault.get();
    if (began !== undefined && this.#judge(began, refused) === "use") return began;
    const grant = this.#nextGrant(began);
    let given: TokenSet;
    try {
      if (grant === undefined) throw this.#signedOut();
      const { fetch } = context;
      await this.#endpoint.prepare({ fetch, signal });
      if (grant.type === "refresh_token") {
        if (!await isAlone()) return undefined;
        commit(); // the server uses the token up: what it answers must be stored
      }
      const until = grant.type === "refresh_token" ? NOBODY : signal;
      given = await this.#endpoint.request(grant, { fetch, signal: until });
    } catch (thrown) {
      if (!(thrown instanceof NetworkingError) || thrown.code === "closed") throw thrown;
      // Somebody signed in meanwhile: it is not their failure.
      if (!sameTokens(await this.#vault.get(), began)) return undefined;
      this.#failure = { ...nextPause(this.#failure ?? NO_PAUSE, Date.now()), error: thrown };
      throw thrown;
    }
    const tokens = grant.type === "refresh_token"
      ? { refreshToken: grant.refreshToken, ...given } // RFC 6749 6: a new one is optional
      : given;
    this.#given = tokens;
    this.#unsaved = { began, tokens };
    return await this.#saveUnsaved() ? tokens : undefined;
  }

  /** Stores what a refresh brought, unless somebody else was faster; says whether it did. */
  async #saveUnsaved(): Promise<boolean> {
    const unsaved = this.#unsaved;
    if (unsaved === undefined) return false;
    const isSaved = await this.#vault.replace(unsaved.began, unsaved.tokens);
    if (this.#unsaved === unsaved) this.#unsaved = undefined;
    return isSaved;
  }

  /** How the next access token can be had, if at all. */
  #nextGrant(held: TokenSet | undefined): Grant | undefined {
    const { redirectUri, refreshToken: first } = this.#registration;
    if (redirectUri === undefined && first === undefined) return { type: "client_credentials" };
    // Where users sign in, those in the store may be another's than the first.
    const isFirst = held === undefined || redirectUri === undefined;
    const refreshToken = held?.refreshToken ?? (isFirst ? first : undefined);
    return refreshToken === undefined ? undefined : { type: "refresh_token", refreshToken };
  }

  #signedOut(): NetworkingError {
    return this.#cannot(
      "there is no refresh token; send the user to the url of authorizationUrl(), and give " +
        "exchange() the URL they come back to",
    );
  }

  #cannot(why: string): NetworkingError {
    const { tokenEndpoint, issuer } = this.#registration;
    const url = tokenEndpoint ?? issuer!;
    return new NetworkingError(
      "auth_failed",
      `Cannot get an access token from ${describeURL(url)}: ${why}`,
      { method: "POST", url },
    );
  }
}

/** What one round of a refresh is given. */
interface Round {
  readonly signal: AbortSignal;
  readonly context: AuthContext;
  readonly refused: string | undefined;
  /** From here on it is finished, whoever leaves. */
  readonly commit: () => void;
  readonly isAlone: () => Promise<boolean>;
}

/** The failure of a refresh for one of the calls that waited: each has its own attempts. */
function copyOf({ code, message, method, url, cause }: NetworkingError): NetworkingError {
  const facts = { ...(method !== undefined && { method }), ...(url !== undefined && { url }) };
  return new NetworkingError(code, message, {
    ...facts,
    ...(cause !== undefined && { cause }),
  });
}

/** Runs `action` outside of a client's call, with a clock of its own. */
async function within<T>(
  { transport = nativeFetch, signal }: Pick<ExchangeOptions, "transport" | "signal">,
  action: (context: AuthContext) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const give = () => controller.abort(signal?.reason);
  const timer = setTimeout(() => controller.abort(tooLate()), EXCHANGE_MS);
  signal?.addEventListener("abort", give, { once: true });
  try {
    signal?.throwIfAborted();
    const own = { transport, signal: controller.signal };
    const fetch: Transport = (url, init) => sideRequest(url, init, own);
    // Raced, since a store of the user's may not answer either.
    return await abortable(action({ fetch, signal: own.signal }), own.signal);
  } catch (thrown) {
    // There is no call that it is a part of: a server that cannot be reached is the failure itself.
    const { cause } = thrown instanceof NetworkingError ? thrown : {};
    throw cause instanceof NetworkingError ? cause : thrown;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", give);
  }
}

function tooLate(): NetworkingError {
  return new NetworkingError(
    "auth_failed",
    `Cannot get an access token: the authorization server did not answer within ${
      EXCHANGE_MS / 1000
    } s`,
  );
}
