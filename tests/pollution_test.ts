/** What JSON can put into `Object.prototype` changes no request, whoever makes it. */

import { assertEquals } from "@std/assert";
import { apiKeyAuth, bearerAuth, EventSourceClient, HTTPClient, type Transport } from "../mod.ts";
import { networkTools } from "../src/mcp/mod.ts";

const ORIGIN = "https://api.example";
const DESCRIPTION = {
  openapi: "3.1.0",
  info: { title: "Own", version: "1" },
  servers: [{ url: ORIGIN }],
  paths: { "/x": { get: { responses: { 200: { description: "OK" } } } } },
};
/** A name in `Object.prototype`, and what an attacker puts there. */
const POLLUTION: Readonly<Record<string, unknown>> = {
  ...{ method: "DELETE", headers: { "x-evil": "1" }, body: "evil", params: { evil: "1" } },
  ...{ userinfo: { user: "evil", password: "evil" }, baseUrl: "https://evil.example" },
  ...{ origins: ["https://evil.example"], in: "query", name: "evil", sensitiveNames: ["evil"] },
  ...{
    allowAnyOrigin: true,
    maxRedirects: 0,
    size: 7,
    highWaterMark: 9,
    data: "evil",
    json: "evil",
    only: "evil",
  },
  ...{
    url: "https://evil.example/",
    hop: 9,
    contentType: "text/evil",
    redirect: "follow",
    type: "bytes",
  },
  ...{ credentials: { evil: {} }, policy: { methods: ["DELETE"] }, client: {}, apis: { evil: {} } },
  ...{
    methods: ["DELETE"],
    private: "allow",
    allowHosts: ["evil.example"],
    use: { exchange: [1] },
  },
};

/** Every way to make a request, and what was sent. */
async function requests(): Promise<string[]> {
  const sent: string[] = [];
  const transport: Transport = (url, init) => {
    const { method = "GET", headers = [], body = "" } = Object.assign(Object.create(null), init);
    sent.push([method, url, ...headers, body].join(" "));
    if (url.endsWith("/r")) {
      return Promise.resolve(new Response(null, { status: 302, headers: [["location", "/x"]] }));
    }
    const type = url.endsWith("/events") ? "text/event-stream" : "application/json";
    return Promise.resolve(new Response("[1]", { headers: [["content-type", type]] }));
  };
  await using plain = new HTTPClient({ transport });
  await plain.get(`${ORIGIN}/x`);
  await plain.post(`${ORIGIN}/x`, { a: 1 });
  for await (const _ of (await plain.stream("GET", `${ORIGIN}/x`)).body);
  for await (const _ of plain.paginate(`${ORIGIN}/x`)) await plain.extend({}).get(`${ORIGIN}/y`);
  const key = apiKeyAuth({ name: "X-K", value: "v", in: "header" });
  for (const auth of [key, bearerAuth("token")]) {
    await using client = new HTTPClient({ transport, baseUrl: ORIGIN, auth });
    await client.get("/r");
    await client.post("/x", { a: 1 }, {});
  }
  await using http = new HTTPClient({ transport });
  await using events = new EventSourceClient(`${ORIGIN}/events`, {
    client: http,
    reconnect: false,
  });
  await events.connect();
  await using tools = await networkTools({ apis: { own: { description: DESCRIPTION } } });
  const [schema] = tools.tools.map(({ name }) => name);
  sent.push(`${schema} of ${tools.tools.length}`);
  return sent;
}

// R15.6
Deno.test("no inherited property changes a request, or what tools are offered", async (t) => {
  const clean = await requests();
  for (const [name, value] of Object.entries(POLLUTION)) {
    await t.step(name, async () => {
      const property = { value, configurable: true, enumerable: true, writable: true };
      Object.defineProperty(Object.prototype, name, property);
      let sent: string[];
      try {
        sent = await requests();
      } finally {
        Reflect.deleteProperty(Object.prototype, name);
      }
      assertEquals(sent, clean);
    });
  }
});
