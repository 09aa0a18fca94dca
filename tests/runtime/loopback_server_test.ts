/** The small server on loopback: where it listens, what it refuses, how it ends. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { canServe, serveLoopback } from "../../src/runtime/loopback_server.ts";

Deno.test("it listens on 127.0.0.1 alone, and ends with its connections", async () => {
  assert(canServe());
  const server = await serveLoopback(0, ({ url, headers }, response) => {
    response.writeHead(200, { "content-type": "text/plain" });
    response.write(`${url} `); // and never ends
    assertEquals(headers.host, `127.0.0.1:${server.port}`);
  });
  const response = await fetch(`http://127.0.0.1:${server.port}/a?b`);
  const reader = response.body!.getReader();
  assertEquals(new TextDecoder().decode((await reader.read()).value), "/a?b ");
  await server.close();
  await assertRejects(() => reader.read());
  await assertRejects(() => fetch(`http://127.0.0.1:${server.port}/`), TypeError);
});

Deno.test("a port that is taken rejects", async () => {
  const server = await serveLoopback(0, () => {});
  await assertRejects(() => serveLoopback(server.port, () => {}), Error, "EADDRINUSE");
  await server.close();
});

Deno.test("a missing permission rejects, and does not end the program", async () => {
  const module = new URL("../../src/runtime/loopback_server.ts", import.meta.url).href;
  const code = `import { serveLoopback } from ${JSON.stringify(module)};
    await serveLoopback(0, () => {}).catch(({ name }) => console.log(name));
    console.log("it goes on");`;
  const args = ["run", "--quiet", "--no-prompt", "--no-check", "--no-config", "--allow-read", "-"];
  const child = new Deno.Command(Deno.execPath(), {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(code));
  await writer.close();
  const { stdout } = await child.output();
  assertEquals(new TextDecoder().decode(stdout), "NotCapable\nit goes on\n");
});

Deno.test("a server in the background lets the program end", async () => {
  const module = new URL("../../src/runtime/loopback_server.ts", import.meta.url).href;
  for (const isBackground of [true, false]) {
    const code = `import { serveLoopback } from ${JSON.stringify(module)};
      await serveLoopback(0, () => {}, { isBackground: ${isBackground} });
      console.log("listening");`;
    const args = ["eval", "--quiet", "--no-check", "--no-config", code];
    const child = new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
    const reader = child.stdout.getReader();
    assertEquals(new TextDecoder().decode((await reader.read()).value), "listening\n");
    if (!isBackground) child.kill("SIGKILL");
    assertEquals((await child.status).success, isBackground);
    await reader.cancel();
  }
});
