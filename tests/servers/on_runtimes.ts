/**
 * Runs cases of transports on Deno with `denoTransport()`, and on Node and Bun with `nodeTransport()`.
 *
 * @module
 */

import { installed, UNDICI } from "../runtimes/runtimes.ts";
import { prepareForNode, runOnNode, runProgram } from "./node_program.ts";
import type { TransportCase, TransportOutcome } from "./transport_case.ts";

/** What runs on each runtime. */
export const PROGRAM: string = new URL("transport_program.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** What comes of cases, on one runtime. */
export type Run = (cases: readonly TransportCase[]) => Promise<TransportOutcome[]>;

/** In a process of its own as well: paths of sockets and names of hosts take permissions that tests lack. */
const onDeno: Run = (cases) =>
  runProgram(
    [Deno.execPath(), "run", "--quiet", "--allow-all", `--config=${CONFIG}`, PROGRAM],
    cases,
  );

function onNode(title: "Node 22" | "Node 24" | "Bun 1"): Run {
  return async (cases) => {
    const folder = await prepareForNode(PROGRAM, UNDICI);
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
