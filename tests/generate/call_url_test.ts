/** The URL of a call is put together from parts: server, path, query, fragment. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { generate } from "../../src/generate/mod.ts";
import { serverURL } from "../../src/generate/runtime/mod.ts";
import { callURL } from "../../src/generate/runtime/call_url.ts";
import { clientOf, describe, operation } from "./support.ts";

// R20.13
Deno.test("each part of a URL stands where it belongs", () => {
  const rows: [base: string, path: string, names: string[], pairs: string[], url: string][] = [
    ["https://a.example", "/b", [], [], "https://a.example/b"],
    ["https://a.example/v1/", "/b", [], ["c=1"], "https://a.example/v1/b?c=1"],
    [
      "https://a.example",
      "/#Action=List",
      ["Action"],
      ["Action=List"],
      "https://a.example/?Action=List",
    ],
    ["https://a.example", "/b?x=1#y", [], ["c=1"], "https://a.example/b?x=1&c=1"],
    ["https://a.example", "/b?x=1", ["x"], ["x=2"], "https://a.example/b?x=2"],
    ["https://a.example", "/b#c?d=1", [], [], "https://a.example/b"],
    ["https://a.example", "b", [], [], "https://a.example/b"],
    ["https://a.example/v1", "b", [], [], "https://a.example/v1/b"],
    ["https://a.example/v1?key=1", "/b", [], ["c=1"], "https://a.example/v1/b?key=1&c=1"],
    ["https://a.example/v1#x", "/b", [], [], "https://a.example/v1/b"],
    ["https://a.example", "", [], ["c=1"], "https://a.example?c=1"],
  ];
  for (const [base, path, names, pairs, url] of rows) {
    assertEquals(callURL(base, path, names, pairs), url);
  }
  for (const path of ["/..", "/a/%2e%2E/b", "/."]) {
    assertThrows(() => callURL("https://a.example", path, [], []), TypeError, "segment of dots");
  }
});

Deno.test("a path that is none is sent all the same, and warned of", async () => {
  const { call, sent, warnings } = await clientOf(describe({
    "pets": { get: operation("pets") },
    "/#Action=List": {
      get: operation("list", { parameters: [{ name: "Action", in: "query", schema: {} }] }),
    },
  }));
  await call("pets");
  await call("list", { Action: "List" });
  assertEquals(sent.map(({ url }) => url), [
    "https://api.example/pets",
    "https://api.example/?Action=List",
  ]);
  assertEquals(warnings.map(({ message, pointer }) => [pointer, message]), [
    ["/paths/pets", "The path pets does not begin with a slash; one is added"],
    ["/paths/~1#Action=List", "A fragment is not sent; #Action=List is left out"],
  ]);
});

// R20.13
Deno.test("the default server is the first that is encrypted", async (t) => {
  const http = { url: "http://a.example" };
  const https = { url: "https://b.example" };
  const other = { url: "https://c.example" };
  const byVariable = {
    url: "{scheme}://d.example",
    variables: { scheme: { default: "http", enum: ["http", "https"] } },
  };
  const rows: [string, unknown[], string, number][] = [
    ["one", [http], "http://a.example", 0],
    ["http before https", [http, https, other], "https://b.example", 1],
    ["https before http", [other, http], "https://c.example", 0],
    ["a variable for a scheme", [byVariable, https], "https://b.example", 1],
    ["localhost", [{ url: "http://localhost:3000" }, https], "http://localhost:3000", 0],
    ["loopback", [{ url: "http://127.0.0.1" }, https], "http://127.0.0.1", 0],
    ["IPv6 loopback", [{ url: "http://[::1]:8080/v1" }, https], "http://[::1]:8080/v1", 0],
    ["no https", [http, { url: "http://e.example" }], "http://a.example", 0],
  ];
  for (const [name, servers, wanted, count] of rows) {
    await t.step(name, async () => {
      const { call, sent, warnings, module } = await clientOf(
        describe({ "/x": { get: operation("x") } }, { servers }),
      );
      await call("x");
      assertEquals([sent[0]!.url, warnings.length], [`${wanted}/x`, count]);
      assertEquals((module.servers as unknown[]).length, servers.length);
    });
    await t.step(`${name}, of an operation`, async () => {
      const { call, sent, warnings } = await clientOf(
        describe({
          "/x": { get: operation("x", { servers }) },
          "/y": { servers, get: operation("y") },
        }),
      );
      await call("x");
      await call("y");
      assertEquals(sent.map(({ url }) => url), [`${wanted}/x`, `${wanted}/y`]);
      const own = warnings.filter(({ message }) => message.includes("not encrypted"));
      assertEquals(own.length, 2 * count);
    });
  }
});

// R20.13
Deno.test("the value of a variable leads to no other host", () => {
  const host = { url: "https://{tenant}.example.com/v1", variables: { tenant: "a" } };
  assertEquals(serverURL(host, { tenant: "my-shop" }), "https://my-shop.example.com/v1");
  for (const tenant of ["evil.example/", "evil.example?", "x#", "user@evil", "evil\\", "a b"]) {
    assertThrows(() => serverURL(host, { tenant }), TypeError, "would lead to another host");
  }
  const port = { url: "https://example.com:{port}/v1", variables: { port: "80" } };
  assertThrows(() => serverURL(port, { port: "80@evil.example" }), TypeError, "another host");
  const scheme = { url: "{scheme}://example.com", variables: { scheme: "https" } };
  assertEquals(serverURL(scheme, { scheme: "http" }), "http://example.com");
  assertThrows(
    () => serverURL(scheme, { scheme: "https://evil.example/" }),
    TypeError,
    "not a scheme",
  );
  const path = { url: "https://example.com/{base}", variables: { base: "v1" } };
  assertEquals(serverURL(path, { base: "a/b" }), "https://example.com/a/b");
  assertEquals(serverURL(path, { base: "a?b#c" }), "https://example.com/a%3Fb%23c");
  assertThrows(() => serverURL(path, { base: "../x" }), TypeError, "segment of dots");
  const whole = {
    url: "{endpoint}/v1/{base}",
    variables: { endpoint: "https://a.example", base: "b" },
  };
  assertEquals(
    serverURL(whole, { endpoint: "https://b.example:8443" }),
    "https://b.example:8443/v1/b",
  );
  assertEquals(serverURL(whole, { base: "x/y" }), "https://a.example/v1/x/y");
  const listed = {
    url: "https://{region}.example.com",
    variables: { region: "eu" },
    enums: { region: ["eu", "us"] },
  };
  assertEquals(serverURL(listed, { region: "us" }), "https://us.example.com");
  assertThrows(() => serverURL(listed, { region: "cn" }), TypeError, "must be of eu, us");
});

// R20.13
Deno.test("a relative server is named by the error, and warned of", async () => {
  const description = describe({ "/x": { get: operation("x") } }, {
    servers: [{ url: "/api/v3" }],
  });
  const { warnings } = await generate(description);
  assertEquals(warnings.map(({ message }) => message), [
    "The server /api/v3 is relative; pass createAPI() a baseUrl that ends with it",
  ]);
  const { call } = await clientOf(description);
  await assertRejects(async () => await call("x"), TypeError, "its server /api/v3 is relative");
  const { call: other, sent } = await clientOf(description, undefined, {
    api: { baseUrl: "https://a.example/api/v3" },
  });
  await other("x");
  assertEquals(sent[0]!.url, "https://a.example/api/v3/x");
});
