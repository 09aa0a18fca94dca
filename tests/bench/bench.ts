/**
 * `deno task bench`: this client beside bare `fetch` and its peers, against one server on loopback.
 * Prints ratios, with absolute figures beside them, then what real_time.ts, telemetry.ts, size.ts and
 * memory.ts find. No figure
 * makes it fail: a machine that does other things as well gives others.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- printing is what it is for

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
import {
  type Case,
  type Contender,
  type Effort,
  measure,
  ratio,
  type Result,
  type Spread,
  spread,
} from "./measure.ts";
import { share, table, whole } from "./print.ts";
import { type Server, startServer } from "./server_process.ts";

const USAGE = `Usage: deno task bench [--quick] [--json] [--case=NAME]
  --quick      about fifteen seconds instead of three minutes, rough figures
  --json       one JSON document instead of tables
  --case=NAME  one case of HTTP only, without the rest`;

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

/** What the results of a case say. */
interface Figure {
  readonly name: string;
  readonly callsPerSecond: Spread;
  /** In parts of bare fetch. */
  readonly toFetch: Spread;
  /** In parts of fetch with our init. */
  readonly toSameInit: Spread;
}

function figures(results: readonly Result[]): Figure[] {
  const [bare, same] = results as [Result, Result];
  return results.map((result) => ({
    name: result.name,
    callsPerSecond: spread(result.perSecond),
    toFetch: ratio(result, bare),
    toSameInit: ratio(result, same),
  }));
}

function report({ name, title }: Case, results: readonly Result[]): string {
  const rows = figures(results).map((figure) => [
    figure.name,
    whole(figure.callsPerSecond.median),
    share(figure.toFetch),
    share(figure.toSameInit),
  ]);
  const own = results.find((result) => result.name === ours.name)!;
  const [nearest] = PEERS
    .map((peer) => results.find((result) => result.name === peer.name)!)
    .map((peer) => ({ name: peer.name, times: ratio(own, peer) }))
    .sort((a, b) => a.times.median - b.times.median);
  return [
    title,
    table(["", "calls/s", "of fetch(url)", "of fetch with our init"], rows),
    `  For each call of its fastest peer, ${nearest!.name}, ${ours.name} makes ` +
    share(nearest!.times),
    ...(name === "json"
      ? [`  Its goal: ${GOAL} of fetch with our init, and ahead of every peer`]
      : []),
    "",
  ].join("\n");
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
  const found: Record<string, readonly Figure[]> = {};
  for (const one of plans.filter(({ name }) => only === undefined || name === only)) {
    const effort: Effort = quick
      ? { rounds: 5, sliceMs: 20, warmUpMs: 20 }
      : { rounds: one.rounds, sliceMs: 100, warmUpMs: 300 };
    const results = await measure(one, effort);
    found[one.name] = figures(results);
    print(report(one, results));
  }
  await closeClients();
  const flags = args.filter((arg) => arg === "--quick" || arg === "--json");
  const others = only === undefined ? ["real_time", "telemetry", "size", "memory"] : [];
  const parts: Record<string, unknown> = {};
  for (const name of others) {
    const output = await part(`${name}.ts`, flags);
    if (asJSON) parts[name] = JSON.parse(output);
    else print(output);
  }
  if (asJSON) {
    console.log(JSON.stringify({ deno: Deno.version.deno, peers, cases: found, ...parts }));
  }
}

await main(Deno.args);
Deno.exit(); // some peers leave the timer of every call behind, which would be waited for
