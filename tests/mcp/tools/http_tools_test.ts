/** The tools for HTTP: what they give, in which pieces, and what they refuse. */
// deno-lint-ignore-file camelcase -- tools have the names that agents know

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { basicAuth, bearerAuth } from "../../../mod.ts";
import { FakeClock } from "../../../src/testing/mod.ts";
import { drip, serve } from "../../support/server.ts";
import { testTools } from "../support.ts";

// R22.9
Deno.test("a body is given by its type, or as it is asked for", async (t) => {
  const rows: [
    name: string,
    type: string | null,
    body: string | number[],
    input: object,
    shown: object,
  ][] = [
    ["JSON", "application/json", '{"a":[1]}', {}, { json: { a: [1] }, bytes: 9 }],
    ["JSON as text", "application/json", "[1]", { format: "text" }, { text: "[1]", bytes: 3 }],
    ["JSON that is none", "application/json", "{", {}, { text: "{", bytes: 1 }],
    ["problem details", "application/problem+json", "{}", {}, { json: {}, bytes: 2 }],
    ["text", "text/plain", "grüß", {}, { text: "grüß", bytes: 6 }],
    ["Latin-1", "text/html; charset=iso-8859-1", [0xfc], {}, { text: "ü", bytes: 1 }],
    ["no type, text", null, "plain", {}, { text: "plain", bytes: 5 }],
    ["no type, bytes", null, [0, 1], { format: "base64" }, { base64: "AAE=", bytes: 2 }],
    ["an image", "image/png", [137, 80], { format: "base64" }, { base64: "iVA=", bytes: 2 }],
    ["text as base64", "text/plain", "ab", { format: "base64" }, { base64: "YWI=", bytes: 2 }],
    ["nothing", "text/plain", "", {}, { text: "", bytes: 0 }],
  ];
  for (const [name, type, body, input, shown] of rows) {
    await t.step(name, async () => {
      const bytes = typeof body === "string"
        ? new TextEncoder().encode(body)
        : Uint8Array.from(body);
      await using server = serve(() =>
        new Response(bytes, { headers: type === null ? {} : { "content-type": type } })
      );
      await using tools = await testTools();
      const result = await tools.call("http_get", { url: `${server.origin}/`, ...input });
      const { text, json, base64, bytes: count } = result;
      assertEquals(
        Object.fromEntries(
          Object.entries({ text, json, base64, bytes: count })
            .filter(([, value]) => value !== undefined),
        ),
        shown,
      );
      assertEquals([result.status, result.truncated, result.total_bytes], [
        200,
        "no",
        bytes.length,
      ]);
    });
  }
});

Deno.test("what a result says beside the body", async () => {
  await using server = serve((_request, path) =>
    path === "/old"
      ? new Response(null, { status: 301, headers: { location: "/new?token=t0psecret" } })
      : new Response("x", { status: 404, headers: { "x-a": "1", "set-cookie": "s=1" } })
  );
  await using tools = await testTools();
  const { notice, headers, ...rest } = await tools.call("http_get", {
    url: `${server.origin}/old`,
  });
  assertStringIncludes(String(notice), "not instructions");
  assertEquals([Object(headers)["x-a"], Object(headers)["set-cookie"]], ["1", "[redacted]"]);
  assertEquals(rest, {
    url: `${server.origin}/new?token=[redacted]`,
    status: 404,
    redirects: [`${server.origin}/old`],
    attempts: 1,
    offset: 0,
    total_bytes: 1,
    truncated: "no",
    text: "x",
    bytes: 1,
  });
  const head = await tools.call("http_get", { url: `${server.origin}/new`, method: "HEAD" });
  assertEquals([head.status, head.bytes, head.truncated], [404, 0, "no"]);
});

// R22.11
Deno.test("a long body comes in pieces that are the whole when joined", async (t) => {
  const text = "aß€😀".repeat(3_000); // 10 bytes each
  const bytes = new TextEncoder().encode(text);
  const servers: [name: string, answer: (request: Request) => Response][] = [
    ["with ranges", (request) => {
      const headers = { etag: '"1"', "accept-ranges": "bytes", "content-type": "text/plain" };
      const [, first, last] = /bytes=(\d+)-(\d*)/.exec(request.headers.get("range") ?? "") ?? [];
      if (first === undefined) return new Response(bytes, { headers });
      const end = Math.min(Number(last), bytes.length - 1);
      return new Response(bytes.slice(Number(first), end + 1), {
        status: 206,
        headers: { ...headers, "content-range": `bytes ${first}-${end}/${bytes.length}` },
      });
    }],
    ["without", () => new Response(bytes, { headers: { "content-type": "text/plain" } })],
    [
      "packed, of unknown length",
      () =>
        new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip")), {
          headers: { "content-type": "text/plain", "content-encoding": "gzip", etag: '"1"' },
        }),
    ],
  ];
  for (const [name, answer] of servers) {
    for (const size of [7, 4_999, 30_000, 40_000]) {
      if (size === 7 && name !== "with ranges") continue; // a read of all, 5,000 times
      await t.step(`${name}, ${size} bytes each`, async () => {
        await using server = serve(answer);
        await using tools = await testTools({
          credentials: { it: bearerAuth("unused-token", { origins: [server.origin] }) },
        });
        const pieces: string[] = [];
        let cursor: unknown;
        do {
          const input = {
            url: `${server.origin}/`,
            max_bytes: size,
            ...(cursor !== undefined && { cursor }),
          };
          const piece = await tools.call("http_get", input);
          assert(Number(piece.bytes) <= size);
          assertEquals(piece.status, 200);
          pieces.push(String(piece.text));
          assertEquals(piece.truncated, piece.next_cursor === undefined ? "no" : "bytes");
          cursor = piece.next_cursor;
        } while (cursor !== undefined && pieces.length < 10_000);
        assert(pieces.join("") === text);
      });
    }
  }
});

// R22.11
Deno.test("a cursor that leads nowhere is refused", async () => {
  let tag = '"1"';
  await using server = serve(() => new Response("x".repeat(1000), { headers: { etag: tag } }));
  await using tools = await testTools();
  const url = `${server.origin}/a`;
  const { next_cursor: cursor } = await tools.call("http_get", { url, max_bytes: 10 });
  tag = '"2"';
  assertStringIncludes(await tools.fail("http_get", { url, cursor }), "has changed");
  for (const [where, wrong] of [[`${server.origin}/b`, cursor], [url, "bm9uZQ"], [url, "%"]]) {
    assertStringIncludes(
      await tools.fail("http_get", { url: where, cursor: wrong }),
      "must be the next_cursor of a result for the same URL",
    );
  }
});

// R22.1
Deno.test("wrong arguments are told before anything is sent", async (t) => {
  await using server = serve(() => new Response("x"));
  await using tools = await testTools({
    policy: { methods: ["GET", "POST"] },
    credentials: { it: bearerAuth("t0ken-of-it", { origins: ["https://api.example"] }) },
  });
  const url = `${server.origin}/`;
  const rows: [tool: string, input: unknown, message: string][] = [
    ["http_get", {}, '"url"'],
    ["http_get", { url, max_byte: 1 }, "did you mean max_bytes?"],
    ["http_get", { url, max_bytes: 0 }, "max_bytes: 0 is less than 1"],
    ["http_get", { url, max_bytes: 2 ** 30 }, "max_bytes"],
    ["http_get", { url, timeout_seconds: 1e6 }, "timeout_seconds"],
    ["http_get", { url, method: "POST" }, "method"],
    ["http_get", "no object", "must be an object"],
    ["http_get", { url: "/relative" }, "invalid_url"],
    ["http_get", { url: "ftp://127.0.0.1/" }, "invalid_url"],
    ["http_get", { url, headers: { Authorization: "Bearer x" } }, "name one in auth"],
    ["http_get", { url, headers: { cookie: "a=b" } }, "name one in auth"],
    ["http_get", { url, headers: { "x-a": "1\r\nx-b: 2" } }, "header"],
    ["http_request", { url, method: "POST", json: 1, text: "x" }, "json and text"],
    ["http_request", { url, method: "POST", base64: "%%" }, "base64"],
    ["http_request", { url, method: "PUT" }, "method"],
  ];
  for (const [tool, input, message] of rows) {
    await t.step(`${tool} ${JSON.stringify(input)}`, async () => {
      assertStringIncludes(await tools.fail(tool, input), message);
    });
  }
  assertEquals(server.requests, []);
});

// R22.2
Deno.test("http_request sends what it is given, and is not there without a method for it", async () => {
  const seen: unknown[] = [];
  await using server = serve(async (request) => {
    const { method, headers } = request;
    seen.push([
      method,
      headers.get("content-type"),
      headers.get("idempotency-key"),
      await request.text(),
    ]);
    return Response.json({ done: true });
  });
  await using tools = await testTools({ policy: { methods: ["POST", "PUT"] } });
  assertEquals(tools.tools.map(({ name }) => name), ["http_request"]);
  const url = `${server.origin}/`;
  const rows = [
    { method: "POST", json: { a: null } },
    { method: "PUT", text: "<a/>", content_type: "text/xml" },
    { method: "POST", base64: "AQI=", idempotency_key: "k1" },
    { method: "POST" },
  ];
  for (const row of rows) {
    const { json } = await tools.call("http_request", { url, ...row });
    assertEquals(json, { done: true });
  }
  assertEquals(seen, [
    ["POST", "application/json", null, '{"a":null}'],
    ["PUT", "text/xml", null, "<a/>"],
    ["POST", null, "k1", "\x01\x02"],
    ["POST", null, null, ""],
  ]);
  await using reading = await testTools();
  assertEquals(reading.tools.map(({ name }) => name), [
    "http_get",
    "sse_read",
    "websocket_exchange",
  ]);
});

// R22.15, R22.16
Deno.test("credentials go where they are for, and are not shown wherever a server echoes them", async (t) => {
  const token = "s3cret-token-of-ada";
  await using other = serve((request) =>
    new Response(request.headers.get("authorization") ?? "none")
  );
  await using server = serve((request, path) => {
    const echo = request.headers.get("authorization") ?? "none";
    if (path === "/away") return Response.redirect(`${other.origin}/`);
    if (path === "/header") return new Response("", { headers: { "x-echo": echo } });
    if (path === "/json") return Response.json({ [path]: [echo, encodeURIComponent(`${echo}/`)] });
    if (path === "/events") {
      return new Response(`data: ${echo}\n\n`, {
        headers: { "content-type": "text/event-stream" },
      });
    }
    return new Response(`${"x".repeat(20)}${echo}${"y".repeat(20)}`);
  });
  const origins = [server.origin];
  await using tools = await testTools({
    credentials: {
      bearer: bearerAuth(token, { origins }),
      basic: basicAuth("ada", token, { origins }),
    },
  });
  const isShown = (result: unknown) => JSON.stringify(result).includes(token.slice(0, 8));
  for (const auth of ["bearer", "basic"]) {
    for (const path of ["/", "/header", "/json", "/away"]) {
      await t.step(`${auth} ${path}`, async () => {
        const result = await tools.call("http_get", { url: server.origin + path, auth });
        assert(!isShown(result), JSON.stringify(result));
        if (path === "/away") assertEquals(result.text, "none");
      });
    }
    await t.step(`${auth} in pieces of one byte`, async () => {
      let [text, cursor]: [string, unknown] = ["", undefined];
      do {
        const input = {
          url: `${server.origin}/`,
          auth,
          max_bytes: 1,
          ...(cursor !== undefined && { cursor }),
        };
        const piece = await tools.call("http_get", input);
        text += String(piece.text);
        cursor = piece.next_cursor;
      } while (cursor !== undefined);
      assert(/^x{20}\w+ \*+y{20}$/.test(text), text);
    });
  }
  const { events } = await tools.call("sse_read", {
    url: `${server.origin}/events`,
    auth: "bearer",
  });
  assert(!isShown(events));
  const refused = await tools.fail("http_get", { url: `${other.origin}/`, auth: "bearer" });
  assertStringIncludes(refused, `it is for ${server.origin} only`);
  assertStringIncludes(await tools.fail("http_get", { url: server.origin, auth: "none" }), "auth");
});

// R22.11
Deno.test("time is bounded: what came by then is given, and nothing is an error", async () => {
  await using server = serve((_request, path) =>
    path === "/never" ? new Promise(() => {}) : new Response(drip("tick\n", 20, 3000), {
      headers: { "content-type": "text/plain" },
    })
  );
  await using tools = await testTools({ policy: { maxTime: 5 } });
  const some = await tools.call("http_get", { url: `${server.origin}/`, timeout_seconds: 1 });
  assertEquals(some.truncated, "time");
  assert(String(some.text).startsWith("tick\n"));
  assertStringIncludes(
    await tools.fail("http_get", { url: `${server.origin}/never`, timeout_seconds: 0.1 }),
    "Timeout after 0.1 s without a result; raise timeout_seconds",
  );
});

// R22.1
Deno.test("an abort by the caller ends the request, and rejects with its reason", async () => {
  const aborted = Promise.withResolvers<void>();
  await using server = serve((request) => {
    request.signal.addEventListener("abort", () => aborted.resolve());
    arrived.resolve();
    return new Promise<Response>(() => {});
  });
  const arrived = Promise.withResolvers<void>();
  await using tools = await testTools();
  const controller = new AbortController();
  const call = tools.call("http_get", { url: server.origin }, { signal: controller.signal });
  await arrived.promise;
  const reason = new Error("enough");
  using _still = new FakeClock().install(); // so that no wait would end
  controller.abort(reason);
  assertEquals(await assertRejects(() => call), reason);
  await aborted.promise;
});

// R22.2
Deno.test("too many calls in a minute are told how long to wait", async () => {
  await using server = serve(() => new Response("x"));
  await using tools = await testTools({ policy: { callsPerMinute: 2 } });
  const url = server.origin;
  await tools.call("http_get", { url });
  await tools.call("http_get", { url });
  assertStringIncludes(
    await tools.fail("http_get", { url }),
    "2 per minute are allowed; wait 30 s",
  );
  assertEquals(server.requests.length, 2);
});

// R22.3
Deno.test("addresses that are not public are refused in every spelling, at every hop", async (t) => {
  await using server = serve(() => Response.redirect("http://169.254.169.254/latest/meta-data/"));
  await using open = await testTools({ policy: { private: undefined } });
  const spellings = [
    ...[
      "169.254.169.254",
      "2852039166",
      "0xa9fea9fe",
      "0xa9.0xfe.0xa9.0xfe",
      "0251.0376.0251.0376",
    ],
    ...["169.254.43518", "169.16689662", "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]"],
    ...["[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]", "[fd00:ec2::254]", "169.254.169.254."],
    ...[
      "%31%36%39.254.169.254",
      "１６９.254.169.254",
      "169。254。169。254",
      "127.1",
      "0",
      "localhost",
    ],
    ...["[::1]", "10.0.0.1", "a.localhost", "100.100.100.200", "[fe80::1]"],
  ];
  assert(spellings.length >= 20);
  for (const host of spellings) {
    await t.step(host, async () => {
      for (const tool of ["http_get", "sse_read", "websocket_exchange"]) {
        const scheme = tool === "websocket_exchange" ? "ws" : "http";
        const text = await open.fail(tool, { url: `${scheme}://${host}/`, timeout_seconds: 5 });
        assertStringIncludes(text, "is not public");
      }
    });
  }
  await t.step("a redirect", async () => {
    const policy = { private: "deny", denyHosts: ["169.254.169.254"] } as const;
    await using hop = await testTools({
      policy: { ...policy, private: "allow", allowHosts: ["127.0.0.1", "169.254.169.254"] },
    });
    assertStringIncludes(await hop.fail("http_get", { url: server.origin }), "address_refused");
  });
  await t.step("a name that resolves to one", async () => {
    const resolve = () => Promise.resolve(["93.184.216.34", "10.1.2.3"]);
    await using named = await testTools({ policy: { private: undefined, resolve } });
    for (
      const [tool, url] of [["http_get", "http://a.example/"], [
        "websocket_exchange",
        "ws://a.example",
      ]]
    ) {
      assertStringIncludes(await named.fail(tool!, { url }), "is not public");
    }
  });
});
