/**
 * A server that answers as a description says: from its examples, or with values made from its schemas,
 * after checking the request. For tests of code that calls an API, without the API.
 *
 * It reads JSON, forms, multipart bodies and text by their schemas, and reports what does not fit. Use
 * `mock.fetch` as a server, `mock.transport` in a client, or `mswHandlers(mock, http)` with MSW.
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
