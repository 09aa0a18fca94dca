/**
 * The goal about uploads: sources that are late, slow, failing, endless or silent, and servers that
 * answer early, refuse, reset, stall or are down, on every runtime that npm has and on this one.
 *
 * @module
 */

import { buildPackage } from "../npm/build.ts";
import { installBuilt } from "../npm/consumer.ts";
import { installed, type NpmTitle } from "../runtimes/runtimes.ts";
import type { Goal, Score } from "./goal.ts";
import type { UploadCounts } from "./upload_matrix.ts";

const HERE = import.meta.dirname!;
const ROOT = `${HERE}/../..`;
const TITLES: readonly NpmTitle[] = ["Node 22", "Node 24", "Bun 1"];

/** The last answer of a connection: a second request would only be read. */
const answer = (status: string, more = "") =>
  new TextEncoder().encode(
    `HTTP/1.1 ${status}\r\n${more}connection: close\r\ncontent-length: 2\r\n\r\nno`,
  );

/** What the server does with a request, by path, when its head and some of its body are there. */
const BEHAVIOURS: Readonly<Record<string, (connection: Deno.TcpConn) => Promise<unknown>>> = {
  /** Answers at once and reads on, for ever. */
  async "/early"(connection) {
    await connection.write(answer("401 Unauthorized"));
    await drain(connection);
  },
  /** Answers at once, and closes without reading. */
  "/refused": (connection) => connection.write(answer("413 Too Large")),
  /** Answers at once, and reads nothing more. */
  async "/unread"(connection) {
    await connection.write(answer("401 Unauthorized"));
    await stall();
  },
  "/reset": () => Promise.resolve(),
  "/stalled": () => stall(),
  async "/redirected"(connection) {
    await connection.write(answer("303 See Other", "location: /early\r\n"));
    await drain(connection);
  },
  async "/busy"(connection) {
    await connection.write(answer("503 Busy"));
    await drain(connection);
  },
};

const stall = () => new Promise((resolve) => setTimeout(resolve, 4_000));

async function drain(connection: Deno.TcpConn): Promise<void> {
  const bytes = new Uint8Array(65_536);
  while (await connection.read(bytes) !== null);
}

/** A raw server: it must do what no HTTP server does. */
function serve(): { origin: string; close(): void } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const one = async (connection: Deno.TcpConn) => {
    try {
      const bytes = new Uint8Array(65_536);
      let text = "";
      while (!text.includes("\r\n\r\n")) {
        const read = await connection.read(bytes);
        if (read === null) return;
        text += new TextDecoder("latin1").decode(bytes.subarray(0, read));
      }
      await BEHAVIOURS[text.split(" ")[1]!]!(connection);
    } catch {
      // A client that left has ended what was done for it.
    } finally {
      connection.close();
    }
  };
  (async () => {
    for await (const connection of listener) one(connection);
  })();
  const { port } = listener.addr as Deno.NetAddr;
  return { origin: `http://127.0.0.1:${port}`, close: () => listener.close() };
}

async function run(
  program: string,
  args: string[],
  servers: string[],
): Promise<UploadCounts | string> {
  const { stdout, stderr } = await new Deno.Command(program, {
    args: [...args, ...servers],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  const line = text.decode(stdout).trim().split("\n").at(-1) ?? "";
  return line.startsWith("{") ? JSON.parse(line) : line + text.decode(stderr);
}

async function uploadScore(): Promise<Score> {
  const folder = await Deno.makeTempDir({ prefix: "networking-uploads-" });
  const server = serve();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const closed = `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/closed`;
  listener.close();
  const said: string[] = [];
  let met = true;
  let cells = 0;
  try {
    await installBuilt(await buildPackage(`${folder}/package`), `${folder}/consumer`);
    const main = `${folder}/consumer/upload_matrix.ts`;
    await Deno.copyFile(`${HERE}/upload_matrix.ts`, main);
    const servers = [server.origin, closed];
    const onDeno = ["run", "--quiet", "--no-check", "--allow-net=127.0.0.1", "--allow-env"];
    const config = `--config=${ROOT}/deno.json`;
    const runs: [string, string, string[]][] = [
      ["Deno", Deno.execPath(), [...onDeno, config, `${HERE}/upload_matrix.ts`]],
    ];
    for (const title of TITLES) runs.push([title, await installed(title), [main]]);
    for (const [title, program, args] of runs) {
      const counts = await run(program, args, servers);
      if (typeof counts === "string") {
        said.push(`${title} broke off: ${counts.slice(0, 300)}`);
        met = false;
        continue;
      }
      cells += counts.cells;
      for (const [what, found] of Object.entries(counts)) {
        if (!Array.isArray(found) || found.length === 0) continue;
        said.push(`${title}: ${found.length} ${what} (${found[0]})`);
        met = false;
      }
    }
  } finally {
    server.close();
    await Deno.remove(folder, { recursive: true });
  }
  return { value: met ? `0 in ${cells} uploads` : said.join("; "), met };
}

/** The goal. */
export const UPLOADS: readonly Goal[] = [{
  id: "G26",
  what:
    "uploads by streams that hang, fail without a type, or are pulled or held after their end, " +
    "on Deno, Node 22, Node 24 and Bun",
  target: "0",
  measure: uploadScore,
}];
