/**
 * Chooses the scheme of an operation by its security requirements and the credentials.
 *
 * @module
 */

import { apiKeyAuth } from "../../auth/api_key.ts";
import { basicAuth } from "../../auth/basic.ts";
import { bearerAuth } from "../../auth/bearer.ts";
import type { AuthContext, AuthScheme } from "../../http/settings/auth_scheme.ts";
import type { ResponseHead } from "../../hooks.ts";
import type { BoundAuth, CombinedScheme } from "../../http/settings/bound_auth.ts";
import { authFor } from "../../http/settings/auth_for.ts";
import type { HTTPRequest } from "../../http/request/http_request.ts";
import { showOnly } from "../../redact.ts";

/** A security scheme of the description. */
export type SecurityScheme =
  | { readonly type: "apiKey"; readonly in: "header" | "query" | "cookie"; readonly name: string }
  | { readonly type: "http"; readonly scheme: string }
  | { readonly type: "oauth2" | "openIdConnect" | "mutualTLS" };

/** A user and a password, for `http` with `basic`. */
export interface UserPassword {
  /** The user. */
  readonly username: string;
  /** The password. */
  readonly password: string;
}

/** A credential: a token or key, a function that returns one, a user with a password, or any scheme. */
export type Credential = string | (() => string | Promise<string>) | UserPassword | AuthScheme;

/** The values that each kind of scheme takes. */
const TAKES: Readonly<Record<string, string>> = {
  apiKey: "the key, or an AuthScheme",
  basic: "{ username, password }, or an AuthScheme",
  bearer: "a token, or an AuthScheme",
  oauth2: "a token, or an AuthScheme such as oauth2()",
  openIdConnect: "a token, or an AuthScheme such as oauth2()",
  digest: "an AuthScheme: digestAuth(user, password) of ./auth/digest",
  dpop: "an AuthScheme: oauth2() of ./auth/oauth2 with dpop",
};

/**
 * Returns the scheme that sends `credential` as the description requires.
 *
 * @throws {TypeError} If the security scheme takes another kind of credential.
 */
export function toScheme(name: string, scheme: SecurityScheme, credential: Credential): AuthScheme {
  const kind = scheme.type === "http" ? scheme.scheme.toLowerCase() : scheme.type;
  if (kind === "mutualTLS") {
    throw new TypeError(
      `Cannot use auth.${name}: the security scheme is mutualTLS, a certificate of the connection; ` +
        "give it to the transport, as cert and key",
    );
  }
  if (isAuthScheme(credential)) return credential;
  const isToken = typeof credential === "string" || typeof credential === "function";
  if (scheme.type === "apiKey" && isToken) {
    return apiKeyAuth({ name: scheme.name, value: credential, in: scheme.in });
  }
  if (kind === "basic" && !isToken && isUserPassword(credential)) {
    return basicAuth(credential.username, credential.password);
  }
  if (["bearer", "oauth2", "openIdConnect"].includes(kind) && isToken) {
    return bearerAuth(credential);
  }
  const takes = Object.hasOwn(TAKES, kind) ? TAKES[kind] : "an AuthScheme of your own";
  throw new TypeError(
    `Cannot use auth.${name}: the security scheme is ${kind}, which takes ${takes}`,
  );
}

/** Whether a value is an AuthScheme. */
export function isAuthScheme(value: unknown): value is AuthScheme {
  return typeof value === "object" && value !== null && "authenticate" in value;
}

function isUserPassword(value: unknown): value is UserPassword {
  const { username, password } = Object(value) as Partial<UserPassword>;
  return typeof username === "string" && typeof password === "string";
}

/** Several schemes on one request; one that waits for a challenge must be the last. */
class AllOf implements CombinedScheme {
  static {
    showOnly(this, "AuthScheme", ({ name }) => ({ name }));
  }

  readonly name: string;
  readonly sensitiveNames: readonly string[];
  readonly requiresBody: boolean;
  readonly #schemes: readonly AuthScheme[];

  constructor(schemes: readonly AuthScheme[]) {
    this.#schemes = schemes;
    this.name = schemes.map(({ name }) => name).join(" and ");
    this.sensitiveNames = schemes.flatMap(({ sensitiveNames = [] }) => sensitiveNames);
    this.requiresBody = schemes.some(({ requiresBody }) => requiresBody === true);
  }

  bindParts(bind: (part: AuthScheme) => BoundAuth): BoundAuth {
    return together(this.#schemes.map(bind));
  }

  async *authenticate(
    request: HTTPRequest,
    context: AuthContext,
  ): AsyncGenerator<HTTPRequest, void, ResponseHead> {
    let current = request;
    for (const scheme of this.#schemes.slice(0, -1)) {
      const flow = scheme.authenticate(current, context);
      const { done, value } = await flow.next();
      await flow.return();
      if (!done) current = value;
    }
    yield* this.#schemes.at(-1)!.authenticate(current, context);
  }
}

/** Several schemes on one request, each with its own origins. */
function together(parts: readonly BoundAuth[]): BoundAuth {
  const [first] = parts;
  const all: BoundAuth = {
    scheme: parts.length === 1 ? first!.scheme : new AllOf(parts.map(({ scheme }) => scheme)),
    origins: new Set(parts.flatMap(({ origins }) => [...origins])),
    only(origin) {
      const allowed = parts.flatMap((part) => authFor(part, origin) ?? []);
      if (allowed.length === 0) return undefined;
      return allowed.length === parts.length ? all : together(allowed);
    },
  };
  return all;
}

/**
 * Returns the scheme for the first alternative that the credentials satisfy, or `undefined` if the operation
 * needs none.
 *
 * @param give The scheme of a name, if there are credentials for it.
 * @param hint Advice for a caller without credentials.
 * @throws {TypeError} If no alternative is satisfied; the message names them.
 */
export function chooseScheme(
  alternatives: readonly (readonly string[])[],
  give: (name: string) => AuthScheme | undefined,
  hint: () => string,
): AuthScheme | undefined {
  for (const names of alternatives) {
    const schemes = names.map(give);
    if (names.length === 0 || schemes.includes(undefined)) continue;
    const found = schemes as AuthScheme[];
    return found.length === 1 ? found[0] : new AllOf(found);
  }
  if (alternatives.length === 0 || alternatives.some((names) => names.length === 0)) {
    return undefined;
  }
  const wanted = alternatives.map((names) => names.join(" and ")).join(", or ");
  throw new TypeError(`it needs credentials for ${wanted}; ${hint()}`);
}
