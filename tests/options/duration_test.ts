/** Durations: seconds or named units in, milliseconds out, milliseconds by habit refused. */

import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { type Duration, type DurationRule, toMilliseconds } from "../../src/options/duration.ts";

const CLOCK: DurationRule = { largestBareSeconds: 300 };
const BACKOFF: DurationRule = { largestBareSeconds: 60, allowZero: true };
/** Timers of every runtime hold a signed 32-bit number (HTML, "timers"). */
const LONGEST_TIMER_MS = 2_147_483_647;

// R1.1
Deno.test("a duration is seconds, or named units that add up", async (t) => {
  const rows: { value: Duration; ms: number; source: string }[] = [
    { value: 30, ms: 30_000, source: "functional description: timeout=30" },
    { value: 1.0, ms: 1000, source: "functional description: retry_backoff=1.0" },
    { value: 0.25, ms: 250, source: "fractions of a second" },
    { value: 1.005, ms: 1005, source: "1.005 * 1000 is 1004.9999999999999 in binary" },
    { value: 0.001, ms: 1, source: "the shortest a timer can do" },
    { value: 300, ms: 300_000, source: "the guard begins above 300" },
    { value: { milliseconds: 500 }, ms: 500, source: "units" },
    { value: { seconds: 2 }, ms: 2000, source: "units" },
    { value: { minutes: 3 }, ms: 180_000, source: "units" },
    { value: { hours: 1 }, ms: 3_600_000, source: "units" },
    {
      value: { hours: 1, minutes: 2, seconds: 3, milliseconds: 4 },
      ms: 3_723_004,
      source: "parts add up",
    },
    { value: { seconds: 0, milliseconds: 5 }, ms: 5, source: "one part may be zero" },
    { value: { seconds: 5000 }, ms: 5_000_000, source: "the object form is free of the guard" },
    {
      value: { milliseconds: LONGEST_TIMER_MS },
      ms: LONGEST_TIMER_MS,
      source: "the longest timer",
    },
  ];
  for (const { value, ms, source } of rows) {
    await t.step(`${JSON.stringify(value)} (${source})`, () => {
      assertStrictEquals(toMilliseconds("timeout", value, CLOCK), ms);
    });
  }
});

Deno.test("an undefined part counts as not given", () => {
  const value = { seconds: 1, minutes: undefined } as unknown as Duration;
  assertStrictEquals(toMilliseconds("timeout", value, CLOCK), 1000);
});

// R1.1
Deno.test("false switches a clock off", () => {
  assertStrictEquals(toMilliseconds("timeout", false, CLOCK), false);
});

// R1.3
Deno.test("zero is refused, but for the options where it makes sense", () => {
  assertThrows(() => toMilliseconds("timeout", 0, CLOCK), RangeError, "more than zero");
  assertThrows(
    () => toMilliseconds("timeout", { seconds: 0 }, CLOCK),
    RangeError,
    "more than zero",
  );
  assertStrictEquals(toMilliseconds("retryBackoff", 0, BACKOFF), 0);
  assertStrictEquals(toMilliseconds("retryBackoff", { seconds: 0 }, BACKOFF), 0);
});

// R1.3
Deno.test("a duration that no clock can keep is a RangeError that names the option and the value", async (t) => {
  const rows: { value: Duration; rule?: DurationRule; says: string[]; source: string }[] = [
    {
      value: -1,
      rule: CLOCK,
      says: ["Cannot use timeout: -1", "more than zero"],
      source: "negative",
    },
    {
      value: -1,
      rule: BACKOFF,
      says: ["Cannot use timeout: -1", "zero or more"],
      source: "negative",
    },
    { value: NaN, says: ["Cannot use timeout: NaN"], source: "NaN compares false with everything" },
    { value: { seconds: NaN }, says: ["Cannot use timeout", "NaN"], source: "NaN in a part" },
    {
      value: { minutes: 1, seconds: -30 },
      says: ["Cannot use timeout"],
      source: "a negative part, though the sum is positive",
    },
    {
      value: Infinity,
      rule: CLOCK,
      says: ["Cannot use timeout: Infinity", "false switches it off"],
      source: "Infinity is not how a clock is switched off",
    },
    {
      value: -Infinity,
      says: ["Cannot use timeout: -Infinity"],
      source: "negative and not finite",
    },
    {
      value: { hours: Infinity },
      says: ["Cannot use timeout", "Infinity", "false switches it off"],
      source: "Infinity in a part",
    },
    {
      value: { milliseconds: LONGEST_TIMER_MS + 1 },
      rule: CLOCK,
      says: ["Cannot use timeout", "2147483648 ms", "at most 2147483647 ms"],
      source: "HTML timers: a longer delay wraps and fires at once",
    },
    {
      value: 2_147_484,
      says: ["Cannot use timeout: 2147484", "at most 2147483647 ms"],
      source: "the same as a bare number, where no guard applies",
    },
  ];
  for (const { value, rule, says, source } of rows) {
    await t.step(source, () => {
      const { message } = assertThrows(() => toMilliseconds("timeout", value, rule), RangeError);
      for (const part of says) assert(message.includes(part), `${message} lacks ${part}`);
    });
  }
});

Deno.test("a bare number that looks like milliseconds is refused, with both correct spellings", async (t) => {
  const rows: { value: number; rule: DurationRule; long: string; spellings: string[] }[] = [
    {
      value: 5000,
      rule: CLOCK,
      long: "83.3 min",
      spellings: ["timeout: 5 ", "{ milliseconds: 5000 }", "{ seconds: 5000 }"],
    },
    {
      value: 301,
      rule: CLOCK,
      long: "5 min",
      spellings: ["timeout: 0.301 ", "{ milliseconds: 301 }", "{ seconds: 301 }"],
    },
    {
      value: 100,
      rule: BACKOFF,
      long: "1.7 min",
      spellings: ["timeout: 0.1 ", "{ milliseconds: 100 }", "{ seconds: 100 }"],
    },
    {
      value: 86_400,
      rule: CLOCK,
      long: "1440 min",
      spellings: ["timeout: 86.4 ", "{ milliseconds: 86400 }", "{ seconds: 86400 }"],
    },
  ];
  for (const { value, rule, long, spellings } of rows) {
    await t.step(`${value} would be ${long}`, () => {
      const { message } = assertThrows(() => toMilliseconds("timeout", value, rule), RangeError);
      assert(message.includes(`so this would be ${long};`), message);
      for (const part of spellings) assert(message.includes(part), `${message} lacks ${part}`);
    });
  }
});

Deno.test("the guard begins just above the largest bare number", () => {
  assertStrictEquals(toMilliseconds("timeout", 300, CLOCK), 300_000);
  assertThrows(() => toMilliseconds("timeout", 300.001, CLOCK), RangeError, "bare number");
  assertStrictEquals(toMilliseconds("retryBackoff", 60, BACKOFF), 60_000);
  assertThrows(() => toMilliseconds("retryBackoff", 61, BACKOFF), RangeError, "bare number");
  assertStrictEquals(toMilliseconds("totalTimeout", 5000), 5_000_000);
});

Deno.test("the guard's message never shows a rounding error of binary fractions", () => {
  for (let ms = 301; ms < 1000; ms++) {
    const { message } = assertThrows(() => toMilliseconds("timeout", ms, CLOCK), RangeError);
    assert(/timeout: 0\.\d{1,3} or /.test(message), message);
  }
});

Deno.test("a value of another type is a TypeError that names the option", async (t) => {
  class Second {}
  const rows: { name: string; value: unknown; says: string }[] = [
    { name: "null", value: null, says: "null" },
    { name: "true", value: true, says: "true (boolean)" },
    { name: "a numeric string", value: "30", says: "30 (string)" },
    { name: "a bigint", value: 30n, says: "30 (bigint)" },
    { name: "a symbol", value: Symbol("x"), says: "Symbol(x) (symbol)" },
    { name: "a function", value: () => 30, says: "(function)" },
    { name: "an empty object", value: {}, says: "name at least one of" },
    { name: "an array", value: [30], says: 'unit "0"' },
    { name: "an empty array", value: [], says: "name at least one of" },
    { name: "a Date", value: new Date(30), says: "name at least one of" },
    { name: "an object of a class", value: new Second(), says: "name at least one of" },
    { name: "a unit that does not exist", value: { second: 1 }, says: 'unit "second"' },
    { name: "days", value: { days: 1 }, says: 'unit "days"' },
    { name: "a part that is a string", value: { seconds: "1" }, says: "type string" },
    { name: "a part that is null", value: { seconds: null }, says: 'unit "seconds"' },
    {
      name: "a unit of Object.prototype",
      value: { constructor: 1 },
      says: 'unit "constructor"',
    },
    {
      name: "__proto__ as a unit",
      value: JSON.parse('{"__proto__": 1}'),
      says: 'unit "__proto__"',
    },
  ];
  for (const { name, value, says } of rows) {
    await t.step(name, () => {
      const { message } = assertThrows(
        () => toMilliseconds("idleTimeout", value as Duration, CLOCK),
        TypeError,
      );
      assert(message.startsWith("Cannot use idleTimeout: "), message);
      assert(message.includes(says), message);
    });
  }
});

Deno.test("units that a polluted Object.prototype offers do not count", () => {
  const prototype = Object.prototype as Record<string, unknown>;
  prototype["minutes"] = 10;
  prototype["largestBareSeconds"] = 1;
  try {
    assertEquals(toMilliseconds("timeout", { seconds: 1 }, CLOCK), 1000);
  } finally {
    delete prototype["minutes"];
    delete prototype["largestBareSeconds"];
  }
});
