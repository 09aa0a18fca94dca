/**
 * Bearer tokens (RFC 6750): anyone who has the token can use it.
 *
 * @module
 */

import {
  type AuthOptions,
  CredentialScheme,
  type SecretContext,
  secretProvider,
  withHeader,
} from "./credentials.ts";
import type { AuthScheme } from "../http/settings/auth_scheme.ts";

/** RFC 9110 11.4 allows token68; tokens of real servers have other visible characters too. */
export const VISIBLE_ASCII: RegExp = /^[\x21-\x7e]+$/;

/**
 * Sends a token with every request (RFC 6750).
 *
 * @param token The token, or a function that returns it. The function is called at every attempt, retries
 * included, within the timeout of the attempt. It receives `refresh: true` after a server refused the
 * credentials of a WebSocket handshake.
 * @param options The origins that receive it.
 * @throws {TypeError} If the token is empty, or contains spaces, newlines or non-ASCII characters; for a
 * function, during the call.
 *
 * @example
 * ```ts
 * import { bearerAuth, HTTPClient } from "@codomyrmex/networking";
 *
 * const handler = (request: Request) => new Response(request.headers.get("authorization"));
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 * const baseUrl = `http://localhost:${server.addr.port}`;
 * await using client = new HTTPClient({ baseUrl, auth: bearerAuth(() => "t0ken") });
 * console.log((await client.get("/")).text); // Bearer t0ken
 * ```
 */
export function bearerAuth(
  token: string | ((context: SecretContext) => string | Promise<string>),
  options?: AuthOptions,
): AuthScheme {
  const getSecret = secretProvider(
    "make Bearer authentication",
    "token",
    token,
    (text) => VISIBLE_ASCII.test(text),
    "visible ASCII characters without spaces, at least one",
  );
  return new CredentialScheme(
    "Bearer",
    options,
    async (request, context) =>
      withHeader(request, "authorization", `Bearer ${await getSecret(context)}`),
  );
}
