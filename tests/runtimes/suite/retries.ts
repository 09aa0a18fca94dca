/**
 * What is tried again, when, and what is not.
 *
 * @module
 */

import { HTTPClient, NetworkingError, RetryBudget } from "@codomyrmex/networking";
import { equal, failure, ok } from "./assert.ts";
import { type Case, feature, QUICK } from "./case.ts";

/** The cases. */
export const retries: readonly Case[] = feature("retries", {
  async "a status that passes is tried again, with an account of it"({ url, answer }) {
    await answer("/x", { status: 503 }, { status: 429 }, { body: "here" });
    const response = await new HTTPClient(QUICK).get(url("/x"));
    equal(response.text, "here");
    equal(response.attempts.map(({ number, statusCode }) => [number, statusCode]), [
      [1, 503],
      [2, 429],
      [3, 200],
    ]);
  },
  async "after maxRetries the last response is the result"({ url, answer, requests }) {
    await answer("/x", { status: 503, body: "busy" });
    const response = await new HTTPClient({ ...QUICK, maxRetries: 2 }).get(url("/x"));
    equal([response.statusCode, response.text, response.attempts.length], [503, "busy", 3]);
    equal((await requests()).length, 3);
  },
  async "Retry-After is waited for"({ url, answer }) {
    await answer("/x", { status: 503, headers: { "retry-after": "1" } }, { body: "here" });
    const response = await new HTTPClient(QUICK).get(url("/x"));
    const [, second] = response.attempts;
    equal([response.text, second?.waitReason], ["here", "retry_after"]);
    // A timer of a runtime may be a millisecond early by the clock of another.
    ok(second!.waitedMs >= 1000 && response.elapsedMs >= 995, `it waited ${response.elapsedMs} ms`);
  },
  async "a Retry-After of another origin is waited for, where the server lets it be seen"(context) {
    await context.answer("/x", { status: 429, headers: { "retry-after": "1" } }, { body: "here" });
    const response = await new HTTPClient(QUICK).get(context.other("/x"));
    equal([response.text, response.attempts[1]?.waitReason], ["here", "retry_after"]);
  },
  async "a longer wait than maxRetryAfter ends the call at once"({ url, answer, requests }) {
    await answer("/x", { status: 503, headers: { "retry-after": "3600" } });
    const response = await new HTTPClient(QUICK).get(url("/x"));
    equal([response.statusCode, response.retryAfterMs], [503, 3_600_000]);
    equal(response.retrySkipped, "retry_after_too_long");
    equal((await requests()).length, 1);
  },
  async "a lost connection is tried again for GET"({ broken, fail }) {
    await fail("/x", { fault: "disconnect_during_response_body", body: "0123456789" }, {
      body: "here",
    });
    const response = await new HTTPClient(QUICK).get(broken("/x"));
    equal([response.text, response.attempts.length], ["here", 2]);
  },
  async "a POST is not sent again after a status"({ url, answer, requests }) {
    await answer("/x", { status: 503 }, { body: "here" });
    const response = await new HTTPClient(QUICK).post(url("/x"), { item: "lamp" });
    equal([response.statusCode, (await requests()).length], [503, 1]);
  },
  async "a POST is not sent again after a lost connection"({ broken, fail, requests }) {
    await fail("/x", { fault: "reset_after_request" });
    const error = await failure(NetworkingError, new HTTPClient(QUICK).post(broken("/x"), "lamp"));
    equal([error.attempts.length, (await requests()).length], [1, 1]);
  },
  async "a POST is not sent again on a connection that was used before"(context) {
    const { broken, fail, requests } = context;
    await fail("/x", { body: "first" }, { fault: "reset_after_request" });
    const client = new HTTPClient(QUICK);
    equal((await client.post(broken("/x"), "lamp")).text, "first");
    await failure(NetworkingError, client.post(broken("/x"), "lamp"));
    equal((await requests()).length, 2);
  },
  // R5.10
  async "a POST without a body is not sent again on a connection that was used before"(context) {
    const { broken, fail, requests } = context;
    await fail("/x", { body: "first" }, { fault: "reset_after_request" });
    const client = new HTTPClient(QUICK);
    equal((await client.post(broken("/x"))).text, "first");
    await failure(NetworkingError, client.post(broken("/x")));
    equal((await requests()).length, 2);
  },
  async "a POST with an idempotency key is tried again, with the same key"(context) {
    const { url, answer, requests } = context;
    await answer("/x", { status: 503 }, { body: "here" });
    const response = await new HTTPClient(QUICK).post(url("/x"), "lamp", { idempotencyKey: true });
    const [first, second] = (await requests()).map(({ headers }) => headers["idempotency-key"]);
    equal([response.text, first === second && first !== undefined], ["here", true]);
  },
  // R5.3
  async "shouldRetry has the last word"({ url, answer, requests }) {
    await answer("/x", { status: 503 });
    const asked: (number | undefined)[] = [];
    const retry = {
      shouldRetry: ({ statusCode }: { readonly statusCode?: number }) => {
        asked.push(statusCode);
        return asked.length < 2;
      },
    };
    equal((await new HTTPClient({ ...QUICK, retry }).get(url("/x"))).statusCode, 503);
    equal([asked, (await requests()).length], [[503, 503], 2]);
  },
  async "the retry budget keeps retries from multiplying the load"({ url, answer, requests }) {
    await answer("/x", { status: 503 });
    const client = new HTTPClient({ ...QUICK, retryBudget: new RetryBudget({ capacity: 2 }) });
    const skipped: unknown[] = [];
    for (let call = 0; call < 3; call++) {
      skipped.push((await client.get(url("/x"))).retrySkipped);
    }
    equal(skipped.at(-1), "retry_budget");
    ok((await requests()).length < 6, "there are fewer requests than retries would make");
  },
});
