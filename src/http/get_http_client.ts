/**
 * Returns the shared client of the process, or a new client.
 *
 * @module
 */

import type { DrainOptions } from "../options/drain_options.ts";
import { HTTPClient } from "./http_client.ts";
import type { HTTPClientOptions } from "./settings/options.ts";

/** The shared client. `close()` does nothing, since it would break other users of the client. */
class SharedHTTPClient extends HTTPClient {
  override close(_options?: DrainOptions): Promise<void> {
    return Promise.resolve();
  }
}

let shared: HTTPClient | undefined;

/**
 * Returns the one shared client of the process, which `close()` leaves open; with options, returns a new
 * client.
 *
 * @param options The options of a new client.
 *
 * @example
 * ```ts
 * import { getHttpClient } from "@codomyrmex/networking";
 *
 * console.log(getHttpClient() === getHttpClient()); // true
 * console.log(getHttpClient({ timeout: 5 }) === getHttpClient()); // false
 * ```
 */
export function getHttpClient(options?: HTTPClientOptions): HTTPClient {
  return options === undefined ? shared ??= new SharedHTTPClient() : new HTTPClient(options);
}
