/**
 * The scenarios of Microsoft's TypeSpec for clients (`@typespec/http-specs`), judged by their own server
 * (`@typespec/spector`): the specifications are compiled to OpenAPI, and what is generated from that sends
 * each request. The server says whether it was right.
 */
// deno-lint-ignore-file no-console -- a skipped suite has to say so

import { assert, assertEquals, equal } from "@std/assert";
import { generate } from "../../src/generate/mod.ts";
import { type FoundParameter, readingsOf } from "../../src/generate/mock/parameter_checks.ts";
import { SchemaChecks } from "../../src/generate/mock/schema_checks.ts";
import type { FoundOperation } from "../../src/generate/model/context.ts";
import { findParameters } from "../../src/generate/model/parameters.ts";
import { findOperations } from "../../src/generate/model/paths.ts";
import type { Documents } from "../../src/generate/read/documents.ts";
import { Problems } from "../../src/generate/read/problems.ts";
import { readDescription } from "../../src/generate/read/source.ts";
import { API, call, type Operation, serverURL } from "../../src/generate/runtime/mod.ts";
import { start } from "./independent.ts";

const PACKAGES = [
  "@typespec/http-specs@0.1.0-alpha.43",
  "@typespec/spector@0.1.0-alpha.29",
  "@typespec/spec-api@0.1.0-alpha.17",
  "@typespec/spec-coverage-sdk@0.1.0-alpha.17",
  ...["compiler", "http", "json-schema", "openapi", "openapi3"].map((name) =>
    `@typespec/${name}@1.16.0`
  ),
  ...["events", "rest", "sse", "streams", "versioning", "xml"].map((name) =>
    `@typespec/${name}@0.86.0`
  ),
];

interface Body {
  readonly type: string;
  readonly text?: string;
  readonly base64?: string;
  readonly parts?: Readonly<Record<string, unknown>>;
  readonly files?: readonly {
    readonly field: string;
    readonly name: string;
    readonly type: string;
    readonly base64: string;
  }[];
}

interface Exchange {
  readonly uri: string;
  readonly method: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body?: Body;
  readonly status: number | readonly number[];
  readonly answer?: Body;
}

interface Scenario {
  readonly name: string;
  readonly spec: string;
  readonly apis: readonly Exchange[];
}

/** What a client cannot do, and why. */
const EXPECTED: Readonly<Record<string, string>> = {
  "Parameters_Path_optional": "wants a path without its parameter, which OpenAPI has not",
  "Payload_MultiPart_FormData_HttpParts_jsonArrayAndFileArray":
    "wants a list as one part; the specification has a part for each item",
  "Routes_PathParameters_ReservedExpansion_template":
    "wants a slash in a value, which OpenAPI forbids",
  "Routes_PathParameters_ReservedExpansion_annotation":
    "wants a slash in a value, which OpenAPI forbids",
  "Routes_PathParameters_PathExpansion_Standard_primitive":
    "wants RFC 6570's {/x}, which OpenAPI has not",
  "Routes_PathParameters_PathExpansion_Standard_array":
    "wants RFC 6570's {/x}, which OpenAPI has not",
  "Routes_PathParameters_PathExpansion_Standard_record":
    "wants RFC 6570's {/x}, which OpenAPI has not",
  "Routes_PathParameters_PathExpansion_Explode_primitive":
    "wants RFC 6570's {/x}, which OpenAPI has not",
  "Routes_PathParameters_PathExpansion_Explode_array":
    "wants RFC 6570's {/x}, which OpenAPI has not",
  "Routes_PathParameters_PathExpansion_Explode_record":
    "wants RFC 6570's {/x}, which OpenAPI has not",
  "Streaming_Sse_Protocol_reconnect":
    "wants a new connection; an EventSourceClient makes one (SPEC 20)",
};

/** One description, generated. */
interface Generated {
  readonly documents: Documents;
  readonly checks: SchemaChecks;
  readonly found: readonly FoundOperation[];
  readonly operations: readonly Operation[];
  /** Its server, once for each value of a variable. */
  readonly servers: readonly string[];
}

async function generated(path: string, origin: string, count: number): Promise<Generated> {
  const runtime = import.meta.resolve("../../src/generate/runtime/mod.ts");
  const { files } = await generate(path, { runtime });
  const file = `${path}.${count}.ts`;
  await Deno.writeTextFile(file, files.get("api.ts")!);
  const module: Record<string, unknown> = await import(`file://${file}`);
  const problems = new Problems();
  const documents = await readDescription(path, {}, problems);
  const { root } = documents;
  const paths = { document: root, pointer: "/paths", value: root.at("/paths") };
  const [server] = module.servers as readonly Parameters<typeof serverURL>[0][];
  const { variables = {}, enums = {} } = server ?? {};
  const endpoint = "endpoint" in variables ? { endpoint: origin } : {};
  const others = Object.keys(variables).filter((name) => name !== "endpoint");
  const [name = ""] = others;
  const values = enums[name] ?? (others.length === 0 ? [""] : [variables[name] || "v1.0"]);
  const urls = values.map((value) =>
    server === undefined
      ? origin
      : serverURL(server, { ...endpoint, ...(name !== "" && { [name]: value }) })
  );
  return {
    documents,
    checks: new SchemaChecks(documents),
    found: findOperations({ documents, problems }, paths),
    operations: Object.entries(module).filter(([name]) => /(?:Operation\d*)$/.test(name))
      .map(([, value]) => value as Operation),
    servers: urls.map((url) =>
      url.startsWith("/") ? origin + url : url.replace(/^https?:\/\/localhost:3000/, origin)
    ),
  };
}

interface Matched {
  readonly found: FoundOperation;
  readonly operation: Operation;
  readonly inPath: ReadonlyMap<string, string>;
  readonly server: string;
}

/** The operation that a request is for, with the values of its path. */
function match(one: Generated, exchange: Exchange): Matched | undefined {
  return one.servers.flatMap((server) => matchesAt(one, server, exchange))
    .toSorted((one, other) => one.inPath.size - other.inPath.size)[0];
}

function matchesAt(
  { found, operations }: Generated,
  server: string,
  { uri, method }: Exchange,
): Matched[] {
  const base = new URL(server).pathname.replace(/\/$/, "");
  return found.filter((one) => one.method === method).flatMap((one) => {
    const [path = ""] = one.path.split(/[?#]/);
    const names: string[] = [];
    const parts = path.split(/(\{[^{}]*\})/).map((part) => {
      if (!part.startsWith("{")) return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      names.push(part.slice(1, -1));
      return "([^/]*)";
    });
    const values = new RegExp(`^${parts.join("")}$`).exec(
      uri.split("?")[0]!.slice(base.length) || "/",
    );
    if (values === null || !uri.startsWith(base)) return [];
    const operation = operations.find((other) =>
      other.method === method && other.path === one.path && other.stream === undefined
    ) ?? operations.find((other) =>
      other.method === method && other.path === one.path
    );
    if (operation === undefined) return [];
    const inPath = new Map(names.map((name, index) => [name, values[index + 1]!]));
    return [{ found: one, operation, inPath, server }];
  });
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** The body of a scenario as a program would give it. */
function bodyOf(body: Body, operation: Operation): unknown {
  if (body.parts !== undefined || body.files !== undefined) {
    const fields: Record<string, unknown> = {};
    const add = (name: string, value: unknown) => {
      const before = fields[name];
      fields[name] = before === undefined
        ? value
        : Array.isArray(before)
        ? [...before, value]
        : [before, value];
    };
    for (const [name, value] of Object.entries(body.parts ?? {})) fields[name] = value;
    for (const { field, name, type, base64 } of body.files ?? []) {
      add(field, new File([bytesOf(base64)], name, { type }));
    }
    return fields;
  }
  if (body.base64 !== undefined) return new Blob([bytesOf(body.base64)], { type: body.type });
  const text = body.text ?? "";
  if (/[/+]json$/.test(body.type)) return JSON.parse(text);
  if (/jsonl$/.test(body.type)) {
    return text.trim().split("\n").map((line): unknown => JSON.parse(line));
  }
  return Object.keys(operation.body ?? {}).some((type) => /octet|\*/.test(type))
    ? new Blob([text], { type: body.type })
    : text;
}

/** The arguments of an operation that the request of a scenario comes from. */
function argumentsOf(one: Generated, exchange: Exchange, origin: string) {
  const matched = match(one, exchange);
  if (matched === undefined) return undefined;
  const { found, operation, inPath, server } = matched;
  const pairs = Object.entries(exchange.query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((item) =>
      `${encodeURIComponent(name)}=${encodeURIComponent(String(item)).replaceAll("%2C", ",")}`
    )
  );
  const [path = "", fixed] = exchange.uri.split("?");
  const search = [...(fixed === undefined ? [] : [fixed]), ...pairs].join("&");
  const fields = Object.entries(exchange.headers).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  const request = new Request(`${origin}${path}?${search}`, { headers: fields });
  const args: Record<string, unknown> = {};
  for (const parameter of findParameters(found, one.documents).values()) {
    const known = operation.parameters?.some(({ name, in: place }) =>
      name === parameter.name && place === parameter.place
    );
    const value = valueOf(parameter, inPath, request, one);
    if (!known || value === undefined) continue;
    if (operation.grouped) {
      args[parameter.place] = { ...args[parameter.place] as object, [parameter.name]: value };
    } else args[parameter.name] = value;
  }
  if (exchange.body !== undefined) {
    args.body = bodyOf(exchange.body, operation);
    const types = Object.keys(operation.body ?? {});
    const isNamed = types.length > 1 || types[0]?.includes("*");
    if (isNamed && !/multipart/.test(exchange.body.type)) args.contentType = exchange.body.type;
  }
  if (operation.bodyRequired && args.body === undefined) args.body = {};
  return { operation, args, fields, server };
}

function valueOf(
  parameter: FoundParameter,
  inPath: ReadonlyMap<string, string>,
  request: Request,
  { checks }: Generated,
): unknown {
  const [value] = readingsOf(
    parameter,
    inPath,
    request,
    checks,
    new Set([parameter.name, "fixed"]),
  );
  return value;
}

/** What is wrong with an exchange; `undefined` for nothing. */
async function carryOut(
  one: Generated,
  exchange: Exchange,
  origin: string,
): Promise<string | undefined> {
  const made = argumentsOf(one, exchange, origin);
  if (made === undefined) return `there is no operation for ${exchange.method} ${exchange.uri}`;
  const { operation, args, fields, server } = made;
  await using api = new API({ server, security: {} }, { maxRetries: 0 });
  const own = new Set((operation.parameters ?? []).map(({ name }) => name.toLowerCase()));
  const headers = fields.filter(([name]) =>
    !own.has(name.toLowerCase()) && !/^content-type$/i.test(name)
  );
  const plain = { ...operation, security: [] };
  const options = { ...(headers.length > 0 && { headers }) };
  const response = await call(api, plain, args, options).response();
  const wanted = [exchange.status].flat();
  if (!wanted.includes(response.statusCode)) {
    return `${response.statusCode}: ${response.text.slice(0, 300)}`;
  }
  const { answer } = exchange;
  if (answer?.text === undefined || !response.ok) return undefined;
  const data: unknown = await call(api, plain, args, options);
  const expected: unknown = /[/+]json$/.test(answer.type) ? JSON.parse(answer.text) : answer.text;
  const actual = data instanceof Uint8Array ? new TextDecoder().decode(data) : data;
  if (equal(actual, expected) || actual === undefined) return undefined;
  return `it gave ${JSON.stringify(actual)?.slice(0, 200)} and not ${answer.text.slice(0, 200)}`;
}

async function prepared(folder: string, origin: string): Promise<boolean> {
  const run = async (command: string, args: string[]) => {
    const child = new Deno.Command(command, {
      args,
      cwd: folder,
      stdout: "piped",
      stderr: "piped",
    });
    const result = await child.output().catch(() => undefined);
    return result?.success === true;
  };
  await Deno.writeTextFile(`${folder}/package.json`, "{}");
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps"];
  if (
    Deno.env.get("SPECTOR_FOLDER") === undefined &&
    !await run("npm", ["install", ...flags, ...PACKAGES])
  ) return false;
  // The server tells the commit that it is of.
  const by = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
  const isRepository = await run("git", ["init", "--quiet", "."]) &&
    await run("git", [...by, "commit", "--quiet", "--allow-empty", "--message=none"]);
  const script = new URL("spector_scenarios.mjs", import.meta.url).pathname;
  return isRepository && await run("node", [script, folder, `${folder}/openapi`, origin]);
}

Deno.test("the scenarios of TypeSpec's spector pass", async (t) => {
  const given = Deno.env.get("SPECTOR_FOLDER"); // one that is installed already
  const folder = given ?? await Deno.makeTempDir();
  const port = freePort();
  const origin = `http://localhost:${port}`;
  try {
    if (!await prepared(folder, origin)) {
      console.log("skipped: spector needs npm, Node and git");
      return;
    }
    const home = `${folder}/node_modules/@typespec`;
    await using _server = await start({
      from: { npm: "@typespec/spector" },
      command: Deno.execPath(),
      args: () => [
        "run",
        "--allow-all",
        "--no-config",
        "--node-modules-dir=manual",
        `${home}/spector/cmd/cli.mjs`,
        "serve",
        `${home}/http-specs/specs`,
        `--port=${port}`,
        `--coverageFile=${folder}/coverage.json`,
      ],
    }, port);
    const { scenarios }: { scenarios: readonly Scenario[] } = JSON.parse(
      await Deno.readTextFile(`${folder}/openapi/scenarios.json`),
    );
    const bySpec = Map.groupBy(scenarios, ({ spec }) => spec);
    const failed = new Map<string, string>();
    let count = 0;
    for (const [spec, own] of bySpec) {
      const clients: Generated[] = [];
      for await (const { name } of Deno.readDir(`${folder}/openapi/${spec}`)) {
        if (!name.endsWith(".json")) continue;
        clients.push(await generated(`${folder}/openapi/${spec}/${name}`, origin, count++));
      }
      for (const { name, apis } of own) {
        for (const [index, exchange] of apis.entries()) {
          // The page of a link is no operation of its own.
          const before = apis.slice(0, index).map(({ answer }) => answer?.text ?? "").join();
          if (exchange.method === "GET" && before.includes(exchange.uri)) {
            const query = new URLSearchParams(exchange.query as Record<string, string>);
            await (await fetch(`${origin}${exchange.uri}?${query}`)).body?.cancel();
            continue;
          }
          let why: string | undefined = "there is no description";
          // Of several versions, one has it.
          for (const client of clients) {
            why = await carryOut(client, exchange, origin).catch((error) => String(error));
            if (why === undefined) break;
          }
          if (why !== undefined && !failed.has(name)) failed.set(name, why);
        }
      }
    }
    const [{ results }] = await (await fetch(`${origin}/.coverage`)).json();
    for (const { name } of scenarios) {
      if (results[name] !== "pass" && !failed.has(name)) failed.set(name, `it is ${results[name]}`);
    }
    console.log(`spector: ${scenarios.length - failed.size} of ${scenarios.length} scenarios pass`);
    const isExpected = (name: string) => Object.hasOwn(EXPECTED, name);
    const unexpected = [...failed].filter(([name]) => !isExpected(name));
    await t.step("what fails is listed with its reason", () => assertEquals(unexpected, []));
    await t.step("what is listed fails", () => {
      assertEquals(Object.keys(EXPECTED).filter((name) => !failed.has(name)), []);
    });
    assert(scenarios.length >= 797);
  } finally {
    if (given === undefined) await Deno.remove(folder, { recursive: true });
  }
});

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}
