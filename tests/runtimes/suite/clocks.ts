/**
 * Time-outs and aborts: nothing hangs.
 *
 * @module
 */

import { HTTPClient, NetworkingError, TimeoutError } from "@codomyrmex/networking";
import { equal, failure, ok, rejection } from "./assert.ts";
import { type Case, feature, QUICK } from "./case.ts";

/** Of one attempt only. */
const ONCE = { maxRetries: 0 } as const;

/** A body that is not what its Content-Encoding says: Node 22 never ends a read of it by itself. */
const NOT_GZIP = {
  raw: "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Encoding: gzip\r\n" +
    "Connection: close\r\n\r\nplain text",
  fault: "disconnect_after_response",
} as const;

/**
 * Every way to read a body. Where the runtime hands the body over as it came, `download` may deliver it:
 * a text that is no gzip.
 */
const READS: Readonly<Record<string, (client: HTTPClient, url: string) => Promise<unknown>>> = {
  get: (client, url) => client.get(url),
  post: (client, url) => client.post(url, "x"),
  text: async (client, url) => await (await client.stream("GET", url)).text(),
  lines: async (client, url) => {
    for await (const _line of (await client.stream("GET", url)).lines());
  },
  bytes: async (client, url) => await (await client.stream("GET", url)).bytes(),
  download: (client, url) => client.download(url, { write: () => {} }),
};

/** How a read ended: with its error, or undefined where it delivered. */
function ended(read: Promise<unknown>): Promise<unknown> {
  return read.then(() => undefined, (error) => error);
}

/** The cases. */
export const clocks: readonly Case[] = feature("timeouts and aborts", {
  async "timeout ends an attempt whose head is late"({ url, answer }) {
    await answer("/x", { delayMs: 3000 });
    const client = new HTTPClient({ ...ONCE, timeout: { milliseconds: 100 } });
    const error = await failure(TimeoutError, client.get(url("/x")));
    equal([error.code, error.clock, error.limitMs], ["attempt_timeout", "attempt", 100]);
    ok(error.elapsedMs >= 99 && error.elapsedMs < 2500, `it took ${error.elapsedMs} ms`);
  },
  async "timeout counts to the last byte of a body that dribbles"({ url, answer }) {
    await answer("/x", { drip: { chunk: "x", everyMs: 50, count: 60 } });
    const client = new HTTPClient({ ...ONCE, timeout: { milliseconds: 300 } });
    const error = await failure(TimeoutError, client.get(url("/x")));
    equal(error.code, "attempt_timeout");
    ok(error.elapsedMs < 2500, `it took ${error.elapsedMs} ms`);
  },
  async "an attempt that took too long is tried again"({ url, answer }) {
    await answer("/x", { delayMs: 2000 }, { body: "here" });
    const client = new HTTPClient({ ...QUICK, timeout: { milliseconds: 500 } });
    const response = await client.get(url("/x"));
    equal([response.text, response.attempts[0]?.errorCode], ["here", "attempt_timeout"]);
  },
  async "totalTimeout ends a call with all its attempts"({ url, answer }) {
    await answer("/x", { delayMs: 3000 });
    const client = new HTTPClient({
      ...QUICK,
      timeout: { milliseconds: 200 }, // the second attempt has no more than 150 ms left
      maxRetries: 50,
      totalTimeout: { milliseconds: 350 },
    });
    const error = await failure(TimeoutError, client.get(url("/x")));
    equal([error.code, error.clock], ["total_timeout", "total"]);
    ok(error.attempts.length >= 2 && error.elapsedMs < 2500, `it took ${error.elapsedMs} ms`);
  },
  // R7.5
  async "every read of a body that the runtime never ends is ended by its clock"({ fail, broken }) {
    const clock = { milliseconds: 300 };
    const client = new HTTPClient({ ...ONCE, timeout: clock, idleTimeout: clock });
    for (const [name, read] of Object.entries(READS)) {
      await fail(`/${name}`, NOT_GZIP);
      const startedAt = performance.now();
      const error = await ended(read(client, broken(`/${name}`)));
      const delivered = name === "download" && error === undefined;
      ok(delivered || error instanceof NetworkingError, `${name}: ${error}`);
      ok(performance.now() - startedAt < 3000, `${name} ended in time`);
    }
  },
  // R7.5
  async "an abort, and close(), end every read that the runtime never ends"({ fail, broken }) {
    const reason = new Error("enough");
    for (const [name, read] of Object.entries(READS)) {
      await fail(`/${name}`, NOT_GZIP);
      const controller = new AbortController();
      const aborted = new HTTPClient({ ...ONCE, signal: controller.signal });
      setTimeout(() => controller.abort(reason), 200);
      const why = await ended(read(aborted, broken(`/${name}`)));
      const delivered = name === "download" && why === undefined;
      ok(delivered || why === reason || why instanceof NetworkingError, `${name}: ${why}`);
      const closed = new HTTPClient(ONCE);
      setTimeout(() => void closed.close(), 200);
      const error = await ended(read(closed, broken(`/${name}`)));
      ok(delivered || error instanceof NetworkingError, `${name}: ${error}`);
    }
  },
  async "close({ drain }) lets calls and streams end, and ends what does not"({ url, answer }) {
    await answer("/later", { delayMs: 300, body: "whole" });
    await answer("/alive", { drip: { chunk: "x", everyMs: 60, count: 8 } });
    const client = new HTTPClient(ONCE);
    const stream = await client.stream("GET", url("/alive"));
    const [call, text] = [client.get(url("/later")), stream.text()];
    const closing = client.close({ drain: 10 });
    equal((await failure(NetworkingError, client.get(url("/later")))).code, "closed");
    equal([(await call).text, await text], ["whole", "xxxxxxxx"]);
    await closing;
    await answer("/never", { delayMs: 5000, body: "late" });
    const other = new HTTPClient(ONCE);
    const ended = failure(NetworkingError, other.get(url("/never")));
    await other.close({ drain: { milliseconds: 200 } });
    equal((await ended).code, "closed");
  },
  async "idleTimeout ends a stream that falls silent, and not one that goes on"({ url, answer }) {
    await answer("/alive", { drip: { chunk: "x", everyMs: 60, count: 8 } });
    await answer("/silent", { drip: { chunk: "x", everyMs: 5000, count: 2 } });
    const client = new HTTPClient({ ...ONCE, idleTimeout: { milliseconds: 300 } });
    equal(await (await client.stream("GET", url("/alive"))).text(), "xxxxxxxx");
    const silent = await client.stream("GET", url("/silent"));
    equal((await failure(TimeoutError, silent.text())).code, "idle_timeout");
  },
  async "an abort comes through with its own reason"({ url, answer, requests }) {
    await answer("/x", { delayMs: 3000 });
    const controller = new AbortController();
    const reason = new Error("enough");
    const call = new HTTPClient().get(url("/x"), { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 100);
    const startedAt = performance.now();
    ok(await rejection(call) === reason, "the reason is the very error");
    ok(performance.now() - startedAt < 2000, "it ended at once");
    const { signal } = controller;
    ok(await rejection(new HTTPClient().get(url("/x"), { signal })) === reason, "and before");
    equal((await requests()).length, 1);
  },
  async "an abort ends the wait before a retry"({ url, answer }) {
    await answer("/x", { status: 503, headers: { "retry-after": "30" } });
    const controller = new AbortController();
    setTimeout(() => controller.abort("enough"), 100);
    const call = new HTTPClient().get(url("/x"), { signal: controller.signal });
    equal(await rejection(call), "enough");
  },
  async "an abort ends a stream that is read"({ url, answer }) {
    await answer("/x", { drip: { chunk: "x", everyMs: 50, count: 100 } });
    const controller = new AbortController();
    const { signal } = controller;
    const response = await new HTTPClient().stream("GET", url("/x"), { signal });
    setTimeout(() => controller.abort("enough"), 100);
    equal(await rejection(response.text()), "enough");
  },
  async "a signal that lives long has no listener left"({ url }) {
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener: add, removeEventListener: remove } = signal;
    signal.addEventListener = (...given: Parameters<AbortSignal["addEventListener"]>) => {
      listeners++;
      add.apply(signal, given);
    };
    signal.removeEventListener = (...given: Parameters<AbortSignal["removeEventListener"]>) => {
      listeners--;
      remove.apply(signal, given);
    };
    const client = new HTTPClient();
    for (let call = 0; call < 10; call++) await client.get(url("/x"), { signal });
    equal(listeners, 0);
  },
});
