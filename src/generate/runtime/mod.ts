/**
 * The runtime of generated API clients. Generated code imports it; your program uses `isAPIError()`,
 * `serverURL()` and the types. All that this page says about calls applies to each generated function.
 *
 * ```ts
 * import {
 *   API,
 *   type APIResult,
 *   call,
 *   isAPIError,
 *   type Operation,
 * } from "@codomyrmex/networking/generate/runtime";
 *
 * // What `generate` writes, shortened.
 * interface Pet {
 *   name: string;
 * }
 * interface Problem {
 *   title: string;
 * }
 * type GetPetResult = APIResult<200, Pet> | APIResult<404, Problem>;
 * const getPetOperation: Operation<Pet, GetPetResult> = {
 *   id: "getPet",
 *   method: "GET",
 *   path: "/pets/{petId}",
 *   parameters: [{ name: "petId", in: "path" }],
 *   responses: {
 *     200: ["application/json"],
 *     404: ["application/problem+json"],
 *   },
 * };
 * const createAPI = (options: object) =>
 *   new API({ server: "https://pets.example/v1", security: {} }, options);
 * const getPet = (api: API, args: { petId: number }) =>
 *   call(api, getPetOperation, args);
 *
 * // What you write.
 * const headers = { "content-type": "application/problem+json" };
 * const problem = { status: 404, headers };
 * const transport = (url: string) =>
 *   Promise.resolve(
 *     url.endsWith("/7")
 *       ? Response.json({ name: "Rex" })
 *       : Response.json({ title: "No such pet" }, problem),
 *   );
 * // Leave out transport to call the API itself.
 * await using api = createAPI({ timeout: 10, transport });
 *
 * console.log((await getPet(api, { petId: 7 })).name); // Rex
 * try {
 *   await getPet(api, { petId: 8 });
 * } catch (error) {
 *   if (!isAPIError(error, getPetOperation)) throw error;
 *   console.log(error.status, error.body.title); // 404 No such pet
 * }
 * // A union by status, nothing thrown:
 * const { status, body } = await getPet(api, { petId: 8 }).result();
 * console.log(status === 200 ? body.name : body.title); // No such pet
 * ```
 *
 * ## Three ways to read a response
 *
 * | call | returns | rejects for |
 * | --- | --- | --- |
 * | `await getPet(…)` | the data of a 2xx, `undefined` without content | every other status |
 * | `.result()` | `{ status, body, headers }`; `status` narrows `body`, `headers` are the described header fields | a response that is not described |
 * | `.response()` | the raw response | only if there is no response |
 *
 * ## Errors
 *
 * | error | when |
 * | --- | --- |
 * | `TypeError` | an argument is missing, unknown or cannot be sent, or no credential fits; nothing was sent |
 * | `APIError` | any status but 2xx: `status`, `body` (decoded), `response`, `problem` (RFC 9457) |
 * | `DecodeError` | a success of a media type that was not requested, such as the page of a proxy |
 * | `SchemaError` | with `schema` or `validate`: the response does not match |
 * | `NetworkingError` | no response: timeouts, connections, limits, as with an HTTPClient |
 *
 * `isAPIError(error, getPetOperation)` is true only if the description has that status and media type. So
 * `error.body` has the described type. An error page of a proxy is an `APIError` too; its body is text.
 *
 * Request a media type other than JSON with `headers: { accept: "text/csv" }`. The response is then decoded by
 * its own type: JSON as a value, text as text, all else as bytes.
 *
 * ## How parameters are written
 *
 * | parameter in | styles, the default first | written |
 * | --- | --- | --- |
 * | path | `simple`, `label`, `matrix` | percent-encoded; `allowReserved` keeps reserved characters except `/`, `?`, `#`, `[`, `]` |
 * | query | `form`, `spaceDelimited`, `pipeDelimited`, `deepObject` | percent-encoded; `allowReserved` keeps reserved characters except `&`, `+`, `#`, `[`, `]` |
 * | querystring | JSON, or a form | the whole query |
 * | header | `simple` | as it is |
 * | cookie | `form`, `cookie` | percent-encoded; with `cookie` as it is |
 *
 * Arguments are flat (`{ petId, limit, body }`). If two have one name, they are grouped by place
 * (`{ path, query, header, body }`). `null` and `undefined` are left out. A path value that is empty, `.` or `..` is a TypeError.
 *
 * ## How bodies are written
 *
 * JSON, forms by their `encoding`, multipart (objects are JSON parts, files keep their names), JSON lines, text, bytes,
 * Blobs and streams. `contentType` chooses among several media types; JSON is the default. For a range (`image/*`) a Blob
 * keeps its type, unless `contentType` names another.
 *
 * ## Credentials
 *
 * Pass them to `createAPI({ auth: { token } })` by the names of the description's security schemes. Each call sends those of
 * the first alternative that they satisfy.
 *
 * | scheme of the description | value |
 * | --- | --- |
 * | `apiKey` | the key, or a function that returns it |
 * | `http` bearer, `oauth2`, `openIdConnect` | a token, or a function that returns it; better `oauth2()` of `./auth/oauth2` |
 * | `http` basic | `{ username, password }` |
 * | `http` digest and all others | an AuthScheme, such as `digestAuth()` of `./auth/digest` |
 * | `mutualTLS` | nothing: the certificate is an option of the transport |
 *
 * Every scheme takes an AuthScheme. Credentials go to the origins of the description's servers and of your `baseUrl`. If an
 * operation has its own server elsewhere, name it: `bearerAuth(token, { origins: ["https://uploads.example"] })`.
 *
 * ## Servers
 *
 * `createAPI()` uses the first server of the description, but prefers https to plain http on another machine. `serverURL()`
 * fills in variables:
 *
 * ```ts
 * import { serverURL } from "@codomyrmex/networking/generate/runtime";
 *
 * const server = {
 *   url: "https://{region}.pets.example/v1",
 *   variables: { region: "eu" },
 * };
 * console.log(serverURL(server)); // https://eu.pets.example/v1
 * const baseUrl = serverURL(server, { region: "us" }); // for createAPI()
 * console.log(baseUrl); // https://us.pets.example/v1
 * ```
 *
 * `createAPI({ client })` uses your own HTTPClient, which stays open when the API is closed. `createAPI()` takes all options
 * of an HTTPClient. Each function takes the options of a call, except bodies and `params`.
 *
 * ## Streams and pages
 *
 * `for await (const { data } of chatStream(api, …))` reads events, JSON lines or JSON sequences, each item with its
 * type; leaving the loop frees the connection. A broken stream rejects and is not retried: use an
 * EventSourceClient where it must resume. `for await (const pet of listPetsItems(api))` reads all pages.
 *
 * See {@linkcode [generate]} to make a client, {@linkcode [generate/schemas]} for `validate`, {@linkcode [generate/mock]} for tests.
 *
 * @module
 */

export { API, type APIDescription, type APIOptions, type Server, serverURL } from "./api.ts";
export { APIError, type ErrorOf, isAPIError } from "./api_error.ts";
export { APICall, call, type CallOptions, type StreamOptions } from "./call.ts";
export type {
  APIResult,
  FieldEncoding,
  HeaderKind,
  Operation,
  OperationSchemas,
  PageParamPlace,
  PageRule,
  Parameter,
  ParameterStyle,
  Status,
  Status2XX,
  Status3XX,
  Status4XX,
  Status5XX,
  StreamFormat,
  ValueFormat,
} from "./operation.ts";
export type { Credential, SecurityScheme, UserPassword } from "./security.ts";
export { items, stream } from "./stream.ts";
export type { EventMessage } from "../../sse/event_source_options.ts";
