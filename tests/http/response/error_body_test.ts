/** Bodies that the library reads for an error: bounded in size and time, whoever asks for the error. */

import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  EventSourceClient,
  HTTPClient,
  HTTPError,
  NetworkingError,
  type Transport,
} from "../../../mod.ts";
import { FakeClock, FakeServer } from "../../../src/testing/mod.ts";
import { drip, serve } from "../../support/server.ts";
import { until, untilOver } from "../../support/until.ts";

const SOON = { milliseconds: 150 };

/** Every way in which the library itself reads the body of an error. */
const WAYS: Readonly<Record<string, (client: HTTPClient, url: string) => Promise<unknown>>> = {
  "stream() with throwOnError": (client, url) => client.stream("GET", url, { throwOnError: true }),
  "raiseForStatus() of a stream": async (client, url) =>
    await (await client.stream("GET", url)).raiseForStatus(),
  "download()": (client, url) => client.download(url, { write() {} }),
  "EventSourceClient": async (client, url) => {
    await using events = new EventSourceClient(url, { client, timeout: SOON, reconnect: false });
    await events.connect();
  },
};

for (const [way, call] of Object.entries(WAYS)) {
  // R4.20
  Deno.test(`${way}: an error page that dribbles in ends by timeout, with what came`, async () => {
    const clock = new FakeClock();
    using _installed = clock.install();
    await using server = serve(() => {
      const body = new ReadableStream({ start: (to) => to.enqueue(new TextEncoder().encode("A")) });
      return new Response(body, { status: 500 }); // without the timeout it would never end
    });
    let seen = 0;
    const counting = () =>
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform(chunk, to) {
          seen += chunk.length;
          to.enqueue(chunk);
        },
      });
    const transport: Transport = async (url, init) => {
      const response = await fetch(url, init);
      return new Response(response.body!.pipeThrough(counting()), response);
    };
    await using client = new HTTPClient({ timeout: SOON, maxRetries: 0, transport });
    const failing = assertRejects(() => call(client, `${server.origin}/`), HTTPError);
    await until(() => seen > 0);
    const error = await untilOver(clock, failing);
    assertEquals(error.statusCode, 500);
    assert(/^A+$/.test(error.response.text), error.response.text);
  });

  // R4.20
  Deno.test(`${way}: of a large error page come 64 KiB, and the rest is not waited for`, async () => {
    const page = new Uint8Array(1_000_000).fill(65);
    await using server = serve(() => new Response(page, { status: 404 }));
    await using client = new HTTPClient({ maxRetries: 0, maxResponseSize: 10_000_000 });
    const error = await assertRejects(() => call(client, `${server.origin}/`), HTTPError);
    assertEquals([error.statusCode, error.response.content.length], [404, 65_536]);
  });

  // R4.20
  Deno.test(`${way}: an error page that breaks off still gives its status`, async () => {
    await using server = await FakeServer.start(() => ({
      status: 403,
      body: "no entry for you",
      fault: "reset_during_response_body",
    }));
    await using client = new HTTPClient({ maxRetries: 0 });
    const error = await assertRejects(() => call(client, `${server.origin}/`), HTTPError);
    assertEquals(error.statusCode, 403);
    assert("no entry for you".startsWith(error.response.text), error.response.text);
  });
}

Deno.test("an abort, and close(), end the reading of an error page as they end everything", async () => {
  await using server = serve(() => new Response(drip("A", 20, 400), { status: 500 }));
  const reason = new Error("enough");
  const controller = new AbortController();
  await using client = new HTTPClient({ maxRetries: 0, signal: controller.signal });
  const call = client.stream("GET", `${server.origin}/`, { throwOnError: true });
  await until(() => server.requests.length === 1);
  controller.abort(reason);
  assertStrictEquals(await call.catch((error: unknown) => error), reason);
  const other = new HTTPClient({ maxRetries: 0 });
  const failing = assertRejects(
    () => other.stream("GET", `${server.origin}/`, { throwOnError: true }),
    NetworkingError,
  );
  await until(() => server.requests.length === 2);
  await other.close();
  const error = await failing;
  assertEquals(error.code, "closed");
});

Deno.test("a buffered call keeps maxResponseSize for its error page", async () => {
  const page = new Uint8Array(200_000).fill(65);
  await using server = serve(() => new Response(page, { status: 404 }));
  await using client = new HTTPClient({ maxRetries: 0, throwOnError: true });
  const error = await assertRejects(() => client.get(`${server.origin}/`), HTTPError);
  assertEquals(error.response.content.length, 200_000);
});
