/** Which origins get the credentials. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { basicAuth, bearerAuth, HTTPClient, type HTTPClientOptions } from "../../../mod.ts";
import { bindAuth } from "../../../src/http/settings/bound_auth.ts";

// R16.2
Deno.test("a client's scheme needs an origin", () => {
  for (const given of [{}, { auth: bearerAuth("t") }]) {
    const make = () => new HTTPClient({ auth: bearerAuth("t"), ...given });
    assertThrows(make, TypeError, "no origin is known for the Bearer credentials");
  }
});

Deno.test("an origin has neither path nor userinfo", () => {
  const wrong = [
    "",
    "api.example",
    "https://api.example/v1",
    "ftp://a",
    "https://u@a",
    "https://a?b",
  ];
  for (const origin of wrong) {
    const auth = bearerAuth("t", { origins: [origin] });
    assertThrows(() => bindAuth(auth, undefined), TypeError, "like https://api.example.com");
  }
  assertThrows(() => bindAuth(bearerAuth("t", { origins: [] }), "http://a"), TypeError, "at least");
  const { origins } = bindAuth(
    bearerAuth("t", { origins: ["HTTPS://A.example:443/"] }),
    "http://b",
  );
  assertEquals([...origins], ["https://a.example"]);
});

/** Answers everything with 200, and keeps what it was asked. */
function recorder() {
  const calls: { readonly url: string; readonly authorization: string | null }[] = [];
  const transport = (url: string, { headers }: RequestInit) => {
    calls.push({ url, authorization: new Headers(headers).get("authorization") });
    return Promise.resolve(new Response());
  };
  return { calls, transport };
}

/** The Authorization that reaches `url`. */
async function sent(
  options: HTTPClientOptions,
  url: string,
  call: Parameters<HTTPClient["get"]>[1] = {},
): Promise<string | null> {
  const { transport, calls } = recorder();
  await using client = new HTTPClient({ ...options, transport, allowAnyOrigin: true });
  await client.get(url, call);
  return calls[0]!.authorization;
}

const BASE = "http://a.example/v1/";
const AUTH = bearerAuth("client");

Deno.test("the credentials go to their origins alone", async (t) => {
  const rows: [string, HTTPClientOptions, string, string | null][] = [
    ["the base URL's origin", { baseUrl: BASE, auth: AUTH }, "x", "Bearer client"],
    ["another host", { baseUrl: BASE, auth: AUTH }, "http://b.example/", null],
    ["another port", { baseUrl: BASE, auth: AUTH }, "http://a.example:81/", null],
    ["another scheme", { baseUrl: BASE, auth: AUTH }, "https://a.example/", null],
    ["a host below", { baseUrl: BASE, auth: AUTH }, "http://x.a.example/", null],
    [
      "own origins",
      { auth: bearerAuth("o", { origins: ["http://b.example"] }) },
      "http://b.example/",
      "Bearer o",
    ],
    [
      "own origins, not the base",
      {
        baseUrl: BASE,
        auth: bearerAuth("o", { origins: ["http://b.example"] }),
      },
      "x",
      null,
    ],
  ];
  for (const [name, options, url, expected] of rows) {
    await t.step(name, async () => assertEquals(await sent(options, url), expected));
  }
});

// R16.5
Deno.test("the nearer word counts", async (t) => {
  const client = { baseUrl: BASE, auth: AUTH };
  const rows: [string, Parameters<HTTPClient["get"]>[1], string, string | null][] = [
    ["auth of the call", { auth: bearerAuth("call") }, "x", "Bearer call"],
    [
      "auth of the call, elsewhere",
      { auth: bearerAuth("call") },
      "http://b.example/",
      "Bearer call",
    ],
    ["false", { auth: false }, "x", null],
    ["a header of the call", { headers: { Authorization: "own" } }, "x", "own"],
    ["userinfo", {}, "http://u:p@a.example/v1/x", `Basic ${btoa("u:p")}`],
    [
      "auth of the call over its header",
      { auth: bearerAuth("call"), headers: { authorization: "own" } },
      "x",
      "Bearer call",
    ],
  ];
  for (const [name, call, url, expected] of rows) {
    await t.step(name, async () => assertEquals(await sent(client, url, call), expected));
  }
  await t.step("auth over a header of the same client", async () => {
    assertEquals(
      await sent({ ...client, headers: { authorization: "own" } }, "x"),
      "Bearer client",
    );
  });
});

Deno.test("a client that is extended keeps the scheme where it was", async () => {
  const { transport, calls } = recorder();
  await using parent = new HTTPClient({ baseUrl: BASE, auth: basicAuth("u", "p"), transport });
  const elsewhere = parent.extend({ baseUrl: "http://b.example/" });
  await elsewhere.get("x");
  await parent.extend({ auth: false }).get("x");
  await parent.extend({ timeout: 5 }).get("x");
  const sentTo = calls.map(({ url, authorization }) => `${url} ${authorization !== null}`);
  assertEquals(sentTo, [
    "http://b.example/x false",
    "http://a.example/v1/x false",
    "http://a.example/v1/x true",
  ]);
});

Deno.test("what is no scheme is refused", async () => {
  await using client = new HTTPClient();
  for (const auth of [null, "token", {}, true]) {
    const call = () => client.get("http://a.example/", { auth: auth as false });
    await assertRejects(call, TypeError, "Cannot use auth");
  }
});
