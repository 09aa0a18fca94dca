/**
 * A mock server made from an OpenAPI description. It checks each request, then responds with an example of
 * the description or a value made from its schemas. Use it to test code that calls an API, without the API.
 *
 * ## In a client, and as a server
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { mock } from "@codomyrmex/networking/generate/mock";
 *
 * const schema = {
 *   type: "object",
 *   required: ["name"],
 *   properties: { name: { type: "string", examples: ["Rex"] } },
 * };
 * const content = { "application/json": { schema } };
 * const api = await mock({
 *   openapi: "3.1.0",
 *   info: { title: "Pets", version: "1" },
 *   servers: [{ url: "https://pets.example" }],
 *   paths: {
 *     "/pets": {
 *       get: { responses: { 200: { description: "one", content } } },
 *       post: {
 *         requestBody: { required: true, content },
 *         responses: { 201: { description: "made" } },
 *       },
 *     },
 *   },
 * });
 * const baseUrl = "https://pets.example";
 * const { transport } = api;
 * await using client = new HTTPClient({ baseUrl, transport });
 * console.log((await client.get("/pets")).json()); // { name: "Rex" }
 * console.log((await client.post("/pets", { name: 7 })).statusCode); // 400
 * console.log(api.requests.length); // 2
 * ```
 *
 * The description may also be a file or a URL: `await mock("pets.yaml")`. `overlays` and `allow` are those of `generate()`.
 * The mock needs no network: `transport` responds inside the process.
 *
 * ## As a server, and in other tools
 *
 * | for | use |
 * | --- | --- |
 * | a generated client, an HTTPClient | the option `transport: api.transport` |
 * | another program, another language | `Deno.serve(api.fetch)`, or any server of Fetch handlers |
 * | code that calls the global `fetch`, with Mock Service Worker | `setupServer(...mswHandlers(api, http))` |
 *
 * ## What is checked
 *
 * Parameters in every style, JSON, forms, multipart bodies and text are checked against their schemas. The response to an
 * invalid request is `application/problem+json` with a list of its errors:
 *
 * | status | when |
 * | --- | --- |
 * | 400 | a parameter or the body is invalid or missing |
 * | 401 | no security requirement is met; any value of a credential is accepted |
 * | 404, 405 | the description has no such path or method; HEAD gets the response of GET |
 * | 415 | the body has another media type |
 *
 * ## Which response
 *
 * The first success of the operation: an example of the description, else a value that its schema allows (lengths, counts,
 * `multipleOf`, `uniqueItems`, patterns). The same request gets the same response. `Prefer` selects another one:
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { mock } from "@codomyrmex/networking/generate/mock";
 *
 * const pet = {
 *   examples: {
 *     rex: { value: { name: "Rex" } },
 *     ivy: { value: { name: "Ivy" } },
 *   },
 * };
 * const problem = { example: { title: "No such pet" } };
 * const schema = { type: "integer" };
 * const api = await mock({
 *   openapi: "3.1.0",
 *   info: { title: "Pets", version: "1" },
 *   paths: {
 *     "/pets/{id}": {
 *       get: {
 *         operationId: "getPet",
 *         parameters: [{ name: "id", in: "path", required: true, schema }],
 *         responses: {
 *           200: {
 *             description: "The pet",
 *             content: { "application/json": pet },
 *           },
 *           404: {
 *             description: "None",
 *             content: { "application/problem+json": problem },
 *           },
 *         },
 *       },
 *     },
 *   },
 * });
 * const baseUrl = "http://pets.example";
 * const { transport } = api;
 * await using client = new HTTPClient({ baseUrl, transport });
 * const get = (prefer: string) =>
 *   client.get("/pets/7", { headers: { prefer } });
 *
 * console.log((await get("example=ivy")).json()); // { name: "Ivy" }
 * console.log((await get("code=404")).json()); // { title: "No such pet" }
 * await client.get("/pets/seven");
 * for (const { operationId, status, errors } of api.requests) {
 *   console.log(operationId, status, errors.length);
 * } // getPet 200 0, getPet 404 0, getPet 400 1
 * ```
 *
 * `requests` lists each request: its method, URL and operation, the status of the response, and its errors.
 *
 * ## Limits
 *
 * A mock has no state: it does not keep posted data. It is never slow and never fails; for slow, broken or hostile servers
 * use `FakeServer` of `./testing`. For patterns with look-around or back references it needs an example.
 *
 * See {@linkcode [generate]} for clients of the same description, and {@linkcode [testing]} for doubles without one.
 *
 * @module
 */

import { Problems } from "../read/problems.ts";
import { bare } from "../../runtime/bare.ts";
import { readOptions } from "../../options/read_options.ts";
import { READ_CHECKS, readDescription, type ReadOptions, type Source } from "../read/source.ts";
import type { Mock, MockedRequest } from "./mock.ts";
import { MockServer } from "./mock_server.ts";

export type { Mock, MockedRequest } from "./mock.ts";
export { mswHandlers, type MSWHTTP } from "./msw.ts";
export type { DescriptionText, ReadOptions, Source } from "../read/source.ts";

/**
 * Makes a mock of a description. It returns the first success of an operation; `Prefer: code=404` or
 * `Prefer: example=name` (RFC 7240) select another response. A request that does not match the description
 * gets 400, 401, 404, 405 or 415 and a list of its errors (RFC 9457).
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { mock } from "@codomyrmex/networking/generate/mock";
 *
 * const { transport } = await mock({
 *   openapi: "3.1.0",
 *   info: { title: "Pets", version: "1" },
 *   paths: {
 *     "/pets/{id}": {
 *       get: {
 *         parameters: [{ name: "id", in: "path", required: true, schema: { type: "integer" } }],
 *         responses: { 200: { description: "It.", content: { "application/json": { example: { id: 7 } } } } },
 *       },
 *     },
 *   },
 * });
 * await using client = new HTTPClient({ baseUrl: "http://pets.example", transport });
 * console.log((await client.get("/pets/7")).json()); // { id: 7 }
 * console.log((await client.get("/pets/seven")).statusCode); // 400
 * ```
 *
 * @param source A path, a URL, `{ text, base }`, or a parsed object.
 * @param options Overlays, and the places that may be read.
 * @throws {DescriptionError} If the description cannot be read.
 */
export async function mock(source: Source, options?: ReadOptions): Promise<Mock> {
  readOptions("mock", options, READ_CHECKS);
  const problems = new Problems();
  const documents = await readDescription(source, bare({ ...options }), problems);
  const server = new MockServer(documents, problems);
  const requests: MockedRequest[] = [];
  const answer = async (request: Request): Promise<Response> => {
    const { response, operationId, errors } = await server.answer(request);
    requests.push({
      method: request.method,
      url: request.url,
      operationId,
      status: response.status,
      errors,
    });
    return response;
  };
  return {
    fetch: answer,
    handles: (request) => server.handles(request),
    transport: (url, init) => answer(new Request(url, init)),
    requests,
  };
}
