/**
 * Where credentials may go, decided once where they were given. Calls, pages and redirects only ask.
 *
 * @module
 */

import type { AuthScheme } from "./auth_scheme.ts";

/** A scheme, and the origins that its credentials are for. */
export interface BoundAuth {
  readonly scheme: AuthScheme;
  readonly origins: ReadonlySet<string>;
  /** For several schemes in one: those that may go to an origin, and no others. */
  readonly only: ((origin: string) => BoundAuth | undefined) | undefined;
}

/** A scheme made of others. Each has origins of its own, which are no permission for the rest. */
export interface CombinedScheme extends AuthScheme {
  /** This scheme, with each of its parts bound by `bind`. */
  readonly bindParts: (bind: (part: AuthScheme) => BoundAuth) => BoundAuth;
}

/**
 * The scheme that the option gives, bound to its origins or else to `origin`.
 *
 * @throws {TypeError} If no origin is known for it, or one of its origins is not valid.
 */
export function bindAuth(
  scheme: AuthScheme | CombinedScheme,
  origin: string | undefined,
): BoundAuth {
  if ("bindParts" in scheme) return scheme.bindParts((part) => bindAuth(part, origin));
  const given = scheme.origins ?? (origin === undefined ? undefined : [origin]);
  if (given === undefined) {
    throw new TypeError(
      `Cannot use auth: nothing says which origin gets the ${scheme.name} credentials; give the ` +
        "client a baseUrl, or the scheme its origins",
    );
  }
  if (!Array.isArray(given) || given.length === 0) {
    throw new TypeError("Cannot use auth: origins must be an array of at least one origin");
  }
  return { scheme, origins: new Set(given.map(checkOrigin)), only: undefined };
}

function checkOrigin(given: unknown): string {
  const url = typeof given === "string" && URL.canParse(given) ? new URL(given) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) {
    return url.origin;
  }
  throw new TypeError(
    "Cannot use auth: each of its origins must be like https://api.example.com",
  );
}
