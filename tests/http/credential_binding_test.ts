/**
 * One table about where credentials go: every way to give a secret, times every way to lead elsewhere.
 * No secret arrives where it was not meant for, and none is missing where it was.
 */

import { assert, assertEquals, assertFalse } from "@std/assert";
import { HTTPClient, type HTTPClientOptions } from "../../mod.ts";
import {
  A,
  B,
  CHAINS,
  ELSEWHERE,
  expected,
  follow,
  has,
  LIST_VERBS,
  LISTS,
  type Origins,
  SECRET,
  STATUSES,
  type Verb,
  VERBS,
  type Way,
  ways,
} from "../support/credential_ways.ts";
import { serve } from "../support/server.ts";

async function check(path: string, way: Way, origins: Origins, status: number, verb: Verb) {
  const arrivals = await follow(path, way, origins, status, verb);
  const shown = arrivals.map(({ place, hasSecret }) => `${place} ${hasSecret}`);
  const steps = path.match(/[ABE]/g)!;
  const wanted = expected(way, path).map((isWanted, index) => `${steps[index]} ${isWanted}`);
  assertEquals(shown, wanted, `${way.name} along ${path} (${status}), E is ${origins.E}`);
}

// R16.2, R16.3, R16.4
Deno.test("a redirect takes no secret to an origin that was not named, and none is lost on the way", async (t) => {
  for (const [name, verb] of Object.entries(VERBS)) {
    await t.step(name, async () => {
      for (const E of name === "get" ? ELSEWHERE : ELSEWHERE.slice(0, 1)) {
        const origins = { A, B, E };
        for (const way of ways(origins)) {
          for (const path of CHAINS) {
            for (const status of path.includes(">") ? STATUSES : [302]) {
              await check(path, way, origins, status, verb);
            }
          }
        }
      }
    });
  }
});

// R4.18
Deno.test("a page gets the secrets of its origin, whoever leads to it", async (t) => {
  for (const [name, verb] of Object.entries(LIST_VERBS)) {
    await t.step(name, async () => {
      for (const E of ELSEWHERE) {
        const origins = { A, B, E };
        for (const way of ways(origins)) {
          for (const path of LISTS) await check(path, way, origins, 302, verb);
        }
      }
    });
  }
});

/** The text of each request that a client sends. */
function recorder() {
  const sent: string[] = [];
  const transport: HTTPClientOptions["transport"] = (url, { headers }) => {
    sent.push(url + JSON.stringify([...new Headers(headers)]));
    return Promise.resolve(new Response());
  };
  return { sent, transport };
}

// R2.4, R16.3, R16.4
Deno.test("what a client was given stays with the origin of its baseUrl when it is extended", async (t) => {
  const given = ways({ A, B, E: ELSEWHERE[0]! }).filter(({ owner }) => owner === "client");
  const chains: [name: string, bases: readonly string[], hasSecret: boolean][] = [
    ["another path", [`${A}/v2/`], true],
    ["no other base", [A, A], true],
    ["another origin", [B], false],
    ["another port", [`${A}:8443`], false],
    ["another, and another path there", [B, `${B}/v2`], false],
    ["two others", [B, "https://c.example"], false],
    ["there and back", [B, `${A}/v2`], true],
  ];
  for (const [name, bases, hasSecret] of chains) {
    await t.step(name, async () => {
      for (const way of given) {
        const { sent, transport } = recorder();
        const headers = { "x-team": "ants", ...way.client?.headers };
        let client = new HTTPClient({ ...way.client, baseUrl: `${A}/v1/`, headers, transport });
        for (const baseUrl of bases) client = client.extend({ baseUrl, timeout: 5 });
        await client.get("x");
        assertEquals(has(sent[0]!), hasSecret, `${way.name}: ${sent[0]}`);
        assert(sent[0]!.includes("ants"), "what is harmless is inherited");
      }
    });
  }
  await t.step("the child's own secrets are sent", async () => {
    for (const { name, client: own } of given) {
      const { sent, transport } = recorder();
      const parent = new HTTPClient({ baseUrl: A, transport, headers: { token: "parent" } });
      await parent.extend({ baseUrl: B, ...own }).get("x");
      assert(has(sent[0]!), name);
      assertFalse(sent[0]!.includes("parent"), name);
    }
  });
  await t.step("a name that the child adds to sensitiveHeaders counts", async () => {
    const { sent, transport } = recorder();
    const parent = new HTTPClient({ baseUrl: A, transport, headers: { "x-own": SECRET } });
    await parent.extend({ baseUrl: B, sensitiveHeaders: ["x-own"] }).get("x");
    assertFalse(has(sent[0]!));
  });
  await t.step(
    "a client without a base URL gives what it has to the first that there is",
    async () => {
      const { sent, transport } = recorder();
      const parent = new HTTPClient({ transport, headers: { token: SECRET } });
      const child = parent.extend({ baseUrl: A });
      await child.get("x");
      await child.extend({ baseUrl: B }).get("x");
      assertEquals(sent.map(has), [true, false]);
    },
  );
});

Deno.test("names and ports of this machine are origins of their own", async (t) => {
  const answers: string[] = [];
  let links: string[] = [];
  const answer = (request: Request) => {
    answers.push(`${new URL(request.url).host} ${request.headers.get("authorization") !== null}`);
    const next = links.shift();
    return Response.json(
      [1],
      next === undefined ? {} : { headers: { link: `<${next}>; rel=next` } },
    );
  };
  await using home = serve(answer);
  await using other = serve(answer);
  const named = new URL(home.origin);
  const alias = home.origin.replace(
    named.hostname,
    named.hostname === "localhost" ? "127.0.0.1" : "localhost",
  );
  await using client = new HTTPClient({ maxRetries: 0 });
  for (const away of [other.origin, alias]) {
    await t.step(away === alias ? "another name" : "another port", async () => {
      answers.length = 0;
      links = [`${away}/2`, `${home.origin}/3`];
      const headers = { authorization: SECRET };
      await Array.fromAsync(client.paginate(`${home.origin}/1`, { headers }));
      assertEquals(answers, [
        `${named.host} true`,
        `${new URL(away).host} false`,
        `${named.host} true`,
      ]);
    });
  }
});
