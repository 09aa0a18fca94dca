/**
 * Goals about delivery that survives: cuts, kills and silent peers.
 *
 * @module
 */

import {
  RELIABLE_PROTOCOL,
  ReliableClient,
  ReliableServer,
  type ReliableSession,
} from "../../src/reliable/mod.ts";
import { installBuilt } from "../npm/consumer.ts";
import { buildPackage } from "../npm/build.ts";
import { installed, type NpmTitle } from "../runtimes/runtimes.ts";
import { copy } from "../support/files.ts";
import { type Cut, cuttingProxy } from "../support/cutting_proxy.ts";
import { type Goal, type Score, settledMemory } from "./goal.ts";

const MESSAGES = 100_000;
const CUTS = 1000;
const HERE = import.meta.dirname!;
const CLIENTS = ["Deno 2.9", "Node 22", "Node 24", "Bun 1"] as const;
type Title = (typeof CLIENTS)[number];
const WAYS: readonly Cut[] = ["both", "client", "both", "server", "both", "client"];

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Installs the package with the programs of the goals beside it; gives the folder. */
async function install(): Promise<string> {
  const folder = await Deno.makeTempDir();
  await installBuilt(await buildPackage(`${folder}/package`), `${folder}/consumer`, {
    ws: "8.18.3",
  });
  await copy(`${HERE}/reliable`, `${folder}/consumer/programs`);
  return folder;
}

/** Starts a program of the goals on a runtime. */
async function run(title: Title, folder: string, program: string, ...args: string[]) {
  const isDeno = title === "Deno 2.9";
  const file = isDeno ? `${HERE}/reliable/${program}` : `${folder}/consumer/programs/${program}`;
  return new Deno.Command(isDeno ? Deno.execPath() : await installed(title as NpmTitle), {
    args: [...(isDeno ? ["run", "--allow-all", "--no-check", "--quiet"] : []), file, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

async function firstLine(process: Deno.ChildProcess): Promise<string> {
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error("a program of the goal ended");
    text += value;
  }
  void reader.cancel().catch(() => {});
  return text;
}

/** One client and one server through a proxy that cuts: what was lost, twice, out of order. */
async function runPair(
  client: Title,
  server: Title,
  folder: string,
  cuts: number,
): Promise<string> {
  const serving = await run(server, folder, "server.ts", String(MESSAGES));
  const port = Number(await firstLine(serving));
  const proxy = cuttingProxy(port);
  const url = `ws://127.0.0.1:${proxy.port}`;
  const calling = await run(client, folder, "client.ts", url, String(MESSAGES));
  try {
    let ended = false;
    const line = firstLine(calling).finally(() => ended = true);
    line.catch(() => {}); // told below
    while (proxy.cuts < cuts && !ended) {
      await pause(1 + Math.random() * 12);
      proxy.cut(WAYS[proxy.cuts % WAYS.length]!);
    }
    const input = calling.stdin.getWriter();
    await input.write(new TextEncoder().encode("finish\n"));
    const found = JSON.parse(await line);
    const isRight = [found.client, found.server].every(({ got, wrong }) =>
      got === MESSAGES && wrong === 0
    );
    return isRight && found.gaps === 0 && proxy.cuts >= cuts
      ? "0"
      : `${JSON.stringify(found)} after ${proxy.cuts} cuts`;
  } finally {
    await proxy[Symbol.asyncDispose]();
    for (const process of [calling, serving]) {
      try {
        process.kill("SIGKILL");
      } catch {
        // It has ended.
      }
      await process.status;
    }
  }
}

/** Every client against one server. */
function cutScore(server: Title): () => Promise<Score> {
  return async () => {
    const folder = await install();
    try {
      const found = await Promise.all(
        CLIENTS.map((client) => runPair(client, server, folder, CUTS)),
      );
      return {
        value: CLIENTS.map((client, index) => `${client}: ${found[index]}`).join(", "),
        met: found.every((wrong) => wrong === "0"),
      };
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  };
}

const KILLS = 10;

/** A server that is killed and started again: exactly one gap each time, and no send in silence. */
async function killScore(): Promise<Score> {
  const start = async (port: number) => {
    const process = await run("Deno 2.9", "", "server.ts", "1000000", String(port));
    return { process, port: Number(await firstLine(process)) };
  };
  let { process, port } = await start(0);
  const client = new ReliableClient(`ws://127.0.0.1:${port}`, {
    retryBackoff: 0.02,
    maxRetryBackoff: 0.1,
  });
  client.on("message", () => {});
  let [gaps, acknowledged, rejected, other, sent] = [0, 0, 0, 0, 0];
  client.on("gap", () => gaps++);
  await client.connect();
  let isOver = false;
  const sending = (async () => {
    while (!isOver) {
      await client.ready;
      sent++;
      client.send(String(sent)).then(() => acknowledged++, ({ code }) => {
        if (code === "session_lost") rejected++;
        else other++;
      });
      if (sent % 10 === 0) await pause(1);
    }
  })();
  for (let kill = 0; kill < KILLS; kill++) {
    await pause(100);
    process.kill("SIGKILL");
    await process.status;
    const before = gaps;
    ({ process } = await start(port));
    for (let wait = 0; wait < 400 && gaps === before; wait++) await pause(25);
  }
  isOver = true;
  await sending;
  await client.close();
  process.kill("SIGKILL");
  await process.status;
  return {
    value: `${gaps} gaps in ${KILLS} kills; ${sent} sent: ${acknowledged} acknowledged, ` +
      `${rejected} rejected by a gap, ${other} otherwise`,
    met: gaps === KILLS && other === 0 && acknowledged + rejected === sent && rejected > 0,
  };
}

/** What a peer that never acknowledges can make this side hold: both ends, both bounds. */
async function silentScore(): Promise<Score> {
  const message = "x".repeat(1000);
  let session: ReliableSession | undefined;
  const sessions = new ReliableServer({
    overflow: "reject",
    onSession: (given) => void (session = given),
  });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request, { protocol: RELIABLE_PROTOCOL });
    if (request.url.endsWith("/silent")) {
      socket.onmessage = () => {
        socket.onmessage = null;
        socket.send('{"type":"welcome","sid":"x","rx":0,"resumed":false}');
      };
    } else sessions.accept(socket);
    return response;
  });
  const url = `ws://127.0.0.1:${server.addr.port}`;
  const client = new ReliableClient(`${url}/silent`, { heartbeat: false });
  await client.connect();
  const silent = new WebSocket(`${url}/`, RELIABLE_PROTOCOL);
  await new Promise((resolve) => silent.onopen = resolve);
  silent.send('{"type":"hello","sid":null,"rx":0}');
  while (session === undefined) await pause(5);
  const before = (await settledMemory()).heap;
  let refused = 0;
  for (const end of [client, session]) {
    for (let count = 0; count < 300_000; count++) {
      end.send(message).catch(({ code }) => code === "queue_full" && refused++);
      if (count % 1000 === 999) await pause(0);
    }
  }
  const rise = (await settledMemory()).heap - before;
  const held = [client.unacked, session.unacked];
  await client.close({ timeout: { milliseconds: 1 } });
  await sessions.close();
  return {
    value:
      `${held.map(({ messages, bytes }) => `${messages} messages, ${bytes} bytes`).join("; ")}; ` +
      `${refused} refused; ${rise.toFixed(1)} MB more on the heap`,
    met: held.every(({ bytes }) => bytes <= 17 * 2 ** 20) && rise <= 40 &&
      refused === 600_000 - held.reduce((sum, { messages }) => sum + messages, 0),
  };
}

const TARGET = "0 lost, twice or out of order, no gap";

/** R1 to R5. */
export const RELIABLE: readonly Goal[] = [
  ...([["R1", "Deno.serve", "Deno 2.9"], ["R2", "ws of npm", "Node 24"], [
    "R3",
    "Bun.serve",
    "Bun 1",
  ]] as const).map(([id, name, title]) => ({
    id,
    what: `${MESSAGES} messages each way across ${CUTS} cuts, of either end or both, with ${name}`,
    target: TARGET,
    measure: cutScore(title),
  })),
  {
    id: "R4",
    what: `a server that is killed ${KILLS} times under a client that sends`,
    target: "a gap for each kill; every send acknowledged or rejected by a gap",
    measure: killScore,
  },
  {
    id: "R5",
    what: "300,000 messages of 1,000 bytes to a peer that acknowledges none, from either end",
    target: "at most 17 MiB each, the rest refused; 40 MB more on the heap for both",
    measure: silentScore,
  },
];
