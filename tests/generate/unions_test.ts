/** Types that TypeScript narrows, makes and refuses: programs against generated types, checked at once. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { generate } from "../../src/generate/mod.ts";
import { describe, operation, RUNTIME, typeErrors } from "./support.ts";

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const kind = (schema: object, others: object = {}) => ({
  type: "object",
  required: ["kind"],
  properties: { kind: schema, ...others },
});
const TEXT = { type: "string" };
const tag = (mapping?: object) => ({
  propertyName: "kind",
  ...(mapping !== undefined && { mapping }),
});
const CAT = kind(TEXT, { lives: { type: "integer" } });
const DOG = kind(TEXT, { name: TEXT });
const BOTH = kind({ enum: ["cat", "dog"] });
const both = (others: object) => ({ allOf: [BOTH, { type: "object", properties: others }] });
const MAPPING = { cat: "#/components/schemas/Cat", dog: "Dog" };

/** How each member is told apart: by which value a Cat and a Dog are, of a union named Pet. */
const NARROWING: readonly [name: string, schemas: object, cat: string, dog: string][] = [
  [
    "a mapping",
    { Cat: CAT, Dog: DOG, Pet: { oneOf: [ref("Cat"), ref("Dog")], discriminator: tag(MAPPING) } },
    "cat",
    "dog",
  ],
  [
    "no mapping",
    { Cat: CAT, Dog: DOG, Pet: { oneOf: [ref("Cat"), ref("Dog")], discriminator: tag() } },
    "Cat",
    "Dog",
  ],
  [
    "anyOf",
    { Cat: CAT, Dog: DOG, Pet: { anyOf: [ref("Cat"), ref("Dog")], discriminator: tag(MAPPING) } },
    "cat",
    "dog",
  ],
  [
    "members with the full enum",
    {
      Cat: both({ lives: { type: "integer" } }),
      Dog: both({ name: TEXT }),
      Pet: { oneOf: [ref("Cat"), ref("Dog")], discriminator: tag(MAPPING) },
    },
    "cat",
    "dog",
  ],
  [
    "members with a value of their own",
    {
      Cat: kind({ const: "c" }, { lives: { type: "integer" } }),
      Dog: kind({ enum: ["d"] }, { name: TEXT }),
      Pet: { oneOf: [ref("Cat"), ref("Dog")], discriminator: tag() },
    },
    "c",
    "d",
  ],
  [
    "a union inside, with a mapping",
    {
      Cat: CAT,
      Dog: DOG,
      Fish: kind(TEXT),
      Pets: { oneOf: [ref("Cat"), ref("Dog")] },
      Pet: { oneOf: [ref("Pets"), ref("Fish")], discriminator: tag({ ...MAPPING, fish: "Fish" }) },
    },
    "cat",
    "dog",
  ],
  [
    "a union inside, without a mapping, two deep",
    {
      Cat: CAT,
      Dog: DOG,
      Fish: kind(TEXT),
      Inner: { anyOf: [ref("Cat"), ref("Fish")] },
      Pets: { oneOf: [ref("Inner"), ref("Dog")], description: "Pets." },
      Pet: { oneOf: [ref("Pets")], discriminator: tag() },
    },
    "Cat",
    "Dog",
  ],
  [
    "a union inside that has the discriminator",
    {
      Cat: CAT,
      Dog: DOG,
      Fish: kind({ const: "fish" }),
      Pets: { oneOf: [ref("Cat"), ref("Dog")], discriminator: tag(MAPPING) },
      Pet: { oneOf: [ref("Pets"), ref("Fish")], discriminator: tag() },
    },
    "cat",
    "dog",
  ],
  [
    "a mapping to what a member is an alias of",
    {
      Cat: CAT,
      Dog: DOG,
      Tom: ref("Cat"),
      Pet: { oneOf: [ref("Tom"), ref("Dog")], discriminator: tag(MAPPING) },
    },
    "cat",
    "dog",
  ],
  [
    "a mapping to an alias of a member",
    {
      Cat: CAT,
      Dog: DOG,
      Tom: ref("Cat"),
      Pet: {
        oneOf: [{ allOf: [ref("Cat")], description: "A cat." }, ref("Dog")],
        discriminator: tag({ cat: "Tom", dog: "Dog" }),
      },
    },
    "cat",
    "dog",
  ],
  [
    "a parent without a mapping",
    {
      Base: { ...kind(TEXT), discriminator: tag() },
      Cat: { allOf: [ref("Base"), { type: "object", properties: { lives: { type: "integer" } } }] },
      Dog: { allOf: [ref("Base"), { type: "object", properties: { name: TEXT } }] },
      Pet: { oneOf: [ref("Cat"), ref("Dog")] },
    },
    "Cat",
    "Dog",
  ],
  [
    "a parent with a mapping, and a union that has none",
    {
      Base: { ...kind({ enum: ["cat", "dog"] }), discriminator: tag(MAPPING) },
      Cat: { allOf: [ref("Base"), { type: "object", properties: { lives: { type: "integer" } } }] },
      Dog: { allOf: [ref("Base"), { type: "object", properties: { name: TEXT } }] },
      Pet: { oneOf: [ref("Cat"), ref("Dog")], discriminator: tag() },
    },
    "cat",
    "dog",
  ],
  [
    "a parent without a mapping, and a union that has one",
    {
      Base: { ...kind(TEXT), discriminator: tag() },
      Cat: { allOf: [ref("Base"), { type: "object", properties: { lives: { type: "integer" } } }] },
      Dog: { allOf: [ref("Base"), { type: "object", properties: { name: TEXT } }] },
      Pet: { oneOf: [ref("Cat"), ref("Dog")], discriminator: tag(MAPPING) },
    },
    "cat",
    "dog",
  ],
  [
    "a grandchild, which its parent takes, too",
    {
      Base: { ...kind(TEXT), discriminator: tag() },
      Animal: { allOf: [ref("Base")] },
      Cat: {
        allOf: [ref("Animal"), { type: "object", properties: { lives: { type: "integer" } } }],
      },
      Dog: { allOf: [ref("Animal"), { type: "object", properties: { name: TEXT } }] },
      Pet: { oneOf: [ref("Cat"), ref("Dog"), ref("Animal")] },
    },
    "Cat",
    "Dog",
  ],
  [
    "null among the members",
    {
      Cat: CAT,
      Dog: DOG,
      Pet: { oneOf: [ref("Cat"), ref("Dog"), { type: "null" }], discriminator: tag(MAPPING) },
    },
    "cat",
    "dog",
  ],
];

// R20.6
Deno.test("every variant of a union can be made, and narrows by its discriminator", async (t) => {
  const files: Record<string, string> = {};
  for (const [index, [name, schemas, cat, dog]] of NARROWING.entries()) {
    const { files: made, warnings } = await generate(
      describe({}, { components: { schemas } }),
      { typesOnly: true },
    );
    await t.step(`${name}: no warnings`, () => assertEquals(warnings, []));
    files[`types${index}.ts`] = made.get("api.ts")!;
    files[`program${index}.ts`] = `import type { Cat, Dog, Pet } from "./types${index}.ts";
// ${name}
const cat = { kind: ${JSON.stringify(cat)}, lives: 7 } as const satisfies Pet & Cat;
const dog = { kind: ${JSON.stringify(dog)}, name: "Rex" } as const satisfies Pet & Dog;
// @ts-expect-error -- nothing is of this kind
const none: Pet = { kind: "nothing of this" };
function look(pet: Pet): number | string | undefined {
  if (pet?.kind === ${JSON.stringify(cat)}) return pet.lives;
  if (pet?.kind === ${JSON.stringify(dog)}) return pet.name;
  return undefined;
}
export const all: readonly unknown[] = [look(cat), look(dog), none];
`;
  }
  assertEquals(await typeErrors(files), "");
});

Deno.test("schemas that are made of themselves compile, whatever keyword does it", async () => {
  const map = (name: string) => ({ type: "object", additionalProperties: ref(name) });
  const { files, warnings } = await generate(
    describe({}, {
      components: {
        schemas: {
          Json: {
            anyOf: [{ type: ["string", "number", "null"] }, { items: ref("Json") }, map("Json")],
          },
          Tree: map("Tree"),
          One: map("Other"),
          Other: map("One"),
          Patterns: { patternProperties: { "^x": ref("Patterns") } },
          Tuple: { prefixItems: [{ type: "string" }, map("Tuple")], items: false },
          Deep: {
            additionalProperties: { anyOf: [{ type: "array", items: map("Deep") }, ref("Deep")] },
          },
          Node: { allOf: [{ properties: { next: ref("Node") } }, { required: ["next"] }] },
        },
      },
    }),
    { typesOnly: true },
  );
  assertEquals(warnings, []);
  const program = `import type { Deep, Json, One, Patterns, Tree, Tuple } from "./types.ts";
export const json: Json = { a: [1, "b", { c: null }] };
export const tree: Tree = { a: { b: {} } };
export const one: One = { a: { b: {} } };
export const patterns: Patterns = { x: { xx: {} } };
export const tuple: Tuple = ["a", { b: ["c", {}] }];
export const deep: Deep = { a: [{ b: {} }] };
// @ts-expect-error -- a function is not JSON
export const wrong: Json = { a: () => 1 };
`;
  assertEquals(await typeErrors({ "types.ts": files.get("api.ts")!, "program.ts": program }), "");
});

// R20.7
Deno.test("marks count through references and allOf, and bytes are bytes in forms only", async () => {
  const json = (schema: object) => ({ content: { "application/json": { schema } } });
  const { files, warnings } = await generate(
    describe({
      "/a": {
        put: operation("putA", {
          requestBody: { required: true, ...json(ref("A")) },
          responses: { 200: { description: "", ...json(ref("A")) } },
        }),
        post: operation("postA", {
          requestBody: {
            required: true,
            content: { "multipart/form-data": { schema: ref("Upload") } },
          },
          responses: { 200: { description: "", ...json(ref("Upload")) } },
        }),
      },
    }, {
      components: {
        schemas: {
          ID: { type: "string", readOnly: true },
          Secret: { allOf: [{ type: "string" }, { writeOnly: true }] },
          A: {
            required: ["id", "deep", "secret", "name"],
            properties: {
              id: ref("ID"),
              deep: { allOf: [ref("ID")] },
              secret: ref("Secret"),
              name: TEXT,
              inner: { required: ["id"], properties: { id: ref("ID") } },
            },
          },
          File: { type: "string", format: "binary" },
          Upload: {
            required: ["file", "files", "image", "encoded", "meta"],
            properties: {
              file: ref("File"),
              files: { type: "array", items: ref("File") },
              image: { type: "string", contentMediaType: "image/png" },
              encoded: { type: "string", contentMediaType: "image/png", contentEncoding: "base64" },
              meta: { properties: { thumb: ref("File") } },
            },
          },
        },
      },
    }),
    { runtime: RUNTIME },
  );
  assertEquals(warnings, []);
  const program =
    `import { type A, type AInput, createAPI, postA, putA, type Upload } from "./api.ts";
const api = createAPI();
const blob = new Blob();
export const input: AInput = { secret: "s", name: "n", inner: {} };
export const output: A = { id: "1", deep: "2", name: "n", inner: { id: "3" } };
// @ts-expect-error -- only the server gives an id
export const wrong: AInput = { id: "1", secret: "s", name: "n" };
export const answer: A = await putA(api, { body: input });
const form = { file: blob, files: [blob], image: blob, encoded: "aGk=", meta: { thumb: "t" } };
export const upload: Upload = await postA(api, { body: form });
export const text: string = upload.file + upload.files[0] + upload.image;
// @ts-expect-error -- a file of a form is no text
await postA(api, { body: { ...form, file: "text" } });
`;
  assertEquals(await typeErrors({ "api.ts": files.get("api.ts")!, "program.ts": program }), "");
});

Deno.test("bodies of ranges, servers, header fields and results have types of their own", async () => {
  const bytes = { schema: { type: "string", format: "binary" } };
  const { files } = await generate(
    describe({
      "/any": { put: operation("putAny", { requestBody: { content: { "*/*": bytes } } }) },
      "/both": {
        put: operation("putBoth", {
          requestBody: {
            content: { "image/*": bytes, "application/json": { schema: { type: "object" } } },
          },
        }),
      },
      "/head": {
        get: operation("getHead", {
          responses: {
            200: {
              description: "",
              headers: {
                "X-Left": { schema: { type: "integer" } },
                "X-Tags": { schema: { type: "array", items: TEXT } },
                "X-Last": { schema: { type: "boolean" } },
              },
              content: { "application/json": { schema: { properties: { a: TEXT } } } },
            },
            404: {
              description: "",
              content: { "application/json": { schema: { properties: { why: TEXT } } } },
            },
          },
        }),
      },
    }, {
      servers: [{
        url: "https://{region}.example",
        variables: { region: { default: "eu", enum: ["eu", "us"] } },
      }],
      components: { schemas: { Color: { enum: ["red", "green"] } } },
    }),
    { runtime: RUNTIME },
  );
  const program = `import { serverURL } from ${JSON.stringify(RUNTIME)};
import { type Color, ColorValues, createAPI, getHead, type GetHead404, putAny, putBoth, servers } from "./api.ts";
const api = createAPI({ baseUrl: serverURL(servers[0], { region: "us" }) });
// @ts-expect-error -- no region of the description
serverURL(servers[0], { region: "cn" });
const blob = new Blob();
await putAny(api, { body: blob });
await putAny(api, { body: new Uint8Array(1), contentType: "image/png" });
// @ts-expect-error -- an object is no bytes
await putAny(api, { body: {} });
await putBoth(api, { body: { a: 1 } });
await putBoth(api, { body: blob });
await putBoth(api, { body: blob, contentType: "image/webp" });
// @ts-expect-error -- outside of the range
await putBoth(api, { body: blob, contentType: "text/css" });
const result = await getHead(api).result();
if (result.status === 200) {
  const left: number | undefined = result.headers["x-left"];
  const tags: readonly string[] | undefined = result.headers["x-tags"];
  const last: boolean | undefined = result.headers["x-last"];
  const a: string | undefined = result.body.a;
  // @ts-expect-error -- no field of the description
  console.log(left, tags, last, a, result.headers["x-other"]);
} else {
  const body: GetHead404 = result.body;
  console.log(body.why);
}
const color: Color = ColorValues[0];
export const all: readonly Color[] = ColorValues;
console.log(color);
`;
  assertEquals(await typeErrors({ "api.ts": files.get("api.ts")!, "program.ts": program }), "");
});

Deno.test("what is generated is laid out by depth, and members are documented", async () => {
  const { files } = await generate(describe({
    "/a": {
      post: operation("any", {
        parameters: [{
          name: "limit",
          in: "query",
          description: "How many.",
          schema: { type: "integer", minimum: 1, maximum: 100, default: 20, example: 5 },
        }],
        requestBody: {
          content: {
            "application/json": { schema: { properties: { a: { properties: { b: TEXT } } } } },
            "application/x-www-form-urlencoded": { schema: { properties: { c: TEXT } } },
          },
        },
      }),
    },
  }));
  const code = files.get("api.ts")!;
  for (
    const expected of [
      "export type AnyBody = {\n  a?: {\n    b?: string;\n  };\n};",
      "export type AnyForm = {\n  c?: string;\n};",
      `  /**
   * How many.
   *
   * Limits: minimum 1, maximum 100.
   *
   * @default 20
   * @example 5
   */
  limit?: number;`,
      "export function any(api: API, args: AnyArgs = {}",
    ]
  ) assertStringIncludes(code, expected);
});
