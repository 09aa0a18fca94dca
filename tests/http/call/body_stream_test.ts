/** A body under the clocks, where the garbage collector has a say. */

import { assertEquals } from "@std/assert";
import { runDeno } from "../../support/gate.ts";

const PROGRAM = `
import { HTTPClient } from "MOD";
import { FakeServer } from "TESTING";
await using server = (await FakeServer.start()).enqueue({
  body: "0123456789",
  fault: "stall_during_response_body",
});
await using client = new HTTPClient({ maxRetries: 0, idleTimeout: { milliseconds: 60 } });
const { body } = await client.stream("GET", server.url);
const reader = body.getReader();
await reader.read();
const end = reader.read().then(() => "read", (error) => error.code);
for (let count = 0; count < 4; count++) {
  gc();
  await new Promise((resolve) => setTimeout(resolve, 5));
}
const late = new Promise((resolve) => setTimeout(() => resolve("it hangs"), 1000));
console.log(await Promise.race([end, late]));
Deno.exit();
`;

const DROPPING = `
import { HTTPClient } from "MOD";
import { FakeServer } from "TESTING";
let ended = 0;
const answer = { body: "x".repeat(1000), fault: "stall_during_response_body" } as const;
await using server = await FakeServer.start((_, connection) => {
  void connection.closed.then(() => ended++);
  return answer;
});
await using client = new HTTPClient({ maxRetries: 0 });
const { signal } = new AbortController();
const drop = async () => (await client.fetch(server.url, { signal })).clone().status;
for (let count = 0; count < 5; count++) await drop();
for (let count = 0; count < 200 && ended < 5; count++) {
  gc();
  await new Promise((resolve) => setTimeout(resolve, 5));
}
console.log(ended);
Deno.exit();
`;

/** What a program prints, which can call the garbage collector. */
async function printed(program: string): Promise<string> {
  const text = program
    .replace("MOD", import.meta.resolve("../../../mod.ts"))
    .replace("TESTING", import.meta.resolve("../../../src/testing/mod.ts"));
  const script = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(script, text);
    const config = new URL("../../../deno.json", import.meta.url).pathname;
    const flags = ["--no-check", "--quiet", "--allow-net=127.0.0.1", "--allow-read"];
    const run = ["run", `--config=${config}`, ...flags, "--v8-flags=--expose-gc", script];
    return (await runDeno(run)).output.trim();
  } finally {
    await Deno.remove(script);
  }
}

Deno.test("a stream ends in time although nobody but its reader holds it", async () => {
  assertEquals(await printed(PROGRAM), "idle_timeout");
});

Deno.test("a response of client.fetch that nobody can read any more frees its connection", async () => {
  assertEquals(await printed(DROPPING), "5");
});
