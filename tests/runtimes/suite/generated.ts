/**
 * A generated client at work, the generator and the mock. `pets.ts` is what `generate()` makes of
 * `pets_description.ts`.
 *
 * @module
 */

import { generate } from "@codomyrmex/networking/generate";
import { mock } from "@codomyrmex/networking/generate/mock";
import { APIError, isAPIError } from "@codomyrmex/networking/generate/runtime";
import { equal, failure, ok, rejection } from "./assert.ts";
import { type Case, type Context, feature, QUICK } from "./case.ts";
import { withFolder } from "./files.ts";
import {
  addPet,
  createAPI,
  getPet,
  getPetOperation,
  listPetsItems,
  type Pet,
  watchPets,
} from "./pets.ts";
import { PETS } from "./pets_description.ts";

function apiOf({ url }: Context) {
  return createAPI({ ...QUICK, baseUrl: url("/v1"), auth: { token: "t0ken" } });
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** The cases. */
export const generated: readonly Case[] = feature("generated clients", {
  async "an operation is a typed call, with its credentials and retries"(context) {
    await context.answer("/v1/pets/7", { status: 503 }, { json: { name: "Rex" } });
    const pet: Pet = await getPet(apiOf(context), { petId: 7 });
    equal(pet, { name: "Rex" });
    equal((await context.requests()).map(({ headers }) => headers.authorization), [
      "Bearer t0ken",
      "Bearer t0ken",
    ]);
  },
  async "a status of the description is an APIError, or a result"(context) {
    const headers = { "content-type": "application/problem+json" };
    await context.answer("/v1/pets/7", { status: 404, headers, body: '{"title":"No such pet"}' });
    const error = await rejection(getPet(apiOf(context), { petId: 7 }));
    ok(isAPIError(error, getPetOperation) && error.status === 404, `it is ${error}`);
    equal(error.body.title, "No such pet");
    const result = await getPet(apiOf(context), { petId: 7 }).result();
    equal([result.status, result.body], [404, { title: "No such pet" }]);
  },
  async "a body is sent, and an answer without one is nothing"(context) {
    await context.answer("/v1/pets", { status: 204 });
    equal(await addPet(apiOf(context), { body: { name: "Rex" } }), undefined);
    const [request] = await context.requests();
    equal([request?.body, request?.headers["content-type"]], [
      '{"name":"Rex"}',
      "application/json",
    ]);
  },
  async "a list is read over all its pages"(context) {
    const link = '<pets?page=2>; rel="next"';
    await context.answer("/v1/pets", { headers: { link }, json: [{ name: "Rex" }] }, {
      json: [{ name: "Ivy" }],
    });
    const pets = await all(listPetsItems(apiOf(context), { tag: ["a b", "c"] }));
    equal(pets.map(({ name }) => name), ["Rex", "Ivy"]);
    equal((await context.requests()).map(({ path }) => path), [
      "/v1/pets?tag=a%20b&tag=c",
      "/v1/pets?page=2",
    ]);
  },
  async "an event stream is an iteration of typed items, without credentials it did not ask for"(
    context,
  ) {
    const headers = { "content-type": "text/event-stream" };
    const body = 'data: {"name":"Rex"}\n\ndata: {"name":"Ivy"}\n\ndata: [DONE]\n\n';
    await context.answer("/v1/news", { headers, body });
    const news = await all(watchPets(apiOf(context)));
    equal(news.map(({ data }) => data.name), ["Rex", "Ivy"]);
    equal((await context.requests()).map(({ headers }) => headers.authorization), [undefined]);
  },
  async "a path value that would lead elsewhere is refused"(context) {
    await failure(TypeError, getPet(apiOf(context), { petId: ".." as unknown as number }));
    equal(await context.requests(), []);
  },
  async "mock() answers from the description, and checks requests"() {
    const { transport, requests } = await mock({ text: PETS });
    const api = createAPI({ transport, auth: { token: "t" }, maxRetries: 0 });
    equal(await getPet(api, { petId: 1 }), { name: "Rex" });
    const call = getPet(api, { petId: "x" as unknown as number });
    equal((await failure(APIError, call)).status, 400);
    equal(requests.map(({ status, operationId }) => [status, operationId]), [
      [200, "getPet"],
      [400, "getPet"],
    ]);
  },
  async "generate() makes the same client everywhere"() {
    const { files, warnings, operations } = await generate({ text: PETS });
    equal([warnings.length, operations], [0, 4]);
    ok(files.get("api.ts")?.includes("export function getPet(api: API, args: GetPetArgs"), "it is");
  },
  async "a description of several files is read from its folder"() {
    await withFolder(async (folder, files) => {
      const text = PETS.replaceAll('"#/components/schemas/Pet"', '"pet.yaml"');
      await files.writeFile(`${folder}/pets.yaml`, text);
      await files.writeFile(`${folder}/pet.yaml`, "properties: { name: { const: Rex } }\n");
      const generated = await generate(`${folder}/pets.yaml`);
      ok(generated.files.get("api.ts")?.includes('name?: "Rex"'), "both files are in it");
    });
  },
});
