/**
 * What goes into the package for npm, as a pure function of deno.json: the build that runs anywhere and
 * the one by dnt give the same.
 *
 * @module
 */

/** What is read of deno.json. */
export interface DenoConfig {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
}

/** The oldest Node that has a global `WebSocket` and all else that is used. */
export const NODE_FLOOR = "22";

/** The name of the command line, and the module that is it. */
export const PROGRAM = "codomyrmex-networking";
export const BIN = "./src/cli/bin.ts";

/** Where a module of the source is in the package: `./src/x.ts` at `./esm/src/x.js`. */
export function builtPath(source: string, extension: ".js" | ".d.ts"): string {
  return `./esm/${source.replace(/^\.\//, "").replace(/\.ts$/, extension)}`;
}

/** Who uses the entries that need these has them already, and must have them once only. */
const PEERS: readonly string[] = ["@modelcontextprotocol/server", "@opentelemetry/api"];

/** A peer that no module imports: `nodeTransport()` looks for it when it is called. */
const FOUND_PEERS: Readonly<Record<string, string>> = { undici: "^8.13.1" };

/** The packages of npm that are imported; `@std` is built in. */
export function npmImports({ imports }: DenoConfig): Record<string, string> {
  return Object.fromEntries(
    Object.values(imports).flatMap((target) => {
      const [, name, range] = /^npm:(@?[^@]+)@(.+)$/.exec(target) ?? [];
      return name === undefined ? [] : [[name, range!]];
    }),
  );
}

/** What both builds tell TypeScript; the libraries are those that Node 22 and browsers have. */
export const COMPILER_OPTIONS: { readonly target: string; readonly lib: readonly string[] } = {
  target: "ES2022",
  lib: [
    ...["ES2024", "ESNext.Disposable", "ESNext.Collection", "ESNext.Promise", "ESNext.Array"],
    ...["DOM", "DOM.Iterable", "DOM.AsyncIterable"],
  ],
};

/** The configuration for TypeScript of the build without dnt; the sources are in `source`. */
export function tsConfig(outDir: string): Record<string, unknown> {
  return {
    compilerOptions: {
      ...COMPILER_OPTIONS,
      module: "NodeNext",
      strict: true,
      declaration: true,
      // Types of packages that we import are theirs; ours are checked by a consumer without it.
      skipLibCheck: true,
      types: ["node"],
      rewriteRelativeImportExtensions: true,
      rootDir: "source",
      outDir,
    },
    include: ["source/mod.ts", "source/src"],
  };
}

/** What only the build needs: the types of node:net, and the peers, which npm does not bring. */
export function devDependencies(config: DenoConfig): Record<string, string> {
  return { "@types/node": "22", ...pick(npmImports(config), (name) => PEERS.includes(name)) };
}

/** The fields of package.json that say what a module is. */
const MODULES = { type: "module", sideEffects: false };

/** The package.json that dnt puts in front of its modules, and that bundlers read instead of the other. */
export const INNER_PACKAGE_JSON: string = JSON.stringify(MODULES) + "\n";

/** Some of the entries of a record. */
function pick(
  record: Readonly<Record<string, string>>,
  isWanted: (name: string) => boolean,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => isWanted(name)));
}

/** Where the sources are: npm needs it for provenance, and people for reports. */
export const REPOSITORY = "https://github.com/codomyrmex/networking";

/** What is shipped as it is. */
export const DOCUMENTS: readonly string[] = ["README.md", "SPEC.md", "LICENSE"];

/** The package.json. */
export function packageJSON(config: DenoConfig): Record<string, unknown> {
  const { name, version, description, license, exports } = config;
  return {
    name,
    version,
    description,
    license,
    homepage: `${REPOSITORY}#readme`,
    repository: { type: "git", url: `git+${REPOSITORY}.git` },
    bugs: { url: `${REPOSITORY}/issues` },
    ...MODULES,
    engines: { node: `>=${NODE_FLOOR}` },
    keywords: ["http", "fetch", "websocket", "server-sent-events", "retry", "oauth2"],
    exports: {
      ...Object.fromEntries(
        Object.entries(exports).map(([entry, source]) => [
          entry,
          { types: builtPath(source, ".d.ts"), default: builtPath(source, ".js") },
        ]),
      ),
      "./package.json": "./package.json",
    },
    bin: { [PROGRAM]: builtPath(BIN, ".js").slice(2) },
    files: ["esm", ...DOCUMENTS],
    dependencies: pick(npmImports(config), (name) => !PEERS.includes(name)),
    peerDependencies: {
      ...pick(npmImports(config), (name) => PEERS.includes(name)),
      ...FOUND_PEERS,
    },
    peerDependenciesMeta: Object.fromEntries(
      [...PEERS, ...Object.keys(FOUND_PEERS)].map((name) => [name, { optional: true }]),
    ),
  };
}

/** The options for dnt 0.43 that build the same package. */
export function dntOptions(config: DenoConfig): Record<string, unknown> {
  const { exports: _, type: __, files: ___, dependencies: ____, bin: _____, ...rest } = packageJSON(
    config,
  );
  const { peerDependencies: ______, ...fields } = rest;
  return {
    entryPoints: [
      ...Object.entries(config.exports).map(([name, path]) => ({ kind: "export", name, path })),
      { kind: "bin", name: PROGRAM, path: BIN },
    ],
    outDir: "./npm",
    scriptModule: false,
    // Node 22 has all of it; shims would bring other fetches and sockets in.
    shims: { deno: { test: "dev" } },
    typeCheck: "single",
    // What serves with Deno is tested on Node by tests/npm/.
    test: false,
    // What dnt takes for a dependency otherwise; it knows only what is imported.
    mappings: Object.fromEntries(
      Object.entries(pick(npmImports(config), (name) => PEERS.includes(name))).map((
        [name, version],
      ) => [
        `npm:${name}@${version}`,
        { name, version, peerDependency: true },
      ]),
    ),
    compilerOptions: { ...COMPILER_OPTIONS, sourceMap: false },
    package: { ...fields, peerDependencies: FOUND_PEERS, devDependencies: devDependencies(config) },
  };
}
