/**
 * The public names of modules that also export internal names, for the entry `.`.
 *
 * @module
 */

export {
  type Attempt,
  ConnectionError,
  NetworkingError,
  type NetworkingErrorCode,
  type NetworkingErrorOptions,
  type RetrySkipped,
  TimeoutError,
  type TimeoutErrorOptions,
} from "./errors.ts";
export { isSecretHeader } from "./redact_headers.ts";
export { bearerAuth } from "./auth/bearer.ts";
export { HTTPClient } from "./http/http_client.ts";
