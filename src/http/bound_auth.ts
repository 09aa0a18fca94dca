/**
 * Which origins a scheme's credentials are for, decided where the `auth` option is read.
 *
 * @module
 */

import type { AuthScheme } from "../auth/scheme.ts";

/** A scheme, and the origins that its credentials are for. */
export interface BoundAuth {
  readonly scheme: AuthScheme;
  readonly origins: ReadonlySet<string>;
}

/**
 * The scheme that the option gives, bound to its origins or else to `origin`.
 *
 * @throws {TypeError} If there is no origin that it could be for, or one of its origins is none.
 */
export function bindAuth(scheme: AuthScheme, origin: string | undefined): BoundAuth {
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
  return { scheme, origins: new Set(given.map(checkOrigin)) };
}

function checkOrigin(given: unknown): string {
  const url = typeof given === "string" && URL.canParse(given) ? new URL(given) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) {
    return url.origin;
  }
  throw new TypeError(
    "Cannot use auth: each of its origins must be like https://api.example.com, without path or userinfo",
  );
}
