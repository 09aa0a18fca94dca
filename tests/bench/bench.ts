/**
 * `deno task bench`: this client beside bare `fetch` and its peers, against one server on loopback.
 * Prints ratios, with absolute figures beside them, then what size.ts and memory.ts find. No figure
 * makes it fail: a machine that does other things as well gives others.
 *
 * @module
 */
// deno-lint-ignore-file no-console

import { DOCUMENT, LARGE_BODY, MANY_CHUNKS_SIZE, MEDIUM_BODY } from "./bodies.ts";
import {
  type Client,
  closeClients,
  countedFetch,
  ours,
  PEERS,
  plainFetch,
  plainFetchBlob,
  sameInit,
  sameInitJSON,
} from "./clients.ts";
import { type Case, type Contender, type Effort, type Figure, measure } from "./measure.ts";
import { decimal, share, table, whole } from "./print.ts";
import { type Server, startServer } from "./server_process.ts";

const USAGE = `Usage: deno task bench [--quick] [--json] [--case=NAME]
  --quick      about twenty seconds instead of three minutes, rough figures
  --json       one JSON document instead of tables
  --case=NAME  one case only, without size and memory`;

/** The goal for small JSON, 16 in flight: calls per second in parts of fetch with the same init. */
const GOAL = 0.97;

/** A case, and how much of the time it gets. */
interface Plan extends Case {
  /** Rounds of a full run. */
  readonly rounds: number;
}

/** The cases. In each, the first two contenders are bare fetch, and fetch with our init. */
function plan(server: Server): Plan[] {
  const json = server.fixed("/json");
  return [
    {
      name: "json",
      title: "GET, 731 bytes of JSON, 16 in flight",
      inFlight: 16,
      rounds: 40,
      contenders: gettingJSON(json, sameInitJSON),
      accepts: isDocument,
    },
    {
      name: "json-alone",
      title: "GET, 731 bytes of JSON, one after the other",
      inFlight: 1,
      rounds: 15,
      contenders: gettingJSON(json, sameInitJSON),
      accepts: isDocument,
    },
    {
      name: "post",
      title: "POST, 731 bytes of JSON each way, 16 in flight",
      inFlight: 16,
      rounds: 15,
      contenders: postingJSON(json, plainFetchBlob),
      accepts: isDocument,
    },
    {
      name: "medium",
      title: "GET, 100 KiB, 16 in flight",
      inFlight: 16,
      rounds: 15,
      contenders: gettingBytes(server.fixed("/medium")),
      accepts: (body) => sizeOf(body) === MEDIUM_BODY.length,
    },
    {
      name: "large",
      title: "GET, 10 MiB, 2 in flight",
      inFlight: 2,
      rounds: 15,
      contenders: gettingBytes(server.fixed("/large")),
      accepts: (body) => sizeOf(body) === LARGE_BODY.length,
    },
    {
      name: "chunked",
      title: "GET, 731 bytes of JSON in one chunk without Content-Length, 16 in flight",
      inFlight: 16,
      rounds: 15,
      contenders: gettingJSON(server.chunked("/small"), countedFetch),
      accepts: isDocument,
    },
    {
      name: "many-chunks",
      title: "GET, 1 MiB in 256 chunks without Content-Length, 4 in flight",
      inFlight: 4,
      rounds: 15,
      contenders: gettingBytes(server.chunked("/many"), countedFetch),
      accepts: (body) => sizeOf(body) === MANY_CHUNKS_SIZE,
    },
  ];
}

type Can<Verb extends keyof Client> = Pick<Client, "name" | Verb>;

function gettingJSON(url: string, other: Can<"getJSON">): Contender[] {
  return [plainFetch, sameInit, other, ours, ...PEERS]
    .map((client) => ({ name: client.name, call: () => client.getJSON(url) }));
}

function gettingBytes(url: string, ...others: Can<"getBytes">[]): Contender[] {
  return [plainFetch, sameInit, ...others, ours, ...PEERS]
    .map((client) => ({ name: client.name, call: () => client.getBytes(url) }));
}

function postingJSON(url: string, other: Can<"postJSON">): Contender[] {
  return [plainFetch, sameInit, other, ours, ...PEERS]
    .map((client) => ({ name: client.name, call: () => client.postJSON(url, DOCUMENT) }));
}

function isDocument(value: unknown): boolean {
  return JSON.stringify(value) === JSON.stringify(DOCUMENT);
}

function sizeOf(body: unknown): number {
  return body instanceof ArrayBuffer || ArrayBuffer.isView(body) ? body.byteLength : NaN;
}

function report({ name, title }: Case, figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    whole(figure.callsPerSecond.median),
    share(figure.toFirst),
    share(figure.toSecond) + (isGoal(name, figure) ? `, goal ${GOAL} or more` : ""),
  ]);
  const own = figures.find((figure) => figure.name === ours.name)!;
  const peers = figures.filter((figure) => PEERS.some((peer) => peer.name === figure.name))
    .sort((a, b) => b.callsPerSecond.median - a.callsPerSecond.median);
  const times = own.callsPerSecond.median / peers[0]!.callsPerSecond.median;
  return `${title}\n${table(["", "calls/s", "of fetch(url)", "of fetch with our init"], rows)}\n  ${
    decimal(times)
  } times as many calls as the fastest peer, ${peers[0]!.name}\n`;
}

function isGoal(caseName: string, figure: Figure): boolean {
  return caseName === "json" && figure.name === ours.name;
}

/** The peers with their versions, as deps.ts pins them. */
async function versions(): Promise<string[]> {
  const source = await Deno.readTextFile(`${import.meta.dirname}/deps.ts`);
  return [...new Set(source.match(/(?<=npm:)[\w-]+@[\d.]+/g))];
}

/** Runs one of the other two parts in a process of its own; gives what it printed. */
async function part(file: string, flags: readonly string[]): Promise<string> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-check",
      "--quiet",
      `${import.meta.dirname}/${file}`,
      ...flags,
    ],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`${file} failed`);
  return new TextDecoder().decode(stdout);
}

async function main(args: readonly string[]): Promise<void> {
  const quick = args.includes("--quick");
  const asJSON = args.includes("--json");
  const only = args.find((arg) => arg.startsWith("--case="))?.slice("--case=".length);
  await using server = await startServer();
  const plans = plan(server);
  const unknown = args.filter((arg) => !/^--(?:quick$|json$|case=)/.test(arg));
  if (unknown.length > 0 || (only !== undefined && !plans.some(({ name }) => name === only))) {
    console.error(`${USAGE}\nCases: ${plans.map(({ name }) => name).join(", ")}`);
    Deno.exitCode = 2;
    return;
  }
  const print = asJSON ? () => {} : console.log;
  const peers = await versions();
  print(
    `Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} cores; ${peers.join(", ")}.\n` +
      "Ratios of calls per second: median over all rounds, least to most in brackets.\n",
  );
  const results: Record<string, readonly Figure[]> = {};
  for (const one of plans.filter(({ name }) => only === undefined || name === only)) {
    const effort: Effort = quick
      ? { rounds: 3, sliceMs: 20, warmUpMs: 30 }
      : { rounds: one.rounds, sliceMs: 100, warmUpMs: 300 };
    results[one.name] = await measure(one, effort);
    print(report(one, results[one.name]!));
  }
  await closeClients();
  const flags = args.filter((arg) => arg === "--quick" || arg === "--json");
  const others = only === undefined ? ["size", "memory"] : [];
  const parts: Record<string, unknown> = {};
  for (const name of others) {
    const output = await part(`${name}.ts`, flags);
    if (asJSON) parts[name] = JSON.parse(output);
    else print(output);
  }
  if (asJSON) console.log(JSON.stringify({ deno: Deno.version.deno, peers, results, ...parts }));
}

await main(Deno.args);
