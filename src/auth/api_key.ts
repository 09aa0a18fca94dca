/**
 * API keys: a secret in a header, query parameter or cookie. The service chooses the name.
 *
 * @module
 */

import { isToken } from "../formats/tokens.ts";
import {
  type AuthOptions,
  CredentialScheme,
  type SecretContext,
  secretProvider,
  withHeader,
} from "./credentials.ts";
import type { AuthScheme } from "../http/settings/auth_scheme.ts";
import { lazy } from "../runtime/lazy.ts";

/** The argument of {@linkcode apiKeyAuth}. */
export interface APIKey extends AuthOptions {
  /** The name of the header, the query parameter or the cookie. */
  readonly name: string;
  /** The key, or a function that returns it. The function is called at every attempt. */
  readonly value: string | ((context: SecretContext) => string | Promise<string>);
  /** Where the key is sent. Servers and proxies write keys in the query to their logs. */
  readonly in: "header" | "query" | "cookie";
}

/** Puts a key in the query or a cookie, as few services require. */
const PLACED_KEYS = /* @__PURE__ */ lazy(() => import("./placed_keys.ts"));

const PLACES = {
  header: {
    name: (name: string) => isToken(name),
    value: (value: string) => /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value),
    required: "visible ASCII characters, at least one",
  },
  query: {
    name: (name: string) => name !== "" && name.isWellFormed(),
    value: (value: string) => value !== "" && value.isWellFormed(),
    required: "a string that is not empty",
  },
  cookie: {
    name: (name: string) => isToken(name),
    // RFC 6265bis 4.1.1, cookie-octet
    value: (value: string) => /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/.test(value),
    required: "visible ASCII characters without quotes, commas, semicolons and backslashes",
  },
};
const ACTION = "make API key authentication";

/**
 * Sends an API key with every request, where the service expects it. Redirects treat the header as a
 * credential. Values of the header and the query parameter are never shown.
 *
 * @param key The key, and where it is sent.
 * @throws {TypeError} If the name or the value is not allowed there; for a function, during the call.
 *
 * @example
 * ```ts
 * import { apiKeyAuth, HTTPClient } from "@codomyrmex/networking";
 *
 * const handler = (request: Request) => new Response(request.headers.get("x-api-key"));
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 * const auth = apiKeyAuth({ name: "X-API-Key", value: "k3y", in: "header" });
 * await using client = new HTTPClient({ baseUrl: `http://localhost:${server.addr.port}`, auth });
 * console.log((await client.get("/")).text); // k3y
 * ```
 */
export function apiKeyAuth(key: APIKey): AuthScheme {
  const { name, value, in: place, ...options } = key;
  if (!Object.hasOwn(PLACES, place)) {
    throw new TypeError(
      `Cannot ${ACTION}: in must be "header", "query" or "cookie", not ${JSON.stringify(place)}`,
    );
  }
  const rules = PLACES[place];
  if (typeof name !== "string" || !rules.name(name)) {
    throw new TypeError(`Cannot ${ACTION}: the name must be one that a ${place} can have`);
  }
  const getSecret = secretProvider(ACTION, "value", value, rules.value, rules.required);
  return new CredentialScheme(
    "API key",
    options,
    async (request, context) => {
      const secret = await getSecret(context);
      if (place === "header") return withHeader(request, name.toLowerCase(), secret);
      const put = PLACED_KEYS.now ?? await PLACED_KEYS.load();
      return put[place](request, name, secret);
    },
    [name.toLowerCase()],
  );
}
