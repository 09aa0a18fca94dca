/** Schemas as types: what each keyword comes to, and how names are given. */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DescriptionError, generate, type GenerateOptions } from "../../src/generate/mod.ts";
import { describe, operation, RUNTIME, typeErrors } from "./support.ts";

const OTHERS = {
  Cat: {
    type: "object",
    required: ["kind"],
    properties: { kind: { type: "string" }, lives: { type: "integer" } },
  },
  Dog: { type: "object", properties: { kind: { const: "dog" }, name: { type: "string" } } },
};

/** The declaration of a schema named X, on one line. */
async function typeOf(
  schema: unknown,
  options?: GenerateOptions,
  version = "3.1.0",
): Promise<string> {
  const { files } = await generate({
    openapi: version,
    info: {},
    paths: {},
    components: { schemas: { X: schema, ...OTHERS } },
  }, { ...options, typesOnly: true });
  const text = files.get("api.ts")!;
  const start = text.search(/(?:\/\*\*(?:[^*]|\*(?!\/))*\*\/\n)?export (?:type|interface) X\b/);
  const end = text.indexOf("\n\nexport", start);
  return text.slice(start, end < 0 ? undefined : end).replace(/\s+/g, " ").trim();
}

const cat = { $ref: "#/components/schemas/Cat" };
const dog = { $ref: "#/components/schemas/Dog" };

// R20.6
Deno.test("each keyword comes to what it means", async (t) => {
  const rows: [unknown, string][] = [
    [true, "export type X = unknown;"],
    [{}, "export type X = unknown;"],
    [false, "export type X = never;"],
    [{ type: "string" }, "export type X = string;"],
    [{ type: "integer", format: "int64" }, "/** Format: int64. */ export type X = number;"],
    [{ type: ["string", "null"] }, "export type X = string | null;"],
    [{ type: "string", nullable: true }, "export type X = string | null;"],
    [{ ...cat, nullable: true }, "export type X = Cat | null;"],
    [{ const: null }, "export type X = null;"],
    [{ const: 'a"b' }, 'export type X = "a\\"b";'],
    [{ enum: ["a", 1, true, null] }, 'export type X = "a" | 1 | true | null;'],
    [{ enum: [{ a: 1 }] }, "export type X = unknown;"],
    [{ type: "string", format: "binary" }, "/** Format: binary. */ export type X = string;"],
    [
      { type: "array", items: { type: ["string", "number"] } },
      "export type X = (string | number)[];",
    ],
    [{ items: cat }, "export type X = Cat[];"],
    [{ type: "array" }, "export type X = unknown[];"],
    [
      { prefixItems: [{ type: "string" }, { type: "number" }], items: false },
      "export type X = [string, number];",
    ],
    [
      { prefixItems: [{ type: "string" }], items: { type: "number" } },
      "export type X = [string, ...number[]];",
    ],
    [{ prefixItems: [{ type: "string" }] }, "export type X = [string, ...unknown[]];"],
    [{ type: "object" }, "export type X = Record<string, unknown>;"],
    [{ type: "object", additionalProperties: false }, "export type X = Record<string, never>;"],
    [{ additionalProperties: { type: "number" } }, "export type X = Record<string, number>;"],
    [{ unevaluatedProperties: { type: "number" } }, "export type X = Record<string, number>;"],
    [
      { patternProperties: { "^x": { type: "number" } } },
      "export type X = Record<string, number>;",
    ],
    [
      { properties: { a: { type: "string" }, "b-c": { type: "number" } }, required: ["a"] },
      'export interface X { a: string; "b-c"?: number; }',
    ],
    [
      { properties: { a: { type: "string" } }, additionalProperties: { type: "number" } },
      "export interface X { a?: string; [name: string]: number | string | undefined; }",
    ],
    [
      { properties: { a: {} }, additionalProperties: true },
      "export interface X { a?: unknown; [name: string]: unknown; }",
    ],
    [
      { required: ["z"], type: "object", properties: { a: { type: "string" } } },
      "export interface X { a?: string; z: unknown; }",
    ],
    [{ oneOf: [cat, { type: "null" }] }, "export type X = Cat | null;"],
    [{ anyOf: [cat, cat] }, "export type X = Cat;"],
    [{ allOf: [cat, dog] }, "export type X = Cat & Dog;"],
    [{ allOf: [cat], type: "object" }, "export type X = Cat;"],
    [{ allOf: [cat], description: "A cat." }, "/** A cat. */ export type X = Cat;"],
    [{ allOf: [{ oneOf: [cat, dog] }, dog] }, "export type X = (Cat | Dog) & Dog;"],
    [
      { allOf: [cat, { required: ["lives"] }] },
      'export type X = Cat & Required<Pick<Cat, "lives">>;',
    ],
    [{ allOf: [cat, { required: ["other"] }] }, "export type X = Cat;"],
    [{ ...cat, required: ["lives"] }, 'export type X = Cat & Required<Pick<Cat, "lives">>;'],
    [
      { oneOf: [cat, dog], properties: { id: { type: "string" } } },
      "export type X = (Cat | Dog) & { id?: string; };",
    ],
    [
      { oneOf: [{ required: ["a"] }, { required: ["b"] }], properties: { a: {}, b: {} } },
      "export interface X { a?: unknown; b?: unknown; }",
    ],
    [
      {
        oneOf: [cat, dog],
        discriminator: {
          propertyName: "kind",
          mapping: { tom: "#/components/schemas/Cat", felix: "Cat" },
        },
      },
      'export type X = Cat & { kind: "tom" | "felix" } | Dog;',
    ],
    [
      { oneOf: [cat, dog], discriminator: { propertyName: "kind" } },
      'export type X = Cat & { kind: "Cat" } | Dog;',
    ],
    [
      { title: "T", description: "D", deprecated: true },
      "/** * T * * D * * @deprecated */ export type X = unknown;",
    ],
    [{ items: { $ref: "#/components/schemas/X" } }, "export type X = X[];"],
    [{ properties: { x: { $ref: "#/components/schemas/X" } } }, "export interface X { x?: X; }"],
    [
      { $defs: { A: { type: "string" } }, items: { $ref: "#/components/schemas/X/$defs/A" } },
      "export type X = XA[];",
    ],
    [
      { $defs: { A: { $anchor: "here", type: "string" } }, items: { $ref: "#here" } },
      "export type X = XA[];",
    ],
  ];
  for (const [schema, expected] of rows) {
    await t.step(JSON.stringify(schema), async () => assertEquals(await typeOf(schema), expected));
  }
  await t.step("open enums", async () => {
    assertEquals(
      await typeOf({ enum: ["a", "b"] }, { openEnums: true }),
      'export type X = "a" | "b" | (string & Record<never, never>);',
    );
  });
});

// R20.7
Deno.test("requests and answers have types of their own where they differ, and only there", async () => {
  const body = {
    content: { "application/json": { schema: { $ref: "#/components/schemas/Order" } } },
  };
  const { files } = await generate({
    openapi: "3.1.0",
    info: {},
    paths: { "/": { post: { operationId: "send", requestBody: body, responses: { 200: body } } } },
    components: {
      schemas: {
        Order: {
          properties: {
            lines: { items: { $ref: "#/components/schemas/Line" } },
            note: { $ref: "#/components/schemas/Note" },
          },
        },
        Line: {
          required: ["id"],
          properties: {
            id: { type: "string", readOnly: true },
            pin: { type: "string", writeOnly: true },
          },
        },
        Note: { type: "string" },
      },
    },
  });
  const text = files.get("api.ts")!.replace(/\s+/g, " ");
  for (
    const expected of [
      "export interface Order { lines?: Line[]; note?: Note; }",
      "export interface OrderInput { lines?: LineInput[]; note?: Note; }",
      "export interface Line { id: string; }",
      "export interface LineInput { pin?: string; }",
      "body?: OrderInput;",
      "APIResult<200, Order>",
    ]
  ) assertStringIncludes(text, expected);
  assertEquals(text.includes("NoteInput"), false);
});

// R20.5
Deno.test("names are the same each time, and nobody loses theirs", async () => {
  const path = (id?: string) => ({
    get: { ...(id && { operationId: id }), responses: { 204: {} } },
  });
  const description = {
    openapi: "3.0.3",
    info: {},
    paths: {
      "/a": path("get_thing"),
      "/b": path("getThing"),
      "/c": path("get-thing"),
      "/d": path("delete"),
      "/e": path("call"),
      "/users/{user-id}/posts": path(),
      "/f": path("URLList"),
      "/g": path("Größe ändern"),
      "/h": path("123"),
    },
    components: { schemas: { getThing: {}, "Foo.Bar": {}, FooBar: {}, Record: {}, "": {} } },
  };
  const one = await generate(description);
  const text = one.files.get("api.ts")!;
  const functions = [...text.matchAll(/export function (\S+?)\(/g)].map(([, name]) => name);
  assertEquals(functions, [
    "createAPI",
    "getThing",
    "getThing2",
    "getThing3",
    "delete_",
    "call_",
    "getUsersByUserIdPosts",
    "urlList",
    "größeÄndern",
    "_123",
  ]);
  const types = [...text.matchAll(/export type (\S+) = unknown;/g)].map(([, name]) => name);
  assertEquals(types, ["GetThing", "FooBar", "FooBar2", "Record_", "Unnamed"]);
  assertEquals(one.warnings.map(({ message }) => message), [
    "FooBar is taken; this one is FooBar2",
    "getThing is taken; this one is getThing2",
    "getThing is taken; this one is getThing3",
    "The path parameter user-id is not declared; it is a string",
  ]);
  assertEquals((await generate(structuredClone(description))).files, one.files);
});

// R20.3
Deno.test("warnings and errors say where, and what was done instead", async () => {
  const text =
    "openapi: 3.0.0\ninfo: {}\npaths:\n  /a:\n    get:\n      parameters:\n        - { name: x }\n      responses:\n        abc: {}\n        200: { $ref: '#/nowhere' }\n";
  const { warnings } = await generate({ text, base: "file:///api/petstore.yaml" });
  assertEquals(warnings, [
    {
      kind: "invalid",
      message: 'The parameter has no name or no valid "in"; it is left out',
      file: "file:///api/petstore.yaml:7",
      pointer: "/paths/~1a/get/parameters/0",
    },
    {
      kind: "broken_reference",
      message: "The response cannot be resolved; its body is unknown",
      file: "file:///api/petstore.yaml:10",
      pointer: "/paths/~1a/get/responses/200",
    },
    {
      kind: "invalid",
      message: "abc is not a status; it is left out",
      file: "file:///api/petstore.yaml:9",
      pointer: "/paths/~1a/get/responses/abc",
    },
  ]);
  const rows: [Parameters<typeof generate>[0], GenerateOptions | undefined, string][] = [
    [{ text }, { strict: true }, "3 things are wrong, the first at"],
    [{ text: "a: [" }, undefined, "neither JSON nor YAML"],
    [{ text: "a: 1" }, undefined, "not an OpenAPI description"],
    [{ openapi: "4.0.0" }, undefined, 'its version is "4.0.0"'],
    ["missing.yaml", undefined, "Cannot read the description missing.yaml"],
  ];
  for (const [source, options, why] of rows) {
    await assertRejects(() => generate(source, options), DescriptionError, why);
  }
  await assertRejects(() => generate({ openapi: "3.0.0" }, { only: ["pets"] }), TypeError, "tag:x");
  await assertRejects(() => generate({}, { onl: [] } as never), TypeError, "only");
});

// R20.1
Deno.test("only what is asked for, in one file or one a tag; OpenAPI 2.0 is read too", async () => {
  const schema = (name: string) => ({
    description: "ok",
    schema: { $ref: `#/definitions/${name}` },
  });
  const description = {
    swagger: "2.0",
    info: { title: "Old", version: "1" },
    host: "old.example",
    basePath: "/v1",
    schemes: ["https"],
    paths: {
      "/pets": {
        get: { tags: ["Pet shop"], operationId: "listPets", responses: { 200: schema("Pet") } },
        post: {
          tags: ["Pet shop"],
          operationId: "addPet",
          parameters: [{ in: "body", name: "pet", schema: { $ref: "#/definitions/Pet" } }],
          responses: { 204: { description: "" } },
        },
      },
      "/users": {
        get: { tags: ["types"], operationId: "listUsers", responses: { 200: schema("User") } },
      },
    },
    definitions: {
      Pet: { properties: { owner: { $ref: "#/definitions/User" } } },
      User: { type: "string" },
      Unused: {},
    },
  };
  const names = async (options: GenerateOptions) => {
    const { files } = await generate(description, options);
    return [...files].map(([name, text]) => [
      name,
      [...text.matchAll(/export (?:function|type|interface|const) (\w+)/g)].map(([, found]) =>
        found!
      ),
    ]);
  };
  assertEquals(await names({ only: ["operation:listUsers"], typesOnly: true }), [["api.ts", [
    "ListUsersResult",
    "User",
  ]]]);
  assertEquals(await names({ only: ["path:/pe*"], typesOnly: true }), [
    ["api.ts", ["ListPetsResult", "AddPetArgs", "AddPetResult", "Pet", "User"]],
  ]);
  assertEquals(await names({ split: true }), [
    ["types.ts", ["Pet", "User", "Unused"]],
    ["client.ts", ["servers", "createAPI"]],
    ["pet_shop.ts", [
      "ListPetsResult",
      "listPetsOperation",
      "listPets",
      "AddPetArgs",
      "AddPetResult",
      "addPetOperation",
      "addPet",
    ]],
    ["types_2.ts", ["ListUsersResult", "listUsersOperation", "listUsers"]],
    ["operations.ts", ["operations", "operationsByTag"]],
    ["mod.ts", []],
  ]);
  const { files } = await generate(description);
  assertStringIncludes(files.get("api.ts")!, 'url: "https://old.example/v1"');
});

// R20.5
Deno.test("a type never renames a function, and words are kept where TypeScript lets them be", async () => {
  const get = (operationId: string) => ({
    get: operation(operationId, { tags: ["Größe ändern"] }),
  });
  const ids = ["health", "any", "get", "type", "from", "of", "async", "delete", "await", "items"];
  const { files, warnings } = await generate(
    describe(Object.fromEntries(ids.map((id) => [`/${id}`, get(id)])), {
      components: {
        schemas: { Health: {}, HealthArgs: {}, HealthResult: {}, Operation: {}, of: {} },
      },
    }),
    { runtime: RUNTIME },
  );
  const code = files.get("api.ts")!;
  const functions = [...code.matchAll(/export function (\S+?)\(api/g)].map(([, name]) => name);
  assertEquals(functions, [...ids.slice(0, 7), "delete_", "await_", "items_"]);
  for (const name of ["Health", "HealthArgs", "HealthResult", "Operation_", "Of"]) {
    assertStringIncludes(code, `export type ${name} = unknown;`);
  }
  assertEquals(warnings, []);
  const split = await generate(describe({ "/a": get("a") }), { split: true });
  assertEquals([...split.files.keys()], [
    "types.ts",
    "client.ts",
    "größe_ändern.ts",
    "operations.ts",
    "mod.ts",
  ]);
  assertEquals(await typeErrors({ "api.ts": code }), "");
});

// R20.5
Deno.test("a function that is derived gives way to one of the description", async () => {
  const schema = { type: "array", items: {} };
  const list = {
    200: { description: "", headers: { link: {} }, content: { "application/json": { schema } } },
  };
  const { files } = await generate(describe({
    "/a": { get: operation("list", { responses: list }) },
    "/b": { get: operation("listItems") },
    "/c": { get: operation("listOperation") },
    "/d": { get: operation("same") },
    "/e": { get: operation("same") },
    "/f": { get: operation("same2") },
  }));
  const code = files.get("api.ts")!;
  const functions = [...code.matchAll(/export function (\S+?)\(api/g)].map(([, name]) => name);
  assertEquals(functions, [
    "list",
    "listItems2",
    "listItems",
    "listOperation",
    "same",
    "same3",
    "same2",
  ]);
  assertStringIncludes(code, "export const listOperation2: ");
});
