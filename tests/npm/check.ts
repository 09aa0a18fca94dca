/**
 * Proves the package for npm: built, looked at by publint and attw, compiled against without
 * `skipLibCheck`, bundled for pages and for workerd, and installed by npm where there is nothing but Node.
 * That it behaves the same everywhere is for `tests/runtimes/`. `deno run -A tests/npm/check.ts` proves the
 * package of `deno task npm`; with a folder, the package that is there.
 *
 * @module
 */

import { installed } from "../runtimes/runtimes.ts";
import { ESBUILD } from "../support/first_chunk.ts";
import { type Outcome, runCommand, runDeno } from "../support/gate.ts";
import { installNpmPackage } from "../support/npm_package.ts";
import { buildPackage } from "./build.ts";
import { installBuilt, TELEMETRY_SDK } from "./consumer.ts";
import { typeSteps } from "./consumer_types.ts";
import { BIN, builtPath, type DenoConfig } from "./package_json.ts";
import { workerdSteps } from "./workerd.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const TYPESCRIPT = "npm:typescript@5.9.3";

/** What a user reads in README.md, from the command that installs the package to the program's end. */
const EXAMPLE = /npm install @codomyrmex\/networking\n```\n[\s\S]*?```ts\n([\s\S]*?)```/;
/** What that program prints. */
const PRINTED = "200 2 Ada\n";
const NPM = { name: "npm", version: "11.19.1" };
const STRICT = {
  compilerOptions: {
    ...{ module: "NodeNext", target: "ES2022", lib: ["ES2022", "DOM"], types: [] },
    ...{ strict: true, noEmit: true, skipLibCheck: true },
  },
  files: ["example.ts"],
};

/** Runs Deno without the configuration of this project. */
function npm(...args: string[]): Promise<Outcome> {
  return runDeno(["run", "--quiet", "--allow-all", "--no-config", ...args]);
}

/** The steps for an empty folder: npm installs the packed package there, and README's example runs. */
async function newcomer(
  built: string,
  folder: string,
): Promise<[title: string, run: () => Promise<Outcome>][]> {
  const [, example] = EXAMPLE.exec(await Deno.readTextFile(`${ROOT}README.md`)) ?? [];
  if (example === undefined) throw new Error("README.md has no example for npm");
  const [home, tools] = [`${folder}/newcomer`, `${folder}/tools`];
  await Deno.mkdir(home);
  await Deno.mkdir(tools);
  await Deno.writeTextFile(`${home}/package.json`, '{ "type": "module" }');
  await Deno.writeTextFile(`${home}/example.ts`, example);
  await Deno.writeTextFile(`${home}/tsconfig.json`, JSON.stringify(STRICT));
  const cli = `${await installNpmPackage(NPM, tools)}/bin/npm-cli.js`;
  const node = await installed("Node 22");
  const bun = await installed("Bun 1");
  const at = { cwd: home };
  const runs = async (program: string) => {
    const { success, output } = await runCommand(program, ["example.ts"], at);
    return { success: success && output === PRINTED, output };
  };
  const tarball = `${home}/codomyrmex-networking-0.tgz`;
  return [
    ["npm pack", async () => {
      const packed = await runCommand(node, [cli, "pack", built, "--silent"], at);
      if (packed.success) await Deno.rename(`${home}/${packed.output.trim()}`, tarball);
      return packed;
    }],
    [
      "npm install",
      () => runCommand(node, [cli, "install", "--no-audit", "--no-fund", "--silent", tarball], at),
    ],
    ["README's example on Node 22", () => runs(node)],
    ["README's example on Bun", () => runs(bun)],
    ["README's example, strict", () => npm(`${TYPESCRIPT}/tsc`, "--project", home)],
    ["attw", () => npm("npm:@arethetypeswrong/cli@0.18.5", tarball, "--profile", "esm-only")],
  ];
}

/** One line a runtime: what each entry exports, which is the same everywhere. */
function shapeProgram({ name, exports }: DenoConfig): string {
  return `const shape = {};
for (const entry of ${JSON.stringify(Object.keys(exports))}) {
  shape[entry] = Object.keys(await import("${name}" + entry.slice(1))).sort();
}
console.log(JSON.stringify(shape));
`;
}

/** What the program of {@linkcode shapeProgram} has to print. */
async function sourceShape({ exports }: DenoConfig): Promise<string> {
  const shape: Record<string, string[]> = {};
  for (const [entry, path] of Object.entries(exports)) {
    shape[entry] = Object.keys(await import(ROOT + path)).sort();
  }
  return `${JSON.stringify(shape)}\n`;
}

/** Bundles every entry that is not for servers alone, as for a page: nothing of theirs needs Node. */
async function bundleEntries({ name, exports }: DenoConfig, consumer: string): Promise<Outcome> {
  const names: string[] = [];
  for (const entry of Object.keys(exports)) {
    if (entry === "./cli" || entry === "./mcp") continue;
    names.push(`entry${names.length}.js`);
    const text = `export * from "${name}${entry.slice(1)}";\n`;
    await Deno.writeTextFile(`${consumer}/${names.at(-1)}`, text);
  }
  const flags = ["--bundle", "--format=esm", "--platform=browser", "--outdir=bundles"];
  return await runDeno([
    ...["run", "--quiet", "--allow-all", "--no-config", ESBUILD, ...names, ...flags],
    "--log-level=warning",
  ], { cwd: consumer });
}

/**
 * Runs everything in `folder` on the package that is in `built`, or that is built for it; ends at the first
 * thing that fails. Of what passes, the output says what was skipped.
 */
export async function checkPackage(folder: string, built?: string): Promise<Outcome> {
  built ??= await buildPackage(`${folder}/package`);
  const config: DenoConfig = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const consumer = `${folder}/consumer`;
  const others = { ...TELEMETRY_SDK, "@types/node": "22" };
  const own = await installBuilt(built, consumer, others);
  const commandLine = own + builtPath(BIN, ".js").slice(1);
  // They import the package and the SDKs by their names.
  const [telemetry, mcp] = [`${consumer}/telemetry_smoke.mjs`, `${consumer}/mcp_smoke.mjs`];
  await Deno.copyFile(`${ROOT}tests/npm/telemetry_smoke.mjs`, telemetry);
  await Deno.copyFile(`${ROOT}tests/npm/mcp_smoke.mjs`, mcp);
  const shape = `${consumer}/shape.mjs`;
  await Deno.writeTextFile(shape, shapeProgram(config));
  const expectedShape = await sourceShape(config);
  const steps: [title: string, run: () => Promise<Outcome>][] = [
    ["publint", () => npm("npm:publint@0.3.25", "--strict", built)],
    ...await typeSteps(config, consumer),
    ["every entry in a page's bundle", () => bundleEntries(config, consumer)],
    ...await newcomer(built, folder),
  ];
  for (const title of ["Node 22", "Node 24", "Bun 1"] as const) {
    const runtime = await installed(title);
    steps.push([`${title}, what each entry exports`, async () => {
      const { success, output } = await runCommand(runtime, [shape]);
      const isSame = success && output === expectedShape;
      return isSame ? { success, output: "" } : {
        success: false,
        output: `${output}is not what the sources export:\n${expectedShape}`,
      };
    }]);
    steps.push([`${title}, command line`, () => runCommand(runtime, [commandLine, "demo"])]);
    steps.push([`${title}, tools for agents`, () => runCommand(runtime, [mcp])]);
    if (title === "Bun 1") continue; // nothing instruments its fetch
    steps.push([`${title}, telemetry`, () => runCommand(runtime, [telemetry])]);
  }
  steps.push(...workerdSteps(consumer));
  const skipped: string[] = [];
  for (const [title, run] of steps) {
    const { success, output } = await run();
    if (!success) return { success, output: `${title}:\n${output}` };
    if (output.startsWith("skipped")) skipped.push(`${title}: ${output}`);
  }
  return { success: true, output: `${steps.length} steps\n${skipped.join("\n")}` };
}

if (import.meta.main) {
  const folder = await Deno.makeTempDir();
  const [built] = Deno.args;
  const { success, output } = await checkPackage(folder, built && await Deno.realPath(built));
  // deno-lint-ignore no-console -- printing is what it is for
  console.log(output);
  await Deno.remove(folder, { recursive: true });
  Deno.exit(success ? 0 : 1);
}
