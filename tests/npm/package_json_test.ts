/** What goes into the package for npm. */

import { assert, assertEquals } from "@std/assert";
import { buildWithDNT } from "./build_dnt.ts";
import { unlicensed } from "./licenses.ts";
import {
  builtPath,
  type DenoConfig,
  devDependencies,
  dntOptions,
  DOCUMENTS,
  packageJSON,
  REPOSITORY,
  tsConfig,
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

/** What is published. */
const OWN: DenoConfig = JSON.parse(
  await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
);

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

Deno.test("the package and README.md say where its sources are, and where to report", async () => {
  const { homepage, repository, bugs } = packageJSON(CONFIG);
  assertEquals(homepage, `${REPOSITORY}#readme`);
  assertEquals(repository, { type: "git", url: `git+${REPOSITORY}.git` });
  assertEquals(bugs, { url: `${REPOSITORY}/issues` });
  const { package: fields } = dntOptions(CONFIG);
  assertEquals(Object(fields).repository, repository);
  assertEquals(Object(fields).bugs, bugs);
  assertEquals(Object(fields).homepage, homepage);
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  assert(readme.includes(`](${REPOSITORY})`));
});

// R10.2
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

Deno.test("code of others that comes along must be named in the license file, by its package", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (
      const path of ["src", "std/async", "std/http", "std/cli", "deps/jsr.io/@std/http", "vendor"]
    ) {
      await Deno.mkdir(`${folder}/esm/${path}`, { recursive: true });
    }
    await Deno.copyFile(new URL("../../LICENSE", import.meta.url), `${folder}/LICENSE`);
    assertEquals(await unlicensed(folder), ["esm/vendor", "@std/cli"]);
    await Deno.remove(`${folder}/esm/vendor`);
    await Deno.remove(`${folder}/esm/std/cli`);
    assertEquals(await unlicensed(folder), []);
    await Deno.writeTextFile(`${folder}/LICENSE`, "MIT");
    assertEquals(await unlicensed(folder), ["@std/async", "@std/http"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("dnt is told every entry point, ESM alone, and no shim in what is shipped", () => {
  const { entryPoints, scriptModule, shims, typeCheck } = dntOptions(CONFIG);
  assertEquals(entryPoints, [
    { kind: "export", name: ".", path: "./mod.ts" },
    { kind: "export", name: "./x/y", path: "./src/x/y.ts" },
    { kind: "bin", name: "codomyrmex-networking", path: "./src/cli/bin.ts" },
  ]);
  assertEquals([scriptModule, shims, typeCheck], [false, { deno: { test: "dev" } }, "single"]);
});

// R11.5
Deno.test("both builds have the same manifest, libraries of types and packages at hand", () => {
  const manifest = packageJSON(OWN);
  const dnt = dntOptions(OWN) as Record<
    "package" | "compilerOptions" | "mappings",
    Record<string, unknown>
  >;
  // dnt finds out these by itself, and is told of the peers in mappings.
  const found = ["exports", "bin", "files", "type", "dependencies", "peerDependencies"];
  const told = Object.entries(manifest).filter(([name]) => !found.includes(name));
  const devPackages = devDependencies(OWN);
  // A peer that nothing imports is told as well.
  const peerDependencies = { undici: Object(manifest.peerDependencies).undici };
  const own = { peerDependencies, devDependencies: devPackages };
  assertEquals(dnt.package, { ...Object.fromEntries(told), ...own });
  const peers = ["@modelcontextprotocol/server", "@opentelemetry/api"];
  assertEquals(Object.keys(Object(manifest.peerDependencies)), [...peers, "undici"]);
  assertEquals(Object.keys(Object(manifest.peerDependenciesMeta)), [...peers, "undici"]);
  assertEquals(Object.values(dnt.mappings).map((one) => Object(one).name), peers);
  assertEquals(Object.keys(devPackages).sort(), [...peers, "@types/node"]);
  assertEquals(Object.keys(Object(manifest.dependencies)).sort(), [
    "@cfworker/json-schema",
    "@mdream/js",
    "@noble/hashes",
    "@scalar/openapi-upgrader",
    "js-yaml",
    "jsonpath-rfc9535",
    "oauth4webapi",
    "tldts",
  ]);
  const { target, lib } = Object(tsConfig("out").compilerOptions);
  assertEquals([dnt.compilerOptions.target, dnt.compilerOptions.lib], [target, lib]);
});

Deno.test("dnt's inner package.json keeps from nobody that modules have no side effects", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const name of DOCUMENTS) await Deno.writeTextFile(`${folder}/${name}`, name);
    const steps: unknown[] = [];
    await buildWithDNT(
      {
        emptyDir: (name) => Promise.resolve(void steps.push(["emptyDir", name])),
        async build(options) {
          steps.push(["build", Object(options).outDir]);
          await Deno.mkdir(`${folder}/npm/esm`, { recursive: true });
          await Deno.writeTextFile(`${folder}/npm/esm/package.json`, '{"type":"module"}');
          await Deno.writeTextFile(`${folder}/npm/esm/mod.js`, "export {};");
        },
      },
      { ...CONFIG, exports: { ".": "./mod.ts" } },
      folder,
    );
    assertEquals(steps, [["emptyDir", "./npm"], ["build", "./npm"]]);
    const { type, sideEffects } = packageJSON(OWN);
    assertEquals(JSON.parse(await Deno.readTextFile(`${folder}/npm/esm/package.json`)), {
      type,
      sideEffects,
    });
    for (const name of DOCUMENTS) {
      assertEquals(await Deno.readTextFile(`${folder}/npm/${name}`), name);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
