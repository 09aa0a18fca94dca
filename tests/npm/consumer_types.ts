/**
 * The types of the package as its users see them, in the oldest TypeScript that is supported and the newest:
 * a browser's project, and one of Node's without the DOM library.
 *
 * @module
 */

import { generate } from "../../src/generate/mod.ts";
import { type Outcome, runDeno } from "../support/gate.ts";
import type { DenoConfig } from "./package_json.ts";

/** The floor that README.md names, and the newest. */
// R11.4
const TYPESCRIPTS = ["5.7.3", "7.0.2"];

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

const OPTIONS = {
  ...{ module: "NodeNext", target: "ES2022", strict: true, noEmit: true },
  ...{ skipLibCheck: false, exactOptionalPropertyTypes: true },
};

/** Each has all entry points that can be used there. */
const PROJECTS = {
  "a browser": { lib: ["ES2022", "DOM"], types: [] as string[], without: ["./cli", "./mcp"] },
  "Node without DOM": { lib: ["ES2023"], types: ["node"], without: [] as string[] },
};

/** The steps; `consumer` is a folder where the package and the types of Node are installed. */
export async function typeSteps(
  { name, exports }: DenoConfig,
  consumer: string,
): Promise<[title: string, run: () => Promise<Outcome>][]> {
  await Deno.writeTextFile(`${consumer}/consumer.ts`, CONSUMER);
  // What the generator makes is checked as its users would.
  const shop = new URL("../generate/fixtures/shop.yaml", import.meta.url).pathname;
  const { files } = await generate(shop);
  await Deno.writeTextFile(`${consumer}/shop.ts`, files.get("api.ts")!);
  const steps: [title: string, run: () => Promise<Outcome>][] = [];
  for (const [project, { lib, types, without }] of Object.entries(PROJECTS)) {
    const key = project.replaceAll(" ", "_");
    const entries = Object.keys(exports).filter((entry) => !without.includes(entry));
    const all = entries.map((entry, index) =>
      `export * as entry${index} from "${name}${entry.slice(1)}";\n`
    );
    await Deno.writeTextFile(`${consumer}/${key}.ts`, all.join(""));
    const tsconfig = `${consumer}/tsconfig.${key}.json`;
    const compilerOptions = { ...OPTIONS, lib, types };
    const files = [`${key}.ts`, "consumer.ts", "shop.ts"];
    await Deno.writeTextFile(tsconfig, JSON.stringify({ compilerOptions, files }));
    for (const version of TYPESCRIPTS) {
      steps.push([`the types in ${project}, TypeScript ${version}`, () =>
        runDeno([
          ...["run", "--quiet", "--allow-all", "--no-config", `npm:typescript@${version}/tsc`],
          ...["--project", tsconfig],
        ])]);
    }
  }
  return steps;
}
