/**
 * The MCP server as a process of its own: what an agent does with it through the official client, what
 * the inspector says of its schemas, and the scenarios of the conformance suite that are for servers
 * like it.
 */
// deno-lint-ignore-file camelcase -- tools have the names that agents know

import { installed } from "../runtimes/runtimes.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
// deno-lint-ignore no-external-import -- the peer
import { Client } from "npm:@modelcontextprotocol/client@^2.4.0";
// deno-lint-ignore no-external-import -- the peer
import { StdioClientTransport } from "npm:@modelcontextprotocol/client@^2.4.0/stdio";
import { drip, serve } from "../support/server.ts";
import { isInstalled, start, WEBSOCKETS } from "./independent.ts";

const COMMAND = new URL("../../src/cli/mod.ts", import.meta.url).pathname;
const SHOP = new URL("../generate/fixtures/shop.yaml", import.meta.url).pathname;
/** The flags that let tools reach this machine. */
const LOCAL = ["--allow-private", "--allow-host", "127.0.0.1"];
const SERVER = ["run", "--cached-only", "--no-prompt", "--allow-net", COMMAND, "mcp"];

/** The official client gives a process two seconds to end, by timers that it leaves running. */
const LEAKY = { sanitizeOps: false, sanitizeResources: false };

/** The environment that Deno finds its modules with; the client gives a process no more than it is told. */
function environment(): Record<string, string> {
  const names = ["DENO_DIR", "HOME", "PATH"];
  const entries = names.map((name) => [name, Deno.env.get(name)] as const);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** The command, which may use the network and nothing else. */
async function connect(mode: "legacy" | "auto", ...args: string[]): Promise<Client> {
  const client = new Client({ name: "agent", version: "1" }, { versionNegotiation: { mode } });
  const transport = new StdioClientTransport({
    command: Deno.execPath(),
    args: [...SERVER, ...args],
    env: environment(),
  });
  await client.connect(transport);
  return client;
}

/** A body of 50 MB, with ranges. */
function large(request: Request): Response {
  const size = 50_000_000;
  const block = 1_000_000;
  const [, first = "0", last = String(size - 1)] =
    /bytes=(\d+)-(\d+)/.exec(request.headers.get("range") ?? "") ?? [];
  const [from, to] = [Number(first), Math.min(Number(last), size - 1)];
  let at = from;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const length = Math.min(block, to + 1 - at);
      // Every byte says where it is.
      controller.enqueue(Uint8Array.from({ length }, (_, index) => 97 + ((at + index) % 23)));
      at += length;
      if (at > to) controller.close();
    },
  });
  const isPart = request.headers.has("range");
  return new Response(body, {
    status: isPart ? 206 : 200,
    headers: {
      "content-type": "text/plain",
      "content-length": String(to + 1 - from),
      "accept-ranges": "bytes",
      etag: '"50mb"',
      ...(isPart && { "content-range": `bytes ${from}-${to}/${size}` }),
    },
  });
}

for (const mode of ["legacy", "auto"] as const) {
  Deno.test(
    `an agent works with the network over standard input (${mode})`,
    LEAKY,
    async (t) => {
      let [arrived, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<number>()];
      await using site = serve((request, path) => {
        if (path === "/old") return Response.redirect(new URL("/new", request.url), 302);
        if (path === "/events") {
          return new Response(drip("id: 1\ndata: tick\n\n", 10, 1000), {
            headers: { "content-type": "text/event-stream" },
          });
        }
        if (path === "/large") return large(request);
        if (path === "/slow") {
          request.signal.addEventListener("abort", () => ended.resolve(performance.now()));
          arrived.resolve();
          return new Promise(() => {});
        }
        return new Response("<h1>New</h1>", { headers: { "content-type": "text/html" } });
      });
      const client = await connect(mode, ...LOCAL, "--allow-port", "1");
      const open = await connect(mode, ...LOCAL, "--allow-method", "POST");
      const call = async (name: string, args: Record<string, unknown>) => {
        const { structuredContent, isError, content } = await open.callTool({
          name,
          arguments: args,
        });
        assertEquals(isError ?? false, false, JSON.stringify(content));
        return Object(structuredContent) as Record<string, unknown>;
      };
      await t.step("lists the tools", async () => {
        const { tools } = await open.listTools();
        assertEquals(tools.map(({ name }) => name), [
          "http_get",
          "http_request",
          "sse_read",
          "websocket_exchange",
        ]);
      });
      await t.step("fetches a page through a redirect", async () => {
        const { url, text, redirects } = await call("http_get", { url: `${site.origin}/old` });
        assertEquals([url, text, redirects], [
          `${site.origin}/new`,
          "<h1>New</h1>",
          [`${site.origin}/old`],
        ]);
      });
      await t.step("is kept to the ports of the policy", async () => {
        const { isError, content } = await client.callTool({
          name: "http_get",
          arguments: { url: site.origin },
        });
        assertEquals(isError, true);
        assertStringIncludes(JSON.stringify(content), "--allow-port");
      });
      await t.step("reads ten events of a live stream", async () => {
        const { events } = await call("sse_read", { url: `${site.origin}/events`, max_events: 10 });
        assertEquals(Object(events).length, 10);
      });
      await t.step("cancels a slow call; the server sees it within 100 ms", async () => {
        const took: number[] = []; // one alone may be held up by whatever else runs here
        for (let count = 0; count < 5; count++) {
          [arrived, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<number>()];
          const controller = new AbortController();
          const slow = open.callTool(
            { name: "http_get", arguments: { url: `${site.origin}/slow` } },
            { signal: controller.signal },
          ).catch(() => "cancelled");
          await arrived.promise;
          const at = performance.now();
          controller.abort();
          assertEquals(await slow, "cancelled");
          took.push(await ended.promise - at);
        }
        assert(Math.min(...took) < 100, took.join(", "));
      });
      await t.step("reads 50 MB in slices", async () => {
        let [at, cursor, calls]: [number, unknown, number] = [0, undefined, 0];
        do {
          const input = { url: `${site.origin}/large`, max_bytes: 1_048_576 };
          const piece = await call("http_get", {
            ...input,
            ...(cursor !== undefined && { cursor }),
          });
          const text = String(piece.text);
          assertEquals(piece.offset, at);
          for (const place of [0, text.length >> 1, text.length - 1]) {
            assertEquals(text.charCodeAt(place), 97 + ((at + place) % 23));
          }
          at += text.length;
          cursor = piece.next_cursor;
          calls++;
        } while (cursor !== undefined);
        assertEquals([at, calls], [50_000_000, 48]);
      });
      await t.step("exchanges messages with python3-websockets", async () => {
        if (!await isInstalled(WEBSOCKETS)) return;
        await using sockets = await start(WEBSOCKETS);
        const url = sockets.origin.replace("http", "ws");
        const { messages } = await call("websocket_exchange", {
          url,
          send: [{ text: "one" }, { base64: "AAE=" }],
          max_messages: 2,
        });
        assertEquals(messages, [{ text: "one" }, { base64: "AAE=" }]);
      });
      await open.close();
      await client.close();
    },
  );

  Deno.test(
    `without an option nothing but public addresses can be reached (${mode})`,
    LEAKY,
    async () => {
      const client = await connect(mode);
      const hosts = [
        ...["169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.16689662"],
        ...["[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]", "[fd00:ec2::254]", "localhost"],
        ...["127.0.0.1", "127.1", "0", "[::1]", "[::]", "10.0.0.1", "192.168.1.1", "172.16.0.1"],
        ...["100.100.100.200", "169.254.169.254.", "１６９.254.169.254", "metadata.localhost"],
      ];
      assert(hosts.length >= 20);
      for (const host of hosts) {
        for (
          const [name, scheme] of [["http_get", "http"], ["websocket_exchange", "ws"]] as const
        ) {
          const { isError, content } = await client.callTool({
            name,
            arguments: { url: `${scheme}://${host}/latest/meta-data/` },
          });
          assertEquals(isError, true, host);
          assertStringIncludes(JSON.stringify(content), "is not public", host);
        }
      }
      await client.close();
    },
  );
}

/** Longer than any of them takes, its download included. */
const HANG_MS = 90_000;

/** Runs a command to its end, or until it has hung too long. */
async function command(program: string, args: string[], options: Deno.CommandOptions = {}) {
  const hung = AbortSignal.timeout(HANG_MS);
  const { code, stdout, stderr } = await new Deno.Command(program, {
    ...options,
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: hung, // ends it by SIGTERM
  }).output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stdout) + decoder.decode(stderr);
  return { code, text, hasHung: hung.aborted };
}

/**
 * Runs a program of npm, which Deno fetches itself. Deno 2.9.6 sometimes never gets through its own start,
 * all its threads asleep and nothing printed: then it is started once more.
 */
async function run(program: string, args: string[]) {
  const all = ["run", "--quiet", "--allow-all", "--no-config", program, ...args];
  const outcome = await command(Deno.execPath(), all);
  const neverBegan = outcome.hasHung && outcome.text === "";
  return neverBegan ? await command(Deno.execPath(), all) : outcome;
}

/** Installs the inspector with npm: Deno wants every optional dependency of other systems as well. */
async function installInspector(
  folder: string,
): Promise<(args: string[]) => ReturnType<typeof run>> {
  const wanted = "@modelcontextprotocol/inspector@2.12.0";
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefix", folder];
  const { code, text } = await command("npm", ["install", ...quiet, wanted]);
  assertEquals(code, 0, text);
  const node = await installed("Node 22");
  const program = `${folder}/node_modules/.bin/mcp-inspector`;
  const env = { MCP_CATALOG_PATH: `${folder}/catalog.json` };
  return (args) => command(node, [program, ...args], { env });
}

Deno.test("the inspector finds nothing about the schemas that other hosts could not use", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const inspect = await installInspector(folder);
    const server = [...SERVER.toSpliced(4, 0, "--allow-read"), "--allow-method", "POST"];
    for (const more of [[], ["--each-operation"]]) {
      const { code, text } = await inspect([
        ...["--cli", "--transport", "stdio", "--method", "tools/list", "--strict", "--"],
        ...[Deno.execPath(), ...server, "--api", `shop=${SHOP}`, ...more],
      ]);
      assertEquals(code, 0, text);
      assert(text.includes(more.length === 0 ? '"api_call"' : '"shop_getItem"'), text);
      // Its findings stand behind the list.
      assert(!/^(?:Error|Warning): tool/m.test(text), text.slice(text.lastIndexOf("\n}\n")));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** The scenarios that need no tools, prompts or resources with prescribed names. */
const SCENARIOS = [
  "server-initialize",
  "server-session-lifecycle",
  "ping",
  "tools-list",
  "dns-rebinding-protection",
  "http-header-validation",
  "input-required-result-unsupported-methods",
  "server-sse-multiple-streams",
  "server-stateless",
];

/** Checks that call tools with prescribed names, which a server of a product has not. */
const NOT_APPLICABLE: readonly string[] = [
  "sep-2575-server-rejects-undeclared-capability",
  "sep-2575-missing-capability-http-400",
  "sep-2575-http-server-no-independent-requests-on-stream",
  "sep-2575-server-no-log-without-loglevel",
];

// R11.1
Deno.test("the conformance suite passes where it applies", async (t) => {
  const folder = await Deno.makeTempDir();
  const server = new Deno.Command(Deno.execPath(), {
    args: [...SERVER, "--http", "0"],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const told = Promise.withResolvers<string>();
  const reading = (async () => {
    let text = "";
    for await (const chunk of server.stderr.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const url = /Listening on (\S+)/.exec(text)?.[1];
      if (url !== undefined) told.resolve(url);
    }
  })();
  try {
    const url = await told.promise;
    for (const scenario of SCENARIOS) {
      await t.step(scenario, async () => {
        const output = `${folder}/${scenario}`;
        const { text } = await run("npm:@modelcontextprotocol/conformance@0.2.0-alpha.12", [
          ...["server", "--url", url, "--scenario", scenario, "--output-dir", output],
        ]);
        const checks = await readChecks(output);
        assert(checks.length > 0, text);
        const failed = checks.filter(({ status }) => status === "FAILURE").map(({ id }) => id);
        assertEquals(failed.filter((id) => !NOT_APPLICABLE.includes(id)), [], text);
      });
    }
  } finally {
    server.kill("SIGTERM");
    await server.status;
    await reading;
    await Deno.remove(folder, { recursive: true });
  }
});

async function readChecks(
  folder: string,
): Promise<{ readonly id: string; readonly status: string }[]> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) return await readChecks(`${folder}/${name}`);
    if (name === "checks.json") return JSON.parse(await Deno.readTextFile(`${folder}/${name}`));
  }
  return [];
}
