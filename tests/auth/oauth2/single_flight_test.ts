/** Who shares what when a job is shared. */

import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { NetworkingError } from "../../../mod.ts";
import { SingleFlight } from "../../../src/auth/oauth2/single_flight.ts";

const { signal: NEVER } = new AbortController();

Deno.test("one job at a time, and a new one when it is done", async () => {
  const flights = new SingleFlight<number>();
  let started = 0;
  const start = () => Promise.resolve(++started);
  assertEquals(await Promise.all([1, 2, 3].map(() => flights.run(NEVER, start))), [1, 1, 1]);
  assertEquals(await flights.run(NEVER, start), 2);
});

Deno.test("a NetworkingError is everybody's, any other the starter's alone", async () => {
  const flights = new SingleFlight<string>();
  const failure = new NetworkingError("auth_failed", "no");
  const failed = [1, 2].map(() => flights.run(NEVER, () => Promise.reject(failure)));
  for (const run of failed) {
    assertStrictEquals(await assertRejects(() => run), failure);
  }
  const mine = flights.run(NEVER, () => Promise.reject(new Error("mine")));
  const other = flights.run(NEVER, () => Promise.resolve("done"));
  await assertRejects(() => mine, Error, "mine");
  assertEquals(await other, "done");
});

Deno.test("a job is aborted when the last who waits has left, with that reason, and not before", async () => {
  const flights = new SingleFlight<void>();
  let job: AbortSignal | undefined;
  const start = (signal: AbortSignal) =>
    new Promise<void>((_, reject) => {
      job = signal;
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  const callers = [1, 2].map(() => new AbortController());
  const runs = callers.map(({ signal }) => assertRejects(() => flights.run(signal, start), Error));
  callers[0]!.abort(new Error("first"));
  assertEquals(job!.aborted, false);
  callers[1]!.abort(new Error("second"));
  assertEquals((job!.reason as Error).message, "second");
  assertEquals((await Promise.all(runs)).map(({ message }) => message), ["first", "second"]);
  const gone = AbortSignal.abort(new Error("gone"));
  await assertRejects(() => flights.run(gone, start), Error, "gone");
});
