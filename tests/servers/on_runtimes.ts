/**
 * Runs cases of transports on Deno with `denoTransport()`, and on Node and Bun with `nodeTransport()`.
 *
 * @module
 */

import { denoTransport } from "../../src/transports/deno.ts";
import { installed, UNDICI } from "../runtimes/runtimes.ts";
import { prepareForNode, runOnNode } from "./node_program.ts";
import { outcomeOf, type TransportCase, type TransportOutcome } from "./transport_case.ts";

/** What runs on Node and Bun. */
export const NODE_PROGRAM: string = new URL("node_transport_program.ts", import.meta.url).pathname;

/** What comes of cases, on one runtime. */
export type Run = (cases: readonly TransportCase[]) => Promise<TransportOutcome[]>;

async function onDeno(cases: readonly TransportCase[]): Promise<TransportOutcome[]> {
  const outcomes: TransportOutcome[] = [];
  for (const one of cases) outcomes.push(await outcomeOf(denoTransport, one));
  return outcomes;
}

function onNode(title: "Node 22" | "Node 24" | "Bun 1"): Run {
  return async (cases) => {
    const folder = await prepareForNode(NODE_PROGRAM, UNDICI);
    try {
      return await runOnNode(await installed(title), folder, cases);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  };
}

/** The runtimes whose transports have options. */
export type Title = "Deno" | "Node 22" | "Node 24" | "Bun 1";

/** How cases run on each. */
export const RUNS: readonly (readonly [Title, Run])[] = [
  ["Deno", onDeno],
  ["Node 22", onNode("Node 22")],
  ["Node 24", onNode("Node 24")],
  ["Bun 1", onNode("Bun 1")],
];
