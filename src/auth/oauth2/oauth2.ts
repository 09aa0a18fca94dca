/**
 * OAuth 2.0: gets, sends and refreshes access tokens.
 *
 * @module
 */

import type { ResponseHead } from "../../hooks.ts";
import type { HTTPRequest } from "../../http/request/http_request.ts";
import type { AuthContext, AuthFlow, AuthScheme } from "../../http/settings/auth_scheme.ts";
import { showOnly } from "../../redact.ts";
import { lazy } from "../../runtime/lazy.ts";
import { schemeFacts, withHeader } from "../credentials.ts";
import { AccessTokens } from "./access_tokens.ts";
import { AuthorizationServer } from "./server/authorization_server.ts";
import { authorizationURL } from "./authorization_url.ts";
import { checkOptions } from "./server/check_options.ts";
import { readStep } from "./check_steps.ts";
import type { OAuth2Options } from "./server/options.ts";
import {
  type AuthorizationRequest,
  type DeviceOptions,
  type ExchangeOptions,
  type Introspection,
  type IntrospectOptions,
  outsideCalls,
  type SignInOptions,
} from "./sign_in.ts";
import { type Grant, TokenEndpoint } from "./server/token_endpoint.ts";
import type { TokenSet } from "./store/token_store.ts";
import { generateRandomCodeVerifier } from "oauth4webapi";

/** A scheme that gets its tokens with OAuth 2.0. */
export interface OAuth2Scheme extends AuthScheme {
  /**
   * Starts a user's sign-in: authorization code with PKCE (RFC 6749 4.1, RFC 7636). If the server's metadata
   * does not announce PKCE and the scope has `openid`, the sign-in also has a nonce.
   *
   * @throws {NetworkingError} `auth_failed` if the server's metadata cannot be used; the code of the
   * failure if it cannot be fetched.
   */
  authorizationUrl(options?: SignInOptions): Promise<AuthorizationRequest>;
  /**
   * Completes a sign-in: checks the callback URL, and gets the tokens.
   *
   * @throws {NetworkingError} `auth_failed` if the user was refused, the URL does not match the request, or
   * the server returns no tokens; the code of the failure if the server does not respond.
   */
  exchange(callbackUrl: string | URL, options?: ExchangeOptions): Promise<TokenSet>;
  /**
   * Signs a user in on another device (RFC 8628): shows a code, waits until the user has entered it, and gets
   * the tokens. The server ends the wait after some minutes.
   *
   * @throws {NetworkingError} `auth_failed` if the user was refused or too late, or the server returns no
   * tokens; the code of the failure if it returns no code.
   */
  device(options?: DeviceOptions): Promise<TokenSet>;
  /**
   * Revokes the stored tokens at the server (RFC 7009), and removes them. Without tokens it does nothing.
   *
   * @throws {NetworkingError} `auth_failed` if the server refuses; the code of the failure if it does not
   * respond.
   */
  revoke(options?: SignInOptions): Promise<void>;
  /**
   * Returns what the server knows about a token (RFC 7662): the one that requests are sent with, or one that
   * this program received.
   *
   * @throws {NetworkingError} `auth_failed` if the server refuses; the code of the failure if it does not
   * respond.
   */
  introspect(options?: IntrospectOptions): Promise<Introspection>;
}

/** Loaded for the first sign-in on another device. */
const DEVICE = /* @__PURE__ */ lazy(() => import("./device.ts"));
/** Loaded when tokens are revoked or introspected. */
const AFTER_USE = /* @__PURE__ */ lazy(() => import("./after_use.ts"));

/**
 * Sends an access token with every request (RFC 6750). It gets the token, and refreshes it before it expires
 * and after a 401. Concurrent calls share one refresh. A second 401 is returned to the caller.
 *
 * If a refresh fails, all calls that waited for it reject with `auth_failed`. The next refresh is possible
 * after a second; this pause doubles with each failure, up to a minute.
 *
 * @param options The client, its server, and the token store.
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

  readonly name: string;
  readonly origins: readonly string[] | undefined;
  readonly allowClearText: boolean;
  readonly #redirectUri: string | undefined;
  readonly #server: AuthorizationServer;
  readonly #endpoint: TokenEndpoint;
  readonly #tokens: AccessTokens;
  #request: AuthorizationRequest | undefined;

  constructor(options: OAuth2Options) {
    const registration = checkOptions(options);
    this.name = registration.dpop ? "DPoP" : "Bearer";
    this.origins = registration.origins;
    this.allowClearText = registration.allowClearText === true;
    this.#redirectUri = registration.redirectUri;
    this.#server = new AuthorizationServer(registration);
    this.#endpoint = new TokenEndpoint(this.#server);
    this.#tokens = new AccessTokens(this.#server, this.#endpoint);
  }

  /** Issuer, client and subject. */
  partition(): Promise<string | undefined> {
    return this.#tokens.partition();
  }

  async *authenticate(request: HTTPRequest, context: AuthContext): AuthFlow {
    const token = await this.#tokens.get(context);
    const resend = { isAllowed: true };
    const first = yield* this.#send(request, token, context, resend);
    if (first.statusCode !== 401 || !await this.#tokens.isReplaceable(token)) return;
    const other = await this.#tokens.get(context, token);
    this.#tokens.noteReplacement(other);
    const second = yield* this.#send(request, other, context, resend);
    if (second.statusCode === 401) this.#tokens.noteRefused();
    else this.#tokens.noteAccepted();
  }

  /** Sends a request with a token, and with a proof if the token is bound to a key. */
  async *#send(
    request: HTTPRequest,
    token: string,
    { signal }: AuthContext,
    resend: { isAllowed: boolean },
  ): AsyncGenerator<HTTPRequest, ResponseHead, ResponseHead> {
    if (!this.#server.registration.dpop) {
      return yield withHeader(request, "authorization", `Bearer ${token}`);
    }
    const prover = (await this.#server.prover())!;
    const { method, url } = request;
    while (true) {
      const responded = await prover.inTurn(url, signal);
      try {
        const proof = await prover.proof({
          method,
          url,
          accessToken: token,
          now: this.#server.now(),
        });
        const bound = withHeader(request, "authorization", `DPoP ${token}`);
        const head = yield withHeader(bound, "dpop", proof.value);
        prover.note(url, head.headers);
        const wants = head.statusCode === 401 && prover.wantsNonce(url, head.headers, proof);
        if (!wants || !resend.isAllowed) return head;
        resend.isAllowed = false;
      } finally {
        responded();
      }
    }
  }

  async authorizationUrl(given?: SignInOptions): Promise<AuthorizationRequest> {
    const options = readStep.signIn(given);
    this.#checkUser("make an authorization URL");
    const codeVerifier = generateRandomCodeVerifier();
    const state = generateRandomCodeVerifier();
    const url = await outsideCalls(
      options,
      (context) => authorizationURL(this.#server, { state, codeVerifier }, context),
    );
    return this.#request = { url, state, codeVerifier };
  }

  async exchange(callbackUrl: string | URL, given?: ExchangeOptions): Promise<TokenSet> {
    this.#checkUser("exchange a callback");
    const options = readStep.exchange(given);
    const { state, codeVerifier } = options.request ?? this.#request ?? {};
    if (state === undefined || codeVerifier === undefined) {
      throw new TypeError(
        "Cannot exchange a callback: no sign-in was started; call authorizationUrl() first, or pass its " +
          "result as request",
      );
    }
    if (!URL.canParse(callbackUrl)) {
      throw new TypeError("Cannot exchange a callback: callbackUrl must be an absolute URL");
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

  async device(given?: DeviceOptions): Promise<TokenSet> {
    const options = readStep.device(given);
    if (this.#server.registration.owner !== "user") {
      throw new TypeError(
        'Cannot sign in on another device: set grant: "device_code" in oauth2()',
      );
    }
    const { signInOnDevice } = DEVICE.now ?? await DEVICE.load();
    const tokens = await signInOnDevice(this.#server, this.#endpoint, options);
    return await outsideCalls(
      options,
      ({ signal }) => this.#tokens.signIn(() => Promise.resolve(tokens), signal),
    );
  }

  async revoke(given?: SignInOptions): Promise<void> {
    const { revokeTokens } = AFTER_USE.now ?? await AFTER_USE.load();
    await outsideCalls(
      readStep.revoke(given),
      (context) =>
        this.#tokens.revoke(
          (tokens) => revokeTokens(this.#server, tokens, context),
          context.signal,
        ),
    );
  }

  async introspect(given?: IntrospectOptions): Promise<Introspection> {
    const { token, ...options } = readStep.introspect(given);
    const { introspectToken } = AFTER_USE.now ?? await AFTER_USE.load();
    return await outsideCalls(options, async (context) =>
      await introspectToken(
        this.#server,
        token ?? await this.#tokens.get(context),
        context,
      ));
  }

  /** Checks that there is a callback URL, which sign-ins need. */
  #checkUser(action: string): void {
    if (this.#redirectUri !== undefined) return;
    throw new TypeError(`Cannot ${action}: set the registered redirectUri in oauth2()`);
  }
}
