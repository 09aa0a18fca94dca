/** How much one call may take: time, bytes, redirects. */
// deno-lint-ignore-file camelcase -- tools have the names that agents know

import { assertEquals, assertStringIncludes } from "@std/assert";
import { networkTools } from "../../../src/mcp/mod.ts";
import { MockTransport } from "../../../src/testing/mod.ts";
import { serve } from "../../support/server.ts";
import { testTools } from "../support.ts";

// R22.2
Deno.test("without amounts in the policy a call has those of SPEC.md", async () => {
  await using tools = await testTools({ policy: { methods: ["GET", "POST"] } });
  for (const { name, inputSchema } of tools.tools) {
    const { max_bytes, timeout_seconds } = Object(inputSchema.properties);
    assertEquals([max_bytes.default, max_bytes.maximum], [32_768, 1_048_576], name);
    assertEquals([timeout_seconds.default, timeout_seconds.maximum], [30, 120], name);
  }
});

// R22.2
Deno.test("five redirects are followed, and six are not", async () => {
  await using server = serve((_, path) => {
    const hops = Number(path.slice(1));
    return hops === 0
      ? new Response("there")
      : new Response(null, { status: 302, headers: { location: `/${hops - 1}` } });
  });
  await using tools = await testTools();
  assertEquals((await tools.call("http_get", { url: `${server.origin}/5` })).text, "there");
  assertStringIncludes(await tools.fail("http_get", { url: `${server.origin}/6` }), "redirect");
});

// R22.2
Deno.test("a call takes no more from the network than maxReadBytes, the bytes that it passes over included", async () => {
  await using server = serve(() =>
    new Response("x".repeat(50_000), { headers: { "content-type": "text/plain" } })
  );
  await using tools = await testTools({ policy: { maxReadBytes: 10_000 } });
  const input = { url: server.origin, max_bytes: 4000 };
  const first = await tools.call("http_get", input);
  const second = await tools.call("http_get", { ...input, cursor: first.next_cursor });
  assertEquals([first.bytes, second.bytes], [4000, 4000]);
  const third = await tools.fail("http_get", { ...input, cursor: second.next_cursor });
  assertStringIncludes(third, "a call may read 10000 bytes");
});

// R22.2
Deno.test("the 121st call within a minute is refused", async () => {
  const transport = new MockTransport().on("GET", "/", { body: "x", times: Infinity });
  const resolve = () => Promise.resolve(["93.184.216.34"]);
  await using network = await networkTools({ policy: { resolve }, client: { transport } });
  const [get] = network.tools;
  for (let count = 0; count < 120; count++) {
    assertEquals((await get!.run({ url: "https://a.example/" })).isError, false);
  }
  const { isError, text } = await get!.run({ url: "https://a.example/" });
  assertEquals(isError, true);
  assertStringIncludes(text, "120 per minute are allowed");
});
