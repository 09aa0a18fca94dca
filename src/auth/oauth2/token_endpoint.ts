/**
 * Speaks to an authorization server: discovery, grants, and what its answers mean. The protocol is
 * that of `oauth4webapi`; this gives it a transport and checks what it leaves to its caller.
 *
 * @module
 */

import * as oauth from "oauth4webapi";
import { isLoopbackHost } from "../../hosts/loopback.ts";
import type { AuthContext } from "../../http/settings/auth_scheme.ts";
import { VISIBLE_ASCII } from "../bearer.ts";
import { described, noToken } from "./endpoint_failure.ts";
import { ENDPOINT_RULE, endpointURL, type OAuth2Options } from "./options.ts";
import type { TokenSet } from "./token_store.ts";

/** What a client shows to get tokens. */
export type Grant =
  | { readonly type: "client_credentials" }
  | {
    readonly type: "refresh_token";
    readonly refreshToken: string;
    /** The ID token that came before, which names the user. */
    readonly idToken?: string | undefined;
  }
  | {
    readonly type: "authorization_code";
    readonly callback: URL;
    readonly state: string;
    readonly codeVerifier: string;
  };

/** The authorization server of one registration. */
export class TokenEndpoint {
  readonly #registration: OAuth2Options;
  #metadata: oauth.AuthorizationServer | undefined;

  constructor(registration: OAuth2Options) {
    this.#registration = registration;
  }

  /**
   * The URL that a user signs in at, with what protects the sign-in: PKCE, and a nonce if the server
   * does not announce PKCE.
   *
   * @throws {NetworkingError} `auth_failed` if the metadata has no such endpoint, or PKCE without S256.
   */
  async authorizationURL(codeVerifier: string, context: AuthContext): Promise<URL> {
    const server = await this.#server(context);
    const url = new URL(endpoint(server, "authorization_endpoint", "authorizationEndpoint"));
    const methods = server.code_challenge_methods_supported;
    if (Array.isArray(methods) && methods.length > 0 && !methods.includes("S256")) {
      throw noToken(server.issuer, "its metadata offers PKCE without S256; sign-ins need S256");
    }
    const { clientId, redirectUri, scope, parameters } = this.#registration;
    const challenge = await oauth.calculatePKCECodeChallenge(codeVerifier);
    const query = {
      ...parameters,
      "response_type": "code",
      "client_id": clientId,
      "redirect_uri": redirectUri!,
      ...(scope !== undefined && { scope }),
      ...(this.#needsNonce(server) && { nonce: challenge }),
      "code_challenge": challenge,
      "code_challenge_method": "S256",
    };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url;
  }

  /**
   * Whether a sign-in needs a nonce (OpenID Connect Core 3.1.2.1): the server does not announce PKCE
   * (RFC 8414 2), so it may ignore the code verifier. The nonce is the code challenge: as random,
   * made for this sign-in, and known wherever the verifier is.
   */
  #needsNonce({ code_challenge_methods_supported: methods }: oauth.AuthorizationServer): boolean {
    const { tokenEndpoint, scope = "" } = this.#registration;
    const isAnnounced = Array.isArray(methods) && methods.includes("S256");
    return tokenEndpoint === undefined && !isAnnounced && scope.split(" ").includes("openid");
  }

  /**
   * Finds the token endpoint, so that only the request itself is left.
   *
   * @throws {NetworkingError} `auth_failed` if there is none, or it must not get secrets.
   */
  async prepare(context: AuthContext): Promise<void> {
    endpoint(await this.#server(context), "token_endpoint", "tokenEndpoint");
  }

  /**
   * Gets tokens.
   *
   * @throws {NetworkingError} `auth_failed` if the server does not give any, with the reason.
   */
  async request(grant: Grant, context: AuthContext): Promise<TokenSet> {
    const server = await this.#server(context);
    const url = endpoint(server, "token_endpoint", "tokenEndpoint");
    const answer = await described(
      url,
      context.signal,
      this.#registration,
      this.#secrets(grant),
      () => this.#ask(grant, server, url, context),
    );
    const { access_token, refresh_token, expires_in, scope, id_token, token_type } = answer;
    if (token_type !== "bearer" || !VISIBLE_ASCII.test(access_token)) {
      throw noToken(url, "its answer has no Bearer token of visible ASCII characters");
    }
    if (grant.type === "refresh_token") checkSubject(answer, grant.idToken, url);
    const issuedAt = Date.now();
    return {
      accessToken: access_token,
      issuedAt,
      ...(refresh_token !== undefined && { refreshToken: refresh_token }),
      // No later than a Date can be.
      ...(expires_in !== undefined &&
        { expiresAt: Math.min(issuedAt + expires_in * 1000, 8.64e15) }),
      ...(scope !== undefined && { scope }),
      ...(id_token !== undefined && { idToken: id_token }),
    };
  }

  /** What is sent, and must not be shown when the server quotes it. */
  #secrets(grant: Grant): string[] {
    const { clientId, clientSecret, parameters = {} } = this.#registration;
    const secrets = Object.values(parameters);
    if (clientSecret !== undefined) {
      // RFC 6749 2.3.1: form-encoded before base64.
      const pair = new URLSearchParams([[clientId, clientSecret]]).toString().replace("=", ":");
      secrets.push(clientSecret, pair, btoa(pair));
    }
    if (grant.type === "refresh_token") secrets.push(grant.refreshToken);
    if (grant.type === "authorization_code") {
      secrets.push(grant.codeVerifier, grant.state, ...grant.callback.searchParams.getAll("code"));
    }
    return secrets;
  }

  async #ask(
    grant: Grant,
    server: oauth.AuthorizationServer,
    url: string,
    context: AuthContext,
  ): Promise<oauth.TokenEndpointResponse> {
    const { clientId, scope, parameters, redirectUri } = this.#registration;
    const client: oauth.Client = { "client_id": clientId };
    const who = [server, client, this.#clientAuthentication(server)] as const;
    const options = {
      ...requestOptions(url, context),
      additionalParameters: { ...parameters },
    };
    switch (grant.type) {
      case "client_credentials": {
        const asked = { ...parameters, ...(scope !== undefined && { scope }) };
        const response = await oauth.clientCredentialsGrantRequest(...who, asked, options);
        return await oauth.processClientCredentialsResponse(server, client, response);
      }
      case "refresh_token": {
        const response = await oauth.refreshTokenGrantRequest(...who, grant.refreshToken, options);
        return await oauth.processRefreshTokenResponse(server, client, response);
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
          ...(this.#needsNonce(server) &&
            { expectedNonce: await oauth.calculatePKCECodeChallenge(codeVerifier) }),
        });
      }
    }
  }

  #clientAuthentication(server: oauth.AuthorizationServer): oauth.ClientAuth {
    const { clientSecret, clientAuthentication } = this.#registration;
    if (clientSecret === undefined) return oauth.None();
    // RFC 6749 2.3.1: every server takes Basic, unless it says otherwise.
    const named: unknown = server.token_endpoint_auth_methods_supported;
    const methods: unknown[] = Array.isArray(named) ? named : ["client_secret_basic"];
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
    return await described(url.href, context.signal, this.#registration, [], async () => {
      let response = await find("oidc");
      if (response.status === 404) response = await find("oauth2");
      return withoutNone(await oauth.processDiscoveryResponse(url, response));
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

/**
 * An endpoint of the server, from the options or from its metadata.
 *
 * @throws {NetworkingError} `auth_failed` if there is none, or it must not be used.
 */
function endpoint(
  server: oauth.AuthorizationServer,
  name: "token_endpoint" | "authorization_endpoint",
  option: string,
): string {
  const given = server[name];
  if (given === undefined) {
    throw noToken(server.issuer, `its metadata has no ${name}; give ${option}`);
  }
  const url = endpointURL(given);
  if (url !== undefined) return url.href;
  throw noToken(
    server.issuer,
    `the ${name} of its metadata must be ${ENDPOINT_RULE}; give ${option}`,
  );
}

/** OpenID Connect Core 3.1.3.7, RFC 8725 3.2: an ID token without a signature proves nothing. */
function withoutNone(metadata: oauth.AuthorizationServer): oauth.AuthorizationServer {
  const algorithms = metadata.id_token_signing_alg_values_supported;
  if (!Array.isArray(algorithms)) return metadata;
  const signing = algorithms.filter((name) => !/^none$/i.test(String(name)));
  return { ...metadata, "id_token_signing_alg_values_supported": signing };
}

/**
 * OpenID Connect Core 12.2: the ID token of a refresh is for the same user.
 *
 * @throws {NetworkingError} `auth_failed` if it is for another one.
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

/** The user that an ID token names; it was checked when it came. */
export function subjectOf(idToken: string): string | undefined {
  const [, payload = ""] = idToken.split(".");
  try {
    const characters = atob(payload.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(characters, (character) => character.charCodeAt(0));
    const { sub } = JSON.parse(new TextDecoder().decode(bytes));
    return typeof sub === "string" ? sub : undefined;
  } catch {
    return undefined; // the store gave something else
  }
}
