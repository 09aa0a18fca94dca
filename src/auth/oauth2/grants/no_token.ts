/**
 * The error of a failed token request.
 *
 * @module
 */

import { NetworkingError } from "../../../errors.ts";
import { describeURL } from "../../../redact.ts";

/** Returns the error of a request that got no access token, or whose `action` failed. */
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
