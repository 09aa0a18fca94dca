/**
 * Bearer tokens (RFC 6750): whoever has the token is the caller.
 *
 * @module
 */

import { type AuthOptions, CredentialScheme, secretProvider, withHeader } from "./credentials.ts";
import type { AuthScheme } from "../http/settings/auth_scheme.ts";

/** RFC 9110 11.4 has token68; what real servers give out has other visible characters too. */
export const VISIBLE_ASCII: RegExp = /^[\x21-\x7e]+$/;

/**
 * Sends a token with every request (RFC 6750).
 *
 * @param token The token, or a function that gives it; it is asked at every attempt, retries
 * included, and has the time that the attempt has.
 * @param options Where it may go.
 * @throws {TypeError} If the token is empty, or has spaces, newlines or other than ASCII; for a
 * function, when the call is made.
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
  token: string | (() => string | Promise<string>),
  options?: AuthOptions,
): AuthScheme {
  const give = secretProvider(
    "make Bearer authentication",
    "token",
    token,
    (text) => VISIBLE_ASCII.test(text),
    "visible ASCII characters without spaces, and not empty",
  );
  return new CredentialScheme(
    "Bearer",
    options,
    async (request) => withHeader(request, "authorization", `Bearer ${await give()}`),
  );
}
