/** Webhooks that come again: replays, retries, and stores that fail. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { memoryState, type SharedState } from "../../src/shared_state/mod.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import {
  github,
  shopify,
  signWebhook,
  slack,
  standard,
  stripe,
  verifyWebhook,
  type VerifyWebhookOptions,
  WebhookError,
  type WebhookScheme,
} from "../../src/webhooks/mod.ts";

const NOW = 1_800_000_000_000;
const SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER = "b3RoZXIgc2VjcmV0LCBhcyBsb25nIGFzIHRoYXQ=";
const BODY = '{"type":"a"}';

/** A receiver whose clock a test moves. */
function receiver(scheme: WebhookScheme, more: Partial<VerifyWebhookOptions> = {}) {
  const clock = { now: NOW };
  const seen = memoryState(() => clock.now);
  const options = { secret: SECRET, scheme, seen, now: () => clock.now, ...more };
  const accept = (headers: Record<string, string>, secret: string | string[] = SECRET) =>
    verifyWebhook({ headers, body: BODY }, { ...options, secret });
  const codeOf = (headers: Record<string, string>, secret?: string | string[]) =>
    accept(headers, secret).then(() => "accepted", (error) => (error as WebhookError).code);
  return { clock, accept, codeOf };
}

const timestamp = new Date(NOW);
const WITH_TIME = [standard(), stripe(), slack()];
const WITHOUT_TIME = [github(), shopify()];

Deno.test("a webhook is accepted once, by every scheme, whoever asks at the same time", async () => {
  for (const scheme of [...WITH_TIME, ...WITHOUT_TIME]) {
    const { codeOf } = receiver(scheme);
    const given = WITH_TIME.includes(scheme) ? { timestamp } : {};
    const headers = await signWebhook({ secret: SECRET, scheme, ...given }, BODY);
    const codes = await Promise.all(Array.from({ length: 10 }, () => codeOf(headers)));
    assertEquals(codes.filter((code) => code === "accepted").length, 1, scheme.name);
    assertEquals(codes.filter((code) => code === "webhook_replayed").length, 9, scheme.name);
  }
});

// R29.6
Deno.test("no moment lies between stale and forgotten: not for webhooks of the future either", async () => {
  for (const scheme of WITH_TIME) {
    for (const ahead of [-299, 0, 299, 300]) {
      const { clock, codeOf } = receiver(scheme);
      const sent = new Date(NOW + ahead * 1000);
      const headers = await signWebhook({ secret: SECRET, scheme, timestamp: sent }, BODY);
      assertEquals(await codeOf(headers), "accepted");
      for (let seconds = 0; seconds <= 700; seconds++) {
        clock.now = NOW + seconds * 1000;
        const code = await codeOf(headers);
        assert(
          code === "webhook_replayed" || code === "webhook_stale",
          `${ahead} ${seconds} ${code}`,
        );
      }
    }
  }
});

// R29.6
Deno.test("a replay is known by what is signed, not by what anybody can change", async () => {
  for (
    const [scheme, id] of [[github(), "x-github-delivery"], [
      shopify(),
      "x-shopify-webhook-id",
    ]] as const
  ) {
    const { codeOf } = receiver(scheme);
    const headers = await signWebhook({ secret: SECRET, scheme }, BODY);
    assertEquals(await codeOf(headers), "accepted");
    assertEquals(await codeOf({ ...headers, [id]: "another" }), "webhook_replayed");
    const { [id]: _, ...without } = headers;
    assertEquals(await codeOf(without), "webhook_replayed");
  }
  const github2 = receiver(github());
  const headers = await signWebhook({ secret: SECRET, scheme: github() }, BODY);
  assertEquals(await github2.codeOf(headers), "accepted");
  const loud = headers["x-hub-signature-256"]!.toUpperCase().replace("SHA256", "sha256");
  assertEquals(
    await github2.codeOf({ ...headers, "x-hub-signature-256": loud }),
    "webhook_replayed",
  );
  const { codeOf } = receiver(standard());
  const two = await signWebhook({ secret: [SECRET, OTHER], scheme: standard(), timestamp }, BODY);
  const [first, second] = two["webhook-signature"]!.split(" ");
  const both = [SECRET, OTHER];
  assertEquals(await codeOf(two, both), "accepted");
  for (const signature of [first!, second!, `${second} ${first}`, `v1,AAAA ${first}`]) {
    const replay = { ...two, "webhook-signature": signature };
    assertEquals(await codeOf(replay, both), "webhook_replayed", signature);
  }
});

Deno.test("a replay is known after the secrets have changed", async () => {
  const { codeOf } = receiver(standard());
  const headers = await signWebhook({ secret: OTHER, scheme: standard(), timestamp }, BODY);
  assertEquals(await codeOf(headers, OTHER), "accepted");
  assertEquals(await codeOf(headers, [SECRET, OTHER]), "webhook_replayed");
});

Deno.test("receivers with secrets of their own share a store", async () => {
  const { codeOf } = receiver(standard());
  const options = { scheme: standard(), id: "msg_1", timestamp };
  for (const secret of [SECRET, OTHER]) {
    assertEquals(await codeOf(await signWebhook({ ...options, secret }, BODY), secret), "accepted");
  }
});

// R29.6
Deno.test("a sender's retry with a time of its own is accepted, with the same id", async () => {
  const { accept } = receiver(standard());
  const ids = [];
  for (const seconds of [0, 1, 60]) {
    const sent = new Date(NOW + seconds * 1000);
    const options = { secret: SECRET, scheme: standard(), id: "msg_1", timestamp: sent };
    ids.push((await accept(await signWebhook(options, BODY))).id);
  }
  assertEquals(ids, ["msg_1", "msg_1", "msg_1"]);
});

// R29.6
Deno.test("forget() lets the same request in again, once", async () => {
  for (const scheme of WITHOUT_TIME) {
    const { accept, codeOf } = receiver(scheme);
    const headers = await signWebhook({ secret: SECRET, scheme }, BODY);
    const { forget } = await accept(headers);
    assertEquals(await codeOf(headers), "webhook_replayed");
    await forget();
    assertEquals(await codeOf(headers), "accepted");
    assertEquals(await codeOf(headers), "webhook_replayed");
    await forget(); // of the first: the second stays
    assertEquals(await codeOf(headers), "webhook_replayed");
  }
  const { forget } = await verifyWebhook(
    { headers: await signWebhook({ secret: SECRET, scheme: github() }, BODY), body: BODY },
    { secret: SECRET, scheme: github() },
  );
  await forget(); // without a store there is nothing to forget
});

Deno.test("schemes without a time are remembered for twice the tolerance", async () => {
  const { clock, codeOf } = receiver(github(), { tolerance: { hours: 24 } });
  const headers = await signWebhook({ secret: SECRET, scheme: github() }, BODY);
  assertEquals(await codeOf(headers), "accepted");
  clock.now += 48 * 3_600_000;
  assertEquals(await codeOf(headers), "webhook_replayed");
});

// R29.5
Deno.test("an event that is refused is not remembered", async () => {
  const { codeOf } = receiver(github());
  const body = "no JSON";
  const headers = await signWebhook({ secret: SECRET, scheme: github() }, body);
  const seen = memoryState();
  const options = { secret: SECRET, scheme: github(), seen };
  for (const _ of "12") {
    const error = await assertRejects(
      () => verifyWebhook({ headers, body }, options),
      WebhookError,
    );
    assertEquals(error.code, "webhook_invalid");
  }
  assertEquals(await codeOf(headers), "webhook_signature");
});

function failing(answer: () => Promise<undefined>): SharedState {
  return { ...memoryState(), compareAndSet: answer } as SharedState;
}

// R29.7
Deno.test("a store that fails accepts with a word, or refuses where it is required", async () => {
  const headers = await signWebhook({ secret: SECRET, scheme: github() }, BODY);
  const given = { headers, body: BODY };
  const told: string[] = [];
  const onStoreFailure = (message: string) => void told.push(message);
  const options = { secret: SECRET, scheme: github(), onStoreFailure };
  const seen = failing(() => Promise.reject(new Error("no store")));
  await verifyWebhook(given, { ...options, seen });
  await verifyWebhook(given, { ...options, seen });
  assertEquals(told.length, 1);
  assert(told[0]!.includes("no store"), told[0]);
  const required = { ...options, seen, requireSeen: true };
  const error = await assertRejects(() => verifyWebhook(given, required), WebhookError);
  assertEquals([error.code, error.response.status], ["webhook_unchecked", 503]);
});

// R29.7
Deno.test("a store that does not answer holds a webhook up for 250 ms", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const headers = await signWebhook({ secret: SECRET, scheme: github() }, BODY);
  const told: string[] = [];
  let isAccepted = false;
  const asked = Promise.withResolvers<void>();
  const seen = failing(() => {
    asked.resolve();
    return new Promise(() => {});
  });
  const verified = verifyWebhook({ headers, body: BODY }, {
    ...{ secret: SECRET, scheme: github(), seen },
    onStoreFailure: (message) => void told.push(message),
  }).then(() => isAccepted = true);
  await asked.promise;
  await clock.advance({ milliseconds: 249 });
  assertEquals(isAccepted, false);
  await clock.advance({ milliseconds: 1 });
  await verified;
  assertEquals([told.length, clock.pending], [1, 0]);
});

// R29.7
Deno.test("a webhook that was refused because its write came late is accepted when it is sent again", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const memory = memoryState();
  let delayMs = 400;
  let called = Promise.withResolvers<void>();
  const seen: SharedState = {
    ...memory,
    compareAndSet: async (...args) => {
      called.resolve();
      const version = await memory.compareAndSet(...args);
      if (delayMs > 0) await new Promise((done) => setTimeout(done, delayMs));
      return version;
    },
  };
  const headers = await signWebhook({ secret: SECRET, scheme: github() }, BODY);
  const deliver = async (): Promise<string> => {
    called = Promise.withResolvers();
    const verified = verifyWebhook({ headers, body: BODY }, {
      ...{ secret: SECRET, scheme: github(), seen, requireSeen: true },
      onStoreFailure: () => {},
    }).then(() => "accepted", (error) => (error as WebhookError).code);
    await called.promise;
    await clock.advance({ milliseconds: 300 });
    return await verified;
  };
  assertEquals(await deliver(), "webhook_unchecked");
  delayMs = 0;
  await clock.advance(2); // the late write, its removal, and the pause of the store
  assertEquals([await deliver(), await deliver()], ["accepted", "webhook_replayed"]);
});
