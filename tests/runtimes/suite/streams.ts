/**
 * Bodies that are read as they come.
 *
 * @module
 */

import { HTTPClient, NetworkingError } from "@codomyrmex/networking";
import { equal, eventually, ok, rejection } from "./assert.ts";
import { type Case, feature, QUICK } from "./case.ts";

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** The cases. */
export const streams: readonly Case[] = feature("streams", {
  async "the response is there before its body"({ url, answer }) {
    await answer("/x", { drip: { chunk: "tick\n", everyMs: 150, count: 3 } });
    const startedAt = performance.now();
    const response = await new HTTPClient().stream("GET", url("/x"));
    let firstMs = Infinity;
    const lines: string[] = [];
    for await (const line of response.lines()) {
      firstMs = Math.min(firstMs, performance.now() - startedAt);
      lines.push(line);
    }
    equal(lines, ["tick", "tick", "tick"]);
    ok(performance.now() - startedAt - firstMs > 200, "lines come one after the other");
  },
  async "lines end with LF or CR LF, and the last may have none"({ url, answer }) {
    await answer("/x", { body: "a\nb\r\n\nä" });
    const response = await new HTTPClient().stream("GET", url("/x"));
    equal(await all(response.lines()), ["a", "b", "", "ä"]);
  },
  async "ndjson() gives values"({ url, answer }) {
    await answer("/x", { body: '{"n":1}\n\n{"n":2}\n' });
    const response = await new HTTPClient().stream("GET", url("/x"));
    equal(await all(response.ndjson()), [{ n: 1 }, { n: 2 }]);
  },
  async "events() gives server-sent events"({ url, answer }) {
    const headers = { "content-type": "text/event-stream" };
    await answer("/x", { headers, body: "event: tick\nid: 7\ndata: a\ndata: b\n\n: note\n\n" });
    const response = await new HTTPClient().stream("GET", url("/x"));
    const [event, ...more] = await all(response.events());
    equal([event?.type, event?.lastEventId, event?.data, more.length], ["tick", "7", "a\nb", 0]);
  },
  async "bytes, text, json and the bare body are the same bytes"({ url, answer }) {
    await answer("/x", { json: { n: 1 } });
    const client = new HTTPClient();
    const open = () => client.stream("GET", url("/x"));
    equal(new TextDecoder().decode(await (await open()).bytes()), '{"n":1}');
    equal(await (await open()).text(), '{"n":1}');
    equal(await (await open()).json(), { n: 1 });
    equal(await new Response((await open()).body).text(), '{"n":1}');
    equal((await (await open()).buffer()).text, '{"n":1}');
  },
  async "client.fetch gives the platform's response as it comes, and its clones"({ url, answer }) {
    await answer("/a", { status: 302, headers: { location: url("/x") } });
    await answer("/x", { status: 404, json: { n: 1 } });
    const response = await new HTTPClient({ throwOnError: true }).fetch(url("/a"));
    const clone = response.clone();
    for (const each of [response, clone]) {
      ok(each instanceof Response, "it is of the platform");
      equal([each.status, each.ok, each.url, each.redirected], [404, false, url("/x"), true]);
      equal(await each.json(), { n: 1 });
    }
  },
  async "client.fetch takes a Request, whose body has its length"({ url, answer, requests }) {
    await answer("/x", {});
    const request = new Request(url("/x"), { method: "PUT", body: "text" });
    await (await new HTTPClient().fetch(request, { headers: { "x-a": "1" } })).text();
    const { method, headers, body } = (await requests())[0]!;
    equal([method, headers["x-a"], headers["content-length"], body], ["PUT", "1", "4", "text"]);
  },
  async "client.fetch fails with a TypeError, or with the reason of an abort"(
    { url, answer, closed },
  ) {
    const client = new HTTPClient({ maxRetries: 0 });
    const error = await rejection(client.fetch(closed));
    ok(error instanceof TypeError && error.cause instanceof NetworkingError, String(error));
    await answer("/x", { drip: { chunk: "x", everyMs: 50, count: 20 } });
    const abort = new AbortController();
    const { body } = await client.fetch(url("/x"), { signal: abort.signal });
    const end = rejection(body!.getReader().closed);
    const reason = new Error("enough");
    abort.abort(reason);
    ok(await end === reason, "the reason is the same object");
  },
  // R4.15
  async "a body is read once"({ url, answer }) {
    await answer("/x", { body: "text" });
    const response = await new HTTPClient().stream("GET", url("/x"));
    await response.text();
    ok(await rejection(response.text()) instanceof TypeError, "the second time is an error");
  },
  async "cancel() ends the transfer, and so does leaving a loop"({ url, answer, requests }) {
    const drip = { chunk: "tick\n", everyMs: 20, count: 2000 };
    await answer("/cancelled", { drip });
    await answer("/left", { drip });
    const client = new HTTPClient();
    await (await client.stream("GET", url("/cancelled"))).cancel();
    for await (const line of (await client.stream("GET", url("/left"))).lines()) {
      equal(line, "tick");
      break;
    }
    await eventually(
      async () => (await requests()).every(({ left }) => left) || undefined,
      "the server saw both clients leave",
    );
  },
  async "the head of a stream is retried like any other"({ url, answer }) {
    await answer("/x", { status: 503 }, { body: "here" });
    const response = await new HTTPClient(QUICK).stream("GET", url("/x"));
    equal([response.attempts.length, await response.text()], [2, "here"]);
  },
});
