/**
 * Proves the package for npm: built, looked at by publint and attw, compiled against without
 * `skipLibCheck`, and run on Node 22, Node 24 and Bun.
 *
 * @module
 */

import { generate } from "../../src/generate/mod.ts";
import { copy } from "../support/files.ts";
import { type Outcome, runCommand, runDeno } from "../support/gate.ts";
import { installNpmPackage } from "../support/npm_package.ts";
import { buildPackage } from "./build.ts";
import { BIN, builtPath, type DenoConfig, npmImports } from "./package_json.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

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

/** The SDK of OpenTelemetry, and what instruments fetch on Node. */
const TELEMETRY_SDK = {
  "@opentelemetry/context-async-hooks": "2.12.0",
  "@opentelemetry/core": "2.12.1",
  "@opentelemetry/instrumentation": "0.223.0",
  "@opentelemetry/instrumentation-undici": "0.33.0",
  "@opentelemetry/sdk-metrics": "2.12.1",
  "@opentelemetry/sdk-trace-base": "2.12.1",
};

const ARM = Deno.build.arch === "aarch64";
const NODE = `node-${Deno.build.os === "windows" ? "win" : Deno.build.os}-${ARM ? "arm64" : "x64"}`;
const BUN = `@oven/bun-${Deno.build.os}-${ARM ? "aarch64" : "x64"}`;
const SUFFIX = Deno.build.os === "windows" ? ".exe" : "";

/** A runtime: what npm has it as, and where its program is. */
interface Runtime {
  readonly title: string;
  readonly name: string;
  readonly version: string;
  readonly program: string;
}

const RUNTIMES: readonly Runtime[] = [
  { title: "Node 22", name: NODE, version: "22.23.3", program: "bin/node" },
  { title: "Node 24", name: NODE, version: "24.21.0", program: "bin/node" },
  { title: "Bun 1.4", name: BUN, version: "1.4.5", program: "bin/bun" },
];

async function readConfig(): Promise<DenoConfig> {
  return JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
}

/** Builds the package in `folder`, and a consumer that has it and the SDK of OpenTelemetry installed. */
export async function installConsumer(folder: string): Promise<Outcome> {
  const built = await buildPackage(`${folder}/package`);
  const consumer = `${folder}/consumer`;
  const own = `${consumer}/node_modules/@codomyrmex/networking`;
  await Deno.mkdir(consumer);
  const needed = { ...npmImports(await readConfig()), ...TELEMETRY_SDK };
  const manifest = { type: "module", dependencies: needed };
  await Deno.writeTextFile(`${consumer}/package.json`, JSON.stringify(manifest));
  const install = ["install", "--quiet", "--node-modules-dir=auto"];
  const installed = await runDeno(install, { cwd: consumer });
  if (!installed.success) return installed;
  await Deno.mkdir(own.slice(0, own.lastIndexOf("/")), { recursive: true });
  await copy(built, own);
  return installed;
}

/** The program of a Node, installed in `folder`. */
export async function installRuntime(
  folder: string,
  { title, name, version, program }: Runtime = RUNTIMES[1]!,
): Promise<string> {
  const home = `${folder}/${title.replace(" ", "-")}`;
  await Deno.mkdir(home);
  return `${await installNpmPackage({ name, version }, home)}/${program}${SUFFIX}`;
}

/** Builds the package in `folder` and runs everything; ends at the first thing that fails. */
export async function checkPackage(folder: string): Promise<Outcome> {
  const installed = await installConsumer(folder);
  if (!installed.success) return installed;
  const built = `${folder}/package`;
  const consumer = `${folder}/consumer`;
  const own = `${consumer}/node_modules/@codomyrmex/networking`;
  const config = await readConfig();
  await Deno.writeTextFile(`${consumer}/tsconfig.json`, JSON.stringify(TSCONFIG));
  await Deno.writeTextFile(`${consumer}/consumer.ts`, CONSUMER);
  // What the generator makes is checked as its users would.
  const { files: generated } = await generate(`${ROOT}tests/generate/fixtures/shop.yaml`);
  await Deno.writeTextFile(`${consumer}/shop.ts`, generated.get("api.ts")!);
  const npm = (...args: string[]) =>
    runDeno(["run", "--quiet", "--allow-all", "--no-config", ...args]);

  const outcomes: string[] = [];
  const steps: [title: string, run: () => Promise<Outcome>][] = [
    ["publint", () => npm("npm:publint@0.3.25", "--strict", built)],
    ["attw", async () => {
      const packed = await runCommand("tar", ["czf", `${folder}/p.tgz`, "-C", folder, "package"]);
      const attw = "npm:@arethetypeswrong/cli@0.18.5";
      return packed.success ? await npm(attw, `${folder}/p.tgz`, "--profile", "esm-only") : packed;
    }],
    ["a consumer's types", () => npm("npm:typescript@5.9.3/tsc", "--project", consumer)],
  ];
  // It imports the package and the SDK by their names.
  const telemetry = `${consumer}/telemetry_smoke.mjs`;
  await Deno.copyFile(`${ROOT}tests/npm/telemetry_smoke.mjs`, telemetry);
  const filesOf = (entries: readonly string[]) =>
    entries.map((entry) => `${own}/esm/${config.exports[entry]!.replace(/\.ts$/, ".js")}`);
  const files = filesOf([".", "./testing", "./cookies", "./auth/digest", "./auth/oauth2"]);
  const commandLine = own + builtPath(BIN, ".js").slice(1);
  const generators = filesOf(["./generate", "./generate/mock", "./generate/runtime"]);
  for (const one of RUNTIMES) {
    const { title, name } = one;
    const runtime = await installRuntime(folder, one);
    const smoke = (script: string, ...given: string[]) =>
      runCommand(runtime, [`${ROOT}tests/npm/${script}_smoke.mjs`, ...given]);
    steps.push(
      [`${title}, HTTP`, () => smoke("node", files[0]!)],
      [`${title}, WebSocket`, () => smoke("websocket", files[0]!)],
      [`${title}, other entries`, () => smoke("testing", ...files)],
      [`${title}, generator`, () => smoke("generate", ...generators)],
      [`${title}, command line`, () => runCommand(runtime, [commandLine, "demo"])],
    );
    if (name === NODE) steps.push([`${title}, telemetry`, () => runCommand(runtime, [telemetry])]);
  }
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
