/**
 * The origins that credentials may go to. They are set once, where the option is read; calls, pages and
 * redirects only check them.
 *
 * @module
 */

import type { AuthScheme } from "./auth_scheme.ts";

/** A scheme, and the origins that receive its credentials. */
export interface BoundAuth {
  readonly scheme: AuthScheme;
  readonly origins: ReadonlySet<string>;
  /** For a combined scheme: returns only the schemes that may go to an origin. */
  readonly only: ((origin: string) => BoundAuth | undefined) | undefined;
}

/** A scheme made of others. Each has its own origins, which do not apply to the rest. */
export interface CombinedScheme extends AuthScheme {
  /** Returns this scheme with each of its parts bound by `bind`. */
  readonly bindParts: (bind: (part: AuthScheme) => BoundAuth) => BoundAuth;
}

/**
 * Binds the scheme of the option to its own origins, or else to `origin`.
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
      `Cannot use auth: no origin is known for the ${scheme.name} credentials; set baseUrl of the ` +
        "client or origins of the scheme",
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
