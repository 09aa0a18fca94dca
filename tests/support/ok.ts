/**
 * `deno task ok`: the gate. A step is a line of {@linkcode STEPS}; whatever builds something new
 * that must hold adds its line here. With `--without-tests`, the runs of `deno task test` and
 * `deno task runtimes` are left out, for who has just made them.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { type Outcome, runDeno, runGate, type Step } from "./gate.ts";
import { checkPackage } from "../npm/check.ts";
import { budgets } from "./budgets.ts";
import { filesBelow, withTempDir } from "./files.ts";
import { jsrScore } from "./jsr_score.ts";
import { layoutProblems, sourceFiles } from "./layout.ts";
import { publishDryRun, type PublishedConfig } from "./publish.ts";

const ROOT = await Deno.realPath(`${import.meta.dirname}/../..`);

const CONFIG: PublishedConfig = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
const ENTRY_POINTS = Object.values(CONFIG.exports);

/** Runs every example in the doc comments of the published modules; a test runs those of README.md. */
function docExamples(): Promise<Outcome> {
  return withTempDir(async (folder) => {
    const files = [
      "mod.ts",
      ...(await filesBelow(`${ROOT}/src`, ".ts")).map((path) => `src/${path}`),
    ];
    const flags = ["--doc", "--no-prompt", "--allow-net=127.0.0.1,localhost", "--allow-read"];
    // Downloads go to a folder beside this one.
    flags.push(`--allow-write=${folder}/..`);
    return await runDeno(["test", ...flags, ...files]);
  });
}

async function publishAndScore(): Promise<Outcome> {
  const published = await publishDryRun(CONFIG);
  return published.success ? await jsrScore(CONFIG, published) : published;
}

/** No type of the public API is one of Deno's: Node and browsers do not have them. */
async function noDenoTypes(): Promise<Outcome> {
  const documented = await runDeno(["doc", "--json", "--quiet", ...ENTRY_POINTS]);
  if (!documented.success) return documented;
  const found = new Set(documented.output.match(/(?<="(?:typeName|value)": ")Deno\.[\w.]+/g));
  if (found.size === 0) return { success: true, output: "" };
  return { success: false, output: `The public API names ${[...found].join(", ")}` };
}

/** Every import of `src` against the table of rooms. */
async function layout(): Promise<Outcome> {
  const problems = layoutProblems(await sourceFiles());
  return { success: problems.length === 0, output: `${problems.join("\n")}\n` };
}

const STEPS: readonly Step[] = [
  { name: "everything is formatted", run: ["fmt", "--check"] },
  { name: "lint finds nothing", run: ["lint"] },
  { name: "the types are right, with a browser's types too", run: ["task", "check"] },
  { name: "every room leans on rooms below it", run: layout },
  { name: "every public name is documented", run: ["doc", "--lint", ...ENTRY_POINTS] },
  { name: "the public API has no types of Deno's", run: noDenoTypes },
  { name: "deno task test", run: ["task", "test"], tests: true },
  // R11.2
  { name: "the examples run", run: docExamples, tests: true },
  { name: "it could be published, and JSR's score is whole", run: publishAndScore, isReport: true },
  {
    name: "the npm package is right, and npm installs it",
    run: () => withTempDir((folder) => checkPackage(folder)),
    isReport: true,
  },
  {
    name: "nothing costs more than its budget",
    run: () => withTempDir((folder) => budgets(CONFIG.exports, folder)),
    isReport: true,
  },
  { name: "deno task runtimes", run: ["task", "runtimes"], tests: true },
];

/** What `.ci/run` runs by themselves, to count them. */
const OF_THEIR_OWN = ["deno task test", "deno task runtimes"];

const withoutTests = Deno.args.includes("--without-tests");
const steps = STEPS.filter(({ name }) => !(withoutTests && OF_THEIR_OWN.includes(name)));
Deno.chdir(ROOT);
const { passed, failed } = await runGate(steps);
console.log(`ok: ${passed} passed, ${failed} failed`);
if (failed > 0) Deno.exit(1);
