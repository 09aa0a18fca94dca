/**
 * Networking for Deno, Deno Deploy and npm on native `fetch`: an HTTP client whose timeouts,
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
 * hooks. Other entries: `./auth/digest`, `./auth/oauth2`, `./auth/sign`, `./cookies`, `./generate` (typed clients from OpenAPI
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

// Everything here is exported with a star: bundlers with code splitting then load at first only the
// modules of the names that a program imports. A named export would count as a use of all of them.
export * from "./src/public_names.ts"; // errors, HTTPClient, bearerAuth, isSecretHeader
export * from "./src/http_errors.ts"; // DecodeError, SchemaError, ResponseTooLargeError
export * from "./src/refusal_errors.ts"; // RedirectError, AddressError, PermissionError
export * from "./src/websocket_error.ts"; // WebSocketError
export * from "./src/auth/api_key.ts"; // apiKeyAuth
export * from "./src/auth/negotiate.ts"; // negotiate
export * from "./src/auth/basic.ts"; // basicAuth
export * from "./src/retry/retry_budget.ts"; // RetryBudget
export * from "./src/http/get_http_client.ts"; // getHttpClient
export * from "./src/http/response/response.ts"; // Response, HTTPResponse, HTTPError
export * from "./src/http/paginate/next_page.ts"; // cursor, linkHeader, offset, pageNumber
export * from "./src/http/response/response_head.ts"; // HTTPResponseHead
export * from "./src/http/response/streaming_response.ts"; // StreamingResponse
export * from "./src/open.ts"; // open
export * from "./src/sse/event_source_client.ts"; // EventSourceClient
export * from "./src/websocket/settings/json_codec.ts"; // jsonCodec
export * from "./src/websocket/websocket_client.ts"; // WebSocketClient

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
export type {
  BodyData,
  BodyFactory,
  BodyOptions,
  BodySource,
  FormOption,
  OpenedBody,
  RawBody,
  SizedStream,
} from "./src/http/body/body_types.ts";
export type { PlainObject } from "./src/formats/json_value.ts";
export type { Checksum } from "./src/http/download/checksum.ts";
export type { Download, DownloadOptions } from "./src/http/download/download_options.ts";
export type { ChunkWriter, DownloadTarget } from "./src/http/download/download_target.ts";
export type { Progress, ProgressListener } from "./src/http/body/progress_meter.ts";
export type { AuthOptions, SecretContext } from "./src/auth/credentials.ts";
export type { AuthContext, AuthFlow, AuthScheme } from "./src/http/settings/auth_scheme.ts";
export type { CookieStore } from "./src/http/settings/cookie_store.ts";
export type { HeadersOption, HeaderValue } from "./src/http/request/headers.ts";
export type { Link } from "./src/formats/link_header.ts";
export type {
  ExchangeMiddleware,
  MiddlewareLists,
  OperationMiddleware,
} from "./src/http/settings/middleware.ts";
export type { Answer, AnswerBody, AnswerReader } from "./src/runtime/answer.ts";
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
} from "./src/http/body/form_fields.ts";
export type {
  CommonOptions,
  HTTPClientOptions,
  RequestOptions,
  RetryOptions,
  RetryQuestion,
} from "./src/http/settings/options.ts";
export type { Problem } from "./src/http/response/problem.ts";
export type { PaginateOptions } from "./src/http/paginate/paginate.ts";
export type { HTTPRequest } from "./src/http/request/http_request.ts";
export type { StandardResult, StandardSchema } from "./src/formats/standard_schema.ts";
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
  ConnectAttempt,
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
export type { Correlation } from "./src/websocket/settings/options.ts";
export type { QueueBounds } from "./src/messages/queue.ts";
export type { Ending } from "./src/websocket/connection/reconnect_policy.ts";
export type { SocketData, WebSocketConstructor, WebSocketLike } from "./src/runtime/web_socket.ts";
