/** The wait for code of others. */

import { within } from "../../src/runtime/within.ts";
import { FakeClock } from "../../src/testing/mod.ts";
import { assertEquals, assertStrictEquals } from "@std/assert";

const LATE = new Error("late");
const OWN = new DOMException("mine", "TimeoutError");
const GONE = new Error("gone");

/** What a wait of 250 ms ends with, and the signal that ends it after `abortMs`. */
async function outcome(
  work: (after: (ms: number) => Promise<void>) => Promise<unknown>,
  abortMs = 0,
): Promise<unknown> {
  const clock = new FakeClock();
  using _installed = clock.install();
  const after = (ms: number) => new Promise<void>((done) => void setTimeout(done, ms));
  const controller = new AbortController();
  if (abortMs > 0) void after(abortMs).then(() => controller.abort(GONE));
  const ended = within(work(after), 250, controller.signal, () => LATE).catch((error) => error);
  await clock.advance(1);
  return await ended;
}

Deno.test("a wait ends with the result, the own error, the reason of an abort, or late", async (t) => {
  const rows: readonly (readonly [string, Parameters<typeof outcome>, unknown])[] = [
    ["a result at once", [() => Promise.resolve("result")], "result"],
    ["after the first half", [(after) => after(200).then(() => "result")], "result"],
    ["just in time", [(after) => after(249).then(() => "result")], "result"],
    ["too late", [(after) => after(251).then(() => "result")], LATE],
    ["an error that comes too late", [(after) => after(300).then(() => Promise.reject(OWN))], LATE],
    ["never", [() => new Promise(() => {})], LATE],
    ["an own timeout", [() => Promise.reject(OWN)], OWN],
    [
      "an own timeout in the second half",
      [(after) => after(200).then(() => Promise.reject(OWN))],
      OWN,
    ],
    ["an abort in the first half", [() => new Promise(() => {}), 50], GONE],
    ["an abort in the second half", [() => new Promise(() => {}), 200], GONE],
  ];
  for (const [name, [work, abortMs], expected] of rows) {
    await t.step(name, async () => assertStrictEquals(await outcome(work, abortMs), expected));
  }
});

Deno.test("a stall of this process is not late", async () => {
  const { timeout } = AbortSignal;
  const due: AbortController[] = [];
  AbortSignal.timeout = () => {
    const controller = new AbortController();
    due.push(controller);
    return controller.signal;
  };
  try {
    const { promise, resolve } = Promise.withResolvers<string>();
    const ended = within(promise, 250, new AbortController().signal, () => LATE);
    // The process stalled: the timer that was set before is due first, then the result comes in.
    due[0]!.abort(new DOMException("over", "TimeoutError"));
    await new Promise((done) => setTimeout(done, 0));
    resolve("result");
    assertEquals([await ended, due.length], ["result", 2]);
  } finally {
    AbortSignal.timeout = timeout;
  }
});
