/** Names of options: an unknown one is refused with the nearest, only own properties count. */

import { assert, assertEquals, assertFalse, assertStrictEquals, assertThrows } from "@std/assert";
import { HTTP_HABITS } from "../../src/options/http_habits.ts";
import { ownOptions } from "../../src/options/option_names.ts";
import { assertLinear } from "../support/linear.ts";

const KNOWN: ReadonlySet<string> = new Set([
  "timeout",
  "totalTimeout",
  "maxRetries",
  "retryBackoff",
  "retry",
  "headers",
  "params",
  "baseUrl",
  "data",
  "json",
  "maxRedirects",
  "throwOnError",
  "maxResponseSize",
  "allowAnyOrigin",
]);

function refusal(given: unknown, known: ReadonlySet<string> = KNOWN): string {
  const read = () => ownOptions("do it", given as object, known, undefined, HTTP_HABITS);
  return assertThrows(read, TypeError).message;
}

// R2.1
Deno.test("known options are copied, those that are undefined left out", () => {
  const given = { timeout: 5, headers: undefined, params: null, json: false, data: 0 };
  const own = ownOptions("do it", given, KNOWN);
  assertEquals({ ...own }, { timeout: 5, params: null, json: false, data: 0 } as unknown);
  assertFalse("headers" in own);
});

Deno.test("no options at all are options without a name", () => {
  assertEquals(Object.keys(ownOptions("do it", undefined, KNOWN)), []);
  assertEquals(Object.keys(ownOptions("do it", {}, KNOWN)), []);
});

Deno.test("the copy inherits nothing, and a frozen object can be given", () => {
  const own = ownOptions("do it", Object.freeze({ timeout: 5 }), KNOWN);
  assertStrictEquals(Object.getPrototypeOf(own), null);
  assertStrictEquals(own.timeout, 5);
});

Deno.test("options that are no object are refused, with what they are", async (t) => {
  const rows: { given: unknown; says: string }[] = [
    { given: null, says: "Cannot do it: the options must be an object, not null" },
    { given: [], says: "Cannot do it: the options must be an object, not an array" },
    { given: "x", says: "Cannot do it: the options must be an object, not a string" },
    { given: 5, says: "Cannot do it: the options must be an object, not a number" },
    { given: true, says: "Cannot do it: the options must be an object, not a boolean" },
    { given: () => {}, says: "Cannot do it: the options must be an object, not a function" },
  ];
  for (const { given, says } of rows) {
    await t.step(says, () => assertStrictEquals(refusal(given), says));
  }
});

// R2.1
Deno.test("an unknown option is refused with the one that is meant", async (t) => {
  const rows: { name: string; meant: string; source: string }[] = [
    { name: "timeuot", meant: "timeout", source: "two letters swapped" },
    { name: "Timeout", meant: "timeout", source: "another case" },
    { name: "time_out", meant: "timeout", source: "snake case" },
    { name: "max_retries", meant: "maxRetries", source: "functional description: max_retries" },
    { name: "retry_backoff", meant: "retryBackoff", source: "functional description" },
    { name: "header", meant: "headers", source: "a letter missing" },
    { name: "param", meant: "params", source: "a letter missing" },
    { name: "baseURL", meant: "baseUrl", source: "axios, ofetch" },
    { name: "prefixUrl", meant: "baseUrl", source: "ky 1, got" },
    { name: "prefix", meant: "baseUrl", source: "ky 2" },
    { name: "body", meant: "data", source: "fetch" },
    { name: "searchParams", meant: "params", source: "ky, got" },
    { name: "query", meant: "params", source: "ofetch" },
    { name: "qs", meant: "params", source: "request" },
    { name: "retries", meant: "maxRetries", source: "axios-retry" },
    { name: "retryDelay", meant: "retryBackoff", source: "ofetch" },
    { name: "maxAttempts", meant: "maxRetries", source: "@std/async" },
    { name: "throwHttpErrors", meant: "throwOnError", source: "ky, got" },
    { name: "followRedirects", meant: "maxRedirects", source: "a boolean elsewhere" },
    { name: "redirect", meant: "maxRedirects", source: "fetch" },
    { name: "maxContentLength", meant: "maxResponseSize", source: "axios" },
    { name: "timeoutMs", meant: "timeout", source: "milliseconds by habit" },
    { name: "allowAbsoluteUrls", meant: "allowAnyOrigin", source: "axios" },
  ];
  for (const { name, meant, source } of rows) {
    await t.step(`${name} means ${meant} (${source})`, () => {
      assertStrictEquals(
        refusal({ [name]: 1 }),
        `Cannot do it: there is no option ${JSON.stringify(name)}; did you mean ${meant}?`,
      );
    });
  }
});

Deno.test("a habit is suggested only where the option exists", () => {
  const message = refusal({ body: 1 }, new Set(["timeout", "headers"]));
  assertFalse(message.includes("data"), message);
});

Deno.test("what is not HTTP knows the habits of every protocol, and no others", () => {
  const message = (name: string) =>
    assertThrows(() => ownOptions("do it", { [name]: 1 }, KNOWN), TypeError).message;
  assert(message("max_retries").endsWith("did you mean maxRetries?"));
  assert(message("query").endsWith("the options are " + [...KNOWN].join(", ")));
});

Deno.test("an option that is like no other is refused with the list", () => {
  const known = new Set(["timeout", "headers"]);
  assertStrictEquals(
    refusal({ xyzzy: 1 }, known),
    'Cannot do it: there is no option "xyzzy"; the options are timeout, headers',
  );
});

Deno.test("an unknown option is refused even when its value is undefined", () => {
  assert(refusal({ timeuot: undefined }).includes("did you mean timeout?"));
});

Deno.test("an option of another place is sent there", () => {
  const { message } = assertThrows(
    () => ownOptions("do it", { use: 1 }, KNOWN, new Map([["use", "the client, not to a call"]])),
    TypeError,
  );
  assertStrictEquals(message, "Cannot do it: the option use belongs to the client, not to a call");
});

Deno.test("names of Object.prototype are options like any other: unknown", async (t) => {
  for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"]) {
    await t.step(name, () => {
      const given: unknown = JSON.parse(`{ ${JSON.stringify(name)}: { "timeout": 1 } }`);
      const message = refusal(given);
      assert(message.includes(`there is no option ${JSON.stringify(name)}`), message);
    });
  }
});

// R2.1
Deno.test("inherited options do not count", () => {
  class Defaults {
    get timeout(): number {
      throw new Error("a getter of the prototype was called");
    }
  }
  const given = Object.assign(new Defaults(), { json: 1 });
  assertEquals(Object.keys(ownOptions<object>("do it", given, KNOWN)), ["json"]);
});

Deno.test("a polluted Object.prototype adds no option, and none of its getters is called", () => {
  const names = [...KNOWN, "retries", "xyzzy", "body"];
  let called = 0;
  for (const name of names) {
    Object.defineProperty(Object.prototype, name, {
      configurable: true,
      get: () => {
        called++;
        return "polluted";
      },
    });
  }
  let own: object;
  let message: string;
  try {
    own = ownOptions<object>("do it", { json: 1 }, KNOWN);
    message = refusal(JSON.parse('{ "retries": 1 }'));
    refusal(JSON.parse('{ "xyzzy": 1 }'));
  } finally {
    for (const name of names) Reflect.deleteProperty(Object.prototype, name);
  }
  assertEquals(called, 0);
  assertEquals(Object.keys(own), ["json"]);
  assert(message.endsWith("did you mean maxRetries?"), message);
});

Deno.test("a very long name is refused in linear time", async () => {
  await assertLinear("timeout", (size) => ({ ["timeout".repeat(size)]: 1 }), refusal);
});
