/**
 * The error form of a response other than 2xx.
 *
 * @module
 */

import { brand, NetworkingError } from "../errors.ts";
import { describeURL } from "../redact.ts";
import type { Response } from "./response.ts";

/**
 * A response other than 2xx, where the caller asked for errors: `throwOnError: true`, or
 * `raiseForStatus()`. The response is in it, whole and readable.
 */
export class HTTPError extends NetworkingError {
  static {
    brand(this, "HTTPError");
  }

  /** The response; its body is buffered and can be read any number of times. */
  readonly response: Response;
  /** The status code of the response. */
  readonly statusCode: number;

  /**
   * Makes the error.
   *
   * @param response The response that is to be an error.
   */
  constructor(response: Response) {
    const { statusCode, reason, method, url, attempts, retryAfterMs, retrySkipped } = response;
    const status = reason === "" ? String(statusCode) : `${statusCode} ${reason}`;
    const tries = attempts.length > 1 ? ` (after ${attempts.length} attempts)` : "";
    super(
      "http_status",
      `Cannot ${method} ${describeURL(url)}: the server answered ${status}${tries}`,
      {
        method,
        url,
        attempts,
        ...(retryAfterMs !== undefined && { retryAfterMs }),
        ...(retrySkipped !== undefined && { retrySkipped }),
      },
    );
    this.response = response;
    this.statusCode = statusCode;
  }
}
