/**
 * Proves the package for npm: built, looked at by publint and attw, compiled against without
 * `skipLibCheck`, bundled for pages, used in the tests of others (Vitest, Jest, MSW), and installed by npm
 * where there is nothing but Node. That it behaves the same everywhere is for `tests/runtimes/`. `deno run -A tests/npm/check.ts` proves the
 * package of `deno task npm`; with a folder, the package that is there.
 *
 * @module
 */

import { installed } from "../runtimes/runtimes.ts";
import { EXAMPLES, isPromised } from "../readme/examples.ts";
import { startService } from "../readme/service.ts";
import { ESBUILD } from "../support/first_chunk.ts";
import { type Outcome, runCommand, runDeno } from "../support/gate.ts";
import { installNpmPackage } from "../support/npm_package.ts";
import { buildPackage } from "./build.ts";
import { installBuilt, TELEMETRY_SDK } from "./consumer.ts";
import { typeSteps } from "./consumer_types.ts";
import { unlicensed } from "./licenses.ts";
import { BIN, builtPath, type DenoConfig } from "./package_json.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const TYPESCRIPT = "npm:typescript@5.9.3";

const NPM = { name: "npm", version: "11.19.1" };
/** What others test with; a newer Vitest depends on a package that npm does not have. */
const TEST_TOOLS = { jest: "30.5.2", msw: "3.0.5", vitest: "4.0.18" };
const JEST_FLAGS = ["--testMatch", "**/*.test.mjs", "--cacheDirectory", ".jest"];
const STRICT = {
  compilerOptions: {
    ...{ module: "NodeNext", target: "ES2022", lib: ["ES2022", "DOM"], types: [] },
    ...{ strict: true, noEmit: true, skipLibCheck: true },
  },
  include: ["line_*.ts"],
};

/** Runs Deno without the configuration of this project. */
function npm(...args: string[]): Promise<Outcome> {
  return runDeno(["run", "--quiet", "--allow-all", "--no-config", ...args]);
}

/** The steps for an empty folder: npm installs the packed package there, and README's examples run. */
async function newcomer(
  built: string,
  folder: string,
): Promise<[title: string, run: () => Promise<Outcome>][]> {
  const [home, tools] = [`${folder}/newcomer`, `${folder}/tools`];
  await Deno.mkdir(home);
  await Deno.mkdir(tools);
  await Deno.writeTextFile(`${home}/package.json`, '{ "type": "module" }');
  for (const { line, code } of EXAMPLES) await Deno.writeTextFile(`${home}/line_${line}.ts`, code);
  await Deno.copyFile(`${ROOT}tests/readme/redirect.ts`, `${home}/redirect.ts`);
  const world = `import { redirectTo } from "./redirect.ts";\nredirectTo(${startService()});\n`;
  await Deno.writeTextFile(`${home}/world.mjs`, world);
  await Deno.writeTextFile(`${home}/tsconfig.json`, JSON.stringify(STRICT));
  const cli = `${await installNpmPackage(NPM, tools)}/bin/npm-cli.js`;
  const node = await installed("Node 22");
  const bun = await installed("Bun 1");
  const at = { cwd: home };
  const runs = async (program: string, ...flags: string[]) => {
    for (const example of EXAMPLES) {
      const file = `line_${example.line}.ts`;
      const { success, output } = await runCommand(program, [...flags, "./world.mjs", file], at);
      if (!success || !isPromised(example, output)) {
        return { success: false, output: `README.md, line ${example.line}:\n${output}` };
      }
    }
    return { success: true, output: "" };
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
    [
      "README's examples on Node 22",
      () => runs(node, "--disable-warning=ExperimentalWarning", "--import"),
    ],
    ["README's examples on Bun", () => runs(bun, "--preload")],
    ["README's examples, strict", () => npm(`${TYPESCRIPT}/tsc`, "--project", home)],
    ["attw", () => npm("npm:@arethetypeswrong/cli@0.18.5", tarball, "--profile", "esm-only")],
  ];
}

/** A program that fails if the use of an entry does not do what it should. */
const USES_PROGRAM = `import { wrongUses } from "./all_uses.ts";
const wrong = await wrongUses();
if (wrong.length > 0) throw new Error(wrong.join("\\n"));
`;

/** What each entry exports, by the sources. */
type Shape = Readonly<Record<string, readonly string[]>>;

async function sourceShape({ exports }: DenoConfig): Promise<Shape> {
  const shape: Record<string, string[]> = {};
  for (const [entry, path] of Object.entries(exports)) {
    shape[entry] = Object.keys(await import(ROOT + path)).sort();
  }
  return shape;
}

/** A program that prints the shape. */
function shapeProgram({ name, exports }: DenoConfig): string {
  return `const shape = {};
for (const entry of ${JSON.stringify(Object.keys(exports))}) {
  shape[entry] = Object.keys(await import("${name}" + entry.slice(1))).sort();
}
console.log(JSON.stringify(shape));
`;
}

/**
 * Bundles every entry that is not for servers alone, as for a page, into one file each: nothing of theirs
 * needs Node, and every name is there when the program begins.
 */
async function bundleEntries(
  { name }: DenoConfig,
  shape: Shape,
  node: string,
  consumer: string,
): Promise<Outcome> {
  const files: string[] = [];
  const add = async (entry: string, names: readonly string[]) => {
    const text = `import { ${names.join(", ")} } from "${name}${entry.slice(1)}";
for (const [name, value] of Object.entries({ ${names.join(", ")} })) {
  if (value === undefined) throw new Error("${entry} has no " + name + " when the program begins");
}
`;
    files.push(`entry${files.length}.js`);
    await Deno.writeTextFile(`${consumer}/${files.at(-1)}`, text);
  };
  for (const [entry, names] of Object.entries(shape)) {
    if (entry === "./cli" || entry === "./mcp") continue;
    await add(entry, names);
    for (const one of names) await add(entry, [one]);
  }
  const flags = ["--bundle", "--format=esm", "--platform=browser", "--outdir=bundles"];
  const bundled = await runDeno([
    ...["run", "--quiet", "--allow-all", "--no-config", ESBUILD, ...files, ...flags],
    "--log-level=warning",
  ], { cwd: consumer });
  if (!bundled.success) return bundled;
  const imports = files.map((file) => `await import("./bundles/${file}");\n`);
  await Deno.writeTextFile(`${consumer}/bundles.mjs`, imports.join(""));
  return await runCommand(node, ["bundles.mjs"], { cwd: consumer });
}

/**
 * Runs everything in `folder` on the package that is in `built`, or that is built for it; ends at the first
 * thing that fails.
 */
export async function checkPackage(folder: string, built?: string): Promise<Outcome> {
  const made = built ?? await buildPackage(`${folder}/package`);
  const config: DenoConfig = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const consumer = `${folder}/consumer`;
  const others = { ...TELEMETRY_SDK, ...TEST_TOOLS, "@types/node": "22" };
  const own = await installBuilt(made, consumer, others);
  const commandLine = own + builtPath(BIN, ".js").slice(1);
  // They import the package and the others by their names.
  for (const name of ["telemetry", "mcp", "msw"]) {
    await Deno.copyFile(`${ROOT}tests/npm/${name}_smoke.mjs`, `${consumer}/${name}_smoke.mjs`);
  }
  await Deno.copyFile(`${ROOT}tests/npm/doubles_smoke.mjs`, `${consumer}/doubles.test.mjs`);
  for (const name of ["page_uses", "server_uses", "all_uses"]) {
    await Deno.copyFile(`${ROOT}tests/npm/entries/${name}.ts`, `${consumer}/${name}.ts`);
  }
  await Deno.writeTextFile(`${consumer}/uses.mjs`, USES_PROGRAM);
  const at = { cwd: consumer };
  const shape = `${consumer}/shape.mjs`;
  await Deno.writeTextFile(shape, shapeProgram(config));
  const expected = await sourceShape(config);
  const printed = `${JSON.stringify(expected)}\n`;
  const node = await installed("Node 22");
  const steps: [title: string, run: () => Promise<Outcome>][] = [
    ["publint", () => npm("npm:publint@0.3.25", "--strict", made)],
    ["the licenses of the code of others", async () => {
      const missing = await unlicensed(made);
      return { success: missing.length === 0, output: `LICENSE does not name ${missing}` };
    }],
    ...await typeSteps(config, consumer),
    // R11.5
    ["every entry in a page's bundle", () => bundleEntries(config, expected, node, consumer)],
    ...await newcomer(made, folder),
  ];
  for (const title of ["Node 22", "Node 24", "Bun 1"] as const) {
    const runtime = await installed(title);
    steps.push([`${title}, what each entry exports`, async () => {
      const { success, output } = await runCommand(runtime, [shape]);
      const isSame = success && output === printed;
      return isSame ? { success, output: "" } : {
        success: false,
        output: `${output}is not what the sources export:\n${printed}`,
      };
    }]);
    steps.push([`${title}, command line`, () => runCommand(runtime, [commandLine, "demo"])]);
    const programs = {
      "tools for agents": ["mcp_smoke.mjs"],
      "a use of every entry": ["uses.mjs"],
      // Nothing instruments the fetch of Bun, and Vitest and Jest run on Node.
      ...title !== "Bun 1" && {
        telemetry: ["telemetry_smoke.mjs"],
        MSW: ["msw_smoke.mjs"],
        Vitest: ["node_modules/vitest/vitest.mjs", "run", "--globals"],
        Jest: ["--experimental-vm-modules", "node_modules/jest/bin/jest.js", ...JEST_FLAGS],
      },
    };
    for (const [what, args] of Object.entries(programs)) {
      steps.push([`${title}, ${what}`, () => runCommand(runtime, args, at)]);
    }
  }
  for (const [title, run] of steps) {
    const { success, output } = await run();
    if (!success) return { success, output: `${title}:\n${output}` };
  }
  return { success: true, output: `${steps.length} steps` };
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
