/**
 * What a client costs on Node 24: `nodeTransport()` beside native fetch, undici and the peers. The worker
 * is bundled and runs on Node, against the benchmark's server.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- printing is what it is for

import { installed, UNDICI } from "../runtimes/runtimes.ts";
import { type Effort, ratio, type Result, spread } from "./measure.ts";
import type { NodeResults } from "./node_worker.ts";
import { decimal, share, table, whole } from "./print.ts";
import { startServer } from "./server_process.ts";

/** What the worker needs: the peers of deps.ts, and undici. */
const PACKAGES = [
  ...new Set(
    (await Deno.readTextFile(`${import.meta.dirname}/deps.ts`)).match(/(?<=npm:)[\w-]+@[\d.]+/g),
  ),
  `undici@${UNDICI}`,
];
const OURS = "HTTPClient, nodeTransport()";
/** For small JSON: calls in parts of those of native fetch, and of those of undici.request. */
const GOAL = { ofFetch: 1.8, ofRequest: 0.6, fallsShort: 1.5 };

/** Bundles the worker, with the packages installed beside it. */
async function prepare(folder: string): Promise<void> {
  const imports = Object.fromEntries(PACKAGES.map((one) => [one.split("@")[0], `npm:${one}`]));
  const config = { imports, nodeModulesDir: "auto", minimumDependencyAge: 0 };
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(config));
  await run(folder, "install", "--quiet");
  const root = `${import.meta.dirname}/../..`;
  const external = ["npm:*", "node:*"].map((one) => `--external=${one}`);
  const form = ["bundle", "--quiet", "--platform=browser", `--config=${root}/deno.json`];
  const output = `${folder}/worker.mjs`;
  await run(
    folder,
    ...form,
    ...external,
    `--output=${output}`,
    `${root}/tests/bench/node_worker.ts`,
  );
  const bundled = await Deno.readTextFile(output);
  await Deno.writeTextFile(output, bundled.replaceAll(/"npm:([\w-]+)@[\d.]+/g, '"$1'));
}

async function run(cwd: string, ...args: string[]): Promise<void> {
  const command = new Deno.Command(Deno.execPath(), { args, cwd, stdout: "null", stderr: "piped" });
  const { success, stderr } = await command.output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

function report({ name, title, results }: NodeResults): string {
  const [bare, request] = results as [Result, Result];
  const rows = results.map((result) => [
    result.name,
    whole(spread(result.perSecond).median),
    share(ratio(result, bare)),
    share(ratio(result, request)),
  ]);
  const lines = [title, table(["", "calls/s", "of fetch", "of undici.request"], rows)];
  if (name === "json") {
    const own = results.find((result) => result.name === OURS)!;
    const verdict = ratio(own, bare).median < GOAL.fallsShort ||
        ratio(own, request).median < GOAL.ofRequest
      ? ", falls short"
      : "";
    lines.push(
      `  Its goal: ${decimal(GOAL.ofFetch)} of fetch and ${
        decimal(GOAL.ofRequest)
      } of undici.request${verdict}`,
    );
  }
  return [...lines, ""].join("\n");
}

const folder = await Deno.makeTempDir({ prefix: "networking-bench-" });
try {
  await prepare(folder);
  const quick = Deno.args.includes("--quick");
  const only = Deno.args.find((arg) => arg.startsWith("--case="))?.slice("--case=".length);
  const effort: Effort = quick
    ? { rounds: 5, sliceMs: 50, warmUpMs: 100 }
    : { rounds: 25, sliceMs: 100, warmUpMs: 500 };
  await using server = await startServer();
  const node = new Deno.Command(await installed("Node 24"), {
    args: [`${folder}/worker.mjs`, server.fixed(""), JSON.stringify(effort), only ?? ""],
    env: { NO_COLOR: "1" },
    stderr: "inherit",
  });
  const { success, stdout } = await node.output();
  if (!success) throw new Error("The benchmark on Node failed");
  const found: NodeResults[] = JSON.parse(new TextDecoder().decode(stdout));
  if (Deno.args.includes("--json")) console.log(JSON.stringify(found));
  else console.log(["On Node 24\n", ...found.map(report)].join("\n"));
} finally {
  await Deno.remove(folder, { recursive: true });
}
