// deno-lint-ignore-file no-external-import -- Node runs it
// Compiles the specifications of @typespec/http-specs to OpenAPI, and writes their scenarios as data:
// node spector_scenarios.mjs FOLDER-WITH-node_modules OUTPUT-FOLDER ORIGIN

import { Buffer } from "node:buffer";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

const [root, output, origin] = process.argv.slice(2);
const typespec = join(root, "node_modules/@typespec");
/** Changes the text of a file. */
function edit(path, from, to) {
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replaceAll(from, to));
}

// What the emitter cannot write: parameters named like members of Object, a path with a query, a range of
// statuses that is none of OpenAPI's.
edit(
  join(typespec, "openapi3/dist/src/examples.js"),
  "parameters: {},",
  "parameters: Object.create(null),",
);
const specs = join(typespec, "http-specs/specs");
edit(join(specs, "routes/main.tsp"), "?fixed=true{&", "{?");
edit(join(specs, "response/status-code-range/main.tsp"), "@minValue(494)", "@minValue(400)");

const { compile, NodeHost } = await import(
  pathToFileURL(join(typespec, "compiler/dist/src/index.js")).href
);

function filesUnder(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesUnder(path) : [path];
  });
}

/** The description of a specification, in the newest version that the emitter can write. */
async function emit(main, folder) {
  let failure;
  for (const version of ["3.2.0", "3.1.0", "3.0.0"]) {
    try {
      await compile(NodeHost, main, {
        emit: ["@typespec/openapi3"],
        outputDir: folder,
        additionalImports: ["@typespec/spector"],
        options: {
          "@typespec/openapi3": {
            "emitter-output-dir": folder,
            "file-type": "json",
            "openapi-versions": [version],
          },
        },
      });
      if (readdirSync(folder).some((name) => name.endsWith(".json"))) return undefined;
    } catch (error) {
      failure = error;
    }
  }
  return failure === undefined ? "nothing was written" : String(failure.message).split("\n", 1)[0];
}

const config = { baseUrl: origin };

function bodyOf(body) {
  if (body === undefined) return undefined;
  if (body.kind === "multipart") {
    const files = (body.files ?? []).map(({ fieldname, originalname, mimetype, buffer }) => ({
      field: fieldname,
      name: originalname,
      type: mimetype,
      base64: Buffer.from(buffer).toString("base64"),
    }));
    return { type: body.contentType, parts: body.parts ?? {}, files };
  }
  const { contentType: type, rawContent } = body;
  if (Buffer.isBuffer(rawContent)) return { type, base64: rawContent.toString("base64") };
  return {
    type,
    text: typeof rawContent === "string" ? rawContent : rawContent?.serialize(config),
  };
}

/** Values that depend on where the server is, and matchers, as the text that they stand for. */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (typeof value.serialize === "function") return value.serialize(config);
  if (typeof value.toJSON === "function") return plain(value.toJSON());
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
}

const problems = {};
for (const main of filesUnder(specs).filter((path) => path.endsWith("/main.tsp"))) {
  const name = relative(specs, dirname(main)).replaceAll("/", "__");
  const folder = join(output, name);
  mkdirSync(folder, { recursive: true });
  const problem = await emit(main, folder);
  if (problem !== undefined) problems[name] = problem;
}
const continued = /(\/routes\/query\/query-continuation\/[^"]*)(?=": *\{)/g;
edit(join(output, "routes/openapi.json"), continued, "$1?fixed=true");
const built = join(typespec, "http-specs/dist/specs");
const scenarios = [];
for (const path of filesUnder(built).filter((one) => one.endsWith("/mockapi.js"))) {
  const spec = relative(built, dirname(path)).replaceAll("/", "__");
  const { Scenarios } = await import(pathToFileURL(path).href);
  for (const [name, { apis }] of Object.entries(Scenarios)) {
    scenarios.push({
      name,
      spec,
      apis: apis.map(({ uri, method, request = {}, response }) => ({
        uri: uri.replaceAll("\\:", ":"), // as Express wants it
        method: method.toUpperCase(),
        query: plain(request.query ?? {}),
        headers: plain(request.headers ?? {}),
        body: bodyOf(request.body),
        status: request.status ?? response.status,
        answer: bodyOf(response.body),
      })),
    });
  }
}
writeFileSync(join(output, "scenarios.json"), JSON.stringify({ scenarios, problems }));
