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
export type { Duration, DurationParts } from "./src/options/duration.ts";
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
export type {
  BodyData,
  BodyFactory,
  BodyOptions,
  BodySource,
  FormOption,
  OpenedBody,
  RawBody,
  SizedStream,
} from "./src/http/body/body_source.ts";
export type { PlainObject } from "./src/formats/plain_object.ts";
export type { Checksum } from "./src/http/download/checksum.ts";
export type { Download, DownloadOptions } from "./src/http/download/download_options.ts";
export type { ChunkWriter, DownloadTarget } from "./src/http/download/download_target.ts";
export type { Progress, ProgressListener } from "./src/http/body/progress_meter.ts";
export { type APIKey, apiKeyAuth } from "./src/auth/api_key.ts";
export { negotiate } from "./src/auth/negotiate.ts";
export { basicAuth } from "./src/auth/basic.ts";
export { bearerAuth } from "./src/auth/bearer.ts";
export type { AuthOptions } from "./src/auth/credentials.ts";
export type { AuthContext, AuthFlow, AuthScheme } from "./src/http/settings/auth_scheme.ts";
export type { CookieStore } from "./src/http/settings/cookie_store.ts";
export { RetryBudget, type RetryBudgetOptions } from "./src/retry/retry_budget.ts";
export { getHttpClient } from "./src/http/get_http_client.ts";
export type { HeadersOption, HeaderValue } from "./src/http/request/headers.ts";
export { HTTPClient } from "./src/http/http_client.ts";
export { HTTPError } from "./src/http/response/response.ts";
export type { Link } from "./src/formats/link_header.ts";
export type {
  ExchangeMiddleware,
  MiddlewareLists,
  OperationMiddleware,
} from "./src/http/settings/middleware.ts";
export type {
  AddressGuard,
  AddressPolicy,
  Transmission,
  Transport,
} from "./src/http/transport/transport.ts";
export type {
  MultipartOption,
  MultipartValue,
  StreamPart,
  TypedPart,
} from "./src/http/body/multipart.ts";
export type {
  CommonOptions,
  HTTPClientOptions,
  RequestOptions,
  RetryOptions,
  RetryQuestion,
} from "./src/http/settings/options.ts";
export {
  cursor,
  linkHeader,
  type NextPage,
  offset,
  pageNumber,
  type PageProgress,
  type PaginateOptions,
} from "./src/http/paginate/paginate.ts";
export type { HTTPRequest } from "./src/http/request/http_request.ts";
export {
  type HTTPResponseInit,
  Response,
  Response as HTTPResponse,
} from "./src/http/response/response.ts";
export {
  HTTPResponseHead,
  type RedirectHop,
  type ResponseHeadInit,
} from "./src/http/response/response_head.ts";
export type { StandardResult, StandardSchema } from "./src/formats/standard_schema.ts";
export {
  StreamingResponse,
  type StreamingResponseInit,
} from "./src/http/response/streaming_response.ts";
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
export type { ServerSentEvent } from "./src/formats/event_stream_parser.ts";
export type { ParamsOption, ParamValue } from "./src/formats/url_params.ts";
export type {
  ConnectionState,
  MessageStream,
  NetworkClient,
  ReceiveOptions,
} from "./src/messages/message_stream.ts";
export type { ReconnectQuestion } from "./src/websocket/connection/connection_types.ts";
export type { EventHandler } from "./src/messages/handlers.ts";
export type { WebSocketEvents } from "./src/websocket/settings/events.ts";
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
} from "./src/websocket/settings/options.ts";
export { jsonCodec } from "./src/websocket/settings/json_codec.ts";
export type { Correlation } from "./src/websocket/settings/options.ts";
export type { QueueBounds } from "./src/messages/queue.ts";
export type { Ending } from "./src/websocket/connection/reconnect_policy.ts";
export type {
  SocketData,
  WebSocketConstructor,
  WebSocketLike,
} from "./src/websocket/connection/socket.ts";
export { WebSocketClient } from "./src/websocket/websocket_client.ts";
