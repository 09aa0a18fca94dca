/** Runs on Node: the cases of HTTP/2 over `nodeTransport()`. Prints what came of them. */

import { nodeTransport } from "../../src/transports/node.ts";
import { runHTTP2Cases } from "./http2_cases.ts";

const { process } = globalThis as unknown as {
  readonly process: { readonly argv: readonly string[] };
};
const { origin, cert, key, ca } = JSON.parse(process.argv[2]!);
const options = { caCerts: [ca], cert, key, connections: 1 };
// deno-lint-ignore no-console -- what the test reads
console.log(JSON.stringify(await runHTTP2Cases(origin, () => nodeTransport(options))));
