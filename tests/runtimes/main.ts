/**
 * Runs the suite on Deno, Node or Bun and hands its results to the server: the arguments are where the
 * servers are, as JSON, and the name that the results go by.
 *
 * @module
 */

import { runSuite } from "./suite/mod.ts";

const { process } = globalThis as unknown as {
  readonly process: { readonly argv: readonly string[] };
};
const [servers = "", name = ""] = process.argv.slice(2);
const { main } = JSON.parse(servers);
const results = await runSuite(JSON.parse(servers));
const body = JSON.stringify(results);
await (await fetch(`${main}/results/${name}`, { method: "POST", body })).text();
