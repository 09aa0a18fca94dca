/** The retry budget, by the sequences of the AWS SDKs' own specification tests, and on a dead server. */

import { assert, assertEquals, assertLess, assertStrictEquals, assertThrows } from "@std/assert";
import { HTTPClient, type RetryAccount, RetryBudget } from "../../mod.ts";

const ORIGIN = "https://api.example";

/** A budget with `tokens` left of 500. */
function budgetWith(tokens: number): RetryBudget {
  const budget = new RetryBudget({ capacity: 500 });
  // 14a + 5b reaches every number from 52 on; the rest is given back one by one.
  while (budget.balance(ORIGIN) > tokens) {
    const rest = budget.balance(ORIGIN) - tokens;
    if (budget.withdraw(ORIGIN, rest < 14) === undefined) break;
  }
  while (budget.balance(ORIGIN) < tokens) budget.deposit(ORIGIN);
  assertEquals(budget.balance(ORIGIN), tokens);
  return budget;
}

// R5.6
Deno.test("the sequences of the specification leave the specified balances", async (t) => {
  // Rows: smithy-typescript retries.integ.spec.ts, botocore test_standard_retry_v2_1.py.
  // Numbers are statuses; "T" is an answer that throttles.
  const rows: [
    name: string,
    start: number,
    calls: (number | "T")[][],
    max: number,
    balances: number[],
  ][] = [
    ["two failures, then a success", 500, [[500, 500, 200]], 3, [486, 472, 486]],
    ["three failures, three attempts", 500, [[502, 502, 502]], 3, [486, 472, 472]],
    ["a bucket for one retry", 14, [[500, 500]], 3, [0, 0]],
    ["an empty bucket", 0, [[500]], 3, [0]],
    ["five failures, five attempts", 500, [[500, 500, 500, 500, 500]], 5, [
      486,
      472,
      458,
      444,
      444,
    ]],
    ["not enough for a second retry", 20, [[500, 502]], 5, [6, 6]],
    ["recovery between calls", 30, [[500, 502, 200], [500, 200]], 5, [16, 2, 16, 2, 16]],
    ["throttling costs less", 500, [["T", 200]], 3, [495, 500]],
  ];
  for (const [name, start, calls, max, balances] of rows) {
    await t.step(name, () => {
      const budget = budgetWith(start);
      const seen: number[] = [];
      for (const answers of calls) {
        let cost: number | undefined;
        for (const [index, answer] of answers.entries()) {
          if (answer === 200) budget.deposit(ORIGIN, cost);
          else if (index + 1 < max) cost = budget.withdraw(ORIGIN, answer === "T");
          seen.push(budget.balance(ORIGIN));
        }
      }
      assertEquals(seen, balances);
    });
  }
});

// R5.6
Deno.test("a success without a retry gives one token, and never more than the capacity", () => {
  const budget = budgetWith(498);
  for (const expected of [499, 500, 500]) {
    budget.deposit(ORIGIN);
    assertEquals(budget.balance(ORIGIN), expected);
  }
  assert(budget.isFull);
});

// R5.6
Deno.test("origins have buckets of their own", () => {
  const budget = budgetWith(0);
  assertEquals(budget.balance("https://other.example"), 500);
  assertEquals(budget.withdraw("https://other.example", false), 14);
});

Deno.test("a capacity that is none is refused", () => {
  for (const capacity of [0, -1, 1.5, NaN]) {
    assertThrows(() => new RetryBudget({ capacity }), RangeError, `capacity: ${capacity}`);
  }
});

function deadServer(): {
  sent: () => number;
  client: (budget?: RetryAccount | false) => HTTPClient;
} {
  let sent = 0;
  const transport = () => {
    sent++;
    return Promise.resolve(new Response(null, { status: 503 }));
  };
  return {
    sent: () => sent,
    client: (retryBudget) =>
      new HTTPClient({
        transport,
        retryBackoff: 0,
        ...(retryBudget === undefined ? {} : { retryBudget }),
      }),
  };
}

Deno.test("with a server that is down, 10,000 calls make at most 1.2 times as many requests", async () => {
  const { sent, client } = deadServer();
  const caller = client();
  let last;
  for (let call = 0; call < 10_000; call++) last = await caller.get("http://localhost/");
  assertLess(sent(), 12_000);
  assertEquals(last!.retrySkipped, "retry_budget");
});

// R5.6
Deno.test("a retry for which the server named the time draws nothing", async () => {
  const named: [headers: Record<string, string>, balance: number][] = [
    [{}, 458],
    [{ "retry-after": "0" }, 500],
    [{ "retry-after-ms": "0" }, 500],
    [{ "x-ratelimit-reset": "0" }, 500],
    [{ "retry-after": "soon" }, 458],
  ];
  for (const [headers, balance] of named) {
    const retryBudget = new RetryBudget();
    const transport = () => Promise.resolve(new Response(null, { status: 503, headers }));
    const client = new HTTPClient({ transport, retryBackoff: 0, retryBudget });
    const { attempts } = await client.get("http://localhost/");
    assertEquals(attempts.length, 4);
    assertEquals(retryBudget.balance("http://localhost"), balance, JSON.stringify(headers));
  }
});

Deno.test("a budget is shared by the clients that are given it, and by extended ones", async () => {
  const { sent, client } = deadServer();
  const budget = new RetryBudget({ capacity: 28 });
  await client(budget).get("http://localhost/");
  assertEquals(sent(), 3);
  await client(budget).extend({ timeout: 5 }).get("http://localhost/");
  assertEquals(sent(), 4);
  assertStrictEquals(budget.balance("http://localhost"), 0);
});

Deno.test("an account of the program's own decides about retries", async () => {
  const { sent, client } = deadServer();
  const drawn: [origin: string, throttled: boolean][] = [];
  const account: RetryAccount = {
    isFull: true,
    withdraw: (origin, throttled) => drawn.push([origin, throttled]) < 3 ? 1 : undefined,
    deposit() {},
  };
  const response = await client(account).get("http://localhost/");
  assertEquals([sent(), response.retrySkipped], [3, "retry_budget"]);
  assertEquals(drawn, Array(3).fill(["http://localhost", false]));
});

Deno.test("false switches the budget off", async () => {
  const { sent, client } = deadServer();
  const caller = client(false);
  for (let call = 0; call < 50; call++) await caller.get("http://localhost/");
  assertEquals(sent(), 200);
});

Deno.test("successes refill the budget of a client", async () => {
  let served = 0;
  const budget = new RetryBudget();
  const client = new HTTPClient({
    retryBudget: budget,
    retryBackoff: 0,
    transport: () =>
      Promise.resolve(new Response(null, { status: [503, 200, 200][served++] ?? 200 })),
  });
  await client.get("http://localhost/");
  assert(budget.isFull); // the call's success gave the cost back
});
