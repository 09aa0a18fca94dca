/**
 * `deno task runtimes`: runs the suite on every runtime that can be had here, against one server, and
 * holds the results to the table of limits and the matrix in SPEC.md to the table. With `--write` it
 * writes the matrix, with `--matrix` it does that and runs nothing; with names of runtimes it runs those alone.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- printing is what it is for

import { buildPackage } from "../npm/build.ts";
import { installBuilt } from "../npm/consumer.ts";
import { copy } from "../support/files.ts";
import { ESBUILD } from "../support/first_chunk.ts";
import { runDeno } from "../support/gate.ts";
import { judge, matrix, withBlock, wrongNames } from "./matrix.ts";
import {
  CONSUMER,
  FOLDER,
  NODE_TRANSPORT,
  type Runtime,
  RUNTIMES,
  type Start,
  UNDICI,
} from "./runtimes.ts";
import type { Result, Servers } from "./suite/case.ts";
import { CASES } from "./suite/mod.ts";

const HERE = import.meta.dirname!;
const ROOT = `${HERE}/../..`;
/** Longer than the suite takes anywhere. */
const HANG_MS = 600_000;
/** As many runtimes at a time as a small machine has processors. */
const AT_A_TIME = 2;

/** What a runtime came to. */
interface Outcome {
  readonly line: string;
  readonly passed: number;
  readonly problems: readonly string[];
}

/** Installs the package as its users do, with the suite beside it, and makes the browser's bundle. */
async function preparePackage(): Promise<void> {
  await Deno.mkdir(FOLDER, { recursive: true });
  await installBuilt(await buildPackage(`${FOLDER}/package`), CONSUMER, { undici: UNDICI });
  for (const name of ["suite", "main.ts", "browser.ts", "worker.ts"]) {
    await Deno.remove(`${CONSUMER}/${name}`, { recursive: true }).catch(() => {});
    await copy(`${HERE}/${name}`, `${CONSUMER}/${name}`);
  }
  await copySuiteForNodeTransport();
  const form = ["--bundle", "--format=esm", "--platform=browser", "--external:node:*"];
  const { success, output } = await runDeno([
    ...["run", "--quiet", "--allow-all", "--no-config", ESBUILD, "browser.ts", "worker.ts"],
    ...[...form, "--outdir=.", "--log-level=warning"],
  ], { cwd: CONSUMER });
  if (!success) throw new Error(`Cannot make the bundles:\n${output}`);
  // What runs without the network later must be there.
  await runDeno(["cache", "--quiet", `${HERE}/main.ts`]);
}

/** The suite once more, over the library with `nodeTransport()` in its clients. */
async function copySuiteForNodeTransport(): Promise<void> {
  const folder = `${CONSUMER}/${NODE_TRANSPORT}`;
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await Deno.mkdir(folder);
  const wrapper = "with_node_transport.ts";
  for (const name of ["suite", "main.ts", wrapper]) {
    await copy(`${HERE}/${name}`, `${folder}/${name}`);
  }
  for await (const { name } of Deno.readDir(`${folder}/suite`)) {
    const path = `${folder}/suite/${name}`;
    const text = await Deno.readTextFile(path);
    const over = text.replaceAll('from "@codomyrmex/networking";', `from "../${wrapper}";`);
    await Deno.writeTextFile(path, over);
  }
}

/** Starts the server; `use` is told where it is. */
async function withServer(use: (servers: Servers) => Promise<void>): Promise<void> {
  const server = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--allow-net=127.0.0.1", `--allow-read=${CONSUMER}`],
      ...[`${HERE}/server.ts`, CONSUMER],
    ],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  try {
    let said = "";
    for await (const text of server.stdout.pipeThrough(new TextDecoderStream())) {
      said += text;
      if (said.includes("\n")) break;
    }
    await use(JSON.parse(said));
  } finally {
    server.kill();
    await server.status;
  }
}

/** Runs the suite on one runtime: its results, or what it printed instead. */
async function resultsOf(start: Start, main: string, name: string): Promise<Result[] | string> {
  const process = new Deno.Command(start.program, {
    args: [...start.args],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const printed = Promise.all([process.stdout.text(), process.stderr.text()]);
  let ended = false;
  const end = process.status.then(() => ended = true);
  try {
    for (const deadline = performance.now() + HANG_MS; performance.now() < deadline;) {
      const isLast = ended;
      const results = await (await fetch(`${main}/results/${name}`)).json();
      if (results !== null) return results;
      if (isLast) return (await printed).join("").trim();
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return `it took more than ${HANG_MS / 1000} s`;
  } finally {
    // A browser stays; the others are done when their results are there.
    if (!ended) process.kill("SIGKILL");
    await end;
    await printed;
    await start.cleanUp?.();
  }
}

async function runOn({ title, over, start }: Runtime, servers: Servers): Promise<Outcome> {
  const shown = over === undefined ? title : `${title} with ${over}`;
  const name = shown.replaceAll(/\W/g, "-");
  let started: Start;
  try {
    started = await start(servers, name);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { line: `${shown}: skipped, ${why}`, passed: 0, problems: [] };
  }
  const startedAt = performance.now();
  const results = await resultsOf(started, servers.main, name);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (typeof results === "string") {
    return { line: `${shown}: it broke off`, passed: 0, problems: [results] };
  }
  const { passed, limited, problems } = judge(title, results, CASES);
  const counts = `${passed} passed, ${problems.length} failed, ${limited} limited`;
  return { line: `${shown}: ${counts} (${seconds} s)`, passed, problems };
}

/** Whether SPEC.md has the matrix, after writing it where that is asked for. */
async function checkMatrix(write: boolean): Promise<string[]> {
  const text = await Deno.readTextFile(`${ROOT}/SPEC.md`);
  const expected = withBlock(text, matrix(CASES));
  if (expected === undefined) return ["SPEC.md does not have the marks for the matrix"];
  if (expected === text) return [];
  if (!write) {
    return ["the matrix of SPEC.md is not what the run gives: deno task runtimes --matrix"];
  }
  await Deno.writeTextFile(`${ROOT}/SPEC.md`, expected);
  return [];
}

if (Deno.args.includes("--matrix")) {
  const problems = await checkMatrix(true);
  for (const problem of problems) console.log(problem);
  Deno.exit(problems.length);
}
const write = Deno.args.includes("--write");
const only = Deno.args.filter((arg) => !arg.startsWith("--"));
const todo = RUNTIMES.filter(({ title }) => only.length === 0 || only.includes(title));
const wrong = wrongNames(CASES).map((name) => `no one case is called: ${name}`);
let passed = 0;
const problems = [...wrong];
for (const problem of wrong) console.log(problem);
await preparePackage();
await withServer(async (servers) => {
  const next = async (): Promise<void> => {
    for (let runtime = todo.shift(); runtime !== undefined; runtime = todo.shift()) {
      const outcome = await runOn(runtime, servers);
      console.log([outcome.line, ...outcome.problems].join("\n    "));
      passed += outcome.passed;
      problems.push(...outcome.problems);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, next));
});
if (problems.length === 0) {
  problems.push(...await checkMatrix(write));
  for (const problem of problems) console.log(problem);
}
console.log(
  `${problems.length === 0 ? "ok" : "FAILED"} | ${passed} passed | ${problems.length} failed`,
);
Deno.exit(problems.length === 0 ? 0 : 1);
