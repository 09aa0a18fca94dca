/**
 * Several schemes; the server's challenge chooses one of them (RFC 9110 11.6.1).
 *
 * @module
 */

import type { HTTPRequest } from "../http/request/http_request.ts";
import { showOnly } from "../redact.ts";
import { schemeFacts } from "./credentials.ts";
import { lazy } from "../runtime/lazy.ts";
import type { AuthContext, AuthFlow, AuthScheme } from "../http/settings/auth_scheme.ts";

/** Loaded for the first request; most programs use one scheme. */
const NEGOTIATION = /* @__PURE__ */ lazy(() => import("./negotiate_flow.ts"));

/** Strongest first; others are between Bearer and Basic, in the order given. */
const STRENGTH: Readonly<Record<string, number>> = { dpop: 4, digest: 3, bearer: 2, basic: 0 };

/**
 * Authenticates as the server asks: the first request to an origin goes without credentials, and the
 * next one uses the strongest scheme that the server's `WWW-Authenticate` names. Later requests use
 * the scheme that the origin accepted.
 *
 * Over `http:` anyone on the way can make a challenge and read the answer. There it chooses Digest
 * alone, unless another scheme has `allowClearText` or the host is this machine.
 *
 * @param schemes Schemes that a server can ask for; an API key is not one.
 * @throws {TypeError} If there is no scheme, or a server cannot ask for one of them.
 *
 * @example
 * ```ts
 * import { negotiate, basicAuth, bearerAuth, HTTPClient } from "@codomyrmex/networking";
 *
 * const handler = (request: Request) =>
 *   request.headers.has("authorization")
 *     ? new Response(request.headers.get("authorization"))
 *     : new Response(null, { status: 401, headers: { "www-authenticate": "Basic realm=r, Bearer" } });
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 * const auth = negotiate(basicAuth("ada", "engine"), bearerAuth("t0ken"));
 * await using client = new HTTPClient({ baseUrl: `http://localhost:${server.addr.port}`, auth });
 * console.log((await client.get("/")).text); // Bearer t0ken
 * ```
 */
export function negotiate(...schemes: readonly AuthScheme[]): AuthScheme {
  return new Negotiation(schemes);
}

class Negotiation implements AuthScheme {
  static {
    showOnly(this, "AuthScheme", schemeFacts);
  }

  declare readonly name: string;
  declare readonly origins: readonly string[] | undefined;
  declare readonly requiresBody: boolean;
  declare readonly sensitiveNames: readonly string[];
  readonly #schemes: readonly AuthScheme[];
  /** The scheme that each origin accepted last. */
  readonly #chosen = new Map<string, AuthScheme>();

  constructor(schemes: readonly AuthScheme[]) {
    if (schemes.length === 0) {
      throw new TypeError("Cannot negotiate: give it at least one scheme");
    }
    for (const scheme of schemes) {
      if (typeof scheme?.authenticate !== "function") {
        throw new TypeError(
          "Cannot negotiate: each argument must be a scheme such as basicAuth()",
        );
      }
      if (/[^!-~]/.test(scheme.name)) {
        throw new TypeError(
          `Cannot negotiate: no server asks for ${scheme.name} by name; use that scheme alone`,
        );
      }
    }
    const ranked = schemes.toSorted((one, other) => strength(other) - strength(one));
    this.#schemes = ranked;
    this.name = ranked.map(({ name }) => name).join(" or ");
    const origins = schemes.flatMap((scheme) => scheme.origins ?? []);
    if (origins.length > 0 && !schemes.every((scheme) => scheme.origins)) {
      throw new TypeError("Cannot negotiate: give origins to all of its schemes, or to none");
    }
    this.origins = origins.length > 0 ? [...new Set(origins)] : undefined;
    this.requiresBody = schemes.some((scheme) => scheme.requiresBody);
    this.sensitiveNames = schemes.flatMap((scheme) => scheme.sensitiveNames ?? []);
  }

  async *authenticate(request: HTTPRequest, context: AuthContext): AuthFlow {
    const { negotiateFlow } = NEGOTIATION.now ?? await NEGOTIATION.load();
    yield* negotiateFlow(this.#schemes, this.#chosen, request, context);
  }
}

function strength({ name }: AuthScheme): number {
  return STRENGTH[name.toLowerCase()] ?? 1;
}
