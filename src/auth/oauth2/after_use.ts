/**
 * Revokes tokens (RFC 7009), and introspects them (RFC 7662).
 *
 * @module
 */

import * as oauth from "oauth4webapi";
import type { AuthContext } from "../../http/settings/auth_scheme.ts";
import type { AuthorizationServer } from "./server/authorization_server.ts";
import { failureOf } from "./server/endpoint_failure.ts";
import type { Introspection } from "./sign_in.ts";
import type { TokenSet } from "./store/token_store.ts";

/** Revokes the tokens. The refresh token is first, since most servers revoke the others with it. */
export async function revokeTokens(
  server: AuthorizationServer,
  { accessToken, refreshToken }: TokenSet,
  context: AuthContext,
): Promise<void> {
  if (refreshToken !== undefined) await revoke(server, refreshToken, "refresh_token", context);
  try {
    await revoke(server, accessToken, "access_token", context);
  } catch (thrown) {
    // Some servers cannot revoke access tokens (RFC 7009 2.2.1).
    const isLeft = failureOf(thrown)?.error === "unsupported_token_type";
    if (!isLeft || refreshToken === undefined) throw thrown;
  }
}

async function revoke(
  of: AuthorizationServer,
  token: string,
  hint: string,
  context: AuthContext,
): Promise<void> {
  await of.send("revocation_endpoint", context, {
    request: async ({ server, client, authenticate, options }) => {
      const additionalParameters = { "token_type_hint": hint };
      const request = { ...options, additionalParameters };
      const who = [server, client, authenticate] as const;
      const response = await oauth.revocationRequest(...who, token, request);
      await oauth.processRevocationResponse(response);
    },
  });
}

/** Returns the server's facts about a token. */
export async function introspectToken(
  of: AuthorizationServer,
  token: string,
  context: AuthContext,
): Promise<Introspection> {
  return await of.send("introspection_endpoint", context, {
    request: async ({ server, client, authenticate, options }) => {
      const who = [server, client, authenticate] as const;
      const request = { ...options, requestJwtResponse: false };
      const response = await oauth.introspectionRequest(...who, token, request);
      return await oauth.processIntrospectionResponse(server, client, response);
    },
  });
}
