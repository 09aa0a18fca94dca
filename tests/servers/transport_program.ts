/** Tells what comes of each case with `denoTransport()` on Deno, and with `nodeTransport()` on Node and Bun. */

import { denoTransport } from "../../src/transports/deno.ts";
import { nodeTransport } from "../../src/transports/node.ts";
import { outcomeOf, type TransportCase, type TransportOutcome } from "./transport_case.ts";

const { process } = globalThis as unknown as { readonly process: { readonly argv: string[] } };
const makeTransport = "Deno" in globalThis ? denoTransport : nodeTransport;
const outcomes: TransportOutcome[] = [];
for (const one of JSON.parse(process.argv[2]!) as TransportCase[]) {
  outcomes.push(await outcomeOf(makeTransport, one));
}
// deno-lint-ignore no-console -- what the test reads
console.log(JSON.stringify(outcomes));
