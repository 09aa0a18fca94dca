/** A retry budget and a breaker that processes share: through a state, and alone while the state fails. */

import { HTTPClient, type NetworkingError } from "../../mod.ts";
import { Breaker, SharedRetryBudget } from "../../src/limits/mod.ts";
import { memoryState, type SharedState } from "../../src/shared_state/mod.ts";
import { FakeClock, MockTransport } from "../../src/testing/mod.ts";
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";

const ORIGIN = "http://a.example";
const REQUEST = { method: "GET", url: `${ORIGIN}/x` };

/** What was begun meanwhile has ended. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

const failing = (get: () => Promise<never>): SharedState =>
  ({ ...memoryState(), get, set: get, compareAndSet: get }) as unknown as SharedState;

// R26.15
Deno.test("processes draw from one budget, and refill one", async () => {
  const store = memoryState();
  const budgets = [1, 2, 3, 4].map(() => new SharedRetryBudget({ store, capacity: 140 }));
  let drawn = 0;
  for (let round = 0; round < 20; round++) {
    for (const budget of budgets) {
      if (budget.withdraw(ORIGIN, false) !== undefined) drawn++;
      await settle();
    }
  }
  assert(drawn >= 10 && drawn <= 13, `${drawn} retries of ten`);
  assertStrictEquals((await store.get(["retry-budget", ORIGIN]))?.value, 0);
  for (let count = 0; count < 20; count++) {
    budgets[count % 4]!.deposit(ORIGIN, 14);
    await settle();
  }
  assertStrictEquals(await store.get(["retry-budget", ORIGIN]), undefined);
  await settle();
  const left = budgets.map((budget) => budget.balance(ORIGIN));
  assert(left.some((tokens) => tokens === 140), String(left));
  assertStrictEquals(budgets[0]!.withdraw(ORIGIN, true), 5);
});

// R26.15
Deno.test("what four draw at once is summed, also when writers are in each other's way", async () => {
  const store = memoryState();
  const budgets = [1, 2, 3, 4].map(() => new SharedRetryBudget({ store }));
  for (let count = 0; count < 5; count++) {
    for (const budget of budgets) budget.withdraw(ORIGIN, true);
  }
  await settle();
  await settle();
  assertStrictEquals((await store.get(["retry-budget", ORIGIN]))?.value, 400);
});

// R26.15
Deno.test("a store that fails or never answers holds nobody up, and is told of once", async (t) => {
  const fails = () => Promise.reject(new Error("gone"));
  const hangs = () => new Promise<never>(() => {});
  for (const [name, get] of [["it fails", fails], ["it never answers", hangs]] as const) {
    await t.step(name, async () => {
      const clock = new FakeClock();
      using _installed = clock.install();
      const told: string[] = [];
      const onStoreFailure = (line: string) => void told.push(line);
      const store = failing(get);
      const retryBudget = new SharedRetryBudget({ store, capacity: 14, onStoreFailure });
      const transport = new MockTransport().on("GET", "/", { status: 503, times: Infinity });
      const breaker = new Breaker({ store, minimum: 2, onStoreFailure });
      await using client = new HTTPClient({ transport, retryBudget, breaker, retryBackoff: 0 });
      const call = client.get(`${ORIGIN}/`);
      await clock.advance(0.2); // before the store is given up
      const response = await call;
      assertEquals([response.attempts.length, response.retrySkipped as string], [
        2,
        "retry_budget",
      ]);
      const error = await assertRejects(() => client.get(`${ORIGIN}/`)) as NetworkingError;
      assertStrictEquals(error.code, "circuit_open");
      await clock.advance(0.3);
      assertStrictEquals(told.length, 2); // one of each
      await clock.advance(60);
      assertStrictEquals(clock.pending, 0);
    });
  }
});

// R26.15
Deno.test("a breaker that opens in one process opens and closes in the others", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const store = memoryState();
  const [one, other] = [1, 2].map(() => new Breaker({ store, minimum: 2, openFor: 5 }));
  for (const _ of [1, 2]) one!.enter(REQUEST, true).end("failure");
  await clock.advance(0);
  assertStrictEquals(one!.state(ORIGIN).state, "open");
  other!.check(REQUEST, true); // it asks, and does not wait for the answer
  await clock.advance(0.1);
  assertStrictEquals(other!.state(ORIGIN).state, "open");
  const error = assertThrows(() => other!.check(REQUEST, true)) as NetworkingError;
  assertStrictEquals(error.code, "circuit_open");
  await clock.advance(6);
  assertStrictEquals(other!.state(ORIGIN).state, "half-open");
  other!.enter(REQUEST, true).end("success");
  await clock.advance(1);
  assertStrictEquals(other!.state(ORIGIN).state, "closed");
  try {
    one!.check(REQUEST, true);
  } catch { /* it may not know yet */ }
  await clock.advance(0.1);
  assertStrictEquals(one!.state(ORIGIN).state, "closed");
  assertStrictEquals(await store.get(["breaker", ORIGIN]), undefined);
});

Deno.test("the options are checked", () => {
  assertThrows(() => new SharedRetryBudget({} as never), TypeError, "store");
  assertThrows(() => new SharedRetryBudget({ store: {} as never }), TypeError, "store");
  assertThrows(() => new SharedRetryBudget({ store: memoryState(), capacity: 0 }), RangeError);
  assertThrows(() => new Breaker({ store: {} as never }), TypeError, "store");
});
