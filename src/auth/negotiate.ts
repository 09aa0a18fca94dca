/**
 * Combines several schemes; the server's challenge chooses one (RFC 9110 11.6.1).
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

/** The strength of each scheme. Others are between Bearer and Basic, in the order of the arguments. */
const STRENGTH: Readonly<Record<string, number>> = { dpop: 4, digest: 3, bearer: 2, basic: 0 };

/**
 * Authenticates with the scheme that the server requests. The first request to an origin has no credentials.
 * The next one uses the strongest scheme in the server's `WWW-Authenticate`. Later requests use the scheme
 * that the origin accepted.
 *
 * Over `http:`, anyone on the network path can send a challenge and read the credentials. There it chooses
 * only Digest, unless another scheme has `allowClearText` or the host is this machine.
 *
 * @param schemes Schemes that a server can request by name; an API key is not one.
 * @throws {TypeError} If there is no scheme, or a server cannot request one of them by name.
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
      throw new TypeError("Cannot negotiate: pass at least one scheme");
    }
    for (const scheme of schemes) {
      if (typeof scheme?.authenticate !== "function") {
        throw new TypeError(
          "Cannot negotiate: each argument must be a scheme such as basicAuth()",
        );
      }
      if (/[^!-~]/.test(scheme.name)) {
        throw new TypeError(
          `Cannot negotiate: servers cannot request ${scheme.name}; use it alone`,
        );
      }
    }
    const ranked = schemes.toSorted((one, other) => strength(other) - strength(one));
    this.#schemes = ranked;
    this.name = ranked.map(({ name }) => name).join(" or ");
    const origins = schemes.flatMap((scheme) => scheme.origins ?? []);
    if (origins.length > 0 && !schemes.every((scheme) => scheme.origins)) {
      throw new TypeError("Cannot negotiate: set origins on all schemes or on none");
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
