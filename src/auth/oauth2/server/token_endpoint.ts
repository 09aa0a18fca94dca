/**
 * Gets tokens from the token endpoint: sends the grants, and reads the responses.
 *
 * @module
 */

import * as oauth from "oauth4webapi";
import type { AuthContext } from "../../../http/settings/auth_scheme.ts";
import { fromBase64URL } from "../../../formats/base64.ts";
import { isRecord } from "../../../options/checks.ts";
import { VISIBLE_ASCII } from "../../bearer.ts";
import type { AuthorizationServer, Means } from "./authorization_server.ts";
import { needsNonce } from "./metadata.ts";
import { noToken } from "../grants/no_token.ts";
import type { GrantParameters, OAuth2Grant } from "../grants/grant.ts";
import type { TokenSet } from "../store/token_store.ts";

/** The grant with which a client requests tokens. */
export type Grant =
  | { readonly type: "client_credentials" }
  | {
    readonly type: "refresh_token";
    readonly refreshToken: string;
    /** The previous ID token, which names the user. */
    readonly idToken?: string | undefined;
  }
  | {
    readonly type: "authorization_code";
    readonly callback: URL;
    readonly state: string;
    readonly codeVerifier: string;
  }
  | { readonly type: "device_code"; readonly deviceCode: string }
  | { readonly type: "other"; readonly grant: OAuth2Grant };

/** Gets tokens of one registration. */
export class TokenEndpoint {
  readonly #server: AuthorizationServer;

  constructor(server: AuthorizationServer) {
    this.#server = server;
  }

  /**
   * Finds the token endpoint, so that only the request itself remains.
   *
   * @throws {NetworkingError} `auth_failed` if there is none, or it must not receive secrets.
   */
  async prepare(context: AuthContext): Promise<void> {
    await this.#server.endpoint("token_endpoint", context);
  }

  /**
   * Gets tokens.
   *
   * @throws {NetworkingError} `auth_failed` with the reason if the server returns none.
   */
  async request(grant: Grant, context: AuthContext): Promise<TokenSet> {
    const url = await this.#server.endpoint("token_endpoint", context);
    const answer = await this.#server.send("token_endpoint", context, {
      // The callback is checked before anything is sent, and its error may quote these.
      secrets: grant.type === "authorization_code"
        ? [grant.codeVerifier, grant.state, ...grant.callback.searchParams.getAll("code")]
        : [],
      isTimed: grant.type === "other",
      prepare: async (tokenEndpoint, issuer) =>
        grant.type === "other"
          ? await grant.grant.parameters({
            ...{ tokenEndpoint, issuer, now: this.#server.now() },
            // The first call may have ended while others wait for the tokens.
            fetch: (url, init) => context.fetch(url, { signal: context.signal, ...init }),
            signal: context.signal,
          })
          : undefined,
      request: (means, own) => this.#request(grant, own ?? {}, means),
    });
    const { access_token, refresh_token, expires_in, scope, id_token } = answer;
    const { owner } = this.#server.registration;
    const keyThumbprint = await this.#binding(answer, url);
    if (grant.type === "refresh_token") checkSubject(answer, grant.idToken, url);
    const issuedAt = Date.now();
    return {
      accessToken: access_token,
      issuedAt,
      // Grants that prove their credentials each time are not refreshed.
      ...(refresh_token !== undefined && owner === "user" && { refreshToken: refresh_token }),
      // Limited to the latest valid Date.
      ...(expires_in !== undefined &&
        { expiresAt: Math.min(issuedAt + expires_in * 1000, 8.64e15) }),
      ...(scope !== undefined && { scope }),
      ...(id_token !== undefined && { idToken: id_token }),
      ...(keyThumbprint !== undefined && { keyThumbprint }),
    };
  }

  /**
   * Returns the thumbprint of the key that the access token is bound to, if it must be bound.
   *
   * @throws {NetworkingError} `auth_failed` if the token is not the requested one.
   */
  async #binding(
    answer: oauth.TokenEndpointResponse,
    url: string,
  ): Promise<string | undefined> {
    const { access_token, token_type, issued_token_type: issued } = answer;
    const prover = await this.#server.prover();
    const { owner } = this.#server.registration;
    const requested = typeof owner === "object" ? owner.issuedTokenType : undefined;
    if (requested !== undefined && issued !== requested) {
      throw noToken(url, `its token is not of the requested type ${requested}`);
    }
    // RFC 8693 2.2.1: a token of the requested type that is not an access token.
    const isOther = requested !== undefined && token_type === "n_a";
    if (prover !== undefined && token_type !== "dpop" && !isOther) {
      throw noToken(
        url,
        "its token is not bound to the key; leave out dpop if the server does not support it",
      );
    }
    const isBearer = token_type === "bearer" || isOther;
    if ((prover === undefined && !isBearer) || !VISIBLE_ASCII.test(access_token)) {
      const advice = token_type === "dpop" ? "; set dpop: true in oauth2()" : "";
      throw noToken(url, `its response has no Bearer token of visible ASCII characters${advice}`);
    }
    return prover === undefined || isOther ? undefined : await prover.thumbprint();
  }

  async #request(
    grant: Grant,
    own: GrantParameters,
    { server, client, authenticate, options: common }: Means,
  ): Promise<oauth.TokenEndpointResponse> {
    const { scope, redirectUri } = this.#server.registration;
    const who = [server, client, authenticate] as const;
    const scoped = scope === undefined ? [] : [["scope", scope]];
    const parameters = this.#server.parameters();
    const options = { ...common, additionalParameters: parameters };
    switch (grant.type) {
      case "client_credentials": {
        const fields = [...parameters, ...scoped];
        const response = await oauth.clientCredentialsGrantRequest(...who, fields, common);
        return await oauth.processClientCredentialsResponse(server, client, response);
      }
      case "refresh_token": {
        const response = await oauth.refreshTokenGrantRequest(...who, grant.refreshToken, options);
        return await oauth.processRefreshTokenResponse(server, client, response);
      }
      case "device_code": {
        const response = await oauth.deviceCodeGrantRequest(...who, grant.deviceCode, options);
        return await oauth.processDeviceCodeResponse(server, client, response);
      }
      case "authorization_code": {
        const { callback, state, codeVerifier } = grant;
        const response = await oauth.authorizationCodeGrantRequest(
          ...who,
          oauth.validateAuthResponse(server, client, callback, state),
          redirectUri!,
          codeVerifier,
          options,
        );
        return await oauth.processAuthorizationCodeResponse(server, client, response, {
          ...(needsNonce(this.#server.registration, server) &&
            { expectedNonce: await oauth.calculatePKCECodeChallenge(codeVerifier) }),
        });
      }
      case "other": {
        const { grantType, sendsIdToken } = grant.grant;
        const fields = [...parameters, ...scoped, ...pairs(own)];
        const response = await oauth.genericTokenEndpointRequest(...who, grantType, fields, common);
        return await oauth.processGenericTokenEndpointResponse(
          server,
          client,
          sendsIdToken === true ? await withIdToken(response) : response,
          { recognizedTokenTypes: { "n_a": () => {} } }, // RFC 8693 2.2.1
        );
      }
    }
  }
}

/** Returns form parameters, one for each value. */
function pairs(parameters: GrantParameters): string[][] {
  return Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined
      ? []
      : typeof value === "string"
      ? [[name, value]]
      : value.map((one) => [name, one])
  );
}

/** Returns a response whose access token is its ID token. One without an ID token is unchanged. */
async function withIdToken(response: Response): Promise<Response> {
  const { status, headers } = response;
  const answer: unknown = status === 200
    ? await response.clone().json().catch(() => {})
    : undefined;
  if (!isRecord(answer) || typeof answer.id_token !== "string") return response;
  const { exp } = claimsOf(answer.id_token);
  const token = {
    "access_token": answer.id_token,
    "token_type": "Bearer",
    ...(typeof exp === "number" && { "expires_in": Math.max(0, exp - Date.now() / 1000) }),
  };
  return Response.json(token, { status, headers });
}

/**
 * Checks that the ID token of a refresh is for the same user (OpenID Connect Core 12.2).
 *
 * @throws {NetworkingError} `auth_failed` if it is for another user.
 */
function checkSubject(
  answer: oauth.TokenEndpointResponse,
  before: string | undefined,
  url: string,
): void {
  const subject = oauth.getValidatedIdTokenClaims(answer)?.sub;
  const expected = before === undefined ? undefined : subjectOf(before);
  if (subject === undefined || expected === undefined || subject === expected) return;
  throw noToken(
    url,
    "the ID token of the refresh is for another user (sub) than before; the user has to sign in again",
  );
}

/** Returns the user that an ID token names. The token was checked on receipt. */
export function subjectOf(idToken: string): string | undefined {
  const { sub } = claimsOf(idToken);
  return typeof sub === "string" ? sub : undefined;
}

/** Returns the claims of a JWT, or none for other text, which a store may return. */
function claimsOf(jwt: string): Readonly<Record<string, unknown>> {
  const bytes = fromBase64URL(jwt.split(".")[1] ?? "");
  try {
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isRecord(claims) ? claims : {};
  } catch {
    return {};
  }
}
