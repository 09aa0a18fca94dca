/** HAR files of `har()` against programs that nobody here wrote: a validator, and Playwright in Chromium. */
// deno-lint-ignore-file no-console -- a skipped test has to say so

import { HTTPClient } from "../../mod.ts";
import { har } from "../../src/telemetry/mod.ts";
import { cassette, MockTransport } from "../../src/testing/mod.ts";
import { installed } from "../runtimes/runtimes.ts";
import { installNpmPackage } from "../support/npm_package.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";

const HOST = "http://api.example";
const CHROMIUM = "/usr/bin/chromium";

/** A session with everything that an entry can be. */
async function session(path: string): Promise<void> {
  const mock = new MockTransport();
  mock.on("GET", "/page", {
    body: "<!doctype html><title>page</title>",
    headers: { "content-type": "text/html; charset=utf-8" },
  });
  mock.on("GET", "/data", { status: 503 }, {
    json: { text: "ü", token: "token-of-the-answer-1" },
    headers: [["set-cookie", "sid=cookie-of-ann-1"], ["content-type", "application/json"]],
  });
  mock.on("GET", "/old", { status: 302, headers: { location: "/data2?x=1" } });
  mock.on("GET", "/data2", { body: "moved" });
  mock.on("POST", "/data", { status: 201, json: { id: 7 } });
  mock.on("GET", "/image", {
    body: new Uint8Array([137, 80, 0, 255]),
    headers: { "content-type": "image/png" },
  });
  mock.on("GET", "/refused", { fail: "connection_refused" });
  mock.on("GET", "/cut", { body: "half", fail: "body_truncated" });
  mock.on("DELETE", "/data", { status: 204 });
  const seen = har();
  await using client = new HTTPClient({
    ...{ transport: mock, use: seen, retryBackoff: 0, baseUrl: HOST },
    headers: { cookie: "theme=dark; sid=cookie-of-ann-1" },
  });
  await client.get("page");
  await client.get("data", { params: { a: ["1", "ü&"] } });
  await client.get("old");
  await client.post("data", { a: 1 });
  await client.post("data", new URLSearchParams({ a: "1" })).catch(() => {});
  await client.get("image");
  await client.delete("data");
  for (const path of ["refused", "cut"]) {
    await assertRejects(() => client.get(path, { maxRetries: 0 }));
  }
  await seen.write(path);
}

Deno.test("a HAR file is what har-validator accepts", async () => {
  const folder = await Deno.makeTempDir();
  await session(`${folder}/run.har`);
  const parsed = JSON.parse(await Deno.readTextFile(`${folder}/run.har`));
  const { default: validate } = await import("npm:har-validator@5.1.5" as string) as {
    default: { har(value: unknown): Promise<unknown> };
  };
  await validate.har(parsed);
  assert(parsed.log.entries.length >= 10);
  await assertRejects(() => validate.har({ log: { ...parsed.log, version: undefined } }));
  // Recordings as HAR are valid as well, those of sockets among them.
  const tape = `${folder}/tape.har`;
  const mock = new MockTransport().on("GET", "/*", () => ({ body: "x" }));
  const client = new HTTPClient({ transport: cassette(tape, { mode: "record", transport: mock }) });
  await client.get(`${HOST}/x`);
  await client.close();
  await validate.har(JSON.parse(await Deno.readTextFile(tape)));
  await Deno.remove(folder, { recursive: true });
});

Deno.test({
  name: "Playwright replays a HAR file in Chromium, and a cassette replays it too",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    if (!await Deno.stat(CHROMIUM).then(() => true, () => false)) {
      console.log("skipped: chromium is not installed (apt-get install chromium)");
      return;
    }
    const folder = await Deno.makeTempDir();
    await session(`${folder}/run.har`);
    await installNpmPackage({ name: "playwright-core", version: "1.65.1" }, folder);
    await Deno.copyFile(new URL("har_browser.mjs", import.meta.url), `${folder}/har_browser.mjs`);
    // After the two cookies of the request.
    const json = `{"text":"ü","token":"REDACTED-3"}`;
    const rows: [call: [method: string, url: string, body?: string], answer: [number, string]][] = [
      [["GET", `${HOST}/page`], [200, "<!doctype html><title>page</title>"]],
      [["GET", `${HOST}/old`], [200, "moved"]],
      [["POST", `${HOST}/data`, `{"a":1}`], [201, `{"id":7}`]],
      [["DELETE", `${HOST}/data`], [204, ""]],
    ];
    const calls = rows.map(([call]) => call);
    const { stdout, stderr } = await new Deno.Command(await installed("Node 24"), {
      args: [`${folder}/har_browser.mjs`, CHROMIUM, `${folder}/run.har`, JSON.stringify(calls)],
      cwd: folder,
    }).output();
    const text = new TextDecoder().decode(stdout);
    if (text === "") throw new Error(new TextDecoder().decode(stderr));
    assertEquals(JSON.parse(text), rows.map(([, answer]) => answer));

    const transport = cassette(`${folder}/run.har`, { mode: "replay" });
    await using client = new HTTPClient({ transport, retryBackoff: 0, baseUrl: HOST });
    const data = await client.get("data", { params: { a: ["1", "ü&"] } });
    const statuses = data.attempts.map(({ statusCode }) => statusCode);
    assertEquals([statuses, data.text], [[503, 200], json]);
    assertEquals((await client.get("old")).text, "moved");
    assertEquals((await client.post("data", { a: 1 })).json(), { id: 7 });
    assertEquals((await client.get("image")).content, new Uint8Array([137, 80, 0, 255]));
    const refused = await assertRejects(() => client.get("refused", { maxRetries: 0 }));
    assertEquals((refused as { code?: string }).code, "connection_refused");
    await Deno.remove(folder, { recursive: true });
  },
});
