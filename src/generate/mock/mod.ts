/**
 * A server that answers as a description says: from its examples, or with values made from its schemas,
 * after checking the request. For tests of code that calls an API, without the API.
 *
 * ## In a client, and as a server
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { mock } from "@codomyrmex/networking/generate/mock";
 *
 * const schema = { type: "object", required: ["name"], properties: { name: { type: "string", examples: ["Rex"] } } };
 * const content = { "application/json": { schema } };
 * const api = await mock({
 *   openapi: "3.1.0",
 *   info: { title: "Pets", version: "1" },
 *   servers: [{ url: "https://pets.example" }],
 *   paths: {
 *     "/pets": {
 *       get: { responses: { 200: { description: "one", content } } },
 *       post: { requestBody: { required: true, content }, responses: { 201: { description: "made" } } },
 *     },
 *   },
 * });
 * await using client = new HTTPClient({ baseUrl: "https://pets.example", transport: api.transport });
 * console.log((await client.get("/pets")).json()); // { name: "Rex" }
 * console.log((await client.post("/pets", { name: 7 })).statusCode); // 400
 * console.log(api.requests.length); // 2
 * ```
 *
 * `Deno.serve(api.fetch)` is the same as a server, and `mswHandlers(api, http)` makes handlers of Mock Service
 * Worker. A file or a URL can stand in the place of the description: `await mock("pets.yaml")`.
 *
 * ## What is checked
 *
 * Parameters in every style, JSON, forms, multipart bodies and text are read by their schemas. What does not fit is
 * answered, with a list of what is wrong:
 *
 * | status | when |
 * | --- | --- |
 * | 400 | a parameter or the body does not fit |
 * | 401 | no security requirement is met |
 * | 404, 405 | the description has no such path or method; HEAD is answered as GET is |
 * | 415 | the body has another media type |
 *
 * ## Which answer
 *
 * An example of the description, else a value that its schema allows. The header `prefer: code=404` asks for
 * another status, `prefer: example=name` for an example. `requests` has what came, for assertions.
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
 * Makes a mock of a description. It answers the first success of an operation; `Prefer: code=404` or
 * `Prefer: example=name` (RFC 7240) ask for another. A request that is not as the description says is
 * answered with 400, 401, 404, 405 or 415 and a list of what is wrong (RFC 9457).
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
 * @param source A path, a URL, `{ text, base }`, or what the text says.
 * @param options What may be read.
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
