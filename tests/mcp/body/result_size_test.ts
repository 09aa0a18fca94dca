/** One budget over the whole result, digits, pictures, and characters that nobody sees. */
// deno-lint-ignore-file camelcase -- tools have the names that agents know

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { serve } from "../../support/server.ts";
import { testTools } from "../support.ts";

const encoder = new TextEncoder();
const BEYOND = 2048;
const EVENTS = { "content-type": "text/event-stream" };

/** The longest header fields that a server may send to Deno in one response. */
function manyHeaders(count: number, length: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, n) => [`x-${n}`, "h".repeat(length)]),
  );
}

// R22.8
Deno.test("header fields, redirects, tags and URLs count for max_bytes", async (t) => {
  const long = "q".repeat(3000);
  await using server = serve((request, path) => {
    const { searchParams } = new URL(request.url);
    const hop = Number(searchParams.get("hop") ?? 0);
    if (path === "/hops" && hop < 5) {
      return new Response(null, {
        status: 302,
        headers: { location: `/hops?hop=${hop + 1}&${long}` },
      });
    }
    if (path === "/headers") {
      return new Response("ok".repeat(5000), {
        headers: {
          ...manyHeaders(40, 4000),
          "content-type": "text/plain",
          etag: '"1"',
          link: "</2>; rel=next",
        },
      });
    }
    if (path === "/tags") {
      const headers = { etag: `"${"t".repeat(5000)}"`, "last-modified": "x".repeat(5000) };
      return new Response("t".repeat(50_000), { headers });
    }
    if (path === "/json") return Response.json({ list: Array(2000).fill("ü€") });
    if (path === "/bytes") return new Response(new Uint8Array(100_000));
    return new Response("plain ".repeat(20_000));
  });
  await using tools = await testTools({ policy: { methods: ["GET", "HEAD", "POST"] } });
  const paths = ["/", "/headers", "/hops", "/tags", "/json", "/bytes"];
  for (const path of paths) {
    for (const max_bytes of [1, 100, 1000, 32_768, undefined]) {
      for (const more of [{}, { format: "text" }, { format: "base64" }, { method: "HEAD" }]) {
        await t.step(`${path} ${max_bytes} ${JSON.stringify(more)}`, async () => {
          const url = `${server.origin}${path}`;
          const input = { url, ...more, ...(max_bytes !== undefined && { max_bytes }) };
          const result = await tools.call("http_get", input);
          const { length } = encoder.encode(JSON.stringify(result));
          assert(length <= (max_bytes ?? 32_768) + BEYOND + url.length, `${length}`);
          if (path === "/headers" && max_bytes === 100) {
            const { headers, left_out } = result;
            assertEquals(Object.keys(Object(headers)).slice(0, 3), [
              "content-type",
              "link",
              "etag",
            ]);
            assertStringIncludes(String(left_out), "header fields");
          }
        });
      }
    }
  }
  const url = `${server.origin}/`;
  const asked = `${url}?${"p".repeat(4000)}`; // its own URL does not count
  const { url: shown, left_out } = await tools.call("http_get", { url: asked, max_bytes: 1 });
  assertEquals([shown, left_out], [asked, undefined]);
});

Deno.test("what there is room for is all there, and long tags still make cursors", async () => {
  await using server = serve((_request, path) => {
    const headers = {
      ...manyHeaders(20, 100),
      etag: `"${path === "/a" ? "1" : "t".repeat(3000)}"`,
    };
    return new Response("0123456789".repeat(100), { headers });
  });
  await using tools = await testTools();
  for (const path of ["/a", "/b"]) {
    const url = server.origin + path;
    const { headers, left_out } = await tools.call("http_get", { url });
    assertEquals([Object(headers)["x-19"], left_out], ["h".repeat(100), undefined]);
    let [text, cursor]: [string, unknown] = ["", undefined];
    do {
      const slice = await tools.call("http_get", {
        url,
        max_bytes: 300,
        ...(cursor ? { cursor } : {}),
      });
      text += String(slice.text);
      cursor = slice.next_cursor;
    } while (cursor !== undefined);
    assertEquals(text, "0123456789".repeat(100));
  }
});

// R22.8
Deno.test("types, IDs and frames of events and messages count", async (t) => {
  await using server = serve((request, path) => {
    if (request.headers.get("upgrade") === "websocket") {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onopen = () => {
        for (let n = 0; n < 1000; n++) socket.send(path === "/bytes" ? new Uint8Array(10) : "m");
      };
      return response;
    }
    const event = path === "/types" ? `event: ${"e".repeat(5000)}\n` : "";
    const id = path === "/ids" ? `id: ${"i".repeat(900)}\n` : "";
    return new Response(`${event}${id}data: d\n\n`.repeat(1000), { headers: EVENTS });
  });
  await using tools = await testTools();
  for (const [path, max_bytes] of [["/plain", 100], ["/ids", 1000], ["/types", 6000]] as const) {
    await t.step(`events ${path} ${max_bytes}`, async () => {
      const url = server.origin + path;
      const result = await tools.call("sse_read", { url, max_bytes, max_events: 1000 });
      assertEquals(result.ended_by, "max_bytes");
      assert(Object(result.events).length > 0);
      assert(JSON.stringify(result).length <= max_bytes + BEYOND + url.length);
      const small = { url, max_bytes: Math.floor(max_bytes / 20), max_events: 1000 };
      assertStringIncludes(await tools.fail("sse_read", small), "raise max_bytes");
    });
  }
  for (const max_bytes of [1, 100, 5000]) {
    for (const path of ["/text", "/bytes"]) {
      await t.step(`messages ${path} ${max_bytes}`, async () => {
        const url = server.origin.replace("http", "ws") + path;
        const input = { url, max_bytes, max_messages: 1000 };
        if (path === "/bytes" && max_bytes < 10) {
          assertStringIncludes(await tools.fail("websocket_exchange", input), "raise max_bytes");
          return;
        }
        const result = await tools.call("websocket_exchange", input);
        assert(Object(result.messages).length > 0);
        assert(JSON.stringify(result).length <= max_bytes + BEYOND + url.length);
      });
    }
  }
});

// R22.2
Deno.test("every tool gives 32 KiB unless it is asked for more, and says so", async () => {
  await using server = serve(() => new Response("x".repeat(100_000)));
  await using tools = await testTools({ policy: { methods: ["GET", "POST"] } });
  for (const { inputSchema } of tools.tools) {
    assertEquals(Object(inputSchema.properties).max_bytes.default, 32_768);
  }
  const { bytes } = await tools.call("http_get", { url: server.origin });
  assertEquals(bytes, 32_768);
});

// R22.9
Deno.test("numbers keep their digits", async (t) => {
  const rows: [body: string, isJSON: boolean][] = [
    ['{"id":1234567890123456789}', false],
    ['{"a":[{"b":[-9007199254740993]}]}', false],
    ["[1e400]", false],
    ["[0.1234567890123456789]", false],
    ['{"id":9007199254740991}', true],
    ['{"id":"1234567890123456789"}', true],
    ["[1.0,1e2,0.1]", true],
  ];
  await using server = serve((_request, path) =>
    new Response(rows[Number(path.slice(1))]![0], {
      headers: { "content-type": "application/json" },
    })
  );
  await using tools = await testTools();
  for (const [index, [body, isJSON]] of rows.entries()) {
    await t.step(body, async () => {
      const url = `${server.origin}/${index}`;
      const { json, text } = await tools.call("http_get", { url });
      if (isJSON) assertEquals([json, text], [JSON.parse(body), undefined]);
      else {
        assertEquals([json, text], [undefined, body]);
        const failed = await tools.fail("http_get", { url, format: "json" });
        assertStringIncludes(failed, "use the format text");
      }
    });
  }
});

const PICTURES: Record<string, string> = {
  "image/png":
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "image/gif": "R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==",
  "image/jpeg": "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////",
  "image/webp": "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==",
};

// R22.9
Deno.test("a binary body is named and not shown; as a picture it is an image, whole and in its bounds", async (t) => {
  await using server = serve((_request, path) => {
    const type = path.slice(1);
    if (type === "page") {
      return new Response("<p>none", { headers: { "content-type": "image/png" } });
    }
    if (type === "svg") {
      return new Response("<svg/>", { headers: { "content-type": "image/svg+xml" } });
    }
    if (type === "html") return new Response("<p>x", { headers: { "content-type": "text/html" } });
    if (type === "empty") return new Response(null, { headers: { "content-type": "image/png" } });
    const bytes = Uint8Array.from(
      atob(PICTURES[type] ?? PICTURES["image/png"]!),
      (one) => one.charCodeAt(0),
    );
    return new Response(bytes, { headers: PICTURES[type] ? { "content-type": type } : {} });
  });
  await using tools = await testTools();
  const tool = tools.tools.find(({ name }) => name === "http_get")!;
  for (const type of [...Object.keys(PICTURES), "unnamed"]) {
    await t.step(type, async () => {
      const url = `${server.origin}/${type}`;
      const data = PICTURES[type] ?? PICTURES["image/png"]!;
      const shown = await tools.call("http_get", { url });
      assertEquals([shown.base64, shown.text, shown.bytes], [undefined, undefined, 0]);
      const { length } = atob(data);
      assertStringIncludes(String(shown.not_shown), `${length} bytes`);
      assertStringIncludes(String(shown.not_shown), "format base64");
      if (type !== "unnamed") assertStringIncludes(String(shown.not_shown), type);
      assertEquals((await tools.call("http_get", { url, format: "base64" })).base64, data);
      const { image, text } = await tool.run({ url, format: "image" });
      assertEquals(image, { data, mimeType: PICTURES[type] ? type : "image/png" });
      assert(!text.includes(data));
      const small = await tools.fail("http_get", { url, format: "image", max_bytes: 10 });
      assertStringIncludes(small, "raise max_bytes");
    });
  }
  const rows = [["page", "image/png"], ["svg", "image/svg+xml"], ["html", "text/html"], [
    "empty",
    "empty",
  ]];
  for (const [path, what] of rows) {
    await t.step(`${path} is no picture`, async () => {
      const text = await tools.fail("http_get", {
        url: `${server.origin}/${path}`,
        format: "image",
      });
      assertStringIncludes(text, what!);
    });
  }
});

// R22.18
Deno.test("hidden characters are shown as escapes wherever a server puts them", async () => {
  const tagged = "a\u{e0049}\u{e0047}b\u202ec";
  const shown = "a\\u{e0049}\\u{e0047}b\\u202ec";
  await using server = serve((request, path) => {
    if (request.headers.get("upgrade") === "websocket") {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onopen = () => socket.send(tagged);
      return response;
    }
    if (path === "/json") return Response.json({ [tagged]: [tagged] });
    if (path === "/escaped") {
      const text = JSON.stringify([tagged]).replace(
        /[^ -~]/gu,
        (one) =>
          [...one.split("")].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
            .join(""),
      );
      return new Response(text, { headers: { "content-type": "application/json" } });
    }
    if (path === "/events") {
      return new Response(`event: ${tagged}\ndata: ${tagged}\n\n`, { headers: EVENTS });
    }
    if (path === "/html") {
      return new Response(`<p>${tagged}</p>`, { headers: { "content-type": "text/html" } });
    }
    return new Response(tagged);
  });
  await using tools = await testTools();
  const get = (path: string, more: object = {}) =>
    tools.call("http_get", { url: server.origin + path, ...more });
  assertEquals((await get("/")).text, shown);
  assertEquals((await get("/json")).json, { [shown]: [shown] });
  assertEquals((await get("/escaped")).json, [shown]);
  assertEquals((await get("/html", { format: "markdown" })).text, shown);
  const bytes = Uint8Array.from(
    atob(String((await get("/", { format: "base64" })).base64)),
    (one) => one.charCodeAt(0),
  );
  assertEquals(new TextDecoder().decode(bytes), tagged);
  const { events } = await tools.call("sse_read", { url: `${server.origin}/events` });
  assertEquals(events, [{ event: shown, data: shown }]);
  const url = server.origin.replace("http", "ws");
  assertEquals((await tools.call("websocket_exchange", { url })).messages, [{ text: shown }]);
});
