/**
 * Proves the package for npm: built, looked at by publint and attw, compiled against without
 * `skipLibCheck`, and installed by npm where there is nothing but Node. That it behaves the same
 * everywhere is for `tests/runtimes/`.
 *
 * @module
 */

import { generate } from "../../src/generate/mod.ts";
import { installed } from "../runtimes/runtimes.ts";
import { type Outcome, runCommand, runDeno } from "../support/gate.ts";
import { installNpmPackage } from "../support/npm_package.ts";
import { buildPackage } from "./build.ts";
import { installBuilt, TELEMETRY_SDK } from "./consumer.ts";
import { BIN, builtPath } from "./package_json.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const TYPESCRIPT = "npm:typescript@5.9.3";

/** A program in TypeScript that uses every entry point. */
const CONSUMER = `
import {
  basicAuth, EventSourceClient, HTTPClient, jsonCodec, NetworkingError, open, type Response,
  WebSocketClient,
} from "@codomyrmex/networking";
import { digestAuth } from "@codomyrmex/networking/auth/digest";
import { kvTokenStore, oauth2, type TokenSet } from "@codomyrmex/networking/auth/oauth2";
import { CookieJar } from "@codomyrmex/networking/cookies";
import { FakeClock, FakeServer, MockTransport } from "@codomyrmex/networking/testing";

interface User { readonly name: string }
const transport = new MockTransport().on("GET", "/users/1", { json: { name: "Ada" } });
const cookies = new CookieJar();
const auth = oauth2({ issuer: "https://id.example", clientId: "a", clientSecret: "b" });
const client: HTTPClient = new HTTPClient({ baseUrl: "https://api.example", transport, cookies, auth });
export async function name(): Promise<string> {
  try {
    const response: Response = await client.get("users/1", { auth: digestAuth("ada", () => "engine") });
    return response.json<User>().name;
  } catch (error) {
    if (error instanceof NetworkingError && error.code === "connection_refused") return "nobody";
    throw error;
  }
}
const socket: WebSocketClient<User, string> = open<User, string>("wss://api.example", {
  auth: basicAuth("ada", "engine"), codec: jsonCodec<User, string>(),
});
export const received: Promise<User | null> = socket.receive();
const events: EventSourceClient<User> = open("https://api.example", {
  protocol: "events", codec: jsonCodec<User>(),
});
export const event: Promise<User | undefined> = events.receive().then((message) => message?.data);
export const tokens: Promise<TokenSet> = auth.exchange("https://app.example/callback?code=1");
export const used = [FakeClock, FakeServer, kvTokenStore];
// @ts-expect-error -- a body is the second argument, and options the third
void client.get("/", { json: 1, timout: 5 });
`;

const TSCONFIG = {
  compilerOptions: {
    ...{ module: "NodeNext", target: "ES2022", lib: ["ES2022", "DOM"], types: [] },
    ...{ strict: true, noEmit: true, skipLibCheck: false, exactOptionalPropertyTypes: true },
  },
  files: ["consumer.ts", "shop.ts"],
};

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

/** Builds the package in `folder` and runs everything; ends at the first thing that fails. */
export async function checkPackage(folder: string): Promise<Outcome> {
  const built = await buildPackage(`${folder}/package`);
  const consumer = `${folder}/consumer`;
  const own = await installBuilt(built, consumer, TELEMETRY_SDK);
  const commandLine = own + builtPath(BIN, ".js").slice(1);
  // They import the package and the SDKs by their names.
  const [telemetry, mcp] = [`${consumer}/telemetry_smoke.mjs`, `${consumer}/mcp_smoke.mjs`];
  await Deno.copyFile(`${ROOT}tests/npm/telemetry_smoke.mjs`, telemetry);
  await Deno.copyFile(`${ROOT}tests/npm/mcp_smoke.mjs`, mcp);
  await Deno.writeTextFile(`${consumer}/tsconfig.json`, JSON.stringify(TSCONFIG));
  await Deno.writeTextFile(`${consumer}/consumer.ts`, CONSUMER);
  // What the generator makes is checked as its users would.
  const { files: generated } = await generate(`${ROOT}tests/generate/fixtures/shop.yaml`);
  await Deno.writeTextFile(`${consumer}/shop.ts`, generated.get("api.ts")!);
  const steps: [title: string, run: () => Promise<Outcome>][] = [
    ["publint", () => npm("npm:publint@0.3.25", "--strict", built)],
    ["a consumer's types", () => npm(`${TYPESCRIPT}/tsc`, "--project", consumer)],
    ...await newcomer(built, folder),
  ];
  for (const title of ["Node 22", "Node 24", "Bun 1"] as const) {
    const runtime = await installed(title);
    steps.push([`${title}, command line`, () => runCommand(runtime, [commandLine, "demo"])]);
    steps.push([`${title}, tools for agents`, () => runCommand(runtime, [mcp])]);
    if (title === "Bun 1") continue; // nothing instruments its fetch
    steps.push([`${title}, telemetry`, () => runCommand(runtime, [telemetry])]);
  }
  const outcomes: string[] = [];
  for (const [title, run] of steps) {
    const outcome = await run();
    outcomes.push(`${title}:\n${outcome.output}`);
    if (!outcome.success) return { success: false, output: outcomes.join("\n") };
  }
  return { success: true, output: outcomes.join("\n") };
}

if (import.meta.main) {
  const folder = await Deno.makeTempDir();
  const { success, output } = await checkPackage(folder);
  // deno-lint-ignore no-console -- printing is what it is for
  console.log(output);
  await Deno.remove(folder, { recursive: true });
  Deno.exit(success ? 0 : 1);
}
