/**
 * The package on workerd, the runtime of Cloudflare's workers: it loads there and makes calls, in a release
 * whose modules may do little when they are loaded, and in one of today.
 *
 * @module
 */

import { installed, type NpmTitle } from "../runtimes/runtimes.ts";
import { ESBUILD } from "../support/first_chunk.ts";
import { type Outcome, plain, runDeno } from "../support/gate.ts";
import { serve, type TestServer } from "../support/server.ts";

const SMOKE = new URL("workerd_smoke.mjs", import.meta.url);
const RELEASES: readonly NpmTitle[] = ["workerd 2026-07", "workerd 2026-11"];
const COMPATIBILITY_DATE = "2026-07-01";
/** Many times what it takes. */
const HANG_MS = 60_000;

/** What the checks of workerd_smoke.mjs ask. */
function startServer(): TestServer {
  const asked = new Set<string>();
  return serve(async (request, path) => {
    const { search } = new URL(request.url);
    const { method, headers } = request;
    if (path === "/echo") {
      const body = method === "POST" ? { body: await request.text() } : {};
      return Response.json({ method, url: path + search, one: headers.get("x-one"), ...body });
    }
    if (path.startsWith("/once-503/")) {
      const status = asked.has(path) ? 200 : 503;
      asked.add(path);
      return new Response(null, { status });
    }
    if (path === "/never") return await new Promise<Response>(() => {});
    if (path === "/lines") return new Response("one\ntwo\n");
    if (path === "/events") {
      return new Response("data: hello\n\n", { headers: { "content-type": "text/event-stream" } });
    }
    if (path !== "/socket") return new Response(null, { status: 404 });
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => socket.send(data);
    return response;
  });
}

function configuration(baseUrl: string): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [
  (name = "main", worker = (
    modules = [(name = "worker", esModule = embed "worker.js")],
    compatibilityDate = "${COMPATIBILITY_DATE}",
    bindings = [(name = "baseUrl", text = "${baseUrl}")],
    globalOutbound = "loopback",
  )),
  (name = "loopback", network = (allow = ["local"])),
]);
`;
}

/** The steps; `consumer` is a folder where the package is installed. */
export function workerdSteps(
  consumer: string,
): [title: string, run: () => Promise<Outcome>][] {
  return RELEASES.map((title) => [title, async () => {
    let program: string;
    try {
      program = await installed(title);
      const { success, output } = await run(program, ["--version"]);
      if (!success) throw new Error(output);
    } catch (error) {
      return { success: true, output: `skipped, it cannot be had here: ${error}` };
    }
    const folder = await Deno.makeTempDir();
    await using server = startServer();
    try {
      const bundled = await bundle(consumer, `${folder}/worker.js`);
      if (!bundled.success) return bundled;
      await Deno.writeTextFile(`${folder}/config.capnp`, configuration(server.origin));
      return await run(program, ["test", `${folder}/config.capnp`]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }]);
}

async function bundle(consumer: string, outfile: string): Promise<Outcome> {
  await Deno.copyFile(SMOKE, `${consumer}/workerd_smoke.mjs`);
  const flags = ["--bundle", "--format=esm", "--conditions=workerd", "--log-level=warning"];
  return await runDeno([
    ...["run", "--quiet", "--allow-all", "--no-config", ESBUILD],
    ...["workerd_smoke.mjs", ...flags, `--outfile=${outfile}`],
  ], { cwd: consumer });
}

/** Runs workerd; it heeds no polite signal while a connection is open. */
async function run(program: string, args: readonly string[]): Promise<Outcome> {
  const process = new Deno.Command(program, {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const late = setTimeout(() => process.kill("SIGKILL"), HANG_MS);
  const { success, stdout, stderr } = await process.output();
  clearTimeout(late);
  const decoder = new TextDecoder();
  return { success, output: plain(decoder.decode(stdout) + decoder.decode(stderr)) };
}
