/** Webhooks against the libraries of those who defined the schemes, both ways. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  github,
  signWebhook,
  standard,
  stripe,
  verifyWebhook,
  WebhookError,
} from "../../src/webhooks/mod.ts";

/** What is used of the packages, whose types would bring others of Node into every check. */
interface Packages {
  readonly standardwebhooks: {
    readonly Webhook: new (secret: string) => {
      sign(id: string, at: Date, body: string): string;
      verify(body: string, headers: Record<string, string>): unknown;
    };
  };
  readonly octokit: {
    sign(secret: string, body: string): Promise<string>;
    verify(secret: string, body: string, signature: string): Promise<boolean>;
  };
  readonly stripe: {
    readonly default: new (key: string) => {
      readonly webhooks: {
        generateTestHeaderStringAsync(
          options: { payload: string; secret: string; timestamp?: number; scheme?: string },
        ): Promise<string>;
        constructEventAsync(
          body: string,
          header: string,
          secret: string,
        ): Promise<{ readonly id: string }>;
      };
    };
  };
}

async function load<Name extends keyof Packages>(specifier: string): Promise<Packages[Name]> {
  return await import(specifier);
}

const { Webhook } = await load<"standardwebhooks">("npm:standardwebhooks@1.1.1");
const octokit = await load<"octokit">("npm:@octokit/webhooks-methods@6.0.0");
const { default: Stripe } = await load<"stripe">("npm:stripe@23.1.0");
const { webhooks } = new Stripe("sk_test_1");

const BODIES = ['{"id":"evt_1","type":"a"}', '{\n  "text": "é€😀\\u0000"\n}', "[]", "1"];

Deno.test("standardwebhooks signs, and we verify; we sign, and it verifies", async () => {
  const scheme = standard();
  for (
    const secret of ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
  ) {
    const peer = new Webhook(secret);
    for (const body of BODIES) {
      const now = new Date();
      const theirs = {
        "webhook-id": "msg_1",
        "webhook-timestamp": `${Math.floor(now.getTime() / 1000)}`,
        "webhook-signature": peer.sign("msg_1", now, body),
      };
      const { event, id } = await verifyWebhook({ headers: theirs, body }, { secret, scheme });
      assertEquals([event, id], [JSON.parse(body), "msg_1"]);
      const ours = await signWebhook({ secret, scheme }, body);
      assertEquals(peer.verify(body, ours), JSON.parse(body));
      const old = { secret, scheme, timestamp: new Date(now.getTime() - 301_000) };
      const stale = await signWebhook(old, body);
      assertThrows(() => peer.verify(body, stale));
      await assertRejects(
        () => verifyWebhook({ headers: stale, body }, { secret, scheme }),
        WebhookError,
      );
    }
  }
});

Deno.test("@octokit/webhooks-methods signs, and we verify; we sign, and it verifies", async () => {
  const [scheme, secret] = [github(), "It's a Secret to Everybody"];
  for (const body of BODIES) {
    const headers = { "x-hub-signature-256": await octokit.sign(secret, body) };
    const { event } = await verifyWebhook({ headers, body }, { secret, scheme });
    assertEquals(event, JSON.parse(body));
    const ours = (await signWebhook({ secret, scheme }, body))["x-hub-signature-256"]!;
    assertEquals(await octokit.verify(secret, body, ours), true);
    assertEquals(await octokit.verify(secret, `${body} `, ours), false);
  }
});

Deno.test("stripe signs, and we verify; we sign, and it verifies", async () => {
  const [scheme, secret] = [stripe(), "whsec_test_secret"];
  for (const payload of BODIES.slice(0, 2)) {
    const theirs = await webhooks.generateTestHeaderStringAsync({ payload, secret });
    for (const header of [theirs, `${theirs},v1=potato`, `${theirs},v0=00`]) {
      const headers = { "stripe-signature": header };
      const { event } = await verifyWebhook({ headers, body: payload }, { secret, scheme });
      assertEquals(event, JSON.parse(payload));
    }
    const test = await webhooks.generateTestHeaderStringAsync({ payload, secret, scheme: "v0" });
    const error = await assertRejects(
      () =>
        verifyWebhook({ headers: { "stripe-signature": test }, body: payload }, { secret, scheme }),
      WebhookError,
    );
    assertEquals(error.code, "webhook_signature");
    const several = ["another secret of Stripe", secret];
    for (const own of [secret, several]) {
      const ours = (await signWebhook({ secret: own, scheme }, payload))["stripe-signature"]!;
      const { id } = await webhooks.constructEventAsync(payload, ours, secret);
      assertEquals(id, JSON.parse(payload).id);
    }
  }
});
