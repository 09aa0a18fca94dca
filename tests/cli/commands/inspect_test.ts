/** `--inspect`: the page of a command, which stays until Ctrl+C. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { run, serve, start } from "../support.ts";

/** Reads a stream until it has a text; gives all that came. */
async function readUntil(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  isThere: (text: string) => boolean,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  while (!isThere(text)) {
    const { done, value } = await reader.read();
    assert(!done, text);
    text += decoder.decode(value, { stream: true });
  }
  return text;
}

/** What the page has of each call, from the first messages of its stream. */
async function callsOn(url: string): Promise<{ path: string; statusCode?: number }[]> {
  const response = await fetch(`${url}events`);
  const reader = response.body!.getReader();
  const text = await readUntil(reader, (text) => text.includes('"calls":[{'));
  await reader.cancel();
  const line = text.split("\n").find((line) => line.includes('"calls":[{'))!;
  return JSON.parse(line.slice("data: ".length)).calls;
}

const URL_LINE = /Inspector: (http:\/\/127\.0\.0\.1:\d+\/[\da-f]{32}\/)/;

// R23.19
Deno.test("get --inspect shows the call on a page until Ctrl+C, and exits as without", async () => {
  let requests = 0;
  await using server = serve(() => new Response("it", { status: ++requests === 1 ? 503 : 404 }));
  const child = start(["get", `${server.url}/rows`, "--inspect"]);
  const errors = child.stderr.getReader();
  const told = await readUntil(errors, (text) => text.includes("stays open"));
  const [, url] = URL_LINE.exec(told)!;
  const [call] = await callsOn(url!);
  assertEquals([call!.path, call!.statusCode], ["/rows", 404]);
  child.kill("SIGINT");
  assertEquals((await child.status).code, 4);
  assertEquals(await new Response(child.stdout).text(), "it");
  await errors.cancel();
});

Deno.test("a call that fails can be looked at, too", async () => {
  const child = start(["get", "http://127.0.0.1:9/", "--max-retries=0", "--inspect"]);
  const errors = child.stderr.getReader();
  const told = await readUntil(errors, (text) => text.includes("stays open"));
  assertStringIncludes(told, "Cannot GET http://127.0.0.1:9/");
  const [, url] = URL_LINE.exec(told)!;
  assertEquals((await callsOn(url!)).length, 1);
  child.kill("SIGINT");
  assertEquals((await child.status).code, 1);
  await child.stdout.cancel();
  await errors.cancel();
});

Deno.test("demo --inspect shows the misbehaving server, the event stream and the socket", async () => {
  const child = start(["demo", "--inspect"], { flags: ["--allow-net=127.0.0.1"] });
  const output = child.stdout.getReader();
  const told = await readUntil(output, (text) => text.includes("stays open"));
  assertStringIncludes(told, "All 9 are as expected.");
  const [, url] = URL_LINE.exec(told)!;
  const page = await fetch(url!);
  assertMatch(await page.text(), /<title>Inspector<\/title>/);
  const paths = (await callsOn(url!)).map(({ path }) => path);
  for (const path of ["/busy", "/limited", "/slow", "/moved", "/orders", "/prices"]) {
    assert(paths.includes(path), path);
  }
  child.kill("SIGINT");
  assertEquals((await child.status).code, 0);
  await child.stderr.cancel();
  await output.cancel();
});

Deno.test("a page that cannot be served is told before anything is sent", async () => {
  await using server = serve(() => new Response("it"));
  const { host } = new URL(server.url);
  const { code, err } = await run(["get", server.url, "--inspect"], {
    flags: [`--allow-net=${host}`],
  });
  assertEquals(code, 2);
  assertStringIncludes(err, "Cannot serve the inspector's page");
  assertStringIncludes(err, "--allow-net=127.0.0.1");
  const unknown = await run(["demo", "--inspct"]);
  assertEquals([unknown.code, unknown.err.trim()], [
    2,
    "Cannot run demo: unknown option --inspct; did you mean --inspect?",
  ]);
});
