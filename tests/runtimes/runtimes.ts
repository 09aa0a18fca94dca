/**
 * The runtimes of the matrix: where each comes from, and how it is started.
 *
 * @module
 */

import { installNpmPackage, type NpmPackage } from "../support/npm_package.ts";
import type { Title } from "./limits.ts";
import type { Servers } from "./suite/case.ts";

const HERE = import.meta.dirname!;
const ROOT = `${HERE}/../..`;
/** What was installed, and the package; git ignores it. */
export const FOLDER: string = `${ROOT}/.runtimes`;
/** Where the package for npm is installed, with the suite beside it. */
export const CONSUMER: string = `${FOLDER}/consumer`;

/** Where in it the suite over `nodeTransport()` is. */
export const NODE_TRANSPORT = "node_transport";
/** The version of undici that `nodeTransport()` is tested with. */
export const UNDICI = "8.13.1";

/** A program with its arguments. */
export interface Start {
  readonly program: string;
  readonly args: readonly string[];
  /** Removes what it left. */
  readonly cleanUp?: () => Promise<void>;
}

/** A runtime. `start` throws when it cannot be had here. */
export interface Runtime {
  readonly title: Title;
  /** The transport, where it is not native fetch; what holds for the runtime holds for it. */
  readonly over?: string;
  readonly start: (servers: Servers, name: string) => Promise<Start>;
}

const { os, arch } = Deno.build;
const ARM = arch === "aarch64";
const NODE = `node-${os === "windows" ? "win" : os}-${ARM ? "arm64" : "x64"}`;
const BUN = `@oven/bun-${os}-${ARM ? "aarch64" : "x64"}`;
const DENO = `@deno/${os === "windows" ? "win32" : os}-${ARM ? "arm64" : "x64"}${
  os === "linux" ? "-glibc" : ""
}`;
const WORKERD = `@cloudflare/workerd-${os}-${ARM ? "arm64" : "64"}`;
const SUFFIX = os === "windows" ? ".exe" : "";

/** The runtimes that npm has. */
export type NpmTitle = "Node 22" | "Node 24" | "Bun 1" | "Deno 2.5" | "workerd";

/** What npm has them as, and where their programs are. */
const PROGRAMS: Readonly<Record<NpmTitle, NpmPackage & { readonly program: string }>> = {
  "Node 22": { name: NODE, version: "22.23.3", program: `bin/node${SUFFIX}` },
  "Node 24": { name: NODE, version: "24.21.0", program: `bin/node${SUFFIX}` },
  "Bun 1": { name: BUN, version: "1.4.5", program: `bin/bun${SUFFIX}` },
  "Deno 2.5": { name: DENO, version: "2.5.7", program: `deno${SUFFIX}` },
  workerd: { name: WORKERD, version: "1.20261117.1", program: `bin/workerd${SUFFIX}` },
};

/** The program of a runtime that npm has, installed unless it was before. */
export async function installed(title: NpmTitle): Promise<string> {
  const { name, version, program } = PROGRAMS[title];
  const home = `${FOLDER}/${title.replace(" ", "-").toLowerCase()}`;
  const path = `${home}/node_modules/${name}`;
  const manifest = await Deno.readTextFile(`${path}/package.json`).catch(() => "{}");
  if (JSON.parse(manifest).version !== version) {
    await Deno.mkdir(home, { recursive: true });
    await installNpmPackage({ name, version }, home);
  }
  return `${path}/${program}`;
}

/** What the suite reaches: loopback, and a name that nobody has. */
const NET = "--allow-net=127.0.0.1,nothing.invalid";
const FILES = ["--allow-read", "--allow-write", "--allow-env", "--allow-sys"];

/** Starts the suite on Node or Bun, where the package is installed. */
function onPackage(
  title: "Node 22" | "Node 24" | "Bun 1",
  folder = CONSUMER,
): Runtime["start"] {
  return async (servers, name) => {
    const args = [`${folder}/main.ts`, JSON.stringify(servers), name];
    return { program: await installed(title), args };
  };
}

/** The runtimes, in the order in which they run. */
// R28.1
export const RUNTIMES: readonly Runtime[] = [
  {
    title: "Deno 2.9",
    start: (servers, name) =>
      Promise.resolve({
        program: Deno.execPath(),
        args: deno([NET, ...FILES, `${HERE}/main.ts`], servers, name),
      }),
  },
  {
    title: "Deno bare",
    start: (servers, name) =>
      Promise.resolve({
        program: Deno.execPath(),
        args: deno(["--cached-only", NET, `${HERE}/bare.ts`], servers, name),
      }),
  },
  {
    title: "Deno 2.5",
    async start(servers, name) {
      const program = await installed("Deno 2.5");
      const config = `--config=${await configForOlderDeno()}`;
      return { program, args: deno([config, NET, ...FILES, `${HERE}/main.ts`], servers, name) };
    },
  },
  { title: "Node 22", start: onPackage("Node 22") },
  { title: "Node 24", start: onPackage("Node 24") },
  ...(["Node 22", "Node 24", "Bun 1"] as const).map((title) => ({
    title,
    over: "nodeTransport()",
    start: onPackage(title, `${CONSUMER}/${NODE_TRANSPORT}`),
  })),
  { title: "Bun 1", start: onPackage("Bun 1") },
  { title: "workerd", start: onWorkerd("2026-11-01") },
  { title: "workerd 2023", start: onWorkerd("2023-03-01") },
  { title: "Chromium", start: startChromium },
];

function deno(args: readonly string[], servers: Servers, name: string): string[] {
  return ["run", "--quiet", "--no-prompt", ...args, JSON.stringify(servers), name];
}

/** Deno 2.5 knows no `*` in `links`: the same configuration, with the folders by name. */
async function configForOlderDeno(): Promise<string> {
  const { name, exports, imports } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const own = Object.entries<string>(exports).map(([entry, path]) => [
    name + entry.slice(1),
    path.replace("./", "../"),
  ]);
  const links: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}/.std`)) {
    if (isDirectory) links.push(`../.std/${name}`);
  }
  const config = { imports: { ...imports, ...Object.fromEntries(own) }, links, lock: false };
  await Deno.writeTextFile(`${FOLDER}/deno-2.5.json`, JSON.stringify(config));
  return `${FOLDER}/deno-2.5.json`;
}

/** Starts the suite on workerd, as it behaves at a compatibility date. It reaches loopback alone. */
function onWorkerd(compatibilityDate: string): Runtime["start"] {
  return async (servers, name) => {
    const path = `${CONSUMER}/${name}.capnp`;
    await Deno.writeTextFile(
      path,
      `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [
  (name = "main", worker = (
    modules = [(name = "worker", esModule = embed "worker.js")],
    compatibilityDate = "${compatibilityDate}",
    bindings = [
      (name = "servers", text = ${JSON.stringify(JSON.stringify(servers))}),
      (name = "name", text = "${name}"),
    ],
    globalOutbound = "loopback",
  )),
  (name = "loopback", network = (allow = ["local"])),
]);
`,
    );
    return { program: await installed("workerd"), args: ["test", path] };
  };
}

/** Chromium, without a window: its page posts the results. */
async function startChromium(servers: Servers, name: string): Promise<Start> {
  const program = await which("chromium", "chromium-browser", "google-chrome");
  const profile = await Deno.makeTempDir({ prefix: "networking-chromium-" });
  const args = [
    ...["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    ...["--no-first-run", "--no-proxy-server", "--disable-background-networking"],
    ...["--disable-component-update", "--disable-sync", `--user-data-dir=${profile}`],
    `${servers.main}/page?${encodeURIComponent(JSON.stringify(servers))}#${name}`,
  ];
  return { program, args, cleanUp: () => Deno.remove(profile, { recursive: true }) };
}

/** The first of the programs that is on the PATH. */
async function which(...names: readonly string[]): Promise<string> {
  for (const name of names) {
    for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
      const found = await Deno.stat(`${folder}/${name}`).catch(() => undefined);
      if (found?.isFile) return `${folder}/${name}`;
    }
  }
  throw new Error(`there is no ${names[0]} here`);
}
