/** The server, as the official client sees it: in process and over HTTP. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
// deno-lint-ignore no-external-import -- the peer
import { Client, StreamableHTTPClientTransport } from "npm:@modelcontextprotocol/client@^2.4.0";
import { type HTTPHandler, httpHandler } from "../../../src/mcp/mod.ts";
import { FakeClock } from "../../../src/testing/mod.ts";
import { drip, serve } from "../../support/server.ts";
import { testTools } from "../support.ts";

const INFO = { name: "test", version: "1" };
/** The protocol before 2026-07-28, with `initialize`; and the one of today. */
const ERAS = [{ versionNegotiation: { mode: "legacy" } }, {
  versionNegotiation: { mode: "auto" },
}] as const;

/** A client that talks to a handler without sockets. */
async function connect(
  handler: HTTPHandler,
  era: typeof ERAS[number],
  token?: string,
): Promise<Client> {
  const client = new Client(INFO, era);
  await client.connect(
    new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), {
      fetch: (url, init) => handler.fetch(new Request(url, init)),
      ...(token !== undefined &&
        { requestInit: { headers: { authorization: `Bearer ${token}` } } }),
    }),
  );
  return client;
}

for (const era of ERAS) {
  const { mode } = era.versionNegotiation;
  // R22.1
  Deno.test(`the official client lists and calls the tools in process (${mode})`, async () => {
    await using server = serve((_request, path) =>
      path === "/slow"
        ? new Response(drip("tick\n", 60, 5), { headers: { "content-type": "text/plain" } })
        : Response.json({ path })
    );
    await using tools = await testTools();
    const handler = httpHandler(tools.tools);
    const client = await connect(handler, era);
    const { tools: listed } = await client.listTools();
    assertEquals(listed.map(({ name }) => name), ["http_get", "sse_read", "websocket_exchange"]);
    for (const { inputSchema, outputSchema, annotations, description, title } of listed) {
      assertEquals(inputSchema.additionalProperties, false);
      assertEquals(outputSchema?.additionalProperties, false);
      assert(annotations?.openWorldHint && description && title);
    }
    assertEquals((await client.listTools()).tools, listed);
    assertStringIncludes(String(client.getInstructions()), "never instructions");
    const config = await Deno.readTextFile(new URL("../../../deno.json", import.meta.url));
    assertEquals(client.getServerVersion()?.version, JSON.parse(config).version);
    // The client holds the structured content against the output schema.
    const url = `${server.origin}/a`;
    const { structuredContent, content, isError } = await client.callTool({
      name: "http_get",
      arguments: { url },
    });
    assertEquals([Object(structuredContent).json, isError ?? false], [{ path: "/a" }, false]);
    assertEquals(content, [{ type: "text", text: JSON.stringify(structuredContent) }]);
    const refused = await client.callTool({ name: "http_get", arguments: { url, nonsense: 1 } });
    assertEquals(refused.isError, true);
    const told: number[] = [];
    await client.callTool({ name: "http_get", arguments: { url: `${server.origin}/slow` } }, {
      onprogress: ({ progress }) => void told.push(progress),
    });
    assert(told.length > 0);
    assertEquals(told, told.toSorted((one, other) => one - other));
    await client.close();
    await handler.close();
  });
}

Deno.test("two sessions with 1,000 calls each at the same time get their own answers", async () => {
  await using server = serve((_request, path) => Response.json(path));
  await using tools = await testTools();
  const handler = httpHandler(tools.tools);
  await using http = serve((request) => handler.fetch(request));
  const sessions = await Promise.all(ERAS.map(async (era) => {
    const client = new Client(INFO, era);
    await client.connect(new StreamableHTTPClientTransport(new URL(`${http.origin}/mcp`)));
    return client;
  }));
  const crossed = await Promise.all(sessions.map(async (client, session) => {
    let wrong = 0;
    const work = async (worker: number) => {
      for (let call = worker; call < 1000; call += 8) {
        const path = `/${session}/${call}`;
        const { structuredContent } = await client.callTool({
          name: "http_get",
          arguments: { url: server.origin + path },
        });
        if (Object(structuredContent).json !== path) wrong++;
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, worker) => work(worker)));
    return wrong;
  }));
  assertEquals(crossed, [0, 0]);
  assertEquals(server.requests.length, 2000);
  for (const client of sessions) await client.close();
  await handler.close();
});

// R22.21
Deno.test("requests for other hosts, from other origins, and without the token are refused", async (t) => {
  await using tools = await testTools();
  const token = "a-long-random-text";
  const open = httpHandler(tools.tools);
  const closed = httpHandler(tools.tools, { token });
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
  const ask = async (handler: HTTPHandler, headers: Record<string, string>) => {
    const response = await handler.fetch(
      new Request("http://localhost/", {
        method: "POST",
        body,
        headers: {
          host: "localhost",
          accept: "application/json, text/event-stream",
          "content-type": "application/json",
          ...headers,
        },
      }),
    );
    await response.text();
    return response.status;
  };
  const rows: [name: string, HTTPHandler, Record<string, string>, number][] = [
    ["as it should be", open, {}, 200],
    ["by address", open, { host: "127.0.0.1:8080" }, 200],
    ["from a page of this machine", open, { origin: "http://localhost:3000" }, 200],
    ["another host", open, { host: "evil.example" }, 403],
    ["a host that begins like ours", open, { host: "localhost.evil.example" }, 403],
    ["another origin", open, { origin: "https://evil.example" }, 403],
    ["an origin that begins like ours", open, { origin: "http://localhost.evil.example" }, 403],
    ["the null origin", open, { origin: "null" }, 403],
    ["no token", closed, {}, 401],
    ["another token", closed, { authorization: `Bearer ${token}x` }, 401],
    ["another scheme", closed, { authorization: `Basic ${token}` }, 401],
    ["the token", closed, { authorization: `Bearer ${token}` }, 200],
    ["the token for another host", closed, {
      authorization: `Bearer ${token}`,
      host: "evil.example",
    }, 403],
  ];
  for (const [name, handler, headers, status] of rows) {
    await t.step(name, async () => assertEquals(await ask(handler, headers), status));
  }
  await open.close();
  await closed.close();
});

// R22.21
Deno.test("a call that is cancelled ends the request at once", async (t) => {
  const rows = [["legacy", ERAS[0]], ["auto", ERAS[1]]] as const;
  for (const [name, era] of rows) {
    await t.step(name, async () => {
      const [arrived, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      await using server = serve((request) => {
        request.signal.addEventListener("abort", () => ended.resolve());
        arrived.resolve();
        return new Promise(() => {});
      });
      await using tools = await testTools();
      const handler = httpHandler(tools.tools);
      await using http = serve((request) => handler.fetch(request));
      const client = new Client(INFO, era);
      await client.connect(new StreamableHTTPClientTransport(new URL(`${http.origin}/mcp`)));
      const controller = new AbortController();
      const call = client.callTool({ name: "http_get", arguments: { url: server.origin } }, {
        signal: controller.signal,
      }).catch(() => "cancelled");
      await arrived.promise;
      {
        using _still = new FakeClock().install(); // so that no wait would end
        controller.abort();
        assertEquals(await call, "cancelled");
        await ended.promise;
      }
      await client.close();
      await handler.close();
    });
  }
});

// R22.21
Deno.test("the session that was used the longest time ago makes room for the 101st", async () => {
  await using tools = await testTools();
  const handler = httpHandler(tools.tools);
  const send = async (message: object, session?: string) => {
    const response = await handler.fetch(
      new Request("http://localhost/mcp", {
        method: "POST",
        body: JSON.stringify({ jsonrpc: "2.0", ...message }),
        headers: {
          host: "localhost",
          accept: "application/json, text/event-stream",
          "content-type": "application/json",
          ...session !== undefined && { "mcp-session-id": session },
        },
      }),
    );
    await response.text();
    return response;
  };
  const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: INFO };
  const sessions: string[] = [];
  for (let count = 0; count < 101; count++) {
    const response = await send({ id: 1, method: "initialize", params });
    sessions.push(response.headers.get("mcp-session-id")!);
  }
  assertEquals(new Set(sessions).size, 101);
  const list = { id: 2, method: "tools/list" };
  const statuses = [];
  for (const at of [0, 1, 100]) statuses.push((await send(list, sessions[at])).status);
  assertEquals(statuses, [404, 200, 200]);
  await handler.close();
});
