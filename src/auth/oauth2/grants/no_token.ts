/**
 * The error of what gets no token.
 *
 * @module
 */

import { NetworkingError } from "../../../errors.ts";
import { describeURL } from "../../../redact.ts";

/** The error of a call that gets no access token, or that cannot do what `action` says. */
export function noToken(
  url: string,
  why: string,
  cause?: NetworkingError,
  action = "get an access token from",
): NetworkingError {
  return new NetworkingError(
    "auth_failed",
    `Cannot ${action} ${describeURL(url)}: ${why}`,
    { method: "POST", url, ...(cause !== undefined && { cause }) },
  );
}
