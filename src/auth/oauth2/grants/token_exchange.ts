/**
 * The grant that exchanges one token for another (RFC 8693): a platform's identity for a cloud's token, or a
 * caller's token for one for the next service.
 *
 * @module
 */

import { SIDE_REQUEST_MS } from "../../../http/call/side_request.ts";
import { type Check, list, type OptionTable } from "../../../options/checks.ts";
import { readOptions } from "../../../options/read_options.ts";
import { someText } from "../../../options/some_text.ts";
import { within } from "../../../runtime/within.ts";
import { showOnly } from "../../../redact.ts";
import { isPromiseLike } from "../../../runtime/promise_like.ts";
import { VISIBLE_ASCII } from "../../bearer.ts";
import { secretProvider } from "../../credentials.ts";
import { noToken } from "./no_token.ts";
import type { GrantContext, GrantParameters, OAuth2Grant } from "./grant.ts";

/** The argument of a token provider. */
export type TokenProviderContext = Pick<GrantContext, "fetch" | "signal">;

/** A token, or a function that returns it. The function is called for each exchange. */
export type TokenProvider =
  | string
  | ((context: TokenProviderContext) => string | Promise<string>);

/** Options of {@linkcode tokenExchange}. */
export interface TokenExchangeOptions {
  /** The token of the subject, which the new token is for. */
  readonly subjectToken: TokenProvider;
  /**
   * The type of the subject token: `jwt`, `id_token`, `access_token`, another short name of RFC 8693 3,
   * or a URI.
   *
   * @default {"jwt"}
   */
  readonly subjectTokenType?: string;
  /** The token of the actor, which acts for the subject. */
  readonly actorToken?: TokenProvider;
  /**
   * The type of the actor token.
   *
   * @default {"jwt"}
   */
  readonly actorTokenType?: string;
  /** The type of token to request. Default: the server chooses. */
  readonly requestedTokenType?: string;
  /** The names of the services that the new token is for. */
  readonly audience?: string | readonly string[];
}

const names: Check<string | readonly string[]> = (name, value) =>
  typeof value === "string"
    ? someText(name, value)
    : list(someText, "a string or an array of strings")(name, value);
const provider: Check<TokenProvider> = (name, value) => {
  if (typeof value === "string" || typeof value === "function") return value as TokenProvider;
  throw new TypeError(`Cannot use ${name}: it must be a token, or a function that returns one`);
};
const SHORT = ["jwt", "id_token", "access_token", "refresh_token", "saml1", "saml2"];
const tokenType: Check<string> = (name, value) => {
  const text = someText(name, value);
  if (SHORT.includes(text)) return `urn:ietf:params:oauth:token-type:${text}`;
  if (URL.canParse(text)) return text;
  throw new TypeError(`Cannot use ${name}: it must be a URI, or one of ${SHORT.join(", ")}`);
};

const TABLE = {
  subjectToken: provider,
  subjectTokenType: tokenType,
  actorToken: provider,
  actorTokenType: tokenType,
  requestedTokenType: tokenType,
  audience: names,
} satisfies OptionTable<TokenExchangeOptions>;

const ACTION = "make a token exchange";
const JWT = "urn:ietf:params:oauth:token-type:jwt";

/**
 * Gets tokens in exchange for another token (RFC 8693). The providers are called for each exchange.
 *
 * @param options The token to exchange, and the requested one.
 * @throws {TypeError} If an option is missing, unknown or of the wrong type.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { oauth2, tokenExchange } from "@codomyrmex/networking/auth/oauth2";
 *
 * // A server that exchanges tokens, and an API on the same origin:
 * const handler = async (request: Request) => {
 *   if (new URL(request.url).pathname !== "/token") {
 *     return new Response(request.headers.get("authorization"));
 *   }
 *   const form = await request.formData();
 *   return Response.json({
 *     access_token: `${form.get("audience")}-for-${form.get("subject_token")}`,
 *     issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
 *     token_type: "Bearer",
 *   });
 * };
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 * const baseUrl = `http://localhost:${server.addr.port}`;
 *
 * const grant = tokenExchange({
 *   // On Deno Deploy: () => getIdToken("cloud"), of jsr:@deno/oidc. Or: githubActions("cloud").
 *   subjectToken: () => "platform-identity",
 *   audience: "storage",
 * });
 * const auth = oauth2({ tokenEndpoint: `${baseUrl}/token`, grant });
 * await using client = new HTTPClient({ baseUrl, auth });
 * console.log((await client.get("/")).text); // Bearer storage-for-platform-identity
 * ```
 */
export function tokenExchange(options: TokenExchangeOptions): OAuth2Grant {
  return new TokenExchange(options);
}

class TokenExchange implements OAuth2Grant {
  static {
    showOnly(this, "OAuth2Grant", ({ grantType }) => ({ grantType }));
  }

  readonly grantType = "urn:ietf:params:oauth:grant-type:token-exchange";
  declare readonly issuedTokenType?: string;
  readonly #parameters: GrantParameters;
  readonly #subject: Provider;
  readonly #actor: Provider | undefined;

  constructor(given: TokenExchangeOptions) {
    const options = readOptions(ACTION, given, TABLE);
    const { subjectToken, subjectTokenType = JWT, audience } = options;
    const { actorToken, actorTokenType = JWT, requestedTokenType } = options;
    if (subjectToken === undefined) {
      throw new TypeError(`Cannot ${ACTION}: subjectToken is missing`);
    }
    if (actorToken === undefined && options.actorTokenType !== undefined) {
      throw new TypeError(`Cannot ${ACTION}: actorTokenType needs actorToken`);
    }
    if (requestedTokenType !== undefined) this.issuedTokenType = requestedTokenType;
    this.#subject = reader("subjectToken", subjectToken);
    this.#actor = actorToken === undefined ? undefined : reader("actorToken", actorToken);
    this.#parameters = {
      "subject_token_type": subjectTokenType,
      "actor_token_type": actorToken === undefined ? undefined : actorTokenType,
      "requested_token_type": requestedTokenType,
      audience,
    };
  }

  async parameters(context: GrantContext): Promise<GrantParameters> {
    return {
      ...this.#parameters,
      "subject_token": await bounded(this.#subject, "subjectToken", context),
      "actor_token": this.#actor && await bounded(this.#actor, "actorToken", context),
    };
  }
}

type Provider = (context: TokenProviderContext) => string | Promise<string>;

function reader(name: string, given: TokenProvider): Provider {
  const required = "visible ASCII characters without spaces, at least one";
  return secretProvider(ACTION, name, given, (text) => VISIBLE_ASCII.test(text), required);
}

/** Returns the provider's token, within the time limit of a side request. */
async function bounded(
  provide: Provider,
  name: string,
  { fetch, signal, tokenEndpoint }: GrantContext,
): Promise<string> {
  const given = provide({ fetch, signal });
  if (!isPromiseLike(given)) return given;
  const late = () =>
    noToken(tokenEndpoint, `${name} returned no token within ${SIDE_REQUEST_MS / 1000} s`);
  return await within(given, SIDE_REQUEST_MS, signal, late);
}
