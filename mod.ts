/**
 * Networking for Deno, Deno Deploy and npm on native `fetch`: an HTTP client whose timeouts,
 * retries, redirects, limits and errors are right by default.
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 *
 * const handler = () => globalThis.Response.json({ name: "Ada" });
 * const local = { hostname: "localhost", port: 0 };
 * await using server = Deno.serve(local, handler);
 * const baseUrl = `http://localhost:${server.addr.port}`;
 *
 * await using client = new HTTPClient({ baseUrl });
 * const response = await client.get("/users/1");
 * console.log(response.statusCode); // 200
 * console.log(response.json<{ name: string }>().name); // Ada
 * ```
 *
 * `WebSocketClient` and `EventSourceClient` take the same options, throw the same errors and call the same
 * hooks. Modules that a program does not import cost nothing. These entries provide the rest:
 *
 * | entry | purpose |
 * | --- | --- |
 * | {@linkcode [auth/oauth2]}, {@linkcode [auth/digest]}, {@linkcode [auth/sign]}, {@linkcode [cookies]} | credentials; see "Which scheme do I need?" |
 * | {@linkcode [address-policy]}, {@linkcode [transports/deno]}, {@linkcode [transports/node]} | which addresses may be reached, proxies, certificates |
 * | {@linkcode [limits]}, {@linkcode [cache]}, {@linkcode [shared-state]} | rate limits, circuit breakers, a cache, shared by calls and processes |
 * | {@linkcode [reliable]}, {@linkcode [rpc]}, {@linkcode [webhooks]} | messages that survive a lost connection, JSON-RPC, signed webhooks |
 * | {@linkcode [generate]}, with {@linkcode [generate/runtime]}, {@linkcode [generate/schemas]}, {@linkcode [generate/mock]} | typed clients and mock servers from OpenAPI descriptions |
 * | {@linkcode [mcp]}, {@linkcode [cli]} | tools for agents, and the command line |
 * | {@linkcode [telemetry]}, {@linkcode [testing]} | traces, metrics, logs, HAR; fake servers, clocks and networks |
 *
 * ## Options
 *
 * Durations are **seconds**, as in Python; `{ milliseconds: 500 }` and the like work everywhere. A bare
 * number that looks like milliseconds (`timeout: 5000`) is refused; the message shows both possible
 * spellings. An unknown option is refused with the nearest name that exists.
 *
 * | option | default | what it does |
 * | --- | --- | --- |
 * | `timeout` | 30 | one attempt, to the last byte of the body |
 * | `totalTimeout` | 120 | the whole call with all its waits |
 * | `idleTimeout` | 30 | streams: the wait for the next bytes; event streams: 90 for GET, off for other methods |
 * | `maxRetries`, `retryBackoff`, `maxRetryBackoff` | 3, 1.0, 60 | attempts after the first; random waits of 0 to 1, 2, 4 … s, at most 60; for a socket that people wait for, set `maxRetryBackoff` to 5 |
 * | `maxRetryAfter` | 60 | the call ends immediately if the server asks for a longer wait |
 * | `retry` | idempotent methods | `{ methods, statuses, shouldRetry }` |
 * | `headers`, `params` | none | merged per name; `undefined` removes one |
 * | `json`, `data`, `form`, `multipart` | none | the body; the type of `data` decides how it is sent |
 * | `idempotencyKey` | none | makes a POST repeatable; `true` for a random one |
 * | `throwOnError` | false | a response other than 2xx is thrown as an `HTTPError` |
 * | `maxResponseSize` | 100 MiB | after decompression; downloads have no default |
 * | `maxRedirects` | 10 | 0 returns the redirect itself |
 * | `sensitiveHeaders` | none | more headers that do not follow a redirect to another origin |
 * | `allowCrossOriginBody`, `allowDowngrade`, `allowAnyOrigin` | false | allow redirects and URLs that are refused by default |
 * | `onProgress` | none | calls only: receives `transferred`, `total` and `rate` |
 * | `signal`, `context`, `urlTemplate`, `hooks` | none | abort; data for middleware; a path template for telemetry; `onRequest`, `onResponse`, `onRetry`, `onRedirect`, `onError` |
 * | `baseUrl`, `use` | none | client only: the directory of all URLs; middleware |
 * | `retryBudget`, `transport` | a `RetryBudget`, `fetch` | client only: the budget of all retries, which clients can share; a replacement for `fetch` |
 * | `addressPolicy` | none | client only: which addresses may be reached; set it for untrusted URLs |
 * | `auth` | none | an authentication scheme; `false` switches it off for a call |
 * | `cookies` | none | client only: a `CookieJar` |
 * | `limit`, `breaker` | none | a `Limiter` and a `Breaker` of {@linkcode [limits]}; `false` switches it off for a call |
 * | `cache`, `dedupe` | none, false | an `httpCache()` of {@linkcode [cache]}; `true` lets identical GETs in flight share one request |
 *
 * `WebSocketClient` and `EventSourceClient` have more options; see their documentation.
 *
 * `client.extend(options)` returns a client with more options; `client.close()` (or `await using`) aborts
 * all calls in flight. SPEC.md lists the rules and the tests that check them.
 *
 * ## What can go wrong?
 *
 * A response with any status is returned; with `throwOnError`, a status other than 2xx throws an
 * `HTTPError`. Every other failure is a `NetworkingError` too. {@linkcode NetworkingErrorCode} explains
 * each code.
 *
 * ```ts
 * import {
 *   HTTPClient,
 *   HTTPError,
 *   NetworkingError,
 *   TimeoutError,
 * } from "@codomyrmex/networking";
 *
 * await using client = new HTTPClient({ timeout: 5, throwOnError: true });
 * try {
 *   await client.get("http://127.0.0.1:1/");
 * } catch (error) {
 *   if (error instanceof HTTPError) console.log(error.statusCode);
 *   else if (error instanceof TimeoutError) console.log(error.clock);
 *   else if (error instanceof NetworkingError) console.log(error.code);
 *   else throw error; // an abort, an error of your hooks, a wrong option
 * } // prints port_blocked
 * ```
 *
 * ## Which scheme do I need?
 *
 * | the service says                                 | use                                                              |
 * | ------------------------------------------------ | ---------------------------------------------------------------- |
 * | "user name and password", HTTP Basic             | `basicAuth(user, password)`                                      |
 * | "user name and password", HTTP Digest            | `digestAuth(user, password)`                                     |
 * | "access token", "bearer token", "personal token" | `bearerAuth(token)`, or `bearerAuth(() => currentToken())`       |
 * | "API key"                                        | `apiKeyAuth({ name, value, in })`, `in` as the service documents it |
 * | "OAuth 2.0", "client credentials", for programs | `oauth2({ issuer, clientId, clientSecret })`                     |
 * | "OAuth 2.0", "sign in with …", for users | `oauth2({ issuer, clientId, redirectUri })`                      |
 * | "device code", "enter this code at …" | `oauth2({ issuer, clientId, grant: "device_code" })`, then `device()` |
 * | "service account", "JWT bearer" | `oauth2({ grant: googleServiceAccount(file, { scope }) })`, or `jwtBearer({ … })` |
 * | "workload identity", "token exchange" | `oauth2({ issuer, grant: tokenExchange({ subjectToken }) })` |
 * | "private_key_jwt", "client certificate", "mTLS" | `oauth2({ …, clientAuthentication: privateKeyJwt({ key }) })`, or `mutualTls()` |
 * | "DPoP", "sender-constrained tokens" | `oauth2({ …, dpop: true })` |
 * | "AWS Signature Version 4", S3, API Gateway | `awsSigV4({ credentials, region, service })` |
 * | "HTTP message signatures", RFC 9421 | `httpSignature({ key, keyId })` |
 * | "Web Bot Auth", "verified bots" | `webBotAuth({ key, agent })`, in the option `use` |
 * | several of these, named in `WWW-Authenticate` | `negotiate(scheme, …)`                                           |
 *
 * ```ts
 * import {
 *   apiKeyAuth,
 *   basicAuth,
 *   bearerAuth,
 *   HTTPClient,
 *   negotiate,
 * } from "@codomyrmex/networking";
 *
 * const handler = ({ headers }: Request) =>
 *   new Response(headers.get("authorization"));
 * const local = { hostname: "localhost", port: 0 };
 * await using server = Deno.serve(local, handler);
 * const baseUrl = `http://localhost:${server.addr.port}`;
 *
 * const auth = bearerAuth("t0ken"); // or a function that returns a token
 * await using client = new HTTPClient({ baseUrl, auth });
 * console.log((await client.get("/")).text); // Bearer t0ken
 * console.log((await client.get("/", { auth: false })).text); // nothing
 * for (
 *   const other of [
 *     basicAuth("ada", "engine"), // Basic YWRhOmVuZ2luZQ==
 *     apiKeyAuth({ name: "Authorization", value: "k3y", in: "header" }),
 *     negotiate(auth, basicAuth("ada", "engine")), // nothing: not asked
 *   ]
 * ) console.log((await client.get("/", { auth: other })).text);
 * ```
 *
 * Digest, OAuth 2.0 and signatures have entries of their own: `./auth/digest`, `./auth/oauth2`,
 * `./auth/sign`. Credentials go only to the origin of `baseUrl`, to the origin of the call that sets the
 * scheme, or to the scheme's own `origins`. They follow no redirect, `next` link or URL to another origin.
 * `auth: false` switches a client's scheme off for a call. A provider is called for every attempt. A custom
 * scheme is an object with a name and a generator; see `AuthScheme`.
 *
 * ## All of it in thirty lines
 *
 * Log in, page through a list, and download each file with progress. The server is included so that the
 * program runs unchanged; the tests run it.
 *
 * ```ts
 * import { HTTPClient, pageNumber } from "@codomyrmex/networking";
 * import { CookieJar } from "@codomyrmex/networking/cookies";
 *
 * const pages = [["a.bin", "b.bin"], ["c.bin"], []];
 * const headers = { "set-cookie": "session=1; Path=/", etag: '"v1"' };
 * const handler = (request: Request) => {
 *   const { pathname, searchParams } = new URL(request.url);
 *   if (pathname === "/login") return new Response("hello", { headers });
 *   const isKnown = request.headers.get("cookie") === "session=1";
 *   if (!isKnown) return new Response(null, { status: 401 });
 *   return pathname.startsWith("/files/")
 *     ? new Response("x".repeat(300_000), { headers })
 *     : Response.json(pages[Number(searchParams.get("page") ?? 1) - 1]);
 * };
 * const local = { hostname: "localhost", port: 0 };
 * await using server = Deno.serve(local, handler);
 *
 * await using client = new HTTPClient({
 *   baseUrl: `http://localhost:${server.addr.port}`,
 *   cookies: new CookieJar(),
 *   throwOnError: true,
 * });
 * await client.post("/login", { user: "ada", password: "engine" });
 * const folder = await Deno.makeTempDir();
 * const options = { next: pageNumber(), maxPages: 10 };
 * for await (const name of client.paginate<string>("/files", options)) {
 *   const path = `${folder}/${name}`;
 *   const file = await client.download(`/files/${name}`, path, {
 *     resume: true,
 *     onProgress: ({ transferred, total, rate }) =>
 *       console.log(name, transferred, total, Math.round(rate), "B/s"),
 *   });
 *   console.log(name, file.size, file.transfers); // a.bin 300000 1, …
 * }
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * {@linkcode BodyOptions} has an example of uploads with progress, forms with files, and jobs that are polled.
 *
 * @module
 */

// Everything here is exported with a star. Bundlers with code splitting then load only the modules of the
// imported names at first. A named export would count as a use of all of them.
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
export type { Answer, AnswerBody, AnswerRead, AnswerReader } from "./src/runtime/answer.ts";
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
export type { DrainOptions } from "./src/options/drain_options.ts";
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
  SendOptions,
  SocketRequestOptions,
  WebSocketClientOptions,
  WebSocketCodec,
  WebSocketMessage,
  WebSocketQueues,
  WebSocketSession,
} from "./src/websocket/settings/options.ts";
export type { Correlation } from "./src/websocket/settings/options.ts";
export type { ReconnectOptions } from "./src/websocket/settings/reconnect_options.ts";
export type { QueueBounds } from "./src/messages/queue.ts";
export type { Ending } from "./src/websocket/connection/reconnect_policy.ts";
export type { SocketData, WebSocketConstructor, WebSocketLike } from "./src/runtime/web_socket.ts";
