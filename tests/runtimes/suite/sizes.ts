/**
 * The limit for the size of a body.
 *
 * @module
 */

import { HTTPClient, ResponseTooLargeError } from "@codomyrmex/networking";
import { equal, failure } from "./assert.ts";
import { type Case, feature } from "./case.ts";

/** The cases. */
export const sizes: readonly Case[] = feature("size limit", {
  async "a body of the limit is taken, and one more byte is an error"({ url, answer }) {
    await answer("/x", { body: "x".repeat(1000) });
    const client = new HTTPClient();
    equal((await client.get(url("/x"), { maxResponseSize: 1000 })).text.length, 1000);
    const call = client.get(url("/x"), { maxResponseSize: 999 });
    const error = await failure(ResponseTooLargeError, call);
    equal([error.code, error.limitBytes], ["response_too_large", 999]);
  },
  async "a body without a length ends when it passes the limit"({ url, answer }) {
    await answer("/x", { drip: { chunk: "0123456789", everyMs: 10, count: 1000 } });
    const call = new HTTPClient().get(url("/x"), { maxResponseSize: 95 });
    await failure(ResponseTooLargeError, call);
  },
  async "what counts is the size after decompression"({ url, answer }) {
    await answer("/x", { gzip: true, body: "x".repeat(100_000) });
    const client = new HTTPClient();
    const call = client.get(url("/x"), { maxResponseSize: 50_000 });
    equal((await failure(ResponseTooLargeError, call)).limitBytes, 50_000);
    equal((await client.get(url("/x"), { maxResponseSize: false })).text.length, 100_000);
  },
  async "a stream has the limit too"({ url, answer }) {
    await answer("/x", { drip: { chunk: "0123456789", everyMs: 5, count: 100 } });
    const response = await new HTTPClient().stream("GET", url("/x"), { maxResponseSize: 50 });
    await failure(ResponseTooLargeError, response.text());
  },
});
