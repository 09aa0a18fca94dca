/** Whether a token is used, renewed or left alone, and how often one is requested. */

import { assert, assertEquals } from "@std/assert";
import { HTTPClient } from "../../../../mod.ts";
import { oauth2, type TokenSet } from "../../../../src/auth/oauth2/mod.ts";
import {
  nextPause,
  NO_PAUSE,
  type TokenUse,
  tokenUse,
} from "../../../../src/auth/oauth2/store/token_use.ts";

// R16.23
Deno.test("tokenUse() by age, leeway, refusal and pause", () => {
  const at = (seconds: number) => seconds * 1000;
  const token = (issued: number | undefined, expires: number | undefined): TokenSet => ({
    accessToken: "t",
    ...(issued !== undefined && { issuedAt: at(issued) }),
    ...(expires !== undefined && { expiresAt: at(expires) }),
  });
  const rows: [string, TokenSet | undefined, number, number, object, TokenUse][] = [
    ["none", undefined, 0, 30, {}, "renew"],
    ["without an end", token(0, undefined), 1e9, 30, {}, "use"],
    ["long-lived, before the leeway", token(0, 300), 269.9, 30, {}, "use"],
    ["long-lived, at the leeway", token(0, 300), 270, 30, {}, "renew"],
    ["leeway of zero", token(0, 300), 299.9, 0, {}, "use"],
    ["leeway of zero, at the end", token(0, 300), 300, 0, {}, "renew"],
    ["as short as the leeway", token(0, 30), 14.9, 30, {}, "use"],
    ["as short as the leeway, at half", token(0, 30), 15, 30, {}, "renew"],
    ["a given leeway beyond its life", token(0, 60), 29.9, 3600, {}, "use"],
    ["a given leeway beyond its life, at half", token(0, 60), 30, 3600, {}, "renew"],
    ["of one second", token(0, 1), 0.4, 30, {}, "use"],
    ["of no time", token(5, 5), 5, 30, {}, "renew"],
    ["of unknown age", token(undefined, 30), 0, 30, {}, "renew"],
    ["of an age that is told", token(undefined, 30), 14.9, 30, { lifetimeMs: at(30) }, "use"],
    ["refused", token(0, 300), 1, 30, { refused: "t" }, "renew"],
    ["refused, in the pause", token(0, 300), 1, 30, { refused: "t", pausedUntil: at(2) }, "leave"],
    ["refused, after it", token(0, 300), 2, 30, { refused: "t", pausedUntil: at(2) }, "renew"],
    ["another was refused", token(0, 300), 1, 30, { refused: "u", pausedUntil: at(2) }, "use"],
  ];
  for (const [name, tokens, now, leeway, more, expected] of rows) {
    const facts = { now: at(now), leewayMs: at(leeway), pausedUntil: 0, ...more };
    assertEquals(tokenUse(tokens, facts), expected, name);
  }
});

Deno.test("a pause doubles up to a minute", () => {
  let pause = NO_PAUSE;
  const seen: number[] = [];
  for (let round = 0; round < 9; round++) {
    pause = nextPause(pause, 5000);
    seen.push(pause.ms / 1000);
    assertEquals(pause.until, 5000 + pause.ms);
  }
  assertEquals(seen, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

/** How many tokens calls request that come every second for ten minutes. */
async function requested(
  expiresIn: number | undefined,
  leeway: number | undefined,
  status: (authorization: string) => number,
  store?: { get(): TokenSet | undefined; set(tokens: TokenSet): void },
): Promise<{ tokens: number; statuses: Set<number> }> {
  const { now } = Date;
  const start = now();
  let second = 0;
  Date.now = () => start + second * 1000;
  let tokens = 0;
  const transport = (url: string, init: RequestInit) =>
    Promise.resolve(
      url.endsWith("/token")
        ? Response.json({
          "access_token": `t${++tokens}`,
          "token_type": "Bearer",
          ...(expiresIn !== undefined && { "expires_in": expiresIn }),
        })
        : new Response("", { status: status(new Headers(init.headers).get("authorization")!) }),
    );
  const auth = oauth2({
    tokenEndpoint: "https://as.example/token",
    clientId: "app",
    clientSecret: "s3cret",
    ...(leeway !== undefined && { leeway }),
    ...(store && { store }),
  });
  await using client = new HTTPClient({ baseUrl: "https://api.example", transport, auth });
  const statuses = new Set<number>();
  try {
    for (; second < 600; second++) statuses.add((await client.get("/")).statusCode);
  } finally {
    Date.now = now;
  }
  return { tokens, statuses };
}

Deno.test("a short-lived token is used for half of its life at least", async (t) => {
  const rows: [number, number | undefined, number][] = [
    [30, undefined, 40],
    [10, undefined, 120],
    [60, 3600, 20],
    [300, undefined, 3],
  ];
  for (const [expiresIn, leeway, most] of rows) {
    await t.step(`${expiresIn} s, leeway ${leeway}`, async () => {
      const { tokens, statuses } = await requested(expiresIn, leeway, () => 200);
      assert(tokens <= most && tokens >= 600 / expiresIn, String(tokens));
      assertEquals(statuses, new Set([200]));
    });
  }
  await t.step("in a store that keeps no more than it knows", async () => {
    let held: TokenSet | undefined;
    const store = {
      get: () => held,
      set: ({ accessToken, expiresAt = 0 }: TokenSet) => void (held = { accessToken, expiresAt }),
    };
    assertEquals((await requested(30, undefined, () => 200, store)).tokens, 40);
  });
});

// R16.24
Deno.test("an API that answers 401 whatever it is sent does not cost a token for each call", async () => {
  const { tokens, statuses } = await requested(undefined, undefined, () => 401);
  assertEquals(statuses, new Set([401]));
  // The first one, the one that renews it, and one after each pause: 1, 2, 4, … 60, 60 s.
  assert(tokens >= 14 && tokens <= 18, String(tokens));
});

Deno.test("a token that is revoked is renewed within the call, and again the next time", async () => {
  let calls = 0;
  const revoked = new Set<string>();
  const { tokens, statuses } = await requested(undefined, undefined, (authorization) => {
    if (++calls % 100 === 0) revoked.add(authorization);
    return revoked.has(authorization) ? 401 : 200;
  });
  assertEquals(statuses, new Set([200]));
  assert(tokens >= 6 && tokens <= 8, String(tokens));
});
