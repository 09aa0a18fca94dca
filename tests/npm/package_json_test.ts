/** What goes into the package for npm. */

import { assert, assertEquals } from "@std/assert";
import {
  builtPath,
  type DenoConfig,
  dntOptions,
  DOCUMENTS,
  packageJSON,
  REPOSITORY,
} from "./package_json.ts";

const CONFIG: DenoConfig = {
  name: "@a/b",
  version: "1.2.3",
  description: "d",
  license: "MIT",
  exports: { ".": "./mod.ts", "./x/y": "./src/x/y.ts" },
  imports: {
    "@std/async": "jsr:@std/async@^1.5.0",
    "tldts": "npm:tldts@^7.5.4",
    "@noble/hashes": "npm:@noble/hashes@^2.4.0",
  },
};

Deno.test("the package has the entry points of deno.json, and the dependencies that are on npm", () => {
  const { exports, bin, dependencies, engines, sideEffects, type } = packageJSON(CONFIG);
  assertEquals(exports, {
    ".": { types: "./esm/mod.d.ts", default: "./esm/mod.js" },
    "./x/y": { types: "./esm/src/x/y.d.ts", default: "./esm/src/x/y.js" },
    "./package.json": "./package.json",
  });
  assertEquals(dependencies, { "tldts": "^7.5.4", "@noble/hashes": "^2.4.0" });
  assertEquals(bin, { "codomyrmex-networking": "esm/src/cli/bin.js" });
  assertEquals([engines, sideEffects, type], [{ node: ">=22" }, false, "module"]);
  assertEquals(builtPath("./src/a.ts", ".d.ts"), "./esm/src/a.d.ts");
});

Deno.test("the package says where its sources are, and where to report", () => {
  const { repository, bugs } = packageJSON(CONFIG);
  assertEquals(repository, { type: "git", url: `git+${REPOSITORY}.git` });
  assertEquals(bugs, { url: `${REPOSITORY}/issues` });
  const { package: fields } = dntOptions(CONFIG);
  assertEquals(Object(fields).repository, repository);
  assertEquals(Object(fields).bugs, bugs);
});

Deno.test("the package ships the notice of the code that it has from others", async () => {
  const { files } = packageJSON(CONFIG);
  const root = new URL("../../", import.meta.url);
  const { publish } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  for (const name of DOCUMENTS) {
    assert((files as string[]).includes(name) && publish.include.includes(name), name);
    assert((await Deno.stat(new URL(name, root))).isFile, name);
  }
  const whole = (await Deno.readTextFile(new URL("LICENSE", root))).replace(/\s+/g, " ");
  const [license, notice] = whole.split("Code of others in this package") as [string, string];
  assert(/Copyright 2018-\d{4} the Deno authors\./.test(notice));
  const [, permission] = /(Permission is hereby granted.*SOFTWARE\.)/.exec(license)!;
  assert(notice.includes(permission!)); // the same license as this project's own
});

Deno.test("dnt is told the same: every entry point, ESM alone, no shim in what is shipped", async () => {
  const { entryPoints, scriptModule, shims, package: fields, typeCheck } = dntOptions(CONFIG);
  assertEquals(entryPoints, [
    { kind: "export", name: ".", path: "./mod.ts" },
    { kind: "export", name: "./x/y", path: "./src/x/y.ts" },
    { kind: "bin", name: "codomyrmex-networking", path: "./src/cli/bin.ts" },
  ]);
  assertEquals([scriptModule, shims, typeCheck], [false, { deno: { test: "dev" } }, "single"]);
  assertEquals((fields as { engines: unknown }).engines, { node: ">=22" });
  // dnt finds these by itself.
  for (const name of ["exports", "dependencies", "bin"]) assert(!(name in (fields as object)));
  const own: DenoConfig = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  assertEquals(Object.keys(packageJSON(own).exports as object), [
    ...Object.keys(own.exports),
    "./package.json",
  ]);
  const built = packageJSON(own);
  const peers = ["@modelcontextprotocol/server", "@opentelemetry/api"];
  assertEquals(Object.keys(Object(built.peerDependencies)), peers);
  assertEquals(Object.keys(Object(built.peerDependenciesMeta)), peers);
  assertEquals(
    Object.values(Object(dntOptions(own).mappings)).map((one) => Object(one).name),
    peers,
  );
  assertEquals(Object.keys(Object(built.dependencies)).sort(), [
    "@cfworker/json-schema",
    "@noble/hashes",
    "@scalar/openapi-upgrader",
    "js-yaml",
    "oauth4webapi",
    "tldts",
  ]);
});
