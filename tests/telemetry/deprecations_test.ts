/** Deprecation (RFC 9745) and Sunset (RFC 8594): what is told, once, and what is not. */
// deno-lint-ignore-file no-console -- it is replaced, to see what is logged

import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { HTTPClient } from "../../mod.ts";
import { type DeprecationNotice, deprecations } from "../../src/telemetry/mod.ts";
import { MockTransport } from "../../src/testing/mod.ts";

const HTTP_DATE = "Sun, 30 Jun 2030 23:59:59 GMT";
const SUNSET = new Date("2030-06-30T23:59:59Z");

async function noticesOf(
  headers: Record<string, string>,
  ...paths: string[]
): Promise<DeprecationNotice[]> {
  const notices: DeprecationNotice[] = [];
  const transport = new MockTransport().on("GET", () => true, { headers, times: Infinity });
  const use = deprecations({ onNotice: (notice) => notices.push(notice) });
  await using client = new HTTPClient({ baseUrl: "http://a.example", transport, use });
  for (const path of paths.length > 0 ? paths : ["/v1"]) await client.get(path);
  return notices;
}

// R21.8
Deno.test("the fields are read as their standards say, and as servers sent them before", async (t) => {
  const rows: [
    headers: Record<string, string>,
    expected: Partial<DeprecationNotice> | undefined,
  ][] = [
    [{ deprecation: "@1688169600" }, { isDeprecated: true, deprecatedAt: new Date("2023-07-01") }],
    [{ deprecation: "@4102444800" }, { isDeprecated: true, deprecatedAt: new Date("2100-01-01") }],
    [{ deprecation: " @0;a=1 " }, { isDeprecated: true, deprecatedAt: new Date(0) }],
    [{ deprecation: "?1" }, { isDeprecated: true }],
    [{ deprecation: "true" }, { isDeprecated: true }],
    [{ deprecation: "True" }, { isDeprecated: true }],
    [{ deprecation: HTTP_DATE }, { isDeprecated: true, deprecatedAt: SUNSET }],
    [{ sunset: HTTP_DATE }, { isDeprecated: false, sunsetAt: SUNSET }],
    [{ deprecation: "true", sunset: HTTP_DATE }, { isDeprecated: true, sunsetAt: SUNSET }],
    [{ deprecation: "true", sunset: "soon" }, { isDeprecated: true }],
    [{ deprecation: "garbage", sunset: HTTP_DATE }, { isDeprecated: false, sunsetAt: SUNSET }],
    [{ deprecation: "false" }, undefined],
    [{ deprecation: "?0" }, undefined],
    [{ deprecation: "" }, undefined],
    [{ deprecation: "1688169600" }, undefined],
    [{ deprecation: "@1688169600, @1688169601" }, undefined],
    [{ deprecation: "@999999999999999" }, undefined],
    [{ sunset: "@1688169600" }, undefined],
    [{ sunset: "2030-06-30" }, undefined],
    [{ link: '</docs>; rel="deprecation"' }, undefined],
  ];
  for (const [headers, expected] of rows) {
    await t.step(JSON.stringify(headers), async () => {
      const common = { method: "GET", url: "http://a.example/v1", links: {} };
      assertEquals(await noticesOf(headers), expected ? [{ ...common, ...expected }] : []);
    });
  }
});

Deno.test("links are absolute, by relation, and those of this resource", async () => {
  const link = '</docs>; rel="deprecation"; type="text/html", <//b.example/end>; rel=sunset, ' +
    '<../v2>; rel="alternate successor-version", <x>; rel=sunset; anchor="/other"';
  const [notice] = await noticesOf({ deprecation: "?1", link }, "/api/v1?token=t");
  assertEquals(notice?.links, {
    deprecation: "http://a.example/docs",
    sunset: "http://b.example/end",
    successor: "http://a.example/v2",
  });
  assertStrictEquals(notice?.url, "http://a.example/api/v1");
  const other = '<x>; rel=sunset; anchor="/other"';
  assertEquals((await noticesOf({ deprecation: "?1", link: other }))[0]?.links, {});
});

// R21.8
Deno.test("each origin and path is told of once, whatever the query and the method", async () => {
  const notices: string[] = [];
  const headers = { deprecation: "?1" };
  const transport = new MockTransport().on("*", () => true, { headers, times: Infinity });
  const use = deprecations({
    onNotice: ({ method, url }) => void notices.push(`${method} ${url}`),
  });
  await using client = new HTTPClient({ transport, use });
  for (let round = 0; round < 3; round++) {
    await Promise.all([
      client.get(`http://a.example/x?page=${round}`),
      client.post("http://a.example/x", {}),
      client.get("http://b.example/x"),
      client.get("http://a.example/y"),
      client.get(`http://a.example/users/${round}`, { urlTemplate: "/users/{id}" }),
    ]);
  }
  assertEquals(notices.sort(), [
    "GET http://a.example/users/0",
    "GET http://a.example/x",
    "GET http://a.example/y",
    "GET http://b.example/x",
  ]);
});

Deno.test("redirects and failed attempts are seen, and errors of statuses as well", async () => {
  const notices: DeprecationNotice[] = [];
  const transport = new MockTransport()
    .on("GET", "/old", {
      status: 301,
      headers: { location: "/new", sunset: HTTP_DATE },
      times: 2,
    })
    .on("GET", "/new", { status: 503, headers: { deprecation: "?1" } }, { status: 410 });
  const use = deprecations({ onNotice: (notice) => notices.push(notice) });
  await using client = new HTTPClient({ transport, use, retryBackoff: 0 });
  await client.get("http://a.example/old");
  assertEquals(notices.map(({ url }) => url), ["http://a.example/old", "http://a.example/new"]);
});

// R21.8
Deno.test("a thousand resources are remembered, of more the first are forgotten", async () => {
  const paths = Array.from({ length: 1_001 }, (_, index) => `/${index}`);
  const again = ["/1000", "/1", "/0", "/0"];
  const notices = await noticesOf({ deprecation: "?1" }, ...paths, ...again);
  assertEquals(notices.slice(1_001).map(({ url }) => url), ["http://a.example/0"]);
});

Deno.test("without a handler one line is logged, without secrets", async () => {
  const lines: string[] = [];
  const own = console.warn;
  console.warn = (line: string) => void lines.push(line);
  try {
    const rows: Record<string, string>[] = [
      { deprecation: "@1688169600", sunset: HTTP_DATE, link: "</d?token=s3cret>; rel=deprecation" },
      { deprecation: "@4102444800", sunset: "Sun, 06 Nov 1994 08:49:37 GMT" },
      { deprecation: "true" },
      { sunset: HTTP_DATE },
    ];
    for (const headers of rows) {
      const transport = new MockTransport().on("GET", "/v1", { headers, times: 2 });
      await using client = new HTTPClient({ transport, use: deprecations() });
      await client.get("http://u:p@a.example/v1?token=s3cret");
      await client.get("http://a.example/v1");
    }
  } finally {
    console.warn = own;
  }
  const start = "GET http://a.example/v1";
  assertEquals(lines, [
    `${start} is deprecated since 2023-07-01, and will be removed on 2030-06-30; ` +
    "deprecation: http://a.example/d?token=[redacted]",
    `${start} will be deprecated on 2100-01-01, and was to be removed on 1994-11-06`,
    `${start} is deprecated`,
    `${start} will be removed on 2030-06-30`,
  ]);
});

Deno.test("what the handler throws comes through, and the options are checked", async () => {
  const reason = new Error("mine");
  const use = deprecations({
    onNotice() {
      throw reason;
    },
  });
  const transport = new MockTransport().on("GET", "/v1", { headers: { deprecation: "?1" } });
  await using client = new HTTPClient({ transport, use });
  assertStrictEquals(await assertRejects(() => client.get("http://a.example/v1")), reason);
  assertThrows(() => deprecations({ onNotice: 1 as never }), TypeError);
  assertThrows(() => deprecations({ onNotices: () => {} } as never), TypeError, "onNotice");
});
