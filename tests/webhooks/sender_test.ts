/** Senders: each attempt is signed with its own time, and all have one id. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { HTTPClient, type HTTPClientOptions, NetworkingError } from "../../mod.ts";
import { memoryState } from "../../src/shared_state/mod.ts";
import {
  github,
  hmac,
  signWebhook,
  slack,
  standard,
  stripe,
  verifyWebhook,
  webhookAuth,
  WebhookError,
} from "../../src/webhooks/mod.ts";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const scheme = standard();
const HOOK = "https://hooks.example/in";

/** A client whose requests are kept; the statuses are its answers, in order. */
function sender(statuses: readonly number[], options: HTTPClientOptions = {}) {
  const sent: Request[] = [];
  const transport = (url: string, init: RequestInit) => {
    sent.push(new Request(url, init));
    return Promise.resolve(
      new Response(null, {
        status: statuses[sent.length - 1] ?? 204,
        headers: { location: "https://elsewhere.example/in" },
      }),
    );
  };
  return { sent, client: new HTTPClient({ transport, retryBackoff: 0, ...options }) };
}

/** A clock that moves by ten minutes each time. */
function leaps() {
  let now = 1_800_000_000_000;
  const times: number[] = [];
  return { times, now: () => (times.push(now += 600_000), now) };
}

// R29.8
Deno.test("each attempt is signed with a fresh time and the same id, and each is accepted", async () => {
  for (const idempotencyKey of [true, "order-1"] as const) {
    const { times, now } = leaps();
    const { sent, client } = sender([503, 500, 204]);
    const auth = webhookAuth({ secret, scheme, now });
    await client.post(HOOK, { type: "a" }, { auth, idempotencyKey });
    const ids = new Set();
    const seen = memoryState();
    for (const [index, request] of sent.entries()) {
      const receivedAt = () => times[index]!;
      const { id, event } = await verifyWebhook(request, { secret, scheme, seen, now: receivedAt });
      assertEquals(event, { type: "a" });
      assertEquals(id, request.headers.get("idempotency-key"));
      ids.add(id);
    }
    assertEquals([sent.length, ids.size], [3, 1]);
  }
});

// R29.8
Deno.test("without an idempotency key a call has one id for all attempts, and each call its own", async () => {
  const { sent, client } = sender([503, 503, 204, 204], { retry: { methods: ["POST"] } });
  const auth = webhookAuth({ secret, scheme });
  await client.post(HOOK, { type: "a" }, { auth });
  await client.post(HOOK, { type: "a" }, { auth });
  const [one, two, three, other] = sent.map(({ headers }) => headers.get("webhook-id"));
  assertEquals([two, three], [one, one]);
  assert(other !== one && other !== undefined);
});

// R29.8
Deno.test("the id of the options counts most", async () => {
  const { sent, client } = sender([]);
  const auth = webhookAuth({ secret, scheme, id: "msg_7" });
  await client.post(HOOK, "{}", { auth, idempotencyKey: "other" });
  assertEquals(sent[0]!.headers.get("webhook-id"), "msg_7");
});

// R29.8
Deno.test("a key that cannot be an id is refused before anything is sent", async () => {
  const { sent, client } = sender([]);
  const call = client.post(HOOK, "{}", {
    auth: webhookAuth({ secret, scheme }),
    idempotencyKey: "order.1",
  });
  await assertRejects(() => call, TypeError, "full stops");
  assertEquals(sent.length, 0);
});

Deno.test("every kind of body is signed as it is sent", async () => {
  const form = new FormData();
  form.set("file", new Blob(["content"]), "a.txt");
  const bodies = [
    "text",
    new Uint8Array([1, 2, 255]),
    new Blob(["blob"]),
    new URLSearchParams({ a: "1" }),
    form,
    { a: 1 },
    () => new Blob(["streamed"]).stream(),
    undefined,
  ];
  for (const own of [scheme, stripe(), github(), hmac({ header: "x-sign" })]) {
    for (const body of bodies) {
      const { sent, client } = sender([]);
      const options = { secret: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", scheme: own };
      await client.post(HOOK, body, { auth: webhookAuth(options) });
      const [request] = sent;
      const raw = { headers: request!.headers, body: await request!.bytes() };
      const verified = await verifyWebhook(raw, { ...options, as: "text" })
        .catch((error: WebhookError) => error.code);
      // Bytes that are no text are signed as well.
      assert(verified !== "webhook_signature" && verified !== "webhook_missing", `${verified}`);
    }
  }
});

Deno.test("a stream that cannot be sent again is refused with words", async () => {
  const { client } = sender([]);
  const body = new Blob(["x"]).stream();
  const error = await assertRejects(
    () => client.post(HOOK, body, { auth: webhookAuth({ secret, scheme }) }),
    NetworkingError,
  );
  assertEquals(error.code, "auth_failed");
});

// R29.8
Deno.test("another origin gets no signature", async () => {
  const { sent, client } = sender([307], { allowCrossOriginBody: true });
  await client.post(HOOK, "{}", { auth: webhookAuth({ secret, scheme }) });
  assertEquals(sent.map(({ headers }) => headers.has("webhook-signature")), [true, false]);
});

Deno.test("no signature shows in errors, hooks and the console", async () => {
  const shown: unknown[] = [];
  const own = hmac({ header: "x-proof" });
  const { sent, client } = sender([], { hooks: { onRequest: (event) => void shown.push(event) } });
  await client.post(HOOK, "{}", { auth: webhookAuth({ secret, scheme: own }) });
  const proof = sent[0]!.headers.get("x-proof")!;
  assertEquals(proof.length, 64);
  assert(!Deno.inspect(shown, { depth: 10 }).includes(proof));
  assert(!JSON.stringify(shown).includes(proof));
});

Deno.test("a handler of Deno.serve answers a client of ours, on a connection that stays", async () => {
  const seen = memoryState();
  const handler = async (request: Request) => {
    try {
      const { event } = await verifyWebhook(request, { secret, scheme, seen, maxSize: 1000 });
      return Response.json(event);
    } catch (error) {
      if (error instanceof WebhookError) return error.response;
      throw error;
    }
  };
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const url = `http://127.0.0.1:${server.addr.port}/`;
  await using client = new HTTPClient({ baseUrl: url, maxRetries: 0 });
  const good = webhookAuth({ secret, scheme });
  const bad = webhookAuth({ secret: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", scheme });
  const old = webhookAuth({ secret, scheme, now: () => Date.now() - 600_000 });
  const statuses: number[] = [];
  for (
    const [auth, body] of [
      [false, "{}"],
      [good, "{}"],
      [bad, "{}"],
      [old, "{}"],
      [good, "x".repeat(1001)],
      [good, "no JSON"],
      [good, '{"last":true}'],
    ] as const
  ) {
    statuses.push((await client.post("/", body, { auth })).statusCode);
  }
  assertEquals(statuses, [400, 200, 401, 401, 413, 400, 200]);
});

Deno.test("what no receiver would accept is not signed: a time before 1970, a secret of halves of characters", async () => {
  const secret = "a secret of at least 16 bytes";
  for (const scheme of [stripe(), slack()]) {
    for (const timestamp of [new Date(-1), new Date(-5000), new Date(NaN)]) {
      const error = await assertRejects(() => signWebhook({ scheme, secret, timestamp }, "{}"));
      assert(error instanceof TypeError && error.message.includes("a valid Date since 1970"));
    }
    const timestamp = new Date(0);
    assert((await signWebhook({ scheme, secret, timestamp }, "{}")) !== undefined);
  }
  for (const scheme of [stripe(), slack(), github(), hmac({ header: "x-signature" })]) {
    for (const half of ["\ud800".repeat(8), `${secret}\udc00`, `\ud83d${secret}`]) {
      for (
        const use of [
          () => signWebhook({ scheme, secret: half }, "{}"),
          () => verifyWebhook({ headers: {}, body: "{}" }, { scheme, secret: half }),
          () => verifyWebhook({ headers: {}, body: "{}" }, { scheme, secret: [secret, half] }),
        ]
      ) {
        const error = await assertRejects(use, TypeError, "halves of characters");
        assert(!error.message.includes(half));
      }
    }
    assert((await signWebhook({ scheme, secret: `${secret} 🔑` }, "{}")) !== undefined);
  }
});
