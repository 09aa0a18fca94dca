/**
 * The one list of codes that errors carry, and of the reasons why a failure was not retried.
 *
 * @module
 */

/**
 * Every code that a {@linkcode NetworkingError} can carry. Codes are stable: a minor version may add codes,
 * and none is ever renamed or removed.
 *
 * | code | meaning |
 * | --- | --- |
 * | `invalid_url` | the URL is malformed, or is not allowed |
 * | `closed` | the client is closed |
 * | `pagination_loop` | the next page of a list was read already |
 * | `too_many_pages` | a list has more pages than `maxPages` |
 * | `checksum_mismatch` | the downloaded bytes do not match `checksum` |
 * | `resume_failed` | a broken download can be neither resumed nor restarted |
 * | `dns_failed` | the host name has no address |
 * | `connection_refused` | nothing listens there |
 * | `connection_reset` | the connection broke |
 * | `tls_failed` | the TLS handshake failed, or the certificate of the server is not accepted |
 * | `protocol_error` | the response is not valid HTTP, or cannot be decoded |
 * | `body_truncated` | the body ended too early, or an event stream that does not reconnect ended within an event |
 * | `port_blocked` | fetch does not connect to that port |
 * | `connection_failed` | the connection failed; the runtime does not say why |
 * | `proxy_refused` | the proxy does not connect to the server |
 * | `circuit_open` | the breaker refuses the call; `retryAfterMs` is the time until its next probe |
 * | `attempt_timeout` | `timeout` ran out |
 * | `total_timeout` | `totalTimeout` ran out |
 * | `idle_timeout` | `idleTimeout` ran out |
 * | `http_status` | a status other than 2xx, with `throwOnError` or `raiseForStatus()` |
 * | `decode_failed` | the body is not JSON, or is still encoded |
 * | `schema_mismatch` | the schema does not accept the body |
 * | `redirect_refused` | a redirect may not be followed; the message says what allows it |
 * | `too_many_redirects` | more redirects than `maxRedirects` |
 * | `response_too_large` | the body is larger than `maxResponseSize` |
 * | `permission_denied` | Deno's permissions do not allow it; `flag` is the flag to add |
 * | `address_refused` | `addressPolicy` does not allow the URL, or its address |
 * | `auth_failed` | a scheme could not authenticate the request |
 * | `signature_invalid` | `./auth/sign`: no valid signature, or the content has another digest |
 * | `not_connected` | `send()` or `receive()` was called before `connect()` |
 * | `handshake_rejected` | the server answered with `statusCode`, not 101 |
 * | `subprotocol_mismatch` | the server chose none of `protocols` |
 * | `connection_closed` | the connection ended with `closeCode` |
 * | `queue_full` | the inbox or the outbox is full |
 * | `message_too_large` | a message is larger than `maxMessageSize` |
 * | `session_lost` | `./reliable`: the session was not resumed; `mayHaveArrived` says whether the peer may have the message |
 * | `rpc_error` | `./rpc`: the peer answered with `rpcCode` and `data` |
 * | `no_recording` | `./testing`: a cassette has no recording of the request |
 * | `webhook_missing` | `./webhooks`: a header is missing, is there twice, or cannot be read |
 * | `webhook_stale` | `./webhooks`: its timestamp differs from now by more than `tolerance` |
 * | `webhook_signature` | `./webhooks`: no signature matches a secret |
 * | `webhook_replayed` | `./webhooks`: `seen` has recorded it before |
 * | `webhook_invalid` | `./webhooks`: the body is incomplete, is not JSON, or does not match the schema |
 * | `webhook_too_large` | `./webhooks`: the body is larger than `maxSize` |
 * | `webhook_timeout` | `./webhooks`: the body took longer than `bodyTimeout` |
 * | `webhook_unchecked` | `./webhooks`: the store of `seen` failed, and `requireSeen` is set |
 */
export type NetworkingErrorCode =
  | "invalid_url"
  | "closed"
  | "pagination_loop"
  | "too_many_pages"
  | "checksum_mismatch"
  | "resume_failed"
  | "dns_failed"
  | "connection_refused"
  | "connection_reset"
  | "tls_failed"
  | "protocol_error"
  | "body_truncated"
  | "port_blocked"
  | "connection_failed"
  | "proxy_refused"
  | "circuit_open"
  | "attempt_timeout"
  | "total_timeout"
  | "idle_timeout"
  | "http_status"
  | "decode_failed"
  | "schema_mismatch"
  | "redirect_refused"
  | "too_many_redirects"
  | "response_too_large"
  | "permission_denied"
  | "address_refused"
  | "auth_failed"
  | "signature_invalid"
  | "not_connected"
  | "handshake_rejected"
  | "subprotocol_mismatch"
  | "connection_closed"
  | "queue_full"
  | "message_too_large"
  | "session_lost"
  | "rpc_error"
  | "no_recording"
  | "webhook_missing"
  | "webhook_stale"
  | "webhook_signature"
  | "webhook_replayed"
  | "webhook_invalid"
  | "webhook_too_large"
  | "webhook_timeout"
  | "webhook_unchecked";

/**
 * Why a failure that could be retried was not retried.
 *
 * | reason | meaning |
 * | --- | --- |
 * | `max_retries` | `maxRetries` attempts were made after the first |
 * | `method_not_idempotent` | a second request might repeat its effect; an `idempotencyKey` allows it |
 * | `body_not_replayable` | the body was a stream; pass a function that returns a new one |
 * | `retry_after_too_long` | the server asks for a longer wait than `maxRetryAfter` |
 * | `total_timeout` | the longest possible wait exceeds the rest of `totalTimeout` |
 * | `should_retry` | `retry.shouldRetry`, or `x-should-retry: false` from the server, stopped it |
 * | `retry_budget` | the retry budget of the origin is used up |
 * | `closed` | `close({ drain })` was called |
 */
export type RetrySkipped =
  | "max_retries"
  | "method_not_idempotent"
  | "body_not_replayable"
  | "retry_after_too_long"
  | "total_timeout"
  | "should_retry"
  | "retry_budget"
  | "closed";
