/** Signing in on another device (RFC 8628): what is shown, and when the server is asked. */

import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { HTTPClient, NetworkingError } from "../../../mod.ts";
import { instructions } from "../../../src/auth/oauth2/device.ts";
import {
  type DeviceCode,
  oauth2,
  type OAuth2Options,
  privateKeyJwt,
  type TokenSet,
} from "../../../src/auth/oauth2/mod.ts";
import { FakeClock } from "../../../src/testing/mod.ts";
import {
  type Answer,
  API,
  authority,
  ISSUER,
  read,
  refusal,
  token,
} from "../../support/authority.ts";

const CODES = {
  "device_code": "d3vice-c0de",
  "user_code": "WDJB-MJHT",
  "verification_uri": "https://id.example/device",
  "verification_uri_complete": "https://id.example/device?user_code=WDJB-MJHT",
  "expires_in": 1800,
  "interval": 5,
};

/** A user who needs as many polls as the endpoint refuses. */
function sign(
  poll: Answer,
  codes: Readonly<Record<string, unknown>> = {},
  options: Partial<OAuth2Options> = {},
) {
  const clock = new FakeClock();
  const installed = clock.install();
  const server = authority({
    "/device": () => Response.json({ ...CODES, ...codes }),
    "/token": poll,
  });
  const times: number[] = [];
  const transport = (url: string, init: RequestInit) => {
    if (url.endsWith("/token")) times.push(Date.now());
    return server.transport(url, init);
  };
  const began = Date.now();
  const auth = oauth2({ issuer: ISSUER, clientId: "tv", grant: "device_code", ...options });
  const shown: DeviceCode[] = [];
  const onCode = (code: DeviceCode) => void shown.push(code);
  return {
    ...{ clock, server, auth, shown, onCode, transport },
    /** The seconds between polls. */
    waits: () => times.map((time, index) => (time - (times[index - 1] ?? began)) / 1000),
    /** Lets time pass until the sign-in is over. */
    async run<T>(outcome: Promise<T>): Promise<T | Error> {
      let isOver = false;
      const settled = outcome.then((value) => value, (error: Error) => error)
        .finally(() => isOver = true);
      for (let seconds = 0; !isOver && seconds < 4000; seconds++) await clock.advance(1);
      assert(isOver);
      return await settled;
    },
    [Symbol.dispose]: () => installed[Symbol.dispose](),
  };
}

// R16.34
Deno.test("the code is shown, the server is asked at its interval, and the tokens are kept", async () => {
  const answers = ["authorization_pending", "slow_down", "authorization_pending"];
  using flow = sign(
    (_, count) =>
      count <= answers.length
        ? refusal(answers[count - 1]!)
        : token(count, { "refresh_token": "next" }),
    {},
    { scope: "read", resource: `${API}/` },
  );
  const { auth, onCode, transport, server } = flow;
  const tokens = await flow.run(auth.device({ onCode, transport })) as TokenSet;
  assertEquals([tokens.accessToken, tokens.refreshToken], ["access-4", "next"]);
  assertEquals(flow.shown, [{
    userCode: "WDJB-MJHT",
    verificationUri: "https://id.example/device",
    verificationUriComplete: "https://id.example/device?user_code=WDJB-MJHT",
    expiresInMs: 1_800_000,
  }]);
  assertEquals(flow.waits(), [5, 5, 10, 10]); // slow_down counts for all later polls
  const [first] = server.at("/device");
  assertEquals(Object.fromEntries(first!.form), {
    "client_id": "tv",
    scope: "read",
    resource: `${API}/`,
  });
  assertEquals(Object.fromEntries(server.at("/token")[0]!.form), {
    "client_id": "tv",
    "device_code": "d3vice-c0de",
    "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
    resource: `${API}/`,
  });
  assertEquals(flow.clock.pending, 0);
  await using client = new HTTPClient({ baseUrl: API, transport, auth });
  assertEquals((await client.get("/")).text, "Bearer access-4");
});

// R16.34
Deno.test("polls that get no answer, a 429 or a 5xx double the interval, and the sign-in goes on", async () => {
  using flow = sign((_, count) => {
    if (count === 1) throw new TypeError("fetch failed");
    if (count === 2) return new Response(null, { status: 503 });
    if (count === 3) return new Response(null, { status: 429 });
    return undefined;
  }, { interval: undefined });
  const { auth, onCode, transport } = flow;
  const tokens = await flow.run(auth.device({ onCode, transport })) as TokenSet;
  assertEquals(tokens.accessToken, "access-4");
  assertEquals(flow.waits(), [5, 10, 20, 40]);
});

Deno.test("a poll that hangs ends after 30 seconds, and the next one comes later", async () => {
  using flow = sign((_, count) => count === 1 ? new Promise<Response>(() => {}) : undefined);
  const { auth, onCode, transport } = flow;
  const tokens = await flow.run(auth.device({ onCode, transport })) as TokenSet;
  assertEquals(tokens.accessToken, "access-2");
  assertEquals(flow.waits(), [5, 40]); // 30 s until it is given up, and twice the interval
});

Deno.test("what ends a sign-in says why, and shows no code", async (t) => {
  const rows: [name: string, poll: Answer, codes: Record<string, unknown>, why: string][] = [
    ["the user said no", () => refusal("access_denied"), {}, "access_denied"],
    ["the server says too late", () => refusal("expired_token"), {}, "expired_token"],
    ["the code was spent", () => refusal("invalid_grant"), {}, "sign in again"],
    ["the client is wrong", () => refusal("invalid_client", 401), {}, "invalid_client"],
    ["time is over", () => refusal("authorization_pending"), { "expires_in": 12 }, "in time"],
    ["a page", () => new Response("<html>", { status: 200 }), {}, "its response cannot be used"],
    [
      "the server quotes the code",
      () =>
        Response.json({ error: "invalid_grant", error_description: "d3vice-c0de" }, {
          status: 400,
        }),
      {},
      "invalid_grant",
    ],
  ];
  for (const [name, poll, codes, why] of rows) {
    await t.step(name, async () => {
      using flow = sign(poll, codes);
      const { auth, onCode, transport } = flow;
      const error = await flow.run(auth.device({ onCode, transport }));
      assert(error instanceof NetworkingError, String(error));
      assertEquals(error.code, "auth_failed");
      assertStringIncludes(error.message, why);
      assert(!/d3vice|WDJB/.test(Deno.inspect(error, { depth: 20 })), error.message);
      assertEquals(flow.clock.pending, 0);
    });
  }
  await t.step("its signal", async () => {
    using flow = sign(() => refusal("authorization_pending"));
    const { auth, onCode, transport } = flow;
    const controller = new AbortController();
    const reason = new Error("left");
    const outcome = auth.device({ onCode, transport, signal: controller.signal });
    const failed = flow.run(outcome);
    controller.abort(reason);
    assertEquals(await failed, reason);
    assertEquals(flow.clock.pending, 0);
  });
  await t.step("what the caller's onCode throws", async () => {
    using flow = sign(() => undefined);
    const own = new Error("no screen");
    const { auth, transport, server } = flow;
    const onCode = () => Promise.reject(own);
    assertEquals(await flow.run(auth.device({ onCode, transport })), own);
    assertEquals(server.at("/token").length, 0);
  });
});

// R16.34
Deno.test("only what can be shown to a user is shown", async (t) => {
  const rows: [name: string, codes: Record<string, unknown>][] = [
    ["clear text", { "verification_uri": "http://id.example/device" }],
    ["another kind of URL", { "verification_uri": "javascript:alert(1)" }],
    ["userinfo", { "verification_uri": "https://id.example@evil.example/" }],
    ["control characters", { "user_code": "A\u001b[2JB" }],
    ["hidden characters", { "user_code": "A\u202eB" }],
    ["no code", { "user_code": undefined }],
  ];
  for (const [name, codes] of rows) {
    await t.step(name, async () => {
      using flow = sign(() => undefined, codes);
      const { auth, onCode, transport } = flow;
      const error = await flow.run(auth.device({ onCode, transport }));
      assert(error instanceof NetworkingError);
      assertEquals([error.code, flow.shown.length], ["auth_failed", 0]);
    });
  }
  await t.step("a link that is not https: is left out", async () => {
    using flow = sign(() => undefined, { "verification_uri_complete": "http://id.example/x" });
    const { auth, onCode, transport } = flow;
    await flow.run(auth.device({ onCode, transport }));
    assertEquals(Object.hasOwn(flow.shown[0]!, "verificationUriComplete"), false);
  });
  await t.step("standard error that is no terminal would keep it in logs", async () => {
    using flow = sign(() => undefined);
    const { auth, transport, server } = flow;
    await assertRejects(() => auth.device({ transport }), TypeError, "set onCode");
    assertEquals(server.asked.length, 0);
  });
  await t.step("what is printed", () => {
    const code = { userCode: "A-B", verificationUri: "https://id.example/", expiresInMs: 1 };
    assertEquals(
      instructions(code),
      "To sign in, open https://id.example/ and enter the code A-B",
    );
    assertStringIncludes(
      instructions({ ...code, verificationUriComplete: "https://id.example/?c=A-B" }),
      "or open https://id.example/?c=A-B",
    );
  });
});

Deno.test("a client with credentials proves itself at both endpoints, by another assertion for each poll", async () => {
  const { privateKey } = await crypto.subtle.generateKey(
    { name: "ECDSA", namedCurve: "P-256" },
    false,
    ["sign", "verify"],
  );
  using flow = sign(
    (_, count) => count < 3 ? refusal("authorization_pending") : token(count),
    {},
    { clientAuthentication: privateKeyJwt({ key: privateKey }) },
  );
  const { auth, onCode, transport, server } = flow;
  await flow.run(auth.device({ onCode, transport }));
  const ids = server.asked.map(({ form }) => read(form.get("client_assertion"))[1].jti);
  assertEquals([ids.length, new Set(ids).size], [4, 4]);
  assertNotEquals(ids[0], undefined);
});

Deno.test("before the sign-in, a call says what to do", async () => {
  const auth = oauth2({ issuer: ISSUER, clientId: "tv", grant: "device_code" });
  const { transport, asked } = authority();
  await using client = new HTTPClient({ baseUrl: API, transport, auth });
  const error = await assertRejects(() => client.get("/"), NetworkingError);
  assertStringIncludes(error.message, "there is no refresh token; call device()");
  assertEquals(asked.length, 0);
});

Deno.test("device() needs tokens of a user, and its options are checked", async () => {
  const auth = oauth2({ issuer: ISSUER, clientId: "a", clientSecret: "b" });
  const error = await assertRejects(() => auth.device({ onCode() {} }), TypeError);
  assertStringIncludes(error.message, 'grant: "device_code"');
  const device = oauth2({ issuer: ISSUER, clientId: "a", grant: "device_code" });
  const wrong = { onCode: "print" } as unknown as { onCode: () => void };
  await assertRejects(() => device.device(wrong), TypeError, "onCode");
});
