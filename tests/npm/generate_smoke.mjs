// The generator, the mock and the runtime of the npm package, on Node and Bun: files of ./generate,
// ./generate/mock and ./generate/runtime are the arguments.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

const [generator, mocks, runtime] = await Promise.all(
  process.argv.slice(2).map((path) => import(pathToFileURL(path).href)),
);

const folder = await mkdtemp(join(tmpdir(), "generate-"));
try {
  const path = join(folder, "pets.yaml");
  await writeFile(
    path,
    `openapi: 3.1.0
info: { title: Pets, version: "1" }
servers: [{ url: https://pets.example }]
paths:
  /pets/{id}:
    get:
      operationId: getPet
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      responses:
        200: { description: ok, content: { application/json: { schema: { $ref: "pet.yaml" } } } }
`,
  );
  await writeFile(join(folder, "pet.yaml"), "properties: { name: { type: string, const: Rex } }\n");
  const { files, warnings } = await generator.generate(path);
  assert.deepEqual(warnings, []);
  assert.match(files.get("api.ts"), /name\?: "Rex";/);

  const { transport, requests } = await mocks.mock(path);
  const api = new runtime.Api({ server: "https://pets.example", security: {} }, {
    transport,
    maxRetries: 0,
  });
  const operation = {
    id: "getPet",
    method: "GET",
    path: "/pets/{id}",
    parameters: [{ name: "id", in: "path" }],
    responses: { 200: ["application/json"] },
  };
  assert.deepEqual(await runtime.call(api, operation, { id: 1 }), { name: "Rex" });
  await assert.rejects(runtime.call(api, operation, { id: "x" }), {
    name: "ApiError",
    status: 400,
  });
  await assert.rejects(runtime.call(api, operation, { id: ".." }), TypeError);
  assert.deepEqual(requests.map(({ status }) => status), [200, 400]);
  await api.close();
} finally {
  await rm(folder, { recursive: true });
}
console.log("generate: all right");
