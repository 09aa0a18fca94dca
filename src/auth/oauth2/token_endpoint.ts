/**
 * Speaks to an authorization server: discovery, grants, and what its answers mean. The protocol is
 * that of `oauth4webapi`; this hands it what sends, and gives its failures the form of ours, without
 * what the server sent, which may hold a token.
 *
 * @module
 */

import * as oauth from "oauth4webapi";
import { NetworkingError } from "../../errors.ts";
import { isLoopbackHost } from "../../hosts/loopback.ts";
import { describeURL } from "../../redact.ts";
import { hideSecrets } from "../../formats/secret_text.ts";
import { VISIBLE_ASCII } from "../bearer.ts";
import type { AuthContext } from "../../http/settings/auth_scheme.ts";
import { ENDPOINT_RULE, endpointURL } from "./endpoint_rules.ts";
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
    const server = await this.#server(context);
    return new URL(endpoint(server, "authorization_endpoint", "authorizationEndpoint"));
  }

  /**
   * Finds the token endpoint, if that was not done yet, so that nothing but the request is left.
   *
   * @throws {NetworkingError} `auth_failed` if there is none, or not one to send secrets to.
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
    const ask = () => this.#ask(grant, server, url, context);
    const answer = await described(
      url,
      context.signal,
      ask,
      this.#secrets(grant),
      this.#registration,
    );
    const { access_token, refresh_token, expires_in, scope, id_token, token_type } = answer;
    if (token_type !== "bearer" || !VISIBLE_ASCII.test(access_token)) {
      throw failure(url, "what it gave is no Bearer token of visible ASCII characters");
    }
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
    const secret = this.#clientAuthentication(server);
    const options = {
      ...requestOptions(url, context),
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
    return await described(url.href, context.signal, async () => {
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
 * @throws {NetworkingError} `auth_failed` if there is none, or one that must not be used.
 */
function endpoint(
  server: oauth.AuthorizationServer,
  name: "token_endpoint" | "authorization_endpoint",
  option: string,
): string {
  const given = server[name];
  if (given === undefined) {
    throw failure(server.issuer, `its metadata has no ${name}; give ${option}`);
  }
  const url = endpointURL(given);
  if (url !== undefined) return url.href;
  throw failure(
    server.issuer,
    `the ${name} of its metadata must not be used: it must be ${ENDPOINT_RULE}; give ${option}`,
  );
}

/** OpenID Connect Core 3.1.3.7, RFC 8725 3.2: an ID token without a signature is nobody's. */
function withoutNone(metadata: oauth.AuthorizationServer): oauth.AuthorizationServer {
  const algorithms = metadata.id_token_signing_alg_values_supported;
  if (!Array.isArray(algorithms)) return metadata;
  const signing = algorithms.filter((name) => !/^none$/i.test(String(name)));
  return { ...metadata, "id_token_signing_alg_values_supported": signing };
}

async function described<T>(
  url: string,
  signal: AbortSignal,
  ask: () => Promise<T>,
  secrets: readonly string[] = [],
  registration: Registration | undefined = undefined,
): Promise<T> {
  try {
    return await ask();
  } catch (thrown) {
    if (thrown instanceof NetworkingError && thrown.code === "closed") throw thrown;
    const hide = (text: string) => hideSecrets(text, secrets, "…"); // a server may quote them
    const why = explain(thrown, hide, registration);
    if (why === undefined || signal.aborted) throw thrown; // an abort
    throw failure(url, why, thrown instanceof NetworkingError ? thrown : undefined);
  }
}

/** The failure in words. The causes of `oauth4webapi` hold what the server sent, and are not kept. */
function explain(
  thrown: unknown,
  hide: (text: string) => string,
  registration: Registration | undefined,
): string | undefined {
  if (thrown instanceof NetworkingError) return hide(thrown.message);
  if (thrown instanceof oauth.ResponseBodyError) {
    const { status, error, error_description } = thrown;
    const advice = error === "invalid_grant" ? "; the user has to sign in again" : "";
    return `it answered ${status} ${words(error, error_description, hide)}${advice}`;
  }
  if (thrown instanceof oauth.AuthorizationResponseError) {
    const { error, error_description } = thrown;
    return `it sent the user back with ${words(error, error_description, hide)}`;
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
    return `its answer cannot be used: ${hide(message)}${status}${
      advise(code, message, registration)
    }`;
  }
  // What oauth4webapi does not expect of a server, such as an issuer that is not a URL.
  if (thrown instanceof TypeError) {
    return "its answer cannot be used: it has values of a wrong kind";
  }
  return undefined;
}

function advise(
  code: string | undefined,
  message: string,
  registration: Registration | undefined,
): string {
  if (code === oauth.JWT_TIMESTAMP_CHECK) {
    return "; its clock and the one here differ: set the one that is wrong";
  }
  // Without an issuer, the origin of the endpoint counts as one.
  const isGuessed = registration?.tokenEndpoint !== undefined && registration.issuer === undefined;
  return isGuessed && /"iss"/.test(message)
    ? "; give oauth2() the issuer, as the server's documentation has it"
    : "";
}

/**
 * An error of RFC 6749 5.2, in the characters that it allows and no more than a line. It is shortened
 * after what is secret was hidden: the part of a secret is not found.
 */
function words(
  error: string,
  description: string | undefined,
  hide: (text: string) => string,
): string {
  const shown = [error, ...(description === undefined ? [] : [description])];
  return shown.map((text) => {
    const line = (CODES.has(text) ? text : hide(text)).replaceAll(/[^\x20-\x7e…]/g, " ");
    return line.length > LONGEST_WORDS ? `${line.slice(0, LONGEST_WORDS)}…` : line;
  }).join(": ");
}

/** Codes of RFC 6749 and OpenID Connect Core 3.1.2.6, though a parameter may have one of their words. */
const CODES: ReadonlySet<string> = new Set([
  ...["invalid_request", "invalid_client", "invalid_grant", "invalid_scope", "access_denied"],
  ...["unauthorized_client", "unsupported_grant_type", "unsupported_response_type"],
  ...["server_error", "temporarily_unavailable", "interaction_required", "login_required"],
  ...["account_selection_required", "consent_required"],
]);

/** How much of an error of the server's is shown. */
const LONGEST_WORDS = 200;

function failure(url: string, why: string, cause?: NetworkingError): NetworkingError {
  return new NetworkingError(
    "auth_failed",
    `Cannot get an access token from ${describeURL(url)}: ${why}`,
    { method: "POST", url, ...(cause !== undefined && { cause }) },
  );
}
