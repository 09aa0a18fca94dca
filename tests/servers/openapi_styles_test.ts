/**
 * The style tables on the wire, sent by a generated client and judged by validators that nobody here
 * wrote: Prism and express-openapi-validator. Both have faults of their own; a row counts where one of
 * them accepts what is right and refuses another value in its place: 28 of 39.
 */
// deno-lint-ignore-file no-console -- the table of verdicts is part of the result

import { assertEquals } from "@std/assert";
import { apiKeyAuth, bearerAuth, ConnectionError } from "../../mod.ts";
import { generate } from "../../src/generate/mod.ts";
import { API, type APICall, call, type Operation } from "../../src/generate/runtime/mod.ts";
import { networkTools } from "../../src/mcp/mod.ts";
import { type Kind, STYLE_ROWS, VALUES } from "../support/style_rows.ts";
import { runDeno } from "../support/gate.ts";
import { type IndependentServer, start } from "./independent.ts";

const TEXT = { type: "string", enum: ["blue", "black", "brown"] };
const NUMBER = { type: "integer", enum: [100, 200, 150] };
const SCHEMAS = {
  primitive: TEXT,
  array: { type: "array", items: TEXT, minItems: 3 },
  object: {
    type: "object",
    required: ["R", "G", "B"],
    properties: { R: NUMBER, G: NUMBER, B: NUMBER },
    additionalProperties: false,
  },
};
const WRONG = {
  primitive: "red",
  array: ["red", "black", "brown"],
  object: { R: 1, G: 200, B: 150 },
};

const DESCRIPTION = {
  openapi: "3.0.3",
  info: { title: "Styles", version: "1" },
  servers: [{ url: "/" }],
  paths: Object.fromEntries(STYLE_ROWS.map(([place, style, explode, kind], index) => [
    `/r${index}${place === "path" ? "/{color}" : ""}`,
    {
      get: {
        operationId: `row${index}`,
        parameters: [{
          name: "color",
          in: place,
          required: true,
          style,
          explode,
          schema: SCHEMAS[kind],
        }],
        responses: { 204: { description: "Right." }, default: { description: "Wrong." } },
      },
    },
  ])),
};

/**
 * What neither can read. Prism 5.14 makes an array of each part of a path that has a comma, and its own
 * readers then fail; it does not look at cookies. express-openapi-validator 5.6 has no label and no
 * matrix, reads no objects but in queries of style form and deepObject, and nothing exploded in a path.
 */
const NOBODY_JUDGES: readonly string[] = [
  "path simple object",
  "path simple exploded array",
  "path simple exploded object",
  "path label array",
  "path label object",
  "path label exploded object",
  "path matrix array",
  "path matrix object",
  "query spaceDelimited object",
  "query pipeDelimited object",
  "cookie form object",
];

type Row = (typeof STYLE_ROWS)[number];

function nameOf([place, style, explode, kind]: Row): string {
  return `${place} ${style} ${explode ? "exploded " : ""}${kind}`;
}

/** The operations of the generated client, which is all that there is to test. */
async function generatedOperations(): Promise<readonly Operation[]> {
  const folder = await Deno.makeTempDir();
  try {
    const runtime = import.meta.resolve("../../src/generate/runtime/mod.ts");
    const { files } = await generate(DESCRIPTION, { runtime });
    await Deno.writeTextFile(`${folder}/api.ts`, files.get("api.ts")!);
    const module: Record<string, Operation> = await import(`file://${folder}/api.ts`);
    return STYLE_ROWS.map((_, index) => module[`row${index}Operation`]!);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Prism in the folder, or undefined where there is no npm. */
async function installPrism(folder: string): Promise<((path: string) => Launch) | undefined> {
  const packages = ["@stoplight/prism-cli@5.14.2", "@readme/oas-examples@8.2.2"];
  const flags = ["--no-audit", "--no-fund", "--ignore-scripts"];
  const installed = await new Deno.Command("npm", {
    args: ["install", "--prefix", folder, ...flags, ...packages],
    stdout: "null",
    stderr: "null",
  }).output().catch(() => undefined);
  if (!installed?.success) {
    console.log("skipped: Prism needs npm and Node");
    return undefined;
  }
  return (path) => ({
    from: { npm: "@stoplight/prism-cli" },
    command: "node",
    args: (port) => [
      `${folder}/node_modules/.bin/prism`,
      ...["mock", "-h", "127.0.0.1", "-p", String(port), "--errors", path],
    ],
  });
}

type Launch = Parameters<typeof start>[0];

function petstoreOf(folder: string): string {
  return `${folder}/node_modules/@readme/oas-examples/3.0/json/petstore.json`;
}

/** The client of the Petstore against Prism's mock of it, which checks what it is sent. */
async function usePetstore(launch: Launch, description: string): Promise<void> {
  await using server = await start(launch);
  const folder = await Deno.makeTempDir();
  try {
    const runtime = import.meta.resolve("../../src/generate/runtime/mod.ts");
    const { files } = await generate(description, { runtime });
    await Deno.writeTextFile(`${folder}/petstore.ts`, files.get("api.ts")!);
    const program = `
import { createAPI, addPet, findPetsByStatus, getPetById, getPetByIdOperation, getInventory, loginUser } from "./petstore.ts";
import { isAPIError } from ${JSON.stringify(runtime)};
const api = createAPI({ baseUrl: Deno.args[0]!, maxRetries: 0, auth: { petstore_auth: "t", api_key: "k" } });
const pet = await getPetById(api, { petId: 7 });
const found = await findPetsByStatus(api, { status: ["available", "sold"] });
const added = await addPet(api, { body: { name: "Rex", photoUrls: ["https://pets.example/rex.png"] } }).response();
const inventory = await getInventory(api);
const login = await loginUser(api, { username: "a b", password: "c&d" }).response();
const headers = { prefer: "code=404" };
const none: unknown = await getPetById(api, { petId: 7 }, { headers }).catch((error) => error);
const wrong: unknown = await getPetById(api, { petId: "x" as never }).catch((error) => error);
console.log(
  typeof pet.name, Array.isArray(found), added.statusCode < 500 && added.statusCode !== 422, typeof inventory,
  login.statusCode, isAPIError(none, getPetByIdOperation) && none.status, (wrong as { status: number }).status,
);
`;
    await Deno.writeTextFile(`${folder}/main.ts`, program);
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const flags = [
      "--quiet",
      "--check",
      "--no-prompt",
      "--allow-net=127.0.0.1",
      `--config=${config}`,
    ];
    const { output } = await runDeno(["run", ...flags, `${folder}/main.ts`, server.origin]);
    assertEquals(output.trim(), "string true true object 200 404 400");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What an agent gets of the Petstore, by the tools for APIs, against the same mock. */
async function askPetstore(launch: Launch, description: string): Promise<void> {
  await using server = await start(launch);
  const origins = [server.origin];
  await using network = await networkTools({
    policy: { private: "allow", allowHosts: ["127.0.0.1"], methods: ["GET", "HEAD", "POST"] },
    credentials: {
      key: apiKeyAuth({ name: "api_key", in: "header", value: "pet-k3y", origins }),
      token: bearerAuth("pet-t0ken", { origins }),
    },
    apis: {
      byKey: { description, baseUrl: server.origin, credential: "key" },
      byToken: { description, baseUrl: server.origin, credential: "token" },
    },
  });
  const run = async (name: string, input: object) => {
    const tool = network.tools.find((one) => one.name === name)!;
    const { structuredContent, text, isError } = await tool.run(input);
    assertEquals(isError, false, text);
    return structuredContent as Record<string, unknown>;
  };
  const { operations } = await run("api_describe", { api: "byKey", search: "by status" });
  assertEquals((operations as { operation: string }[])[0]!.operation, "findPetsByStatus");
  const found = [
    await run("api_call", { api: "byKey", operation: "getPetById", arguments: { petId: 7 } }),
    await run("api_call", {
      api: "byToken",
      operation: "findPetsByStatus",
      arguments: { status: ["available", "sold"] },
    }),
  ];
  assertEquals(found.map(({ status }) => status), [200, 200]);
  assertEquals(typeof Object(found[0]!.json).name, "string");
  assertEquals(Array.isArray(found[1]!.json), true);
  const { isError, text } = await network.tools.find(({ name }) => name === "api_call")!.run({
    api: "byKey",
    operation: "getPetById",
    arguments: { petId: "seven" },
  });
  assertEquals([isError, text.includes("petId")], [true, true]);
}

/** The rows that a validator judges rightly. One that a row brings down is started anew. */
async function judge(name: string, launch: Launch): Promise<string[]> {
  const operations = await generatedOperations();
  const judged: string[] = [];
  const faults: string[] = [];
  let server: IndependentServer | undefined;
  try {
    for (const [index, row] of STYLE_ROWS.entries()) {
      const statusOf = async (value: unknown): Promise<number> => {
        server ??= await start(launch);
        await using api = new API({ server: server.origin, security: {} }, {
          maxRetries: 0,
        });
        const sent: APICall<unknown, unknown> = call(api, operations[index]!, { color: value });
        try {
          return (await sent.response()).statusCode;
        } catch (error) {
          if (!(error instanceof ConnectionError)) throw error;
          server = undefined; // its process is over
          return 0;
        }
      };
      const kind: Kind = row[3];
      const right = await statusOf(VALUES[kind]);
      const wrong = right === 204 ? await statusOf(WRONG[kind]) : right;
      if (right === 204 && wrong >= 400) judged.push(nameOf(row));
      else {
        const why = right === 204
          ? "accepts anything"
          : right === 0
          ? "ends"
          : "refuses what is right";
        faults.push(`${nameOf(row)} (${why})`);
      }
    }
  } finally {
    await server?.[Symbol.asyncDispose]();
  }
  console.log(`${name} judges ${judged.length} of 39 rows; it cannot judge: ${faults.join("; ")}`);
  return judged;
}

Deno.test("every row of the style tables that a validator can judge is accepted", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/styles.json`;
    await Deno.writeTextFile(path, JSON.stringify(DESCRIPTION));
    const judged = new Set<string>();
    const script = new URL("openapi_validator.mjs", import.meta.url).pathname;
    const validator = await judge("express-openapi-validator", {
      from: { npm: "express-openapi-validator" },
      command: Deno.execPath(),
      args: (port) => ["run", "--allow-all", "--no-config", script, String(port), path],
    });
    for (const row of validator) judged.add(row);
    const prism = await installPrism(folder);
    if (prism === undefined) return;
    for (const row of await judge("Prism", prism(path))) judged.add(row);
    assertEquals(STYLE_ROWS.map(nameOf).filter((row) => !judged.has(row)), NOBODY_JUDGES);
    await usePetstore(prism(petstoreOf(folder)), petstoreOf(folder));
    await askPetstore(prism(petstoreOf(folder)), petstoreOf(folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
