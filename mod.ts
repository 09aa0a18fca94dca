/**
 * Networking for Deno, Deno Deploy and npm on native `fetch`: an HTTP client whose time-outs,
 * retries, redirects, limits and errors are right by default.
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 *
 * const handler = () => globalThis.Response.json({ name: "Ada" });
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 * await using client = new HTTPClient({ baseUrl: `http://localhost:${server.addr.port}` });
 * const response = await client.get("/users/1");
 * console.log(response.statusCode, response.json<{ name: string }>().name); // 200 Ada
 * ```
 *
 * `WebSocketClient` and `EventSourceClient` take the same options, throw the same errors and call the same
 * hooks. Beside it: `./auth/digest`, `./auth/oauth2`, `./cookies`, `./generate` (typed clients from OpenAPI
 * descriptions), `./mcp` (tools for agents), `./telemetry`, `./testing`, `./cli`.
 *
 * A call flows through:
 *
 * ```text
 * client.get(url, options)
 *   → resolve URL, params, headers, body      wrong input ends here, before anything is sent
 *   → operation middleware                    once per call, within totalTimeout
 *   → attempt → wait → attempt → …            each within timeout; @std/async retry()
 *       → redirects                           credentials stay with their origin
 *           → exchange middleware             once per request on the wire
 *               → transport                   native fetch
 * ← Response (buffered, bounded), or one NetworkingError with every attempt in it
 * ```
 *
 * @module
 */

export {
  AddressError,
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
} from "./src/errors.ts";
export type { Duration, DurationParts } from "./src/duration.ts";
export type {
  FailureEvent,
  Hook,
  HookEvent,
  Hooks,
  RedirectEvent,
  RequestFacts,
  ResponseEvent,
  ResponseHead,
  RetryEvent,
} from "./src/hooks.ts";
export { isSecretHeader } from "./src/redact.ts";
export type { AddressPolicy, AddressResolver } from "./src/http/address_policy.ts";
export type {
  BodyData,
  BodyFactory,
  BodyOptions,
  BodySource,
  FormOption,
  OpenedBody,
  PlainObject,
  RawBody,
  SizedStream,
} from "./src/http/body.ts";
export type { Checksum } from "./src/http/checksum.ts";
export type { Download, DownloadOptions } from "./src/http/download_options.ts";
export type { ChunkWriter, DownloadTarget } from "./src/http/download_target.ts";
export type { Progress, ProgressListener } from "./src/http/progress.ts";
export { type APIKey, apiKeyAuth } from "./src/auth/api_key.ts";
export { anyOf } from "./src/auth/any_of.ts";
export { basicAuth } from "./src/auth/basic.ts";
export { bearerAuth } from "./src/auth/bearer.ts";
export type { AuthOptions } from "./src/auth/credentials.ts";
export type { AuthContext, AuthFlow, AuthScheme } from "./src/auth/scheme.ts";
export type { CookieStore } from "./src/http/cookie_store.ts";
export { RetryBudget, type RetryBudgetOptions } from "./src/retry_budget.ts";
export {
  type ClearTransport,
  type DenoTransport,
  denoTransport,
  type DenoTransportOptions,
} from "./src/http/deno_transport.ts";
export { getHttpClient } from "./src/http/get_http_client.ts";
export type { HeadersOption, HeaderValue } from "./src/http/headers.ts";
export { HTTPClient } from "./src/http/http_client.ts";
export { HTTPError } from "./src/http/http_error.ts";
export type { Link } from "./src/http/links.ts";
export type {
  ExchangeMiddleware,
  MiddlewareLists,
  OperationMiddleware,
  Transport,
} from "./src/http/middleware.ts";
export type {
  MultipartOption,
  MultipartValue,
  StreamPart,
  TypedPart,
} from "./src/http/multipart.ts";
export type {
  CommonOptions,
  HTTPClientOptions,
  RequestOptions,
  RetryOptions,
  RetryQuestion,
} from "./src/http/options.ts";
export {
  cursor,
  linkHeader,
  type NextPage,
  offset,
  pageNumber,
  type PageProgress,
  type PaginateOptions,
} from "./src/http/paginate.ts";
export type { HTTPRequest } from "./src/http/request.ts";
export { type HTTPResponseInit, Response, Response as HTTPResponse } from "./src/http/response.ts";
export {
  HTTPResponseHead,
  type RedirectHop,
  type ResponseHeadInit,
} from "./src/http/response_head.ts";
export type { StandardResult, StandardSchema } from "./src/http/schema.ts";
export { StreamingResponse, type StreamingResponseInit } from "./src/http/streaming_response.ts";
export {
  type EventStreamOptions,
  type HTTPAddress,
  open,
  type WebSocketAddress,
} from "./src/open.ts";
export { EventSourceClient, type EventSourceEvents } from "./src/sse/event_source_client.ts";
export type {
  EventMessage,
  EventReconnectOptions,
  EventSourceClientOptions,
} from "./src/sse/event_source_options.ts";
export type { ServerSentEvent } from "./src/sse/parser.ts";
export type { ParamsOption, ParamValue } from "./src/http/url.ts";
export type {
  ConnectionState,
  MessageStream,
  NetworkClient,
  ReceiveOptions,
} from "./src/messages/message_stream.ts";
export type { ReconnectQuestion } from "./src/websocket/connection_types.ts";
export type { EventHandler } from "./src/messages/handlers.ts";
export type { WebSocketEvents } from "./src/websocket/events.ts";
export type {
  CloseOptions,
  ConnectContext,
  HeartbeatOptions,
  Provider,
  ReconnectOptions,
  SendOptions,
  SocketRequestOptions,
  WebSocketClientOptions,
  WebSocketCodec,
  WebSocketMessage,
  WebSocketQueues,
  WebSocketSession,
} from "./src/websocket/options.ts";
export { jsonCodec } from "./src/websocket/json_codec.ts";
export type { Correlation } from "./src/websocket/requests.ts";
export type { QueueBounds } from "./src/messages/queue.ts";
export type { Ending } from "./src/websocket/reconnect_policy.ts";
export type { SocketData, WebSocketConstructor, WebSocketLike } from "./src/websocket/socket.ts";
export { WebSocketClient } from "./src/websocket/websocket_client.ts";
