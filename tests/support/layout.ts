/**
 * The map of the house: which room of `src` may import which, types included. A room is a folder, or
 * a file of `src` by itself. {@linkcode ROOMS} is in order from the top down: a room leans on rooms
 * below it, so that no circle of rooms is possible.
 *
 * @module
 */
import { filesBelow } from "./files.ts";

/** A room, and what it leans on. */
export interface Room {
  /** The folder or file, below `src/`. */
  readonly name: string;
  /** What it is for. */
  readonly holds: string;
  /** The rooms that its files may import; all stand below it. */
  readonly mayImport: readonly string[];
  /** Why it has more files or lines than a room should. */
  readonly largeBecause?: string;
}

/** Everybody may know these: the words for failures, events, and what is never shown. */
export const VOCABULARY: readonly string[] = [
  "hooks.ts",
  "http_errors.ts",
  "refusal_errors.ts",
  "websocket_error.ts",
  "errors.ts",
  "error_codes.ts",
  "redact_headers.ts",
  "redact.ts",
];

/** No room is larger without a reason. */
export const MOST_FILES = 12;
export const MOST_LINES = 2000;
/** No file is longer. */
export const LONGEST_FILE = 450;
/** A file above this has a second idea in it; fewer than {@linkcode MOST_LONG_FILES} may. */
export const LONG_FILE = 300;
export const MOST_LONG_FILES = 8;

/** The rooms from the top down. */
export const ROOMS: readonly Room[] = [
  {
    name: "cli",
    holds: "the command line, with its entry `run`",
    mayImport: [
      "cli/commands",
      "cli/line",
      "cli/terminal",
      "telemetry",
      "testing",
      "http",
      "formats",
      "options",
      "runtime",
      "mcp",
    ],
  },
  {
    name: "cli/commands",
    holds: "one file for each command",
    mayImport: [
      "http/transport",
      "cli/line",
      "cli/terminal",
      "telemetry",
      "mcp",
      "generate",
      "generate/read",
      "websocket",
      "websocket/settings",
      "sse",
      "auth",
      "auth/oauth2",
      "auth/sign",
      "cookies",
      "testing",
      "transports",
      "http",
      "http/settings",
      "http/response",
      "http/request",
      "http/body",
      "http/download",
      "http/call",
      "messages",
      "formats",
      "hosts",
      "options",
      "runtime",
      "open.ts",
    ],
  },
  {
    name: "cli/line",
    holds: "the command line, read: items, options, connection, session",
    mayImport: [
      "cli/terminal",
      "telemetry",
      "auth",
      "auth/sign",
      "webhooks",
      "cookies",
      "transports",
      "http",
      "http/settings",
      "http/transport",
      "formats",
      "hosts",
      "runtime",
    ],
  },
  {
    name: "cli/terminal",
    holds: "flags, printing, colours",
    mayImport: [
      "testing",
      "http/response",
      "http/settings",
      "http/transport",
      "formats",
      "options",
      "runtime",
    ],
  },
  {
    name: "telemetry",
    holds: "logs, OpenTelemetry, outcomes, summary, HAR, inspector, deprecations",
    largeBecause: "one file for each kind of report",
    mayImport: [
      "telemetry/page",
      "telemetry/inspect",
      "mcp/policy",
      "mcp",
      "recording",
      "http",
      "http/settings",
      "http/response",
      "http/request",
      "http/body",
      "messages",
      "retry",
      "formats",
      "options",
      "runtime",
    ],
  },
  {
    name: "telemetry/page",
    holds: "the inspector's page, and its server on this machine",
    mayImport: ["telemetry/inspect", "recording", "formats", "runtime"],
  },
  {
    name: "telemetry/inspect",
    holds: "views of the inspector: calls, sockets, lines of text",
    mayImport: [
      "http/settings",
      "http/response",
      "websocket/settings",
      "messages",
      "runtime",
    ],
  },
  {
    name: "mcp",
    holds: "tools for agents",
    mayImport: ["mcp/server", "mcp/tools", "mcp/policy", "generate", "options", "runtime"],
  },
  {
    name: "mcp/server",
    holds: "sessions and HTTP for tools",
    mayImport: ["mcp/policy", "formats", "options"],
  },
  {
    name: "mcp/tools",
    holds: "one file for each tool",
    mayImport: [
      "mcp/body",
      "mcp/policy",
      "generate/runtime",
      "generate/model",
      "generate/read",
      "websocket",
      "websocket/settings",
      "websocket/connection",
      "http/settings",
      "http/response",
      "formats",
      "runtime",
    ],
  },
  {
    name: "mcp/body",
    holds: "bounded slices of a body, and their formats",
    mayImport: ["mcp/policy", "http/response", "http/download", "formats"],
  },
  {
    name: "mcp/policy",
    holds: "the policy of agents, and the rules of hosts for tools",
    mayImport: [
      "address_policy",
      "transports",
      "websocket/connection",
      "http",
      "http/settings",
      "http/transport",
      "http/request",
      "formats",
      "hosts",
      "options",
      "runtime",
    ],
  },
  {
    name: "generate",
    holds: "typed clients from descriptions",
    mayImport: [
      "generate/emit",
      "generate/model",
      "generate/runtime",
      "generate/read",
      "options",
      "runtime",
    ],
  },
  {
    name: "generate/emit",
    holds: "code from the model",
    mayImport: ["generate/model", "generate/runtime", "generate/read", "options"],
  },
  {
    name: "generate/mock",
    holds: "a mock server from a description",
    mayImport: [
      "generate/model",
      "generate/runtime",
      "generate/read",
      "testing",
      "http",
      "http/transport",
      "http/request",
      "http/response",
      "formats",
      "options",
      "runtime",
    ],
  },
  {
    name: "generate/schemas",
    holds: "schemas of a description at run time",
    mayImport: ["generate/runtime", "formats"],
  },
  {
    name: "generate/model",
    holds: "the model of a description",
    largeBecause: "one file for each construct of a description",
    mayImport: ["generate/runtime", "generate/read", "formats", "options", "hosts"],
  },
  {
    name: "generate/read",
    holds: "descriptions and their references",
    mayImport: ["http", "http/response", "formats", "options", "runtime", "hosts"],
  },
  {
    name: "generate/runtime",
    holds: "the runtime of generated clients",
    largeBecause: "one file for each part of a call",
    mayImport: [
      "sse",
      "auth",
      "http",
      "http/paginate",
      "http/settings",
      "http/response",
      "http/request",
      "http/body",
      "formats",
      "options",
      "runtime",
    ],
  },
  {
    name: "testing",
    holds: "test doubles",
    mayImport: [
      "testing/cassette",
      "recording",
      "http/transport",
      "http/request",
      "http/response",
      "http/settings",
      "formats",
      "options",
      "runtime",
    ],
  },
  {
    name: "testing/cassette",
    holds: "recording and replay",
    largeBecause:
      "one file for each side: requests and sockets, recorded and replayed, read and written",
    mayImport: [
      "recording",
      "http/download",
      "http/response",
      "http/transport",
      "http/body",
      "formats",
      "options",
      "runtime",
    ],
  },
  {
    name: "recording",
    holds: "recorded exchanges without secrets, for cassettes and HAR",
    largeBecause: "one file for each step: exchanges, their secrets, reading and writing HAR",
    mayImport: ["http/download", "http/response", "formats", "options", "runtime"],
  },
  {
    name: "reliable",
    holds: "both ends of sessions that survive their connections",
    mayImport: [
      "reliable/channel",
      "websocket",
      "websocket/settings",
      "websocket/connection",
      "messages",
      "formats",
      "options",
      "runtime",
    ],
  },
  {
    name: "reliable/channel",
    holds: "one end of a session: frames, the pure machine, promises",
    mayImport: ["websocket/settings", "messages", "options", "formats"],
  },
  {
    name: "rpc",
    holds: "JSON-RPC over HTTP and message streams",
    mayImport: ["http", "http/response", "messages", "formats", "options"],
  },
  {
    name: "public_names.ts",
    holds: "the public names of modules that export internal ones too",
    mayImport: ["auth", "http"],
  },
  {
    name: "open.ts",
    holds: "the client for a scheme",
    mayImport: [
      "websocket",
      "websocket/settings",
      "websocket/connection",
      "sse",
      "http",
      "http/settings",
      "messages",
      "options",
      "runtime",
    ],
  },
  {
    name: "sse",
    holds: "the client for event streams",
    mayImport: [
      "http",
      "http/settings",
      "http/response",
      "http/request",
      "http/body",
      "http/transport",
      "messages",
      "retry",
      "formats",
      "options",
      "runtime",
    ],
  },
  {
    name: "websocket",
    holds: "the WebSocket client",
    mayImport: [
      "websocket/handshake",
      "websocket/settings",
      "websocket/connection",
      "http/settings",
      "http/request",
      "messages",
      "retry",
      "formats",
      "options",
      "runtime",
    ],
  },
  {
    name: "websocket/handshake",
    holds: "the handshake",
    mayImport: [
      "websocket/settings",
      "websocket/connection",
      "http/call",
      "http/settings",
      "http/transport",
      "http/request",
      "messages",
      "retry",
      "formats",
      "options",
      "runtime",
    ],
  },
  {
    name: "websocket/settings",
    holds: "options, codecs, events",
    mayImport: [
      "websocket/connection",
      "http/settings",
      "http/transport",
      "http/request",
      "messages",
      "retry",
      "formats",
      "options",
      "runtime",
    ],
  },
  {
    name: "websocket/connection",
    holds: "the state machine, and its socket",
    mayImport: ["http/request", "messages", "retry", "formats", "options", "runtime"],
  },
  {
    name: "webhooks",
    holds: "signatures of received and sent webhooks",
    mayImport: [
      "auth",
      "http/settings",
      "http/received",
      "http/request",
      "shared_state",
      "formats",
      "options",
    ],
  },
  {
    name: "auth/oauth2",
    holds: "OAuth 2.0 and OpenID Connect: the scheme, its tokens, and sign-ins",
    mayImport: [
      "auth/oauth2/server",
      "auth/oauth2/grants",
      "auth/oauth2/store",
      "auth",
      "auth/keys",
      "http/call",
      "http/sharing",
      "http/settings",
      "http/transport",
      "http/request",
      "shared_state",
      "formats",
      "options",
      "runtime",
    ],
  },
  {
    name: "auth/oauth2/server",
    holds: "options, and requests to the authorization server",
    mayImport: [
      "auth/oauth2/grants",
      "auth/oauth2/store",
      "auth",
      "auth/keys",
      "http/settings",
      "formats",
      "hosts",
      "options",
      "runtime",
    ],
  },
  {
    name: "auth/oauth2/grants",
    holds: "credentials: grants, identities of platforms, client authentication",
    mayImport: ["auth", "auth/keys", "http/call", "http/transport", "options", "runtime"],
  },
  {
    name: "auth/oauth2/store",
    holds: "the storage and renewal of tokens",
    mayImport: ["auth", "shared_state"],
  },
  {
    name: "auth/sign",
    holds: "signed messages: AWS, RFC 9421, bots",
    mayImport: [
      "auth/sign/aws",
      "auth/keys",
      "auth",
      "http/settings",
      "http/received",
      "http/response",
      "http/request",
      "shared_state",
      "formats",
      "hosts",
      "options",
      "runtime",
    ],
  },
  {
    name: "auth/sign/aws",
    holds: "AWS Signature Version 4",
    mayImport: [
      "auth",
      "http/call",
      "http/sharing",
      "http/settings",
      "http/request",
      "http/body",
      "formats",
      "hosts",
      "options",
      "runtime",
    ],
  },
  {
    name: "auth",
    holds: "schemes, one file each",
    mayImport: [
      "http/settings",
      "http/response",
      "http/transport",
      "http/request",
      "http/body",
      "shared_state",
      "formats",
      "hosts",
      "options",
      "runtime",
    ],
  },
  {
    name: "auth/keys",
    holds: "private keys, signed tokens and thumbprints",
    mayImport: ["formats", "options"],
  },
  {
    name: "limits",
    holds: "limiter and breaker",
    mayImport: ["http/settings", "shared_state", "retry", "formats", "options"],
  },
  {
    name: "cache",
    holds: "stored responses, and their stores",
    mayImport: [
      "cache/rules",
      "http/sharing",
      "http/settings",
      "http/response",
      "http/request",
      "options",
      "runtime",
    ],
  },
  {
    name: "cache/rules",
    holds: "the rules of RFC 9111 for stored responses, pure",
    mayImport: ["formats"],
  },
  { name: "cookies", holds: "the cookie jar", mayImport: ["hosts", "options", "formats"] },
  {
    name: "address_policy",
    holds: "the rules for addresses",
    mayImport: ["transports", "http/transport", "http/request", "hosts", "options", "runtime"],
  },
  {
    name: "transports",
    holds: "connections with options",
    largeBecause: "one file for each step of a request over undici",
    mayImport: ["http/transport", "hosts", "options", "runtime"],
  },
  {
    name: "http",
    holds: "the HTTP client",
    mayImport: [
      "http/download",
      "http/paginate",
      "http/fetch",
      "http/call",
      "http/settings",
      "http/response",
      "http/transport",
      "http/request",
      "http/body",
      "messages",
      "retry",
      "formats",
      "options",
      "runtime",
    ],
  },
  {
    name: "http/download",
    holds: "downloads to files",
    largeBecause: "files: their kind and owner, and proofs that a part fits",
    mayImport: [
      "http/settings",
      "http/response",
      "http/request",
      "http/body",
      "retry",
      "formats",
      "options",
      "runtime",
    ],
  },
  {
    name: "http/fetch",
    holds: "the client as a fetch: its arguments and responses",
    mayImport: ["http/settings", "http/response", "http/request", "http/body", "runtime"],
  },
  {
    name: "http/paginate",
    holds: "pagination",
    mayImport: [
      "http/settings",
      "http/response",
      "http/request",
      "http/body",
      "formats",
      "options",
    ],
  },
  {
    name: "http/call",
    holds: "one call: attempts, timeouts, redirects, authentication",
    largeBecause: "one file for each step of a call",
    mayImport: [
      "http/sharing",
      "http/settings",
      "http/response",
      "http/transport",
      "http/request",
      "http/body",
      "retry",
      "options",
      "runtime",
    ],
  },
  {
    name: "http/sharing",
    holds: "requests and responses that calls share",
    mayImport: [
      "http/settings",
      "http/response",
      "http/request",
      "http/body",
      "formats",
      "runtime",
    ],
  },
  {
    name: "http/settings",
    holds: "options of callers, and the settings made from them",
    largeBecause: "one file for each kind of option",
    mayImport: [
      "http/response",
      "http/transport",
      "http/request",
      "http/body",
      "retry",
      "formats",
      "options",
      "runtime",
    ],
  },
  {
    name: "http/received",
    holds: "messages sent to this program, read within limits",
    mayImport: ["http/response", "options", "runtime"],
  },
  {
    name: "http/response",
    holds: "responses, and bounded reads",
    mayImport: ["http/request", "retry", "formats", "options", "runtime"],
  },
  {
    name: "http/transport",
    holds: "native fetch, and its failures",
    mayImport: ["http/request", "http/body", "retry", "runtime"],
  },
  {
    name: "http/request",
    holds: "the request as a value",
    mayImport: ["options", "http/body", "retry", "formats", "runtime"],
  },
  { name: "http/body", holds: "bodies of requests", mayImport: ["formats", "options", "runtime"] },
  {
    name: "messages",
    holds: "queues and handlers of the streaming clients",
    mayImport: ["options", "runtime"],
  },
  { name: "shared_state", holds: "a store shared by processes", mayImport: ["options", "runtime"] },
  { name: "retry", holds: "retry rules and waits", mayImport: ["formats", "options"] },
  {
    name: "formats",
    holds: "formats of specifications",
    largeBecause: "one file for each specification",
    mayImport: ["options"],
  },
  { name: "hosts", holds: "addresses and host names", mayImport: [] },
  { name: "options", holds: "checks and values of options", mayImport: [] },
  {
    name: "runtime",
    holds: "features of the runtime",
    largeBecause: "one file for each difference between runtimes",
    mayImport: [],
  },
  { name: "hooks.ts", holds: "the events of hooks", mayImport: [] },
  { name: "http_errors.ts", holds: "errors of HTTP only", mayImport: [] },
  { name: "refusal_errors.ts", holds: "errors of refused requests", mayImport: [] },
  { name: "websocket_error.ts", holds: "errors of WebSockets only", mayImport: [] },
  { name: "errors.ts", holds: "errors", mayImport: [] },
  { name: "error_codes.ts", holds: "the meaning of each error code", mayImport: [] },
  { name: "redact_headers.ts", holds: "secret header fields", mayImport: [] },
  { name: "redact.ts", holds: "redaction", mayImport: [] },
];

/** What the check reads of a file. */
export interface SourceFile {
  /** Below `src/`. */
  readonly path: string;
  readonly text: string;
}

/** The files of `src`. */
export async function sourceFiles(): Promise<SourceFile[]> {
  const root = new URL("../../src/", import.meta.url);
  return await Promise.all(
    (await filesBelow(root, ".ts")).map(async (path) => ({
      path,
      text: await Deno.readTextFile(new URL(path, root)),
    })),
  );
}

/** Everything that is wrong with the layout, a line each. */
export function layoutProblems(
  files: readonly SourceFile[],
  rooms: readonly Room[] = ROOMS,
): string[] {
  const imports = new Map(files.map((file) => [file.path, importsOf(file)]));
  return [
    ...tableProblems(rooms),
    ...arrowProblems(imports, rooms),
    ...circles(imports),
    ...sizeProblems(files, rooms),
  ];
}

/** The arrows of the table itself lead down. */
function tableProblems(rooms: readonly Room[]): string[] {
  const names = rooms.map(({ name }) => name);
  return rooms.flatMap(({ name, mayImport }, place) =>
    mayImport.filter((target) => !(names.indexOf(target) > place)).map((target) =>
      `the table lets ${name} import ${target}, which does not stand below it`
    )
  );
}

function arrowProblems(
  imports: ReadonlyMap<string, readonly string[]>,
  rooms: readonly Room[],
): string[] {
  const problems: string[] = [];
  for (const [path, targets] of imports) {
    const from = roomOf(path, rooms);
    if (from === undefined) {
      problems.push(`${path} is in no room of the table`);
      continue;
    }
    for (const target of targets) {
      const to = roomOf(target, rooms);
      if (to === from || to === undefined) continue;
      if (VOCABULARY.includes(to.name) && rooms.indexOf(to) > rooms.indexOf(from)) continue;
      if (from.mayImport.includes(to.name)) continue;
      problems.push(`${path} imports ${target}: ${from.name} may not lean on ${to.name}`);
    }
  }
  return problems;
}

/** The room of a file: the longest name that its path begins with. */
export function roomOf(path: string, rooms: readonly Room[] = ROOMS): Room | undefined {
  let found: Room | undefined;
  for (const room of rooms) {
    if (path !== room.name && !path.startsWith(`${room.name}/`)) continue;
    if (found === undefined || room.name.length > found.name.length) found = room;
  }
  return found;
}

/** The files that a file imports, below `src/`. */
export function importsOf({ path, text }: SourceFile): string[] {
  // The beginning of a line: examples in comments and code in templates do not count.
  const statements = /^(?:import|export)\b[^;"'`]*?\bfrom "(\.[^"]+)"|^import "(\.[^"]+)"/gm;
  const calls = /(?<![*/].*)\bimport\("(\.[^"]+)"\)/g;
  const found = new Set<string>();
  for (const match of [...text.matchAll(statements), ...text.matchAll(calls)]) {
    const specifier = (match[1] ?? match[2])!;
    found.add(new URL(specifier, `file:///${path}`).pathname.slice(1));
  }
  return [...found];
}

/** Circles of files, each once. */
function circles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      found.push(`a circle of files: ${[...trail.slice(start), path].join(" -> ")}`);
      return;
    }
    if (done.has(path)) return;
    trail.push(path);
    for (const target of imports.get(path) ?? []) visit(target);
    trail.pop();
    done.add(path);
  };
  for (const path of imports.keys()) visit(path);
  return found;
}

function sizeProblems(files: readonly SourceFile[], rooms: readonly Room[]): string[] {
  const problems: string[] = [];
  const lengths = files.map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }));
  for (const room of rooms) {
    const own = lengths.filter(({ path }) => roomOf(path, rooms) === room);
    const lines = own.reduce((sum, file) => sum + file.lines, 0);
    if (own.length === 0) problems.push(`the table has the room ${room.name}, and src has not`);
    const large = own.length > MOST_FILES || lines > MOST_LINES;
    if (large && room.largeBecause === undefined) {
      problems.push(`${room.name} has ${own.length} files and ${lines} lines without a reason`);
    } else if (!large && room.largeBecause !== undefined) {
      problems.push(`${room.name} has a reason for its size, and needs none`);
    }
  }
  for (const { path, lines } of lengths) {
    if (lines > LONGEST_FILE) problems.push(`${path} has ${lines} lines`);
  }
  const long = lengths.filter(({ lines }) => lines > LONG_FILE);
  if (long.length >= MOST_LONG_FILES) {
    problems.push(
      `${long.length} files have more than ${LONG_FILE} lines: ${
        long.map(({ path }) => path).join(", ")
      }`,
    );
  }
  return problems;
}
