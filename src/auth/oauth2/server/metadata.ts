/**
 * Fetches the metadata of a server (RFC 8414, OpenID Connect Discovery).
 *
 * @module
 */

import * as oauth from "oauth4webapi";
import { isLoopbackHost } from "../../../hosts/loopback.ts";
import type { AuthContext } from "../../../http/settings/auth_scheme.ts";
import { isRecord } from "../../../options/checks.ts";
import { ENDPOINTS, type Registration } from "./check_options.ts";
import { described } from "./endpoint_failure.ts";

/** How `oauth4webapi` sends a request. */
export interface RequestOptions {
  [oauth.allowInsecureRequests]: boolean;
  [oauth.customFetch]: AuthContext["fetch"];
  signal: AbortSignal;
}

/** Returns the metadata of the server, with the endpoints of the options in place of its own. */
export async function findMetadata(
  registration: Registration,
  context: AuthContext,
): Promise<oauth.AuthorizationServer> {
  const { issuer, tokenEndpoint, clientAuthentication: how } = registration;
  const given = Object.fromEntries(
    Object.entries(ENDPOINTS)
      .filter(([, option]) => registration[option] !== undefined)
      .map(([name, option]) => [name, registration[option]]),
  );
  if (tokenEndpoint !== undefined) {
    return { issuer: issuer ?? new URL(tokenEndpoint).origin, ...given };
  }
  const url = new URL(issuer!);
  const find = (algorithm: "oidc" | "oauth2") =>
    oauth.discoveryRequest(url, { ...requestOptions(url.href, context), algorithm });
  return await described(url.href, context.signal, registration, [], async () => {
    let response = await find("oidc");
    if (response.status === 404) response = await find("oauth2");
    const found = withoutNone(await oauth.processDiscoveryResponse(url, response));
    // RFC 8705 5: the endpoints of clients with a certificate; browsers sign in without one.
    const { mtls_endpoint_aliases: aliases, authorization_endpoint } = found;
    const isMutual = typeof how === "object" && how.method === "tls_client_auth";
    return {
      ...found,
      ...(isMutual && isRecord(aliases) && { ...aliases, authorization_endpoint }),
      ...given,
    } as oauth.AuthorizationServer;
  });
}

/** Returns the options of a request to `url`. */
export function requestOptions(url: string, { fetch, signal }: AuthContext): RequestOptions {
  return {
    [oauth.allowInsecureRequests]: isLoopbackHost(new URL(url).hostname),
    [oauth.customFetch]: fetch,
    signal,
  };
}

/** OpenID Connect Core 3.1.3.7, RFC 8725 3.2: an ID token without a signature proves nothing. */
function withoutNone(metadata: oauth.AuthorizationServer): oauth.AuthorizationServer {
  const algorithms = metadata.id_token_signing_alg_values_supported;
  if (!Array.isArray(algorithms)) return metadata;
  const signing = algorithms.filter((name) => !/^none$/i.test(String(name)));
  return { ...metadata, "id_token_signing_alg_values_supported": signing };
}

/**
 * Whether a sign-in needs a nonce (OpenID Connect Core 3.1.2.1): a server that does not announce PKCE (RFC
 * 8414 2) may ignore the code verifier. The nonce is the code challenge, which is random, made for this
 * sign-in, and known with the verifier.
 */
export function needsNonce(
  { tokenEndpoint, scope = "" }: Registration,
  { code_challenge_methods_supported: methods }: oauth.AuthorizationServer,
): boolean {
  const isAnnounced = Array.isArray(methods) && methods.includes("S256");
  return tokenEndpoint === undefined && !isAnnounced && scope.split(" ").includes("openid");
}
