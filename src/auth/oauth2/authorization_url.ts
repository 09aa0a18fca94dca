/**
 * Makes the URL that a user signs in at. PKCE protects the sign-in, and a nonce if the server does not
 * announce PKCE. The request is pushed to the server beforehand if it requires that (PAR, RFC 9126).
 *
 * @module
 */

import * as oauth from "oauth4webapi";
import type { AuthContext } from "../../http/settings/auth_scheme.ts";
import type { AuthorizationServer } from "./server/authorization_server.ts";
import { needsNonce } from "./server/metadata.ts";
import { noToken } from "./grants/no_token.ts";
import type { AuthorizationRequest } from "./sign_in.ts";

/**
 * Returns the URL for one sign-in.
 *
 * @throws {NetworkingError} `auth_failed` if the metadata has no such endpoint, or PKCE without S256.
 */
export async function authorizationURL(
  of: AuthorizationServer,
  { state, codeVerifier }: Pick<AuthorizationRequest, "state" | "codeVerifier">,
  context: AuthContext,
): Promise<string> {
  const url = new URL(await of.endpoint("authorization_endpoint", context));
  const server = await of.metadata(context);
  const methods = server.code_challenge_methods_supported;
  if (Array.isArray(methods) && methods.length > 0 && !methods.includes("S256")) {
    throw noToken(server.issuer, "its metadata offers PKCE without S256; sign-ins need S256");
  }
  const { clientId = "", redirectUri = "", scope } = of.registration;
  const challenge = await oauth.calculatePKCECodeChallenge(codeVerifier);
  const prover = await of.prover();
  const isPushed = of.registration.par === "always" ||
    server.require_pushed_authorization_requests === true;
  const query = new URLSearchParams(of.parameters());
  const own = {
    "response_type": "code",
    "client_id": clientId,
    "redirect_uri": redirectUri,
    ...(scope !== undefined && { scope }),
    ...(needsNonce(of.registration, server) && { nonce: challenge }),
    "code_challenge": challenge,
    "code_challenge_method": "S256",
    // RFC 9449 10: the code is bound to the key too.
    ...(prover !== undefined && { "dpop_jkt": await prover.thumbprint() }),
    state,
  };
  for (const [name, value] of Object.entries(own)) query.set(name, value);
  const shown = isPushed
    ? Object.entries({ "client_id": clientId, "request_uri": await push(of, query, context) })
    : query;
  // The endpoint's own query is kept (RFC 6749 3.1).
  for (const [name] of shown) url.searchParams.delete(name);
  for (const [name, value] of shown) url.searchParams.append(name, value);
  return url.href;
}

/** Pushes the request to the server, and returns its `request_uri` (RFC 9126 2). */
async function push(
  of: AuthorizationServer,
  query: URLSearchParams,
  context: AuthContext,
): Promise<string> {
  return await of.send("pushed_authorization_request_endpoint", context, {
    request: async ({ server, client, authenticate, options }) => {
      const response = await oauth.pushedAuthorizationRequest(
        ...[server, client, authenticate] as const,
        query,
        options,
      );
      return (await oauth.processPushedAuthorizationResponse(server, client, response)).request_uri;
    },
  });
}
