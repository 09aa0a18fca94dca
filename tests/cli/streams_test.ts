/** `ws` and `events` in pipes. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { run, serve, start } from "./support.ts";

/** Echoes; does what some messages say. */
function echo(request: Request): Response {
  const who = request.headers.get("x-key") + new URL(request.url).search;
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onmessage = ({ data }) => {
    if (data === "bye") socket.close(1000);
    else if (data === "die") socket.close(1011, "broken");
    else if (data === "bytes") socket.send(new Uint8Array([1, 2, 255]));
    else if (data === "who") socket.send(who);
    else socket.send(`echo ${data}`);
  };
  return response;
}

// R23.24
Deno.test("ws sends the lines of its input, prints what comes, and closes when it is quiet", async () => {
  await using server = serve(echo);
  const url = server.url.replace("http", "ws");
  const args = ["ws", url, "--wait", "0.1"];
  const { code, out, err } = await run(args, { input: "one\ntwo\r\n\nthree" });
  assertEquals([code, out, err], [0, "echo one\necho two\necho \necho three\n", ""]);
  const bytes = await run(args, { input: "bytes\n" });
  assertEquals([...bytes.bytes], [1, 2, 255]);
  const asked = await run([...args, "X-Key:k", "a==1", "-v"], { input: "who\n" });
  assertEquals([asked.code, asked.out], [0, "k?a=1\n"]);
  assertStringIncludes(asked.err, "x-key: [redacted]\n");
});

// R23.24
Deno.test("ws ends with the connection, and says so when that was lost", async () => {
  await using server = serve(echo);
  const url = server.url.replace("http", "ws");
  for (const [word, code] of [["bye", 0], ["die", 1]] as const) {
    await using child = start(["ws", url], { input: new ReadableStream() });
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(`${word}\n`)); // and input does not end
    const [{ code: found }, err] = await Promise.all([
      child.status,
      new Response(child.stderr).text(),
      child.stdout.cancel(),
    ]);
    assertEquals(found, code, err);
    assertEquals(err.split("\n").length - 1, code, err);
    await writer.abort().catch(() => {});
  }
});

// R23.25
Deno.test("events prints a line of JSON for each, and goes on from the last", async () => {
  await using server = serve((request) => {
    if (request.method === "POST") {
      return new Response("data: posted\n\n", { headers: { "content-type": "text/event-stream" } });
    }
    const last = Number(request.headers.get("last-event-id") ?? 0);
    if (last >= 4) return new Response(null, { status: 204 });
    const text = [last + 1, last + 2].map((id) => `event: n\nid: ${id}\ndata: a\ndata: ${id}\n\n`);
    return new Response(`retry: 1\n${text.join("")}`, {
      headers: { "content-type": "text/event-stream" },
    });
  });
  const line = (id: number) => `{"type":"n","data":"a\\n${id}","lastEventId":"${id}"}\n`;
  const rows: [args: string[], out: string][] = [
    [[], [1, 2, 3, 4].map(line).join("")],
    [["--count", "3"], [1, 2, 3].map(line).join("")],
    [["--count", "0"], ""],
    [["--last-event-id", "2"], [3, 4].map(line).join("")],
    [["--no-reconnect"], [1, 2].map(line).join("")],
    [["a=1"], '{"type":"message","data":"posted","lastEventId":""}\n'],
  ];
  for (const [args, expected] of rows) {
    const { code, out, err } = await run(["events", server.url, ...args]);
    assertEquals([code, out, err], [0, expected, ""], args.join(" "));
  }
});

Deno.test("events exits with the code of a status, and tells of another media type", async () => {
  await using server = serve((request) =>
    request.url.endsWith("/json") ? Response.json(1) : new Response(null, { status: 404 })
  );
  assertEquals((await run(["events", server.url])).code, 4);
  const { code, err } = await run(["events", `${server.url}/json`]);
  assertEquals(code, 1);
  assertStringIncludes(err, "must be text/event-stream");
});

// R23.2
Deno.test("Ctrl+C ends ws and events with 130", async () => {
  await using server = serve((request) =>
    request.headers.get("upgrade") === "websocket" ? echo(request) : new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode("data: 1\n\n")),
      }),
      { headers: { "content-type": "text/event-stream" } },
    )
  );
  for (const command of ["ws", "events"]) {
    const url = server.url.replace("http", command === "ws" ? "ws" : "http");
    await using child = start([command, url], { input: new ReadableStream() });
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode("a\n"));
    const reader = child.stdout.getReader();
    await reader.read(); // it is connected
    child.kill("SIGINT");
    const [{ code }, err] = await Promise.all([
      child.status,
      new Response(child.stderr).text(),
      reader.cancel(),
    ]);
    assertEquals([code, err], [130, ""], command);
    await writer.abort().catch(() => {});
  }
});
