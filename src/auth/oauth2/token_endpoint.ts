/**
 * Speaks to an authorization server: discovery, grants, and what its answers mean. The protocol is
 * that of `oauth4webapi`; this hands it what sends, and gives its failures the form of ours, without
 * what the server sent, which may hold a token.
 *
 * @module
 */

import * as oauth from "oauth4webapi";
import { NetworkingError } from "../../errors.ts";
import { isLoopbackHost } from "../../loopback.ts";
import { describeURL } from "../../redact.ts";
import { VISIBLE_ASCII } from "../bearer.ts";
import type { AuthContext } from "../scheme.ts";
import type { TokenSet } from "./token_store.ts";

/** The client, as the server knows it, and where the server is. */
export interface Registration {
  readonly issuer?: string;
  readonly tokenEndpoint?: string;
  readonly authorizationEndpoint?: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly clientAuthentication?: "basic" | "post";
  readonly scope?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly redirectUri?: string;
}

/** What tokens are asked for with. */
export type Grant =
  | { readonly type: "client_credentials" }
  | { readonly type: "refresh_token"; readonly refreshToken: string }
  | {
    readonly type: "authorization_code";
    readonly callback: URL;
    readonly state: string;
    readonly codeVerifier: string;
  };

/** The authorization server of one registration. */
export class TokenEndpoint {
  readonly #registration: Registration;
  #metadata: oauth.AuthorizationServer | undefined;

  constructor(registration: Registration) {
    this.#registration = registration;
  }

  /** Where users are sent to, to sign in. */
  async authorizationEndpoint(context: AuthContext): Promise<URL> {
    const { issuer, authorization_endpoint } = await this.#server(context);
    if (authorization_endpoint === undefined) {
      throw failure(
        issuer,
        "its metadata has no authorization_endpoint; give authorizationEndpoint",
      );
    }
    return new URL(authorization_endpoint);
  }

  /**
   * Gets tokens.
   *
   * @throws {NetworkingError} `auth_failed` if the server does not give any, with the reason.
   */
  async request(grant: Grant, context: AuthContext): Promise<TokenSet> {
    const server = await this.#server(context);
    const url = server.token_endpoint ?? server.issuer;
    if (server.token_endpoint === undefined) {
      throw failure(url, "its metadata has no token_endpoint; give tokenEndpoint");
    }
    const secrets = [this.#registration.clientSecret, ...Object.values(grant)];
    const answer = await described(url, () => this.#ask(grant, server, context), secrets);
    const { access_token, refresh_token, expires_in, scope, id_token, token_type } = answer;
    if (token_type !== "bearer" || !VISIBLE_ASCII.test(access_token)) {
      throw failure(url, "what it gave is no Bearer token of visible ASCII characters");
    }
    return {
      accessToken: access_token,
      ...(refresh_token !== undefined && { refreshToken: refresh_token }),
      ...(expires_in !== undefined && { expiresAt: Date.now() + expires_in * 1000 }),
      ...(scope !== undefined && { scope }),
      ...(id_token !== undefined && { idToken: id_token }),
    };
  }

  async #ask(
    grant: Grant,
    server: oauth.AuthorizationServer,
    context: AuthContext,
  ): Promise<oauth.TokenEndpointResponse> {
    const { clientId, scope, parameters, redirectUri } = this.#registration;
    const client: oauth.Client = { "client_id": clientId };
    const secret = this.#clientAuthentication(server);
    const options = {
      ...requestOptions(server.token_endpoint!, context),
      additionalParameters: { ...parameters },
    };
    switch (grant.type) {
      case "client_credentials": {
        const given = { ...parameters, ...(scope !== undefined && { scope }) };
        const response = await oauth.clientCredentialsGrantRequest(
          server,
          client,
          secret,
          given,
          options,
        );
        return await oauth.processClientCredentialsResponse(server, client, response);
      }
      case "refresh_token": {
        const { refreshToken } = grant;
        const response = await oauth.refreshTokenGrantRequest(
          server,
          client,
          secret,
          refreshToken,
          options,
        );
        return await oauth.processRefreshTokenResponse(server, client, response);
      }
      case "authorization_code": {
        const { callback, state, codeVerifier } = grant;
        const response = await oauth.authorizationCodeGrantRequest(
          server,
          client,
          secret,
          oauth.validateAuthResponse(server, client, callback, state),
          redirectUri!,
          codeVerifier,
          options,
        );
        return await oauth.processAuthorizationCodeResponse(server, client, response);
      }
    }
  }

  #clientAuthentication(server: oauth.AuthorizationServer): oauth.ClientAuth {
    const { clientSecret, clientAuthentication } = this.#registration;
    if (clientSecret === undefined) return oauth.None();
    // RFC 6749 2.3.1: every server takes Basic, unless it says otherwise.
    const methods = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
    const how = clientAuthentication ??
      (methods.includes("client_secret_basic") ? "basic" : "post");
    return how === "basic"
      ? oauth.ClientSecretBasic(clientSecret)
      : oauth.ClientSecretPost(clientSecret);
  }

  async #server(context: AuthContext): Promise<oauth.AuthorizationServer> {
    return this.#metadata ??= await this.#findServer(context);
  }

  async #findServer(context: AuthContext): Promise<oauth.AuthorizationServer> {
    const { issuer, tokenEndpoint, authorizationEndpoint } = this.#registration;
    if (tokenEndpoint !== undefined) {
      return {
        issuer: issuer ?? new URL(tokenEndpoint).origin,
        token_endpoint: tokenEndpoint,
        ...(authorizationEndpoint !== undefined &&
          { authorization_endpoint: authorizationEndpoint }),
      };
    }
    const url = new URL(issuer!);
    const find = (algorithm: "oidc" | "oauth2") =>
      oauth.discoveryRequest(url, { ...requestOptions(url.href, context), algorithm });
    return await described(url.href, async () => {
      let response = await find("oidc");
      if (response.status === 404) response = await find("oauth2");
      return await oauth.processDiscoveryResponse(url, response);
    });
  }
}

function requestOptions(url: string, { fetch, signal }: AuthContext) {
  return {
    [oauth.allowInsecureRequests]: isLoopbackHost(new URL(url).hostname),
    [oauth.customFetch]: fetch,
    signal,
  };
}

async function described<T>(
  url: string,
  ask: () => Promise<T>,
  secrets: readonly unknown[] = [],
): Promise<T> {
  try {
    return await ask();
  } catch (thrown) {
    const why = explain(thrown);
    if (why === undefined) throw thrown; // an abort, or an error of the caller's transport
    let shown = why;
    for (const secret of secrets) { // a server may quote what it was sent
      if (typeof secret === "string" && secret !== "") shown = shown.replaceAll(secret, "…");
    }
    throw failure(url, shown, thrown instanceof NetworkingError ? thrown : undefined);
  }
}

/** The failure in words. The causes of `oauth4webapi` hold what the server sent, and are not kept. */
function explain(thrown: unknown): string | undefined {
  if (thrown instanceof NetworkingError) return thrown.message;
  if (thrown instanceof oauth.ResponseBodyError) {
    const { status, error, error_description } = thrown;
    const advice = error === "invalid_grant" ? "; the user has to sign in again" : "";
    return `it answered ${status} ${words(error, error_description)}${advice}`;
  }
  if (thrown instanceof oauth.AuthorizationResponseError) {
    return `it sent the user back with ${words(thrown.error, thrown.error_description)}`;
  }
  if (thrown instanceof oauth.WWWAuthenticateChallengeError) {
    return `it answered ${thrown.status}: it does not take the client's credentials`;
  }
  if (
    thrown instanceof oauth.OperationProcessingError ||
    thrown instanceof oauth.UnsupportedOperationError
  ) {
    const { cause, message, code } = thrown;
    const status = cause instanceof globalThis.Response ? `, status ${cause.status}` : "";
    const advice = code === oauth.JWT_TIMESTAMP_CHECK
      ? "; its clock and the one here differ: set the one that is wrong"
      : "";
    return `its answer cannot be used: ${message}${status}${advice}`;
  }
  return undefined;
}

/** An error of RFC 6749 5.2, in the characters that it allows and no more than a line. */
function words(error: string, description: string | undefined): string {
  const shown = [error, ...(description === undefined ? [] : [description])];
  return shown.map((text) => text.replaceAll(/[^\x20-\x7e]/g, " ").slice(0, 200)).join(": ");
}

function failure(url: string, why: string, cause?: NetworkingError): NetworkingError {
  return new NetworkingError(
    "auth_failed",
    `Cannot get an access token from ${describeURL(url)}: ${why}`,
    { method: "POST", url, ...(cause !== undefined && { cause }) },
  );
}
