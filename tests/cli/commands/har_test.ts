/** `--har FILE`: what a command sent and received, as a file. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { run, serve, start } from "../support.ts";

const FLAGS = ["-N", "-R", "-W"];

async function entriesOf(path: string): Promise<
  { request: { url: string }; response: { status: number; content: { text?: string } } }[]
> {
  return JSON.parse(await Deno.readTextFile(path)).log.entries;
}

// R23.19
Deno.test("get --har FILE writes every attempt, also when the call fails, and no secret", async () => {
  const cwd = await Deno.makeTempDir();
  let requests = 0;
  await using server = serve(() =>
    ++requests === 1
      ? new Response("later", { status: 503 })
      : new Response("it", { headers: { "set-cookie": "sid=cookie-of-the-server" } })
  );
  const options = { cwd, flags: FLAGS };
  const path = `${cwd}/run.har`;
  const args = [
    "get",
    `${server.url}/rows?token=s3cret-value`,
    "--har",
    "run.har",
    "-a",
    "ann:passw0rd",
  ];
  assertEquals((await run(args, options)).code, 0);
  const found = await entriesOf(path);
  assertEquals(found.map(({ response }) => response.status), [503, 200]);
  assertEquals(found[1]!.response.content.text, "it");
  const text = await Deno.readTextFile(path);
  for (const secret of ["s3cret-value", "passw0rd", btoa("ann:passw0rd"), "cookie-of-the-server"]) {
    assertEquals(text.includes(secret), false, secret);
  }
  const refused = ["get", "http://127.0.0.1:9/", "--max-retries=0", "--har=run.har"];
  assertEquals((await run(refused, options)).code, 1);
  assertEquals((await entriesOf(path)).map(({ response }) => response.status), [0]);
  await Deno.remove(cwd, { recursive: true });
});

Deno.test("a file that cannot be written is told before anything is sent", async () => {
  const cwd = await Deno.makeTempDir();
  let requests = 0;
  await using server = serve(() => (requests++, new Response("it")));
  const { code, err } = await run(["get", server.url, "--har", "none/run.har"], {
    cwd,
    flags: FLAGS,
  });
  assertEquals([code !== 0, requests], [true, 0]);
  assertStringIncludes(err, "none/run.har");
  const denied = await run(["get", server.url, "--har", "run.har"], { cwd });
  assertEquals([denied.code !== 0, requests], [true, 0]);
  assertStringIncludes(denied.err, "--allow-");
  await Deno.remove(cwd, { recursive: true });
});

// R23.19
Deno.test("Ctrl+C leaves the file as well", async () => {
  const cwd = await Deno.makeTempDir();
  const asked = Promise.withResolvers<void>();
  const over = Promise.withResolvers<Response>();
  await using server = serve(() => {
    asked.resolve();
    return over.promise;
  });
  const child = start(["get", `${server.url}/slow`, "--har", "run.har"], { cwd, flags: FLAGS });
  await asked.promise;
  child.kill("SIGINT");
  const { code } = await child.output();
  over.resolve(new Response("late"));
  assertEquals(code, 130);
  const [entry] = await entriesOf(`${cwd}/run.har`);
  assert(entry!.request.url.endsWith("/slow"));
  assertEquals(entry!.response.status, 0);
  await Deno.remove(cwd, { recursive: true });
});
