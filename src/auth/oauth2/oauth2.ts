/**
 * OAuth 2.0: access tokens that are got, renewed and replaced by themselves.
 *
 * @module
 */

import { calculatePKCECodeChallenge, generateRandomCodeVerifier } from "oauth4webapi";
import { NetworkingError } from "../../errors.ts";
import type { ResponseHead } from "../../hooks.ts";
import { nativeFetch } from "../../http/fetch_transport.ts";
import type { Transport } from "../../http/middleware.ts";
import type { HTTPRequest } from "../../http/request.ts";
import { sideRequest } from "../../http/side_request.ts";
import { describeURL, showOnly } from "../../redact.ts";
import { VISIBLE_ASCII } from "../bearer.ts";
import { withHeader } from "../credentials.ts";
import type { AuthContext, AuthScheme } from "../scheme.ts";
import {
  checkExchange,
  checkOptions,
  checkSending,
  leewayMs,
  type OAuth2Options,
} from "./options.ts";
import { SingleFlight } from "./single_flight.ts";
import { type Grant, type Registration, TokenEndpoint } from "./token_endpoint.ts";
import { MemoryTokenStore, type TokenSet, type TokenStore } from "./token_store.ts";

/** What a user is sent to sign in with, and what the way back is checked by. */
export interface AuthorizationRequest {
  /** Where the user is to be sent. */
  readonly url: string;
  /** Comes back in the callback, and tells it from one that somebody else made. */
  readonly state: string;
  /** Proves to the server that the callback is brought by who began (PKCE, RFC 7636). Secret. */
  readonly codeVerifier: string;
}

/** What an exchange outside of a client's calls can be given. */
export interface ExchangeOptions {
  /** What {@linkcode OAuth2Scheme.authorizationUrl} gave, where another scheme or process did. */
  readonly request?: Pick<AuthorizationRequest, "state" | "codeVerifier">;
  /** What sends; `fetch` when left out. */
  readonly transport?: Transport;
  /** Gives up. */
  readonly signal?: AbortSignal;
}

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

/** How long a refresh that failed is not tried again: doubles up to a minute. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/** How long a sign-in may wait for the server. */
const EXCHANGE_MS = 30_000;

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
  readonly #registration: Registration;
  readonly #refreshToken: string | undefined;
  readonly #leewayMs: number;
  readonly #store: TokenStore;
  readonly #endpoint: TokenEndpoint;
  readonly #refreshes = new SingleFlight<TokenSet>();
  #failure:
    | { readonly error: NetworkingError; readonly until: number; readonly pauseMs: number }
    | undefined;
  #request: AuthorizationRequest | undefined;

  constructor(options: OAuth2Options) {
    const own = checkOptions(options);
    this.origins = own.origins;
    this.allowClearText = own.allowClearText === true;
    this.#registration = own;
    this.#refreshToken = own.refreshToken;
    this.#leewayMs = leewayMs(own.leeway);
    this.#store = own.store ?? new MemoryTokenStore();
    this.#endpoint = new TokenEndpoint(own);
  }

  async *authenticate(
    request: HTTPRequest,
    context: AuthContext,
  ): AsyncGenerator<HTTPRequest, void, ResponseHead> {
    const token = await this.#token(context);
    const answer = yield withHeader(request, "authorization", `Bearer ${token}`);
    if (answer.statusCode !== 401 || await this.#nextGrant() === undefined) return;
    const other = await this.#token(context, token);
    yield withHeader(request, "authorization", `Bearer ${other}`);
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
    const tokens = await within(options, (context) => this.#endpoint.request(grant, context));
    this.#request = undefined; // a code is good for once
    this.#failure = undefined;
    await this.#store.set(tokens);
    return tokens;
  }

  /** The registration, where it is for users. */
  #user(action: string): Registration {
    if (this.#registration.redirectUri !== undefined) return this.#registration;
    throw new TypeError(`Cannot ${action}: give oauth2() the redirectUri that is registered`);
  }

  /** An access token that has not expired, and is not the one that was refused. */
  async #token(context: AuthContext, refused?: string): Promise<string> {
    const held = this.#good(await this.#store.get(), refused);
    if (held !== undefined) return held.accessToken;
    const renew = (signal: AbortSignal) => this.#renew({ fetch: context.fetch, signal }, refused);
    try {
      return (await this.#refreshes.run(context.signal, renew)).accessToken;
    } catch (thrown) {
      throw thrown instanceof NetworkingError ? copyOf(thrown) : thrown;
    }
  }

  #good(tokens: TokenSet | undefined, refused: string | undefined): TokenSet | undefined {
    if (tokens === undefined) return undefined;
    const { accessToken, expiresAt = Infinity } = tokens;
    if (typeof accessToken !== "string" || !VISIBLE_ASCII.test(accessToken)) {
      throw new TypeError(
        "Cannot use the tokens of the store: accessToken must be visible ASCII characters, as they " +
          "were when set() got them",
      );
    }
    if (accessToken === refused) return undefined;
    return Date.now() < expiresAt - this.#leewayMs ? tokens : undefined;
  }

  async #renew(context: AuthContext, refused: string | undefined): Promise<TokenSet> {
    const { error, until = 0, pauseMs = FIRST_PAUSE_MS / 2 } = this.#failure ?? {};
    if (error !== undefined && Date.now() < until) throw error;
    const refresh = async () => {
      // Another isolate, or the flight before, may have been here.
      const held = this.#good(await this.#store.get(), refused);
      if (held !== undefined) return held;
      const grant = await this.#nextGrant();
      if (grant === undefined) throw this.#signedOut();
      const given = await this.#endpoint.request(grant, context);
      const tokens = grant.type === "refresh_token"
        ? { refreshToken: grant.refreshToken, ...given } // RFC 6749 6: a new one is optional
        : given;
      await this.#store.set(tokens);
      return tokens;
    };
    try {
      const tokens = await (this.#store.exclusive?.(refresh, context.signal) ?? refresh());
      this.#failure = undefined;
      return tokens;
    } catch (thrown) {
      if (thrown instanceof NetworkingError) {
        const next = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
        this.#failure = { error: thrown, until: Date.now() + next, pauseMs: next };
      }
      throw thrown;
    }
  }

  /** How the next access token can be had, if at all. */
  async #nextGrant(): Promise<Grant | undefined> {
    const { redirectUri } = this.#registration;
    if (redirectUri === undefined && this.#refreshToken === undefined) {
      return { type: "client_credentials" };
    }
    const refreshToken = (await this.#store.get())?.refreshToken ?? this.#refreshToken;
    return refreshToken === undefined ? undefined : { type: "refresh_token", refreshToken };
  }

  #signedOut(): NetworkingError {
    const { tokenEndpoint, issuer } = this.#registration;
    const url = tokenEndpoint ?? issuer!;
    return new NetworkingError(
      "auth_failed",
      `Cannot get an access token from ${describeURL(url)}: there is no refresh token; send the ` +
        "user to the url of authorizationUrl(), and give exchange() the URL they come back to",
      { method: "POST", url },
    );
  }
}

/** The failure of a refresh for one of the calls that waited: each has its own attempts. */
function copyOf({ message, method, url, cause }: NetworkingError): NetworkingError {
  const facts = { ...(method !== undefined && { method }), ...(url !== undefined && { url }) };
  return new NetworkingError("auth_failed", message, {
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
    return await action({
      fetch: (url, init) => sideRequest(url, init, own),
      signal: controller.signal,
    });
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
