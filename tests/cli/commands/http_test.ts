/** Requests from the command line, with the permission for the network and no other. */

import { applyVerify, transportFor } from "../../../src/cli/line/connection.ts";
import { systemTerminal } from "../../../src/cli/terminal/terminal.ts";
import { UsageError } from "../../../src/cli/terminal/usage_error.ts";
import { denoArgs, inFolder, run, serve, start } from "../support.ts";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";

/** Tells what it was sent. */
async function echo(request: Request): Promise<Response> {
  const { method, url, headers } = request;
  const { pathname, search } = new URL(url);
  const kept = [...headers].filter(([name]) => /^(?:x-|auth|content-type|cookie)/.test(name));
  return Response.json({
    method,
    target: pathname + search,
    headers: Object.fromEntries(kept),
    body: await request.text(),
  });
}

// R23.4, R23.5, R23.9, R23.11, R23.13
Deno.test("each method sends what the items say", async (t) => {
  await using server = serve(echo);
  const json = "application/json";
  const form = "application/x-www-form-urlencoded;charset=UTF-8";
  const rows: [args: string[], sent: unknown][] = [
    [["get", "a==1", "X-A:b"], ["GET", "/?a=1", { "x-a": "b" }, ""]],
    [["", "a==1", "-I"], ["GET", "/?a=1", {}, ""]],
    [["", "a=1"], ["POST", "/", { "content-type": json }, '{"a":"1"}']],
    [["post", "a=1", "b:=[2]"], ["POST", "/", { "content-type": json }, '{"a":"1","b":[2]}']],
    [["post"], ["POST", "/", {}, "input"]],
    [["post", "X-A:1", "a==1"], ["POST", "/?a=1", { "x-a": "1" }, "input"]],
    [["put"], ["PUT", "/", {}, "input"]],
    [["POST"], ["POST", "/", {}, "input"]],
    [["PROPFIND"], ["PROPFIND", "/", {}, "input"]],
    [["post", "-I"], ["POST", "/", {}, ""]],
    [["post", "X-A:@-"], ["POST", "/", { "x-a": "input" }, ""]],
    [["put", "-f", "a=1", "a=2"], ["PUT", "/", { "content-type": form }, "a=1&a=2"]],
    [["patch", "@-", "Content-Type:text/x"], ["PATCH", "/", { "content-type": "text/x" }, "input"]],
    [["delete", "-I"], ["DELETE", "/", {}, ""]],
    [["options"], ["OPTIONS", "/", {}, ""]],
    [["get", "--auth", "ada:pass:word"], [
      "GET",
      "/",
      { authorization: `Basic ${btoa("ada:pass:word")}` },
      "",
    ]],
    [["get", "-a", "t0ken", "-A", "bearer"], ["GET", "/", { authorization: "Bearer t0ken" }, ""]],
    [["get", "-a", "@-", "-A", "bearer"], ["GET", "/", { authorization: "Bearer input" }, ""]],
  ];
  for (const [[command, ...args], sent] of rows) {
    await t.step(`${command} ${args.join(" ")}`, async () => {
      const given = [...command === "" ? [] : [command!], server.url, ...args];
      const { code, out, err } = await run(given, { input: "input" });
      assertEquals([code, err], [0, ""]);
      const { method, target, headers, body } = JSON.parse(out);
      assertEquals([method, target, headers, body], sent as unknown[]);
    });
  }
});

Deno.test("files are sent as a part and as a body, and hold credentials", async () => {
  await using server = serve(echo);
  await inFolder(async (cwd) => {
    await Deno.writeTextFile(`${cwd}/note.json`, '{"a":1}');
    await Deno.writeTextFile(`${cwd}/credentials`, "ada:engine\n");
    const options = { cwd, flags: ["-N", "-R"] };
    const parts = await run(["post", server.url, "--multipart", "up@note.json", "a=1"], options);
    const { headers, body } = JSON.parse(parts.out);
    assert(headers["content-type"].startsWith("multipart/form-data"));
    assertStringIncludes(body, 'name="up"; filename="note.json"');
    assertStringIncludes(body, 'name="a"\r\n\r\n1\r\n');
    const args = ["post", server.url, "@note.json", "--auth", "@credentials"];
    const whole = JSON.parse((await run(args, options)).out);
    assertEquals(whole.headers["content-type"], "application/json");
    assertEquals([whole.body, whole.headers.authorization], [
      '{"a":1}',
      `Basic ${btoa("ada:engine")}`,
    ]);
  });
});

// R23.21
Deno.test("in a pipe the body comes out alone, byte for byte, as it arrives", async () => {
  const body = new Uint8Array(300_000).map((_, index) => index % 256);
  const { promise: seen, resolve: goOn } = Promise.withResolvers<void>();
  await using server = serve((request) => {
    if (request.url.endsWith("/bytes")) return new Response(body);
    return new Response(
      new ReadableStream({
        async start(controller) {
          controller.enqueue(new TextEncoder().encode("first\n"));
          await seen;
          controller.close();
        },
      }),
    );
  });
  const { bytes, err } = await run(["get", `${server.url}/bytes`]);
  assertEquals(err, "");
  assert(bytes.every((byte, index) => byte === body[index]) && bytes.length === body.length);
  await using child = start([`${server.url}/stream`]);
  const reader = child.stdout.getReader();
  assertEquals(new TextDecoder().decode((await reader.read()).value), "first\n");
  goOn();
  await reader.cancel();
  await child.stderr.cancel();
});

Deno.test("the head is printed when asked for, and for head", async () => {
  await using server = serve(() => new Response("body", { headers: { "x-a": "b" } }));
  for (const args of [["get", server.url, "--headers"], ["head", server.url]]) {
    const { code, out } = await run(args);
    assertEquals(code, 0);
    assertStringIncludes(out, "200 OK\n");
    assertStringIncludes(out, "x-a: b\n");
    assert(!out.includes("body"));
  }
  assertEquals((await run(["get", server.url, "--body"])).out, "body");
});

// R23.12
Deno.test("Host is sent in the place of the URL's host, or it is said that it cannot be", async (t) => {
  await using server = serve((request) =>
    request.headers.get("accept") === "text/event-stream"
      ? new Response(`data: ${request.headers.get("host")}\n\n`, {
        headers: { "content-type": "text/event-stream" },
      })
      : new Response(request.headers.get("host"))
  );
  const { host } = new URL(server.url);
  for (const item of ["Host:app.example", "host: app.example", "HOST:app.example"]) {
    await t.step(item, async () => {
      const { code, out, err } = await run(["get", server.url, item]);
      assertEquals([code, out], [0, "app.example"], err);
    });
  }
  await t.step("with a body", async () => {
    assertEquals((await run([server.url, "Host:app.example", "a=1"])).out, "app.example");
  });
  await t.step("taken away again", async () => {
    assertEquals((await run(["get", server.url, "Host:"])).out, host);
  });
  await t.step("for events", async () => {
    const { code, out, err } = await run(["events", server.url, "Host:app.example", "--count=1"]);
    assertEquals([code, JSON.parse(out || "{}").data], [0, "app.example"], err);
  });
  await t.step("in the command for curl", async () => {
    const { code, out } = await run(["get", server.url, "Host:app.example", "--curl"]);
    assertEquals(code, 0);
    assertStringIncludes(out.toLowerCase(), "host: app.example");
  });
  await t.step("not for a socket", async () => {
    const { code, err } = await run(["ws", server.url.replace("http", "ws"), "Host:app.example"]);
    assertEquals(code, 2);
    assertStringIncludes(err, "Cannot send the header Host with ws: ");
  });
});

// R23.12, R23.20
Deno.test("a runtime without an option for it says so before anything is sent", async (t) => {
  const node = {}; // as Node and Bun have it
  const host = { headers: [["Host", "app.example"]] as const };
  const rows: [
    values: Record<string, string>,
    items: typeof host | Record<never, never>,
    why: string,
  ][] = [
    [{}, host, "Cannot send the header Host"],
    [{ proxy: "http://127.0.0.1:1" }, {}, "Cannot use --proxy on this runtime"],
    [{ ca: "ca.pem" }, {}, "Cannot use --ca on this runtime"],
    [{ cert: "c.pem", "cert-key": "k.pem" }, host, "Cannot use --cert on this runtime"],
  ];
  for (const [values, items, why] of rows) {
    await t.step(why, async () => {
      await assertRejects(
        () => transportFor(values, items, systemTerminal(), node),
        UsageError,
        why,
      );
    });
  }
  await t.step("--verify no on Deno", () => {
    const run = () => applyVerify({ verify: "no" }, () => {}, { Deno: {} });
    assertThrows(run, UsageError, "--unsafely-ignore-certificate-errors");
  });
});

// R23.15
Deno.test("--verbose tells of requests, redirects, waits and attempts, and of no secret", async () => {
  let visits = 0;
  await using server = serve((request) => {
    if (request.url.includes("/from")) {
      return new Response(null, { status: 302, headers: { location: "/to?token=secret" } });
    }
    return ++visits === 1
      ? new Response("busy", { status: 503, headers: { "retry-after": "0" } })
      : new Response("there");
  });
  const args = ["get", `${server.url}/from`, "-v", "--auth", "ada:secret", "X-Api-Key:secret"];
  const { code, out, err } = await run(args);
  assertEquals([code, out], [0, "there"]);
  for (
    const part of [
      `GET ${server.url}/from\n`,
      "x-api-key: [redacted]\n",
      "authorization: [redacted]\n",
      `302 redirects to ${server.url}/to?token=[redacted]\n`,
      "Waited ",
      "attempt 1: 503 in ",
      "attempt 2: 200 in ",
    ]
  ) assertStringIncludes(err, part);
  assert(!err.includes("secret"), err);
  assertStringIncludes((await run([...args, "--secrets"])).err, "x-api-key: secret");
});

Deno.test("--verbose tells of the attempts of a call that failed", async () => {
  await using server = serve(({ signal }) =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve(new Response())))
  );
  const { code, err } = await run([server.url, "-v", "--timeout", "0.1", "--max-retries", "0"]);
  assertEquals(code, 1);
  assertStringIncludes(err, "attempt 1: attempt_timeout in 1");
});

// R23.14
Deno.test("redirects are followed, up to --max-redirects", async () => {
  await using server = serve((request) =>
    request.url.endsWith("/to")
      ? new Response("there")
      : new Response(null, { status: 302, headers: { location: "/to" } })
  );
  assertEquals((await run(["get", server.url])).out, "there");
  assertEquals((await run(["get", server.url, "--max-redirects", "0"])).code, 3);
});

// R23.13
Deno.test("--auth-type digest answers a challenge", async () => {
  await using server = serve((request) => {
    const given = request.headers.get("authorization");
    const challenge = 'Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256';
    return given === null
      ? new Response(null, { status: 401, headers: { "www-authenticate": challenge } })
      : new Response(given.slice(0, 21));
  });
  const { out } = await run(["get", server.url, "-a", "ada:engine", "-A", "digest"]);
  assertEquals(out, 'Digest username="ada"');
});

// R23.15
Deno.test("--curl prints the command with its body and sends nothing, without secrets unless asked", async () => {
  let requests = 0;
  await using server = serve(() => (requests++, new Response()));
  const args = ["post", server.url, "a=it's", "--auth", "ada:engine", "q==1", "--curl"];
  const { code, out } = await run(args, { flags: [] });
  assertEquals(code, 0);
  assertEquals(
    out,
    `curl --globoff --request 'POST' --url '${server.url}/?q=1' \\\n` +
      "  --header 'content-type: application/json' \\\n" +
      "  --header 'authorization: [redacted]' \\\n" +
      `  --data-raw '{"a":"it'\\''s"}'\n`,
  );
  const open = await run([...args, "--secrets"], { flags: [] });
  assertStringIncludes(open.out, `authorization: Basic ${btoa("ada:engine")}`);
  assertStringIncludes(open.out, `--data-raw '{"a":"it'\\''s"}'`);
  assertEquals(requests, 0);
});

// R23.17
Deno.test("--paginate prints the items of all pages, one a line", async () => {
  await using server = serve((request) => {
    const { searchParams, pathname } = new URL(request.url);
    const page = Number(searchParams.get("page") ?? 1);
    const items = [{ id: page * 2 - 1 }, { id: page * 2 }];
    const link = `<${pathname}?page=${page + 1}>; rel="next"`;
    const body = pathname === "/deep" ? { data: { items } } : items;
    return Response.json(body, { headers: page < 3 ? { link } : {} });
  });
  const lines = [1, 2, 3, 4, 5, 6].map((id) => `{"id":${id}}\n`).join("");
  assertEquals((await run(["get", server.url, "--paginate"])).out, lines);
  const deep = ["get", `${server.url}/deep`, "--paginate-items"];
  assertEquals((await run([...deep, "data.items"])).out, lines);
  const wrong = await run([...deep, "data.rows"]);
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.err, "there is no array at data.rows");
});

// R23.2
Deno.test("Ctrl+C ends a request with 130, and head ends it without an error", async () => {
  await using server = serve(() =>
    new Response(
      new ReadableStream({
        pull(controller) {
          controller.enqueue(new TextEncoder().encode("line\n"));
        },
      }),
    )
  );
  for (const signal of ["SIGINT", undefined] as const) {
    await using child = start(["get", server.url]);
    const reader = child.stdout.getReader();
    await reader.read();
    if (signal !== undefined) {
      child.kill(signal);
      while (!(await reader.read()).done);
    } else await reader.cancel();
    const { code } = await child.status;
    const err = await new Response(child.stderr).text();
    assertEquals([code, err], [signal === undefined ? 0 : 130, ""]);
  }
});

Deno.test("output that cannot be written is an error in one line", {
  ignore: !(await new Deno.Command("sh", { args: ["-c", "test -c /dev/full"] }).output()).success,
}, async () => {
  await using server = serve(() => new Response("body"));
  const [command, ...args] = [Deno.execPath(), ...denoArgs(["get", server.url])];
  const script = 'exec "$@" > /dev/full';
  const { code, stderr } = await new Deno.Command("sh", {
    args: ["-c", script, "sh", command, ...args],
    stdout: "null",
    stderr: "piped",
  }).output();
  const err = new TextDecoder().decode(stderr);
  assertEquals([code, err.split("\n").length], [1, 2], err);
  assertStringIncludes(err, "No space left");
});
