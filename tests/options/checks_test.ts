/** Checks of option values: the wrong kind, the wrong number, and the name in the message. */

import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  abortSignal,
  anything,
  callable,
  type Check,
  duration,
  flag,
  kindOf,
  list,
  orFalse,
  record,
  text,
  wholeNumber,
  withMethods,
} from "../../src/options/checks.ts";
import { someText } from "../../src/options/some_text.ts";
import { oneOf } from "../../src/options/one_of.ts";
import { isHabit } from "../../src/http/settings/misplaced_options.ts";
import { options, readOptions } from "../../src/options/read_options.ts";

Deno.test("a kind is told as people say it", async (t) => {
  const rows: [unknown, string][] = [
    [null, "null"],
    [undefined, "undefined"],
    ["x", "a string"],
    [1, "a number"],
    [1n, "a bigint"],
    [{}, "an object"],
    [[], "an array"],
    [() => {}, "a function"],
    [new Map(), "a Map"],
    [new AbortController().signal, "an AbortSignal"],
    [new URLSearchParams(), "a URLSearchParams"],
    [new URL("http://a.example"), "a URL"],
    [new Uint8Array(1), "a Uint8Array"],
    [new (class Own {})(), "an object"],
  ];
  for (const [value, says] of rows) {
    await t.step(says, () => assertStrictEquals(kindOf(value), says));
  }
});

Deno.test("each check takes what is right, and names the option and the kind of what is not", async (t) => {
  const rows: { check: Check; right: unknown[]; wrong: unknown[]; wrongNumber?: unknown[] }[] = [
    { check: flag, right: [true, false], wrong: [0, "true", null, {}] },
    { check: text, right: ["", "x"], wrong: [1, null, {}] },
    { check: someText, right: ["x"], wrong: ["", 1] },
    { check: callable(), right: [() => {}], wrong: [{}, "x", 1] },
    {
      check: record,
      right: [{}, Object.create(null)],
      wrong: [[], null, "x", new Map(), () => {}],
    },
    { check: abortSignal, right: [AbortSignal.abort()], wrong: [{}, new AbortController()] },
    { check: orFalse(text), right: [false, "x"], wrong: [true, 0] },
    { check: oneOf("a", "b"), right: ["a", "b"], wrong: ["c", null, {}], wrongNumber: [1, NaN] },
    { check: list(text, "an array of names"), right: [[], ["a"]], wrong: ["a", {}, [1]] },
    {
      check: withMethods<Map<string, string>>("a store", "get", "set"),
      right: [new Map()],
      wrong: [{}, null, "x", { get() {} }],
    },
    {
      check: wholeNumber(),
      right: [0, 5],
      wrong: ["5", null, 5n, [5]],
      wrongNumber: [-1, 1.5, NaN, Infinity, 2 ** 60],
    },
    { check: wholeNumber({ infinite: true }), right: [Infinity], wrong: ["x"], wrongNumber: [NaN] },
    { check: wholeNumber({ min: 1, max: 9 }), right: [1, 9], wrong: [], wrongNumber: [0, 10] },
    {
      check: duration("timeout"),
      right: [1, { minutes: 10 }],
      wrong: ["5", false, null, [], {}],
      wrongNumber: [0, -1, NaN, 301, Infinity],
    },
    {
      check: duration("totalTimeout", { off: true }),
      right: [false, 900],
      wrong: [],
      wrongNumber: [901],
    },
    {
      check: duration("retryBackoff", { zero: true }),
      right: [0],
      wrong: [],
      wrongNumber: [-1, 61],
    },
  ];
  for (const [index, { check, right, wrong, wrongNumber = [] }] of rows.entries()) {
    await t.step(`row ${index}`, () => {
      for (const value of right) check("it", value);
      for (const value of wrong) assertThrows(() => check("it", value), TypeError, "Cannot use it");
      for (const value of wrongNumber) {
        assertThrows(() => check("it", value), RangeError, "Cannot use it");
      }
    });
  }
});

Deno.test("a duration comes out in milliseconds, and one that is off as Infinity", () => {
  assertStrictEquals(duration("timeout", { off: true })("timeout", 2), 2000);
  assertStrictEquals(duration("timeout", { off: true })("timeout", false), Infinity);
});

Deno.test("options are read by their table, those within options by their dotted name", () => {
  const table = {
    name: text,
    beat: options({ every: duration("heartbeat.every") }),
    any: anything,
  };
  assertEquals(
    { ...readOptions("do it", { name: "x", beat: { every: 2 }, any: undefined }, table) },
    { name: "x", beat: Object.assign(Object.create(null), { every: 2000 }) },
  );
  const refused = (given: object) =>
    assertThrows(() => readOptions("do it", given, table), Error).message;
  assertStrictEquals(
    refused({ name: 1 }),
    "Cannot use name that is a number: it must be a string",
  );
  assertStrictEquals(
    refused({ beat: { every: "2" } }).split(":", 1)[0],
    "Cannot use beat.every",
  );
  assertStrictEquals(
    refused({ beat: { evry: 2 } }),
    'Cannot use beat: there is no option "evry"; did you mean every?',
  );
  assertStrictEquals(
    refused({ beat: 5 }),
    "Cannot use beat: the options must be an object, not a number",
  );
});

Deno.test("a name that is an ordinary word counts as a habit only where it is asked for", () => {
  assertEquals(
    ["searchParams", "search_params", "cert", "id"].map((name) => isHabit(name, false)),
    [
      true,
      true,
      false,
      false,
    ],
  );
  assertEquals(["cert", "id"].map((name) => isHabit(name, true)), [true, false]);
});
