/**
 * Errors of clocks and of closed clients.
 *
 * @module
 */

import { NetworkingError } from "../../errors.ts";
import { describeURL } from "../../redact.ts";

/** The error of calls on a closed client. */
export function closedError(method: string, url: string): NetworkingError {
  return new NetworkingError(
    "closed",
    `Cannot ${method} ${describeURL(url)}: the client is closed; make a new one`,
    { method, url },
  );
}
