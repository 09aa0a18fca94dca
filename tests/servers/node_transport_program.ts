/** Runs on Node and Bun: tells what comes of each case with `nodeTransport()`. */

import { nodeTransport } from "../../src/transports/node.ts";
import { outcomeOf, type TransportCase, type TransportOutcome } from "./transport_case.ts";

const { process } = globalThis as unknown as { readonly process: { readonly argv: string[] } };
const outcomes: TransportOutcome[] = [];
for (const one of JSON.parse(process.argv[2]!) as TransportCase[]) {
  outcomes.push(await outcomeOf(nodeTransport, one));
}
// deno-lint-ignore no-console -- what the test reads
console.log(JSON.stringify(outcomes));
