/**
 * What generated API clients run on. Generated code imports it; a program needs `isAPIError()`, `serverURL()`
 * and the types of it, and everything on this page about calls holds for each generated function.
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
 * ## Three ways to look at an answer
 *
 * | call | returns | rejects for |
 * | --- | --- | --- |
 * | `await getPet(…)` | the data of a 2xx, `undefined` without content | every other status |
 * | `.result()` | `{ status, body, headers }`; `status` narrows `body`, `headers` are the described header fields | an answer that the description does not have |
 * | `.response()` | the response as it came | only if there is no response at all |
 *
 * ## What a call can end with
 *
 * | error | when |
 * | --- | --- |
 * | `TypeError` | an argument is missing, unknown or cannot be sent, or no credential fits; nothing was sent |
 * | `APIError` | any status but 2xx: `status`, `body` (decoded), `response`, `problem` (RFC 9457) |
 * | `DecodeError` | a success of another media type than was asked for, such as the page of a proxy |
 * | `SchemaError` | with `schema` or `validate`: the answer does not fit |
 * | `NetworkingError` | no answer: timeouts, connections, limits, as with an HTTPClient |
 *
 * `isAPIError(error, getPetOperation)` is true only if the description has that status and that media type, so
 * that `error.body` has the type that it says. An error page of a proxy is an `APIError` too; its body is text.
 *
 * Ask for another media type than JSON by `headers: { accept: "text/csv" }`; what comes is then decoded by its
 * own type: JSON and text as they are, everything else as bytes.
 *
 * ## How parameters are written
 *
 * | parameter in | styles, the default first | written |
 * | --- | --- | --- |
 * | path | `simple`, `label`, `matrix` | percent-encoded; with `allowReserved` but for `/`, `?`, `#`, `[`, `]` |
 * | query | `form`, `spaceDelimited`, `pipeDelimited`, `deepObject` | percent-encoded; with `allowReserved` but for `&`, `+`, `#`, `[`, `]` |
 * | querystring | JSON, or a form | the whole query |
 * | header | `simple` | as it is |
 * | cookie | `form`, `cookie` | percent-encoded; with `cookie` as it is |
 *
 * Arguments are flat (`{ petId, limit, body }`), or grouped by place (`{ path, query, header, body }`) where two have
 * one name. `null` and `undefined` are left out. A path value that is empty, `.` or `..` is a TypeError.
 *
 * ## How bodies are written
 *
 * JSON, forms by their `encoding`, multipart (objects are JSON parts, files keep their names), JSON lines, text, bytes,
 * Blobs and streams. `contentType` chooses among several media types; JSON is the default. In a range (`image/*`) a Blob
 * keeps its type and `contentType` names another.
 *
 * ## Credentials
 *
 * `createAPI({ auth: { token } })` takes them by the names of the description's security schemes. Each call sends those
 * of the first alternative that they satisfy.
 *
 * | scheme of the description | takes |
 * | --- | --- |
 * | `apiKey` | the key, or a function that returns it |
 * | `http` bearer, `oauth2`, `openIdConnect` | a token, or a function that returns it; better `oauth2()` of `./auth/oauth2` |
 * | `http` basic | `{ username, password }` |
 * | `http` digest and all others | an AuthScheme, such as `digestAuth()` of `./auth/digest` |
 * | `mutualTLS` | nothing: the certificate is an option of the transport |
 *
 * Every scheme takes an AuthScheme. Credentials go to the origins of the description's servers and of your `baseUrl`. If an
 * operation has a server of its own elsewhere, name it: `bearerAuth(token, { origins: ["https://uploads.example"] })`.
 *
 * ## Servers
 *
 * `createAPI()` calls the first server that is encrypted. `serverURL()` fills in variables:
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
 * `createAPI({ client })` sends by an HTTPClient of yours, which stays open when the API is closed. All options of an
 * HTTPClient are options of `createAPI()`, and those of a call, bodies and `params` apart, of each function.
 *
 * ## Streams and pages
 *
 * `for await (const { data } of chatStream(api, …))` reads events, JSON lines or JSON sequences, each item with its
 * type; leaving the loop frees the connection. A stream that breaks off rejects and is not sent again: use an
 * EventSourceClient where it must resume. `for await (const pet of listPetsItems(api))` reads all pages.
 *
 * See `./generate` for how to make a client, `./generate/schemas` for `validate`, `./generate/mock` for tests.
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
