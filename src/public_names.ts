/**
 * The public names of modules that export internal ones too, for the entry `.`.
 *
 * @module
 */

export {
  AddressError,
  type AddressErrorOptions,
  type Attempt,
  ConnectionError,
  DecodeError,
  type DecodeErrorOptions,
  NetworkingError,
  type NetworkingErrorCode,
  type NetworkingErrorOptions,
  PermissionError,
  RedirectError,
  ResponseTooLargeError,
  type RetrySkipped,
  SchemaError,
  type SchemaIssue,
  TimeoutError,
  type TimeoutErrorOptions,
  TooManyRedirectsError,
  WebSocketError,
  type WebSocketErrorOptions,
} from "./errors.ts";
export { isSecretHeader } from "./redact.ts";
export { bearerAuth } from "./auth/bearer.ts";
export { HTTPClient } from "./http/http_client.ts";
