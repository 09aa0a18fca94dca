/** Who shares what when a job is shared. */

import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { NetworkingError } from "../../../mod.ts";
import { SharedFlights } from "../../../src/http/sharing/shared_flights.ts";

const KEY = "job";
const isNetworking = (error: unknown) => error instanceof NetworkingError;
const { signal: NEVER } = new AbortController();

Deno.test("one job at a time, and a new one when it is done", async () => {
  const flights = new SharedFlights<number>(isNetworking);
  let started = 0;
  const start = () => Promise.resolve(++started);
  assertEquals(await Promise.all([1, 2, 3].map(() => flights.run(KEY, NEVER, start))), [1, 1, 1]);
  assertEquals(await flights.run(KEY, NEVER, start), 2);
});

Deno.test("a NetworkingError is everybody's, any other the starter's alone", async () => {
  const flights = new SharedFlights<string>(isNetworking);
  const failure = new NetworkingError("auth_failed", "no");
  const failed = [1, 2].map(() => flights.run(KEY, NEVER, () => Promise.reject(failure)));
  for (const run of failed) {
    assertStrictEquals(await assertRejects(() => run), failure);
  }
  const mine = flights.run(KEY, NEVER, () => Promise.reject(new Error("mine")));
  const other = flights.run(KEY, NEVER, () => Promise.resolve("done"));
  await assertRejects(() => mine, Error, "mine");
  assertEquals(await other, "done");
});

Deno.test("a job is aborted when the last who waits has left, with that reason, and not before", async () => {
  const flights = new SharedFlights<void>(isNetworking);
  let job: AbortSignal | undefined;
  const start = (signal: AbortSignal) =>
    new Promise<void>((_, reject) => {
      job = signal;
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  const callers = [1, 2].map(() => new AbortController());
  const runs = callers.map(({ signal }) =>
    assertRejects(() => flights.run(KEY, signal, start), Error)
  );
  callers[0]!.abort(new Error("first"));
  assertEquals(job!.aborted, false);
  callers[1]!.abort(new Error("second"));
  assertEquals((job!.reason as Error).message, "second");
  assertEquals((await Promise.all(runs)).map(({ message }) => message), ["first", "second"]);
  const gone = AbortSignal.abort(new Error("gone"));
  await assertRejects(() => flights.run(KEY, gone, start), Error, "gone");
});
