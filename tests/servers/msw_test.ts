/** The mock of a description as handlers of Mock Service Worker, which answers by them itself. */
// deno-lint-ignore-file no-external-import

import { assertEquals } from "@std/assert";
import { getResponse, http } from "npm:msw@2.15.0";
import { mock, mswHandlers } from "../../src/generate/mock/mod.ts";

Deno.test("MSW answers what the description has, and leaves the rest to other handlers", async (t) => {
  const get = {
    operationId: "getPet",
    parameters: [{ name: "id", in: "path", required: true, schema: { type: "integer" } }],
    responses: {
      200: { description: "", content: { "application/json": { example: { id: 7 } } } },
    },
  };
  const server = await mock({
    openapi: "3.1.0",
    info: { title: "Pets", version: "1" },
    servers: [{ url: "https://{region}.pets.example/v1" }],
    paths: { "/pets/{id}": { get } },
  });
  const other = http.get("https://other.example/v1/pets/7", () => new Response("other"));
  const handlers = [...mswHandlers(server, http), other];
  const rows: [string, string | undefined, number | undefined][] = [
    ["https://eu.pets.example/v1/pets/7", '{"id":7}', 200],
    ["https://eu.pets.example/v1/pets/seven", undefined, 400],
    ["https://other.example/v1/pets/7", "other", 200],
    ["https://eu.pets.example/v1/nothing", undefined, undefined],
  ];
  for (const [url, text, status] of rows) {
    await t.step(url, async () => {
      const response = await getResponse(handlers, new Request(url));
      assertEquals(response?.status, status);
      if (text !== undefined) assertEquals(await response?.text(), text);
      else await response?.body?.cancel();
    });
  }
  assertEquals(server.requests.map(({ status }) => status), [200, 400]);
});
