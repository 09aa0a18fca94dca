/**
 * The generator beside its peers on GitHub's description (13 MB, 1,223 operations): seconds, memory and
 * size of whole processes, in one run, interleaved; then what one call costs in a bundle.
 *
 * Peers come from npm; needs npm, Node and python3 (for the memory of a process).
 *
 * @module
 */
// deno-lint-ignore-file no-console

const ROOT = new URL("../../", import.meta.url);
const FOLDER = new URL(".corpus/", ROOT);
const GITHUB =
  new URL("node_modules/@octokit/openapi/generated/api.github.com.json", FOLDER).pathname;
const PEERS = new URL("peers/", FOLDER);
const ROUNDS = 3;

const PACKAGES = [
  "openapi-typescript@7.13.0",
  "@hey-api/openapi-ts@0.99.0",
  "oazapfts@7.5.0",
  "orval@8.38.0",
  "@redocly/cli@2.77.0",
  "typescript@5.9.3",
];

interface Contender {
  readonly name: string;
  readonly command: readonly string[];
  readonly output: string;
}

const bin = (name: string) => ["node", new URL(`node_modules/.bin/${name}`, PEERS).pathname];
const out = (name: string) => new URL(`out/${name}`, PEERS).pathname;

const CONTENDERS: readonly Contender[] = [
  {
    name: "ours",
    command: [
      ...[Deno.execPath(), "run", "--quiet", "--no-check", "--allow-read", "--allow-write"],
      ...[
        `--config=${new URL("deno.json", ROOT).pathname}`,
        new URL("src/cli/mod.ts", ROOT).pathname,
      ],
      ...["generate", GITHUB, "-o", out("ours/api.ts")],
    ],
    output: "ours",
  },
  {
    name: "openapi-typescript",
    command: [...bin("openapi-typescript"), GITHUB, "-o", out("openapi-typescript/api.ts")],
    output: "openapi-typescript",
  },
  {
    name: "hey-api",
    command: [...bin("openapi-ts"), "-i", GITHUB, "-o", out("hey-api")],
    output: "hey-api",
  },
  {
    name: "oazapfts",
    command: [...bin("oazapfts"), GITHUB, out("oazapfts/api.ts")],
    output: "oazapfts",
  },
  {
    name: "orval",
    command: [
      ...bin("orval"),
      "--input",
      GITHUB,
      "--output",
      out("orval/api.ts"),
      "--client",
      "fetch",
    ],
    output: "orval",
  },
  {
    name: "Redocly",
    command: [...bin("redocly"), "generate-client", GITHUB, "--output", out("redocly/api.ts")],
    output: "redocly",
  },
];

/** Runs a command; its seconds, and its most memory in MB. */
async function measure(
  command: readonly string[],
): Promise<{ seconds: number; mb: number } | undefined> {
  const program = "import resource,subprocess,sys,time\nt=time.time()\n" +
    "c=subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL,stderr=subprocess.DEVNULL).returncode\n" +
    "print(c,time.time()-t,resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";
  const { stdout } = await new Deno.Command("python3", {
    args: ["-c", program, ...command],
    cwd: PEERS,
  }).output();
  const [code, seconds, kb] = new TextDecoder().decode(stdout).trim().split(" ").map(Number);
  return code === 0 ? { seconds: seconds!, mb: kb! / 1024 } : undefined;
}

async function bytesUnder(path: string): Promise<number> {
  const { isFile, size } = await Deno.stat(path);
  if (isFile) return size;
  let sum = 0;
  for await (const { name } of Deno.readDir(path)) sum += await bytesUnder(`${path}/${name}`);
  return sum;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}

async function bundled(code: string): Promise<number> {
  const path = new URL(`bundle_${crypto.randomUUID()}.ts`, PEERS);
  const target = path.pathname.replace(/ts$/, "js");
  await Deno.writeTextFile(path, code);
  const config = new URL("deno.json", ROOT).pathname;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      `--config=${config}`,
      "--minify",
      "--platform=browser",
      "-o",
      target,
      path.pathname,
    ],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const file = await Deno.open(target);
  const packed = file.readable.pipeThrough(new CompressionStream("gzip"));
  return (await new Response(packed).arrayBuffer()).byteLength;
}

async function main(): Promise<void> {
  await Deno.mkdir(PEERS, { recursive: true });
  await Deno.writeTextFile(new URL("package.json", PEERS), "{}");
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps"];
  await new Deno.Command("npm", { args: ["install", ...flags, ...PACKAGES], cwd: PEERS }).output();
  const found = new Map<string, { seconds: number[]; mb: number[] }>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, command, output } of CONTENDERS) {
      await Deno.mkdir(out(output), { recursive: true });
      const result = await measure(command);
      const own = found.get(name) ?? { seconds: [], mb: [] };
      found.set(name, own);
      if (result === undefined) continue;
      own.seconds.push(result.seconds);
      own.mb.push(result.mb);
    }
  }
  console.log(`GitHub's description, median of ${ROUNDS} (goal: 1.5 s, 400 MB)`);
  for (const { name, output } of CONTENDERS) {
    const { seconds, mb } = found.get(name)!;
    const size = await bytesUnder(out(output));
    console.log(
      seconds.length === 0
        ? `  ${name.padEnd(20)} fails`
        : `  ${name.padEnd(20)} ${median(seconds).toFixed(2)} s ${
          median(mb).toFixed(0).padStart(5)
        } MB ` +
          `${(size / 1e6).toFixed(2).padStart(6)} MB out`,
    );
  }
  const client = JSON.stringify(new URL("src/http/http_client.ts", ROOT).href);
  const core = await bundled(
    `import { HTTPClient } from ${client}; console.log(new HTTPClient());`,
  );
  const runtime = new URL("src/generate/runtime/mod.ts", ROOT).href;
  const code = (await Deno.readTextFile(out("ours/api.ts")))
    .replace('"@codomyrmex/networking/generate/runtime"', JSON.stringify(runtime));
  await Deno.writeTextFile(new URL("github.ts", PEERS), code);
  const call = await bundled(
    'import { createAPI, reposGet } from "./github.ts"; console.log(await reposGet(createAPI(), { owner: "a", repo: "b" }));',
  );
  console.log(
    `One call bundled: ${
      ((call - core) / 1000).toFixed(1)
    } KB with gzip beyond the HTTPClient (goal: 10)`,
  );
}

await main();
