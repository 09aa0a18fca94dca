/**
 * `deno task bench`: this client beside bare `fetch` and its peers, against one server on loopback.
 * Prints ratios, with absolute figures next to them, then what node.ts, real_time.ts, telemetry.ts, size.ts
 * and memory.ts find. No figure makes it fail: a machine that does other things as well gives others.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- printing is what it is for

import type { HTTPClient } from "../../mod.ts";
import { DOCUMENT, LARGE_BODY, MANY_CHUNKS_SIZE, MEBIBYTE_BODY, MEDIUM_BODY } from "./bodies.ts";
import {
  type Client,
  clientOf,
  closeClients,
  countedFetch,
  filledFetch,
  ours,
  oursCached,
  PEERS,
  plainFetch,
  plainFetchBlob,
  sameInit,
  sameInitJSON,
} from "./clients.ts";
import {
  type Case,
  type Effort,
  measure,
  ratio,
  type Result,
  type Spread,
  spread,
} from "./measure.ts";
import { share, table, whole } from "./print.ts";
import { type Server, startServer } from "./server_process.ts";

const USAGE = `Usage: deno task bench [--quick] [--json] [--case=NAME] [--against DIR]
  --quick        about fifteen seconds instead of three minutes, rough figures
  --json         one JSON document instead of tables
  --case=NAME    one case of HTTP only, without the rest
  --against DIR  this client and that of another checkout only (git worktree add DIR COMMIT)`;

/** The goal for small JSON, 16 in flight: calls per second in parts of fetch with the same init. */
const GOAL = 0.97;

/** Calls of a hit in parts of those of a GET on the wire. */
const HIT = { goal: 20, fallsShort: 10 };

/** Buffered bodies, by case: calls in parts of those of bare fetch. */
const BODY_GOALS: ReadonlyMap<string, typeof HIT> = new Map([
  ["medium", { goal: 1.1, fallsShort: 1 }],
  ["mebibyte", { goal: 1.8, fallsShort: 1.4 }],
  ["large", { goal: 2.5, fallsShort: 1.8 }],
]);

/** Of the client in another checkout: what a change may not fall below. */
const GOAL_AGAINST = 0.97;

/** A case, and how much of the time it gets. */
interface Plan extends Case {
  /** Rounds of a full run. */
  readonly rounds: number;
  /** What the case asks of a client. */
  readonly ask: (client: Client) => Promise<unknown>;
}

/** The cases. In each, the first two contenders are bare fetch, and fetch with our init. */
function plan(server: Server): Plan[] {
  const json = server.fixed("/json");
  const fresh = server.fixed("/fresh");
  return [
    {
      name: "json",
      title: "GET, 731 bytes of JSON, 16 in flight",
      inFlight: 16,
      rounds: 40,
      ...gettingJSON(json, sameInitJSON),
      accepts: isDocument,
    },
    {
      name: "cached",
      title: "GET, 731 bytes of JSON that stay fresh, 16 in flight",
      inFlight: 16,
      rounds: 15,
      ask: (client) => client.getJSON(fresh),
      contenders: [ours, oursCached].map((client) => ({
        name: client.name,
        call: () => client.getJSON(fresh),
      })),
      accepts: isDocument,
    },
    {
      name: "json-alone",
      title: "GET, 731 bytes of JSON, one after the other",
      inFlight: 1,
      rounds: 15,
      ...gettingJSON(json, sameInitJSON),
      accepts: isDocument,
    },
    {
      name: "post",
      title: "POST, 731 bytes of JSON each way, 16 in flight",
      inFlight: 16,
      rounds: 15,
      ...postingJSON(json, plainFetchBlob),
      accepts: isDocument,
    },
    {
      name: "medium",
      title: "GET, 100 KiB, 16 in flight",
      inFlight: 16,
      rounds: 15,
      ...gettingBytes(server.fixed("/medium"), filledFetch),
      accepts: (body) => sizeOf(body) === MEDIUM_BODY.length,
    },
    {
      name: "mebibyte",
      title: "GET, 1 MiB, 4 in flight",
      inFlight: 4,
      rounds: 15,
      ...gettingBytes(server.fixed("/mebibyte"), filledFetch),
      accepts: (body) => sizeOf(body) === MEBIBYTE_BODY.length,
    },
    {
      name: "large",
      title: "GET, 10 MiB, 2 in flight",
      inFlight: 2,
      rounds: 15,
      ...gettingBytes(server.fixed("/large"), filledFetch),
      accepts: (body) => sizeOf(body) === LARGE_BODY.length,
    },
    {
      name: "chunked",
      title: "GET, 731 bytes of JSON in one chunk without Content-Length, 16 in flight",
      inFlight: 16,
      rounds: 15,
      ...gettingJSON(server.chunked("/small"), countedFetch),
      accepts: isDocument,
    },
    {
      name: "many-chunks",
      title: "GET, 1 MiB in 256 chunks without Content-Length, 4 in flight",
      inFlight: 4,
      rounds: 15,
      ...gettingBytes(server.chunked("/many"), countedFetch),
      accepts: (body) => sizeOf(body) === MANY_CHUNKS_SIZE,
    },
  ];
}

type Can<Verb extends keyof Client> = Pick<Client, "name" | Verb>;

/** A case's question, and who is asked it: clients, and `others` that can do nothing else. */
function asking<Verb extends keyof Client>(
  ask: (client: Can<Verb>) => Promise<unknown>,
  others: readonly Can<Verb>[],
): Pick<Plan, "ask" | "contenders"> {
  const clients: Can<Verb>[] = [plainFetch, sameInit, ...others, ours, ...PEERS];
  const contenders = clients.map((client) => ({ name: client.name, call: () => ask(client) }));
  return { ask, contenders };
}

function gettingJSON(url: string, ...others: Can<"getJSON">[]) {
  return asking((client: Can<"getJSON">) => client.getJSON(url), others);
}

function gettingBytes(url: string, ...others: Can<"getBytes">[]) {
  return asking((client: Can<"getBytes">) => client.getBytes(url), others);
}

function postingJSON(url: string, ...others: Can<"postJSON">[]) {
  return asking((client: Can<"postJSON">) => client.postJSON(url, DOCUMENT), others);
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
  if (name === "cached") {
    const [wire, hit] = results as [Result, Result];
    const times = ratio(hit, wire);
    const verdict = times.median < HIT.fallsShort ? "  falls short" : "";
    return `${title}\n  A hit of the cache is ${
      share(times)
    } calls of a GET on the wire; the goal is ` +
      `${HIT.goal}${verdict}\n`;
  }
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
    ...bodyGoal(name, results),
    "",
  ].join("\n");
}

/** The goal of a case with a large body. */
function bodyGoal(name: string, results: readonly Result[]): string[] {
  const aim = BODY_GOALS.get(name);
  if (aim === undefined) return [];
  const own = results.find((result) => result.name === ours.name)!;
  const verdict = ratio(own, results[0]!).median < aim.fallsShort ? ", falls short" : "";
  return [`  Its goal: ${aim.goal} of fetch(url)${verdict}`];
}

/** The case for this client and that of another checkout alone. */
function against(plan: Plan, other: Client): Plan {
  const contenders = [other, ours].map((client) => ({
    name: client.name,
    call: () => plan.ask(client),
  }));
  return { ...plan, contenders };
}

function reportAgainst({ title }: Case, [other, own]: readonly Result[]): string {
  const times = ratio(own!, other!);
  const verdict = times.median < GOAL_AGAINST ? `  below ${GOAL_AGAINST}` : "";
  return `  ${title}: ${share(times)}${verdict}`;
}

/** The peers with their versions, as deps.ts pins them. */
async function versions(): Promise<string[]> {
  const source = await Deno.readTextFile(`${import.meta.dirname}/deps.ts`);
  return [...new Set(source.match(/(?<=npm:)[\w-]+@[\d.]+/g))];
}

/** Runs one of the other parts in a process of its own; gives what it printed. */
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

async function main(given: readonly string[]): Promise<void> {
  const { directory, args } = readAgainst(given);
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
  const other = directory === undefined ? undefined : await clientIn(directory);
  const print = asJSON ? () => {} : console.log;
  const peers = other === undefined ? await versions() : [other.name];
  print(
    `Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} cores; ${peers.join(", ")}.\n` +
      "Ratios of calls per second: median over all rounds, least to most in brackets.\n",
  );
  const found: Record<string, unknown> = {};
  for (const one of plans.filter(({ name }) => only === undefined || name === only)) {
    const effort: Effort = quick
      ? { rounds: 5, sliceMs: 20, warmUpMs: 20 }
      : { rounds: one.rounds, sliceMs: 100, warmUpMs: 300 };
    const results = await measure(other === undefined ? one : against(one, other), effort);
    found[one.name] = other === undefined ? figures(results) : ratio(results[1]!, results[0]!);
    print(other === undefined ? report(one, results) : reportAgainst(one, results));
  }
  await closeClients();
  const flags = args.filter((arg) => arg === "--quick" || arg === "--json");
  const rest = only === undefined && other === undefined;
  const others = rest ? ["node", "real_time", "telemetry", "size", "memory"] : [];
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

/** Takes `--against DIR` or `--against=DIR` out of the arguments. */
function readAgainst(given: readonly string[]): { directory?: string; args: readonly string[] } {
  const at = given.findIndex((arg) => /^--against(?:=|$)/.test(arg));
  if (at < 0) return { args: given };
  const isPair = given[at] === "--against";
  const directory = isPair ? given[at + 1] ?? "" : given[at]!.slice("--against=".length);
  return { directory, args: given.toSpliced(at, isPair ? 2 : 1) };
}

/** The client of another checkout, under this one's import map. */
async function clientIn(directory: string): Promise<Client> {
  const entry = new URL("mod.ts", `file://${await Deno.realPath(directory)}/`);
  const module: { HTTPClient: typeof HTTPClient } = await import(entry.href);
  return clientOf(directory, new module.HTTPClient({ hooks: {} }));
}

await main(Deno.args);
Deno.exit(); // some peers leave the timer of every call behind, which would be waited for
