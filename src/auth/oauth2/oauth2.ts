/**
 * OAuth 2.0: gets, sends and renews access tokens.
 *
 * @module
 */

import type { HTTPRequest } from "../../http/request/http_request.ts";
import type { AuthContext, AuthFlow, AuthScheme } from "../../http/settings/auth_scheme.ts";
import { showOnly } from "../../redact.ts";
import { schemeFacts, withHeader } from "../credentials.ts";
import { AccessTokens } from "./access_tokens.ts";
import { checkOptions, type OAuth2Options, readExchange, readSignIn } from "./options.ts";
import {
  type AuthorizationRequest,
  type ExchangeOptions,
  outsideCalls,
  type SignInOptions,
} from "./sign_in.ts";
import { type Grant, TokenEndpoint } from "./token_endpoint.ts";
import type { TokenSet } from "./token_store.ts";
import { generateRandomCodeVerifier } from "oauth4webapi";

/** A scheme that gets its tokens by OAuth 2.0. */
export interface OAuth2Scheme extends AuthScheme {
  /**
   * Begins a user's sign-in: authorization code with PKCE (RFC 6749 4.1, RFC 7636). If the server's
   * metadata does not announce PKCE and the scope has `openid`, the sign-in has a nonce as well.
   *
   * @throws {NetworkingError} `auth_failed` if the server's metadata cannot be used; the code of the
   * failure if it cannot be fetched.
   */
  authorizationUrl(options?: SignInOptions): Promise<AuthorizationRequest>;
  /**
   * Ends a sign-in: checks the URL that the user came back to, and gets the tokens.
   *
   * @throws {NetworkingError} `auth_failed` if the user was refused, the URL does not answer the
   * request, or the server gives no tokens; the code of the failure if the server does not answer.
   */
  exchange(callbackUrl: string | URL, options?: ExchangeOptions): Promise<TokenSet>;
}

/**
 * Sends an access token with every request (RFC 6750). It gets the token, renews it before it expires,
 * and once more if the server refuses it. Concurrent calls share one refresh. A 401 after that is the
 * answer.
 *
 * If a refresh fails, all calls that waited for it reject with `auth_failed`. Calls a second later try
 * again; the pause doubles with each failure, up to a minute.
 *
 * @param options The client, its server, and the store of the tokens.
 * @throws {TypeError} If an option is missing, unknown or of the wrong type.
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
    showOnly(this, "AuthScheme", schemeFacts);
  }

  readonly name = "Bearer";
  readonly origins: readonly string[] | undefined;
  readonly allowClearText: boolean;
  readonly #redirectUri: string | undefined;
  readonly #endpoint: TokenEndpoint;
  readonly #tokens: AccessTokens;
  #request: AuthorizationRequest | undefined;

  constructor(options: OAuth2Options) {
    const registration = checkOptions(options);
    this.origins = registration.origins;
    this.allowClearText = registration.allowClearText === true;
    this.#redirectUri = registration.redirectUri;
    this.#endpoint = new TokenEndpoint(registration);
    this.#tokens = new AccessTokens(registration, this.#endpoint);
  }

  /** Issuer, client and subject. */
  partition(): Promise<string | undefined> {
    return this.#tokens.partition();
  }

  async *authenticate(request: HTTPRequest, context: AuthContext): AuthFlow {
    const token = await this.#tokens.get(context);
    const first = yield withHeader(request, "authorization", `Bearer ${token}`);
    if (first.statusCode !== 401 || !await this.#tokens.isReplaceable(token)) return;
    const other = await this.#tokens.get(context, token);
    this.#tokens.noteReplacement(other);
    const second = yield withHeader(request, "authorization", `Bearer ${other}`);
    if (second.statusCode === 401) this.#tokens.noteRefused();
    else this.#tokens.noteAccepted();
  }

  async authorizationUrl(given?: SignInOptions): Promise<AuthorizationRequest> {
    const options = readSignIn(given);
    this.#checkUser("make an authorization URL");
    const codeVerifier = generateRandomCodeVerifier();
    const state = generateRandomCodeVerifier();
    const url = await outsideCalls(
      options,
      (context) => this.#endpoint.authorizationURL(codeVerifier, context),
    );
    url.searchParams.set("state", state);
    return this.#request = { url: url.href, state, codeVerifier };
  }

  async exchange(callbackUrl: string | URL, given?: ExchangeOptions): Promise<TokenSet> {
    this.#checkUser("exchange a callback");
    const options = readExchange(given);
    const { state, codeVerifier } = options.request ?? this.#request ?? {};
    if (state === undefined || codeVerifier === undefined) {
      throw new TypeError(
        "Cannot exchange a callback: no sign-in was begun; call authorizationUrl() first, or give " +
          "what it returned as request",
      );
    }
    if (!URL.canParse(callbackUrl)) {
      throw new TypeError("Cannot exchange a callback: it must be an absolute URL");
    }
    const callback = new URL(callbackUrl);
    const grant: Grant = { type: "authorization_code", callback, state, codeVerifier };
    return await outsideCalls(options, async (context) => {
      await this.#endpoint.prepare(context);
      return await this.#tokens.signIn(async () => {
        const tokens = await this.#endpoint.request(grant, context);
        if (this.#request?.state === state) this.#request = undefined; // a code is used once
        return tokens;
      }, context.signal);
    });
  }

  /** Sign-ins need the URL that users come back to. */
  #checkUser(action: string): void {
    if (this.#redirectUri !== undefined) return;
    throw new TypeError(`Cannot ${action}: give oauth2() the redirectUri that is registered`);
  }
}
