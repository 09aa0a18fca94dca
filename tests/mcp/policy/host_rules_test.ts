/** Names and schemas in a form that hosts accept, and every list of tools held to it. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Validator } from "@cfworker/json-schema";
import { networkTools, type NetworkToolsOptions } from "../../../src/mcp/mod.ts";
import { portableSchema, ToolNames } from "../../../src/mcp/policy/host_rules.ts";

/** microsoft/vscode#246119, PrefectHQ/fastmcp#195, google-gemini/gemini-cli#13326. */
function problems(schema: unknown, path = "#"): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { type, items, enum: values, $ref, $defs } = Object(schema);
  const found: string[] = [];
  if ([type].flat().includes("array") && (typeof items !== "object" || Array.isArray(items))) {
    found.push(`${path}: an array without items`);
  }
  if (Array.isArray(values)) {
    const distinct = new Set(values.map((value) => JSON.stringify(value)));
    if (distinct.size < values.length) found.push(`${path}: a value twice`);
  }
  if (typeof $ref === "string" && !$ref.startsWith("#/$defs/")) found.push(`${path}: ${$ref}`);
  if ($defs !== undefined && Object.keys($defs).length === 0) found.push(`${path}: empty $defs`);
  return [
    ...found,
    ...Object.entries(schema).filter(([name]) => name !== "const").flatMap(([name, member]) =>
      problems(member, `${path}/${name}`)
    ),
  ];
}

/** Every $ref that does not lead back to itself. */
function needlessReferences(root: object): string[] {
  const definitions = Object(root).$defs ?? {};
  const usesOf = (schema: unknown) =>
    [...JSON.stringify(schema ?? {}).matchAll(/"#\/\$defs\/([^"]+)"/g)].map(([, name]) => name!);
  return Object.keys(definitions).filter((name) => {
    const seen = new Set<string>();
    const open = usesOf(definitions[name]);
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (!seen.has(next)) open.push(...usesOf(definitions[next]));
      seen.add(next);
    }
    return !seen.has(name);
  });
}

const ref = (name: string) => ({ $ref: `#/$defs/${name}` });

// R22.5
Deno.test("a schema is made to fit, and accepts the same values", async (t) => {
  const rows: [name: string, schema: Record<string, unknown>, fits: Record<string, unknown>][] = [
    ["an array", { type: "array" }, { type: "array", items: { minItems: 0 } }],
    ["a type of several", { type: ["array", "null"] }, {
      type: ["array", "null"],
      items: { minItems: 0 },
    }],
    ["any item", { type: "array", items: true }, { type: "array", items: { minItems: 0 } }],
    ["no item", { type: "array", items: false }, { type: "array", items: { not: {} } }],
    [
      "a tuple of before 2020-12",
      { type: "array", items: [{ type: "string" }], additionalItems: false },
      { type: "array", prefixItems: [{ type: "string" }], items: { not: {} } },
    ],
    [
      "deep inside",
      { anyOf: [{ properties: { a: { type: "array" } } }] },
      { anyOf: [{ properties: { a: { type: "array", items: { minItems: 0 } } } }] },
    ],
    ["an enum", { enum: ["a", "b", "a", 1, "1", 1] }, { enum: ["a", "b", 1, "1"] }],
    [
      "an enum of objects",
      { enum: [{ a: 1, b: 2 }, { b: 2, a: 1 }, [1], [1]] },
      { enum: [{ a: 1, b: 2 }, [1]] },
    ],
    ["data that looks like a schema", { const: { type: "array" } }, { const: { type: "array" } }],
    [
      "properties named like keywords",
      { properties: { enum: { type: "array" }, items: { const: "array" } } },
      {
        properties: { enum: { type: "array", items: { minItems: 0 } }, items: { const: "array" } },
      },
    ],
    [
      "a reference",
      { properties: { a: ref("s") }, $defs: { s: { type: "array" } } },
      { properties: { a: { type: "array", items: { minItems: 0 } } } },
    ],
    [
      "a reference in a definition",
      { items: ref("a"), $defs: { a: { items: ref("b") }, b: { type: "string" } } },
      { items: { items: { type: "string" } } },
    ],
    [
      "a reference with a description",
      { ...ref("s"), description: "mine", $defs: { s: { type: "string", description: "its" } } },
      { type: "string", description: "mine" },
    ],
    [
      "a reference with a rule of the same name",
      { items: { ...ref("s"), minimum: 5 }, $defs: { s: { type: "number", minimum: 1 } } },
      { items: { allOf: [{ type: "number", minimum: 1 }, { minimum: 5 }] } },
    ],
    [
      "a schema that contains itself",
      { items: ref("a"), $defs: { a: { items: ref("a") }, b: { type: "string" } } },
      { items: ref("a"), $defs: { a: { items: ref("a") } } },
    ],
    [
      "two that contain each other, and one that does not",
      {
        items: ref("a"),
        $defs: { a: { items: ref("b") }, b: { items: ref("a"), not: ref("c") }, c: { const: 1 } },
      },
      {
        items: ref("a"),
        $defs: { a: { items: ref("b") }, b: { items: ref("a"), not: { const: 1 } } },
      },
    ],
  ];
  const values = [
    ...[null, true, 0, 1, 3, 7, "a", "b", "c", "1", [], [1], ["a"], ["a", 1], [[1]], [["a"]], [3], [
      7,
    ]],
    ...[{}, { a: 1 }, { a: [] }, { a: "x" }, { a: 1, b: 2 }, { type: "array" }, { enum: [] }],
  ];
  for (const [name, schema, fits] of rows) {
    await t.step(name, () => {
      const given = structuredClone(schema);
      const made = portableSchema(schema);
      assertEquals(made, fits);
      assertEquals(schema, given);
      assertEquals(portableSchema(made), made);
      assertEquals(problems(made), []);
      // The validator knows the tuples of 2020-12 only.
      if (Array.isArray(schema.items)) return;
      for (const value of values) {
        const accepts = (one: object) => new Validator(one, "2020-12").validate(value).valid;
        assertEquals(accepts(made), accepts(schema), JSON.stringify(value));
      }
    });
  }
});

// R22.5
Deno.test("references that would make a schema too long stay, and the schema works", () => {
  const depth = 40;
  const $defs: Record<string, object> = { s0: { type: "string" } };
  for (let n = 1; n <= depth; n++) {
    $defs[`s${n}`] = { type: "object", properties: { a: ref(`s${n - 1}`), b: ref(`s${n - 1}`) } };
  }
  const schema = { type: "object", properties: { x: ref(`s${depth}`) }, $defs };
  const made = portableSchema(schema);
  assert(JSON.stringify(made).length < 60_000);
  const nested = (n: number, leaf: unknown): unknown => n === 0 ? leaf : { b: nested(n - 1, leaf) };
  const validator = new Validator({ ...made }, "2020-12");
  assertEquals(validator.validate({ x: nested(depth, "a") }).valid, true);
  assertEquals(validator.validate({ x: nested(depth, 1) }).valid, false);
});

// R22.5
Deno.test("names fit, are unique, and do not depend on the names beside them", () => {
  const wanted = [
    "shop_getItem",
    "my.api_get-item",
    "1st_list",
    "ünï_cödé",
    "...",
    "x".repeat(40),
    "x".repeat(41),
    `${"x".repeat(60)}a`,
    `${"x".repeat(60)}b`,
    "a_b",
    "a.b",
    "a b",
    "a_b",
    "api_synchronizeAllCustomerDataAcrossMultipleSystemsAndRegionsNow",
  ];
  const claim = (list: readonly string[]) => {
    const names = new ToolNames(["http_get"]);
    return list.map((name) => names.claim(name));
  };
  const names = claim(wanted);
  assertEquals(new Set(names).size, names.length);
  for (const name of names) assertMatch(name, /^[A-Za-z][A-Za-z0-9_]{0,39}$/);
  assertEquals(names.slice(0, 2), ["shop_getItem", "my_api_get_item"]);
  assertEquals(names[5], "x".repeat(40));
  for (const long of wanted.filter(({ length }) => length > 40)) {
    assertEquals(claim([long])[0], names[wanted.indexOf(long)]);
  }
  assert(claim(["http_get"])[0] !== "http_get");
});

const FIXTURES = new URL("../../generate/fixtures/", import.meta.url);

/** Descriptions with what hosts refuse: the fixtures, and one with all of it. */
async function descriptions(): Promise<Record<string, object>> {
  const found: Record<string, object> = {};
  for await (const { name } of Deno.readDir(FIXTURES)) {
    if (!/\.(?:ya?ml|json)$/.test(name)) continue;
    const text = await Deno.readTextFile(new URL(name, FIXTURES));
    if (/^\s*["']?(?:openapi|swagger)["']?\s*:/m.test(text)) found[name] = { text };
  }
  const tree = {
    type: "object",
    properties: { children: { type: "array", items: { $ref: "#/components/schemas/Tree" } } },
  };
  const person = {
    type: "object",
    properties: { tags: { type: ["array", "null"] }, kind: { enum: ["a", "a"] } },
  };
  const content = {
    "application/json": {
      schema: {
        allOf: [{ $ref: "#/components/schemas/Tree" }, { $ref: "#/components/schemas/Person" }],
      },
    },
  };
  const id = "synchronizeAllCustomerDataAcrossMultipleSystemsAndRegionsNow";
  found["hard.api"] = {
    text: JSON.stringify({
      openapi: "3.1.0",
      info: { title: "A", version: "1" },
      paths: {
        "/": {
          get: {
            operationId: id,
            parameters: [{ name: "k", in: "query", schema: { enum: ["a", "a"] } }],
          },
          post: { operationId: `${id}2`, requestBody: { content } },
          put: { operationId: "2.put-it", requestBody: { content } },
          patch: { operationId: "2_put_it", requestBody: { content } },
        },
      },
      components: { schemas: { Tree: tree, Person: person } },
    }),
  };
  return found;
}

// R22.5
Deno.test("every list of tools is as hosts require", async (t) => {
  const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"];
  const found = await descriptions();
  assert(Object.keys(found).length > 1);
  const apis = (eachATool: boolean) =>
    Object.fromEntries(
      Object.entries(found).map(([name, description]) => [
        name,
        { description: description as { text: string }, baseUrl: "https://api.example", eachATool },
      ]),
    );
  const lists: Record<string, NetworkToolsOptions> = {
    "without options": {},
    "every method": { policy: { methods } },
    "one method": { policy: { methods: ["POST"] } },
    "descriptions": { policy: { methods }, apis: apis(false) },
    "a tool for each operation": { policy: { methods }, apis: apis(true) },
  };
  for (const [name, options] of Object.entries(lists)) {
    await t.step(name, async () => {
      await using network = await networkTools(options);
      const names = network.tools.map((tool) => tool.name);
      assertEquals(new Set(names).size, names.length);
      for (const { name, inputSchema, outputSchema, title, description } of network.tools) {
        assertMatch(name, /^[A-Za-z][A-Za-z0-9_]{0,39}$/);
        for (const schema of [inputSchema, outputSchema]) {
          assertEquals(problems(schema), [], name);
          assertEquals(needlessReferences(schema), [], name);
          assertEquals(schema.type, "object");
          assert(JSON.stringify(schema).length < 60_000, name);
        }
        assert(title !== "" && description !== "");
      }
      if (!names.includes("api_describe")) return;
      const describe = network.tools.find((tool) => tool.name === "api_describe")!;
      for (const api of Object.keys(found)) {
        const { structuredContent } = await describe.run({ api });
        for (const { operation } of Object(structuredContent).operations) {
          const { structuredContent: one } = await describe.run({ api, operation });
          assertEquals(problems(Object(one).operation.arguments), [], operation);
          assertEquals(needlessReferences(Object(one).operation.arguments), [], operation);
        }
      }
    });
  }
});
