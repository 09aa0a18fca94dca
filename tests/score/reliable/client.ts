/**
 * A client of the goals, on any runtime: sends and reads numbers, and prints what came of both
 * directions. Arguments: the URL, and how many messages. The last ones wait for a line on standard input.
 *
 * @module
 */
// deno-lint-ignore-file no-console no-external-import -- a program for several runtimes

import process from "node:process";
import { ReliableClient } from "@codomyrmex/networking/reliable";
import { readNumbers, sendNumbers, type Verdict } from "./traffic.ts";

const [url = "", count = "0"] = process.argv.slice(2);
const client = new ReliableClient(url, {
  timeout: 0.5, // a handshake that is cut at one end says nothing
  maxRetries: 1000, // the first connection is cut as well
  retryBackoff: 0.01,
  maxRetryBackoff: 0.02,
  heartbeat: { every: { milliseconds: 50 }, timeout: { milliseconds: 50 } },
});
let gaps = 0;
client.on("gap", () => gaps++);
const last = new Promise<void>((resolve) => process.stdin.once("data", () => resolve()));
await client.connect();
const [verdict] = await Promise.all([
  readNumbers(client, Number(count)),
  sendNumbers(client, Number(count), last),
]);
const theirs: Verdict = JSON.parse(String(await client.receive()));
console.log(JSON.stringify({ client: verdict, server: theirs, gaps }));
await client.close();
process.exit();
