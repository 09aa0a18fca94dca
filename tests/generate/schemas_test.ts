/** Schemas at run time: Standard Schemas for types, and `validate` for arguments and answers. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { SchemaError, type StandardSchema } from "../../mod.ts";
import { generate, type GenerateOptions } from "../../src/generate/mod.ts";
import { clientOf, describe, operation, RUNTIME, typeErrors } from "./support.ts";

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: object) => ({ content: { "application/json": { schema } } });
const DESCRIPTION = describe({
  "/pets/{id}": {
    put: operation("putPet", {
      parameters: [
        { name: "id", in: "path", required: true, schema: { type: "integer", minimum: 1 } },
        { name: "tags", in: "query", schema: { type: "array", items: { enum: ["a", "b"] } } },
        { name: "at", in: "query", schema: { type: "string", format: "date-time" } },
      ],
      requestBody: { required: true, ...json(ref("Pet")) },
      responses: {
        200: { description: "", ...json(ref("Pet")) },
        404: {
          description: "",
          ...json({ required: ["why"], properties: { why: { type: "string" } } }),
        },
      },
    }),
  },
  "/upload": {
    post: operation("upload", {
      requestBody: {
        content: {
          "multipart/form-data": {
            schema: { properties: { file: { type: "string", format: "binary" } } },
          },
        },
      },
    }),
  },
}, {
  components: {
    schemas: {
      Pet: {
        type: "object",
        required: ["id", "name"],
        properties: {
          id: { type: "string", readOnly: true },
          name: { type: "string", minLength: 2, pattern: "^[A-Z]" },
          secret: { type: "string", writeOnly: true },
          parent: ref("Pet"),
          color: ref("Color"),
        },
      },
      Color: { enum: ["red", "green"] },
      "__proto__": { type: "string" },
    },
  },
});
const OPTIONS: GenerateOptions = { schemas: true };

// R20.20
Deno.test("validate checks what is sent and what comes, and nothing wrong is sent", async (t) => {
  let answer: unknown = { id: "1", name: "Rex" };
  const { call, sent } = await clientOf(DESCRIPTION, () => Response.json(answer), {
    ...OPTIONS,
    api: { validate: true },
  });
  const body = { name: "Rex", parent: { name: "Max" }, color: "red" };
  await call("putPet", { id: 1, tags: ["a"], at: new Date(0), body });
  assertEquals(sent.length, 1);
  const rows: [object, string][] = [
    [{ id: 0, body }, "the path parameter id does not fit"],
    [{ id: "x", body }, "the path parameter id does not fit"],
    [{ id: 1, tags: ["c"], body }, "the query parameter tags does not fit: 0:"],
    [{ id: 1, body: { name: "R" } }, "the body does not fit: name:"],
    [{ id: 1, body: { name: "rex" } }, "the body does not fit: name:"],
    [{ id: 1, body: {} }, "the body does not fit"],
    [{ id: 1, body: { ...body, parent: { name: 7 } } }, "parent.name:"],
    [{ id: 1, body: { ...body, color: "blue" } }, "color:"],
  ];
  for (const [args, why] of rows) {
    await t.step(why, async () => {
      const error = await assertRejects(() => call("putPet", args), TypeError);
      assertStringIncludes(error.message, `Cannot call putPet: `);
      assertStringIncludes(error.message, why);
      assertEquals(sent.length, 1);
    });
  }
  await t.step("an answer that does not fit", async () => {
    answer = { name: "Rex" };
    const error = await assertRejects(() => call("putPet", { id: 1, body }), SchemaError);
    assertStringIncludes(
      error.message,
      "Cannot accept the answer of PUT https://api.example/pets/1",
    );
    await assertRejects(() => call("putPet", { id: 1, body }).result(), SchemaError);
  });
  await t.step("a call says otherwise", async () => {
    assertEquals(await call("putPet", { id: 0, body }, { validate: false }), { name: "Rex" });
  });
  await t.step("bytes are not checked", async () => {
    await call("upload", { body: { file: new Blob(["x"]) } });
  });
});

Deno.test("a call can ask for it, and a client without schemas says what is missing", async () => {
  const { call, sent } = await clientOf(
    DESCRIPTION,
    () => Response.json({ id: "1", name: "Rex" }),
    OPTIONS,
  );
  const wrong = { id: 1, body: { name: "r" } };
  await call("putPet", wrong);
  await assertRejects(() => call("putPet", wrong, { validate: true }), TypeError, "does not fit");
  assertEquals(sent.length, 1);
  const without = await clientOf(DESCRIPTION, undefined, { api: { validate: true } });
  await assertRejects(() => without.call("putPet", wrong), TypeError, "generate it with schemas");
});

// R20.20
Deno.test("streams and pages are checked too: arguments, items of every kind, each page", async (t) => {
  const item = { type: "object", required: ["n"], properties: { n: { type: "integer" } } };
  const event = (name: string, data: object) => ({
    type: "object",
    properties: {
      event: { const: name },
      data: { type: "string", contentMediaType: "application/json", contentSchema: data },
    },
  });
  const streams: [type: string, media: object, right: string, wrong: string][] = [
    ["application/x-ndjson", { itemSchema: item }, '{"n":1}\n', '{"n":"1"}\n'],
    ["application/jsonl", { schema: { type: "array", items: item } }, '{"n":1}\n', "{}\n"],
    ["application/json-seq", { itemSchema: item }, '\x1e{"n":1}\n', "\x1e{}\n"],
    ["text/event-stream", { schema: item }, 'data: {"n":1}\n\n', "data: {}\n\n"],
    [
      "text/event-stream",
      { itemSchema: { oneOf: [event("a", item), event("b", { type: "string" })] } },
      'event: b\ndata: "x"\n\n',
      "data: 7\n\n",
    ],
  ];
  const parameters = [{ name: "limit", in: "query", schema: { type: "integer", maximum: 9 } }];
  for (const int64 of [undefined, "bigint"] as const) {
    for (const [type, media, right, wrong] of streams) {
      await t.step(`${type} ${JSON.stringify(media).slice(0, 20)} ${int64 ?? ""}`, async () => {
        const responses = { 200: { description: "", content: { [type]: media } } };
        const { items, sent } = await clientOf(
          describe({ "/s": { get: operation("read", { parameters, responses }) } }, {
            openapi: "3.2.0",
          }),
          () => new Response(right + wrong, { headers: { "content-type": type } }),
          { ...OPTIONS, ...(int64 && { int64 }), api: { validate: true } },
        );
        const found: unknown[] = [];
        await assertRejects(
          async () => {
            for await (const one of items("read")) found.push(one);
          },
          SchemaError,
          "Cannot accept an item of GET https://api.example/s",
        );
        assertEquals(found.length, 1);
        await assertRejects(() => items("read", { limit: 10 }).next(), TypeError, "does not fit");
        assertEquals(sent.length, 1);
      });
    }
  }
  await t.step("pages", async () => {
    let pages = 0;
    const responses = { 200: { description: "", ...json({ type: "array", items: item }) } };
    const { items, sent } = await clientOf(
      describe({
        "/p": { get: operation("list", { parameters: [...parameters, QUERY_PAGE], responses }) },
      }),
      () => Response.json(++pages === 1 ? [{ n: 1 }] : [{ n: "2" }]),
      {
        ...OPTIONS,
        pagination: { list: { next: { by: "page", param: "page" } } },
        api: { validate: true },
      },
    );
    const found: unknown[] = [];
    await assertRejects(async () => {
      for await (const one of items("listItems")) found.push(one);
    }, SchemaError);
    assertEquals(found, [{ n: 1 }]);
    await assertRejects(() => items("listItems", { limit: 10 }).next(), TypeError, "does not fit");
    assertEquals(sent.length, 2);
  });
});

const QUERY_PAGE = { name: "page", in: "query", schema: { type: "integer" } };

Deno.test("each type has a Standard Schema, requests and answers apart", async () => {
  const { module } = await clientOf(DESCRIPTION, undefined, OPTIONS);
  const check = (name: string, value: unknown) => {
    const schema = module[name] as StandardSchema;
    const result = schema["~standard"].validate(value);
    assert(!("then" in result));
    return result.issues?.map(({ path = [] }) => path.map(String).join(".")) ?? [];
  };
  assertEquals(check("PetSchema", { id: "1", name: "Rex" }), []);
  assertEquals(check("PetSchema", { id: "1", name: "Rex", parent: { id: "2", name: "m" } }), [
    "parent.name",
    "parent.name",
  ]);
  assert(check("PetSchema", { name: "Rex" }).length > 0);
  assertEquals(check("PetInputSchema", { name: "Rex" }), []);
  assertEquals(check("ColorSchema", "red"), []);
  assertEquals(check("ColorSchema", "blue"), [""]);
});

Deno.test("schemas compile in one file and in several, and are dropped where they are not used", async () => {
  const one = await generate(DESCRIPTION, { ...OPTIONS, runtime: RUNTIME });
  const many = await generate(DESCRIPTION, { ...OPTIONS, runtime: RUNTIME, split: true });
  const keywords = await generate(new URL("fixtures/keywords.yaml", import.meta.url), {
    ...OPTIONS,
    runtime: RUNTIME,
  });
  const program = `import { ColorSchema, createAPI, type Pet, PetSchema, putPet } from "./api.ts";
const api = createAPI({ validate: true });
const pet: Pet = await putPet(api, { id: 1, body: { name: "Rex" } }, { schema: PetSchema, validate: false });
console.log(pet, ColorSchema);
`;
  assertEquals(
    await typeErrors({
      "api.ts": one.files.get("api.ts")!,
      "keywords.ts": keywords.files.get("api.ts")!,
      ...Object.fromEntries(many.files),
      "program.ts": program,
    }),
    "",
  );
  const without = await generate(DESCRIPTION, { runtime: RUNTIME });
  assert(!without.files.get("api.ts")!.includes("Schema"));
  for (const line of one.files.get("api.ts")!.split("\n")) {
    if (line.includes("jsonSchema<")) assertStringIncludes(line, "/* @__PURE__ */ jsonSchema<");
  }
});
