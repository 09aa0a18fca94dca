/**
 * Hostile descriptions: text that wants to be code, values of the wrong type, references to what is not
 * theirs. Every one compiles or is refused with a reason; the TypeScript parser is the judge.
 */

import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
// deno-lint-ignore no-external-import
import ts from "npm:typescript@5.9.3";
import { DescriptionError, generate, type GenerateOptions } from "../../src/generate/mod.ts";
import { HTTPClient } from "../../mod.ts";
import { runDeno } from "../support/gate.ts";
import { serve } from "../support/server.ts";

const RUN = "globalThis.PWN=1";
const PAYLOADS = [
  `*/${RUN}/*`,
  `*\\/${RUN}//`,
  `/**/${RUN}`,
  `"+(${RUN})+"`,
  `\\"+(${RUN})+\\"`,
  `';${RUN};'`,
  "`${" + RUN + "}`",
  `\n${RUN}\n`,
  `\r${RUN}\r`,
  `\u2028${RUN}\u2029`,
  `\u0085${RUN}\v\f`,
  `//${RUN}`,
  `</script><script>${RUN}`,
  `};${RUN};{`,
  `]);${RUN};([`,
  `(){${RUN}}`,
  `x: any; ${RUN}`,
  `\u0000${RUN}\u0001\u007f`,
  `\u202e${RUN}\u202c\u200b\ufeff`,
  `\ud800${RUN}`,
  `@ts-nocheck ${RUN}`,
  `@ts-expect-error`,
  `\\u0022+${RUN}`,
  `../../${RUN}`,
  "__proto__",
  "constructor",
  "class",
  "\u{1f600}",
  "äöü größe",
  "2fast",
  "",
  " ",
  "a".repeat(5000),
];

/** A description with `text` wherever there can be text of its own. */
function descriptionWith(text: string): Record<string, unknown> {
  const schema = {
    title: text,
    description: text,
    type: "object",
    required: ["kind", text],
    properties: {
      [text]: { type: "string", description: text, default: text, format: text, enum: [text, "b"] },
      kind: { const: text },
      more: { type: text === "" ? "x" : text },
      list: { type: "array", items: { pattern: text, examples: [text] } },
    },
    patternProperties: { [text]: { type: "number" } },
  };
  const ref = `#/components/schemas/${
    text.replaceAll("~", "~0").replaceAll("/", "~1").replaceAll("%", "%25")
  }`;
  const operation = {
    operationId: text,
    summary: text,
    description: text,
    tags: [text],
    deprecated: true,
    parameters: [
      { name: text, in: "query", description: text, style: text, schema: { enum: [text] } },
      { name: text, in: "header", schema: { type: "string" } },
      { name: text, in: "path", required: true, schema: { type: "string" } },
      { name: "x", in: "query", content: { [text]: { schema: { $ref: ref } } } },
    ],
    requestBody: {
      content: {
        "application/json": { schema: { $ref: ref } },
        [text]: { schema, encoding: { [text]: { contentType: text, style: text } } },
      },
    },
    responses: {
      200: {
        description: text,
        headers: { Link: {}, [text]: {} },
        content: { "application/json": { schema: { type: "array", items: { $ref: ref } } } },
      },
      201: {
        content: {
          "text/event-stream": {
            itemSchema: {
              properties: { event: { const: text }, data: { contentSchema: { $ref: ref } } },
            },
          },
        },
      },
      [text]: { description: text },
      default: { content: { [text]: {} } },
    },
    security: [{ [text]: [] }],
    callbacks: {
      [text]: { [text]: { post: { requestBody: { content: { [text]: { schema } } } } } },
    },
    servers: [{ url: `https://${text}` }],
  };
  return {
    openapi: "3.2.0",
    info: { title: text, version: text, description: text },
    servers: [{
      url: `https://{${text}}/${text}`,
      variables: { [text]: { default: text, description: text } },
    }],
    tags: [{ name: text, description: text }],
    paths: {
      [`/${text}/{${text}}`]: { get: operation, additionalOperations: { [text]: operation } },
      [`/${text}`]: { post: { ...operation, operationId: undefined }, put: operation },
    },
    webhooks: {
      [text]: { post: { description: text, requestBody: { content: { [text]: { schema } } } } },
    },
    components: {
      schemas: {
        [text]: schema,
        [`${text}2`]: {
          oneOf: [{ $ref: ref }],
          discriminator: { propertyName: text, mapping: { [text]: ref, x: text } },
        },
      },
      securitySchemes: {
        [text]: { type: "apiKey", in: "header", name: text },
        [`${text}h`]: { type: "http", scheme: text },
      },
    },
  };
}

/** Parses, and gives every identifier. */
function identifiers(code: string): Set<string> {
  const source = ts.createSourceFile("api.ts", code, ts.ScriptTarget.Latest, true);
  const errors = (source as unknown as { parseDiagnostics: ts.Diagnostic[] }).parseDiagnostics;
  assertEquals(
    errors.map(({ messageText, start }) =>
      `${messageText} ${code.slice(start! - 50, start! + 50)}`
    ),
    [],
  );
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) found.add(node.text);
    assert(
      !ts.isTemplateExpression(node) && !ts.isNoSubstitutionTemplateLiteral(node),
      "a template",
    );
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

// deno-lint-ignore no-control-regex
const CONTROLS = /[\0-\x08\x0b-\x1f\x7f\u0085\u2028\u2029\u202a-\u202e\ufeff]/;

function check(files: ReadonlyMap<string, string>): void {
  for (const [name, code] of files) {
    assertMatch(name, /^[\p{L}\p{N}\p{M}_]+\.ts$/u);
    const names = identifiers(code);
    assert(!names.has("PWN") && !names.has("globalThis"), code.slice(0, 2000));
    assert(!CONTROLS.test(code), "a control character");
  }
}

// R20.4
Deno.test("text stays text in every place, and what is generated compiles and runs nothing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const runtime = import.meta.resolve("../../src/generate/runtime/mod.ts");
    const written: string[] = [];
    for (const [index, text] of PAYLOADS.entries()) {
      const description = descriptionWith(text);
      const { files } = await generate(description, { runtime });
      check(files);
      check((await generate(description, { split: true })).files);
      check((await generate(description, { openEnums: true, typesOnly: true })).files);
      check((await generate({ openapi: "3.0.0", info: {}, paths: {} }, { runtime: text })).files);
      const path = `${folder}/p${index}.ts`;
      await Deno.writeTextFile(path, files.get("api.ts")!);
      written.push(path);
    }
    const main = `${folder}/main.ts`;
    const imports = written.map((path) => `await import(${JSON.stringify(`file://${path}`)});`);
    await Deno.writeTextFile(
      main,
      `${imports.join("\n")}\nconsole.log((globalThis as { PWN?: unknown }).PWN);\n`,
    );
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const checked = await runDeno(["check", "--quiet", `--config=${config}`, ...written]);
    assertEquals([checked.success, checked.output], [true, ""]);
    const { output } = await runDeno(["run", "--no-check", "--quiet", `--config=${config}`, main]);
    assertEquals(output.trim(), "undefined");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Mulberry32, so that a failure can be seen again. */
function randomFrom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// R20.4
Deno.test("values of the wrong type are warned of, and the rest is generated", async () => {
  const junk = [
    null,
    0,
    -1,
    1e300,
    true,
    "",
    "x",
    [],
    [null],
    {},
    { $ref: "#" },
    { $ref: 1 },
    { $ref: "#/paths" },
    { type: 7 },
    { type: [] },
    { allOf: 1 },
    { properties: [] },
  ];
  for (let seed = 1; seed <= 300; seed++) {
    const random = randomFrom(seed);
    const description = descriptionWith("x");
    const places: [Record<string, unknown>, string][] = [];
    const visit = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      for (const [name, member] of Object.entries(value)) {
        places.push([value as Record<string, unknown>, name]);
        visit(member);
      }
    };
    visit(structuredClone(description));
    const copy = structuredClone(description);
    places.length = 0;
    visit(copy);
    for (let count = 0; count < 4; count++) {
      const [owner, name] = places[Math.floor(random() * places.length)]!;
      if (name !== "openapi") {
        owner[name] = structuredClone(junk[Math.floor(random() * junk.length)]);
      }
    }
    try {
      check((await generate(copy)).files);
    } catch (error) {
      if (!(error instanceof DescriptionError)) throw new Error(`seed ${seed}`, { cause: error });
    }
  }
});

// R20.4
Deno.test("what has no end is cut off, with a warning or an error", async (t) => {
  const withSchema = (schema: unknown) => ({
    openapi: "3.1.0",
    info: {},
    paths: {},
    components: { schemas: { A: schema } },
  });
  await t.step("depth", async () => {
    let schema: unknown = { type: "string" };
    for (let depth = 0; depth < 5000; depth++) schema = { type: "array", items: schema };
    const { warnings, files } = await generate(withSchema(schema));
    assertStringIncludes(warnings[0]!.message, "400 levels deep");
    check(files);
  });
  await t.step("circles", async () => {
    const { files, warnings } = await generate(withSchema({ $ref: "#/components/schemas/A" }));
    assertStringIncludes(files.get("api.ts")!, "export type A = unknown;");
    assertEquals(warnings.length, 1);
    for (
      const schema of [{ allOf: [{ $ref: "#" }] }, { items: { $ref: "#/components/schemas/A" } }]
    ) {
      check((await generate(withSchema(schema))).files);
    }
  });
  await t.step("aliases that multiply", async () => {
    const levels = Array.from(
      { length: 12 },
      (_, index) =>
        `    L${index}: &l${index} { properties: { ${
          Array.from({ length: 10 }, (_, at) => `p${at}: ${index === 0 ? "{}" : `*l${index - 1}`}`)
            .join(", ")
        } } }`,
    );
    const text = `openapi: 3.1.0\ninfo: {}\npaths: {}\ncomponents:\n  schemas:\n${
      levels.join("\n")
    }\n`;
    await assertRejects(() => generate({ text }), DescriptionError, "aliases");
  });
  await t.step("YAML that runs code or is too deep", async () => {
    for (const text of ["a: !!js/function 'function(){}'", "[".repeat(10_000)]) {
      await assertRejects(() => generate({ text }), DescriptionError);
    }
  });
});

// R20.2
Deno.test("references lead nowhere but where they may", async (t) => {
  const folder = await Deno.makeTempDir();
  const secret = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${secret}/secret.json`, '{"type":"object","title":"hunter2"}');
    await Deno.symlink(`${secret}/secret.json`, `${folder}/link.json`);
    await Deno.mkdir(`${folder}/parts`);
    await Deno.writeTextFile(
      `${folder}/parts/pet.yaml`,
      "Pet: { type: object, properties: { owner: { $ref: '../owner.json' } } }\n",
    );
    await Deno.writeTextFile(`${folder}/owner.json`, '{"type":"object","title":"An owner."}');
    await Deno.writeTextFile(`${folder}/broken.json`, "{");
    const make = async (reference: string, options?: GenerateOptions) => {
      const path = `${folder}/api.json`;
      const content = {
        openapi: "3.1.0",
        info: {},
        paths: {},
        components: { schemas: { A: { properties: { a: { $ref: reference } } } } },
      };
      await Deno.writeTextFile(path, JSON.stringify(content));
      return await generate(path, options);
    };
    const refused = [
      "../x/secret.json",
      `${secret}/secret.json`,
      `file://${secret}/secret.json`,
      "link.json",
      "http://127.0.0.1:1/x.json",
      "https://169.254.169.254/latest/meta-data",
      "data:application/json,{}",
      "parts/%2e%2e/%2e%2e/x.json",
      "missing.json",
      "broken.json",
      "parts/pet.yaml#/Nobody",
    ];
    for (const reference of refused) {
      await t.step(reference.replace(secret, "…"), async () => {
        const { files, warnings } = await make(reference);
        assert(warnings.length > 0 && warnings.every(({ kind }) => kind === "broken_reference"));
        assertStringIncludes(files.get("api.ts")!, "a?: unknown;");
        assert(!files.get("api.ts")!.includes("hunter2"));
        await assertRejects(() => make(reference, { strict: true }), DescriptionError, "wrong");
      });
    }
    await t.step("into the folder, and on from there", async () => {
      const { files, warnings } = await make("parts/pet.yaml#/Pet");
      assertEquals(warnings, []);
      assertStringIncludes(files.get("api.ts")!, "owner?: Owner;");
      assertStringIncludes(files.get("api.ts")!, "An owner.");
    });
    await t.step("to a folder or a file that is named, whatever else is", async () => {
      for (const named of [`${secret}/`, secret, `${secret}/secret.json`]) {
        const { warnings } = await make(`${secret}/secret.json`, { allow: [named, "/none/"] });
        assertEquals(warnings, [], named);
      }
      const link = await make("link.json", { allow: [secret] });
      assertEquals(link.warnings, []);
      const own = await make("owner.json", { allow: ["/none/"] });
      assertEquals(own.warnings, []);
    });
    await t.step("to no other whose name begins so", async () => {
      const names = [secret.slice(0, -1), `${secret}/secret.js`, "https://a.example/v2"];
      for (const [index, allow] of names.entries()) {
        const reference = index < 2 ? `${secret}/secret.json` : "https://a.example/v2-other/x.json";
        const { warnings } = await make(reference, { allow: [allow] });
        assertStringIncludes(warnings[0]!.message, "name it in allow");
      }
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
    await Deno.remove(secret, { recursive: true });
  }
});

// R20.2
Deno.test("references to URLs are read without the credentials of the description, and without redirects", async () => {
  const tokens: (string | null)[] = [];
  const schema = Response.json({ type: "object", title: "hunter2" });
  await using server = serve((request, path) => {
    tokens.push(request.headers.get("authorization"));
    if (path === "/api/moved.json") return Response.redirect(`${new URL(request.url).origin}/x`);
    if (path !== "/api/api.json") return schema.clone();
    const properties = { a: { $ref: "part.json" }, b: { $ref: "moved.json" } };
    return Response.json(
      { openapi: "3.1.0", info: {}, paths: {}, components: { schemas: { A: { properties } } } },
    );
  });
  await using client = new HTTPClient({ headers: { authorization: "Bearer t0ken" } });
  const { warnings, files } = await generate(`${server.origin}/api/api.json`, { client });
  assertEquals(server.requests.toSorted(), [
    "GET /api/api.json",
    "GET /api/moved.json",
    "GET /api/part.json",
  ]);
  assertEquals(tokens, ["Bearer t0ken", null, null]);
  const [place] = new Set(warnings.map(({ kind, pointer }) => `${kind} ${pointer}`));
  assertEquals(place, "broken_reference /components/schemas/A/properties/b");
  assertStringIncludes(files.get("api.ts")!, "b?: unknown;");
});
