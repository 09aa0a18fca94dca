/** `--download`: names, resuming, and what is left of one that failed. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { FakeServer } from "../../../src/testing/mod.ts";
import { inFolder, run, serve, start } from "../support.ts";

const FLAGS = ["-N", "-R", "-W"];

// R23.16
Deno.test("--download names the file by the URL, and replaces no other by itself", async () => {
  await using server = serve(() => new Response("content"));
  await inFolder(async (cwd) => {
    const args = ["get", `${server.url}/dir/report.txt?x=1`, "--download"];
    const first = await run(args, { cwd, flags: FLAGS });
    assertEquals([first.code, first.out, first.err], [0, "", "Saved 7 B to report.txt\n"]);
    assertEquals(await Deno.readTextFile(`${cwd}/report.txt`), "content");
    const second = await run(args, { cwd, flags: FLAGS });
    assertEquals(second.code, 2);
    assertStringIncludes(second.err, "Cannot download to report.txt: the file already exists");
    const third = await run([...args, "-o", "report.txt"], { cwd, flags: FLAGS });
    assertEquals(third.code, 0, third.err);
    assertEquals((await Array.fromAsync(Deno.readDir(cwd))).length, 1);
  });
});

// R23.16
Deno.test("a download of a status other than 2xx writes nothing, and exits with its code", async () => {
  await using server = serve(() => new Response("none", { status: 404 }));
  await inFolder(async (cwd) => {
    const { code, err } = await run(["get", server.url, "-o", "a"], { cwd, flags: FLAGS });
    assertEquals(code, 4);
    assertStringIncludes(err, "404 Not Found");
    assertEquals(await Array.fromAsync(Deno.readDir(cwd)), []);
  });
});

// R23.16
Deno.test("--resume goes on where a download that failed has stopped", async () => {
  const body = "x".repeat(50_000) + "y".repeat(50_000);
  const headers = { ETag: '"1"', "Content-Type": "text/plain" };
  await using server = await FakeServer.start((request) => {
    const range = /^bytes=(\d+)-$/.exec(request.header("range") ?? "");
    if (range === null) return { headers, body, fault: "disconnect_during_response_body" };
    const from = Number(range[1]);
    const contentRange = `bytes ${from}-${body.length - 1}/${body.length}`;
    return {
      status: 206,
      headers: { ...headers, "Content-Range": contentRange },
      body: body.slice(from),
    };
  });
  await inFolder(async (cwd) => {
    const args = ["get", `${server.origin}/big`, "--download", "--resume"];
    const broken = await run([...args, "--max-retries", "0"], { cwd, flags: FLAGS });
    assertEquals(broken.code, 1);
    assertStringIncludes(broken.err, "before the response body was complete");
    const { code, err } = await run(args, { cwd, flags: FLAGS });
    assertEquals([code, err], [0, "Saved 97.7 KiB to big\n"]);
    assertEquals(await Deno.readTextFile(`${cwd}/big`), body);
    assertEquals(server.requests.map((request) => request.header("range")), [
      undefined,
      "bytes=50000-",
    ]);
  });
});

// R23.16
Deno.test("Ctrl+C ends a download with 130 and takes away what it has", async () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  await using server = await FakeServer.start(() => {
    resolve();
    return { body: "x".repeat(1000), fault: "stall_during_response_body" };
  });
  await inFolder(async (cwd) => {
    await using child = start(["get", server.url, "-o", "a"], { cwd, flags: FLAGS });
    await asked;
    while ((await Array.fromAsync(Deno.readDir(cwd))).length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    child.kill("SIGINT");
    const { code, stderr } = await child.output();
    assertEquals([code, new TextDecoder().decode(stderr)], [130, ""]);
    assertEquals(await Array.fromAsync(Deno.readDir(cwd)), []);
    assert(server.requests.length === 1);
  });
});
