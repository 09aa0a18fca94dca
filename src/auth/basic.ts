/**
 * Basic authentication (RFC 7617): user and password, readable by anyone who sees the request.
 *
 * @module
 */

import { basicCredentials } from "../formats/basic_credentials.ts";
import { type AuthOptions, CredentialScheme, withHeader } from "./credentials.ts";
import type { AuthScheme } from "../http/settings/auth_scheme.ts";

// deno-lint-ignore no-control-regex -- it finds control characters, which RFC 7617 2 forbids
const CONTROL = /[\x00-\x1f\x7f]/;

/**
 * Sends user and password with every request (RFC 7617), in UTF-8.
 *
 * @param user The user; may be empty. It must not contain a colon.
 * @param password The password; may be empty.
 * @param options The origins that receive them.
 * @throws {TypeError} If the user contains a colon, or either contains a control character.
 *
 * @example
 * ```ts
 * import { basicAuth, HTTPClient } from "@codomyrmex/networking";
 *
 * const handler = (request: Request) => new Response(request.headers.get("authorization"));
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 * const baseUrl = `http://localhost:${server.addr.port}`;
 * await using client = new HTTPClient({ baseUrl, auth: basicAuth("ada", "engine") });
 * console.log((await client.get("/")).text); // Basic YWRhOmVuZ2luZQ==
 * ```
 */
export function basicAuth(user: string, password: string, options?: AuthOptions): AuthScheme {
  for (const [what, text] of Object.entries({ user, password })) {
    if (typeof text === "string" && !CONTROL.test(text)) continue;
    throw new TypeError(
      `Cannot make Basic authentication: the ${what} must be a string without control characters`,
    );
  }
  if (user.includes(":")) {
    throw new TypeError(
      "Cannot make Basic authentication: the user must not contain a colon (RFC 7617 2)",
    );
  }
  const value = basicCredentials(user, password);
  return new CredentialScheme(
    "Basic",
    options,
    (request) => withHeader(request, "authorization", value),
  );
}
