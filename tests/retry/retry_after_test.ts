/** What a server asks to wait: Retry-After, and the RateLimit fields of both generations. */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { readRetryAfter } from "../../src/retry/rate_limit_fields.ts";
import { parseRetryAfter } from "../../src/retry/retry_after.ts";
import { readVectors } from "../support/vectors.ts";
import { assertLinear } from "../support/linear.ts";

interface Vectors {
  readonly now: string;
  /** The field value, and the wait in milliseconds, `null` for none, or what `allowed` says. */
  readonly cases: readonly (readonly [value: string, ms: number | string | null])[];
}

const vectors = await readVectors<Vectors>("http-date/retry-after.json");
const NOW_MS = Date.parse(vectors.now);
const MAX_TIMER_MS = 2_147_483_647;

/** What our rules make of the cases that the vectors leave open. */
const OPEN_CASES: Readonly<Record<string, (ms: number | undefined) => boolean>> = {
  // Far beyond any limit, and still a number to calculate with: the policy refuses it.
  cap: (ms) => ms !== undefined && ms > MAX_TIMER_MS && Number.isSafeInteger(ms),
  // A wrong day name: the date counts, or nothing does.
  "lenient-or-null": (ms) => ms === undefined || ms === 120_000,
  // Doubled: the first counts.
  either: (ms) => ms === 5000,
};

Deno.test("Retry-After is read by the vectors of RFC 9110 10.2.3 and 5.6.7", async (t) => {
  assert(vectors.cases.length > 0);
  for (const [value, expected] of vectors.cases) {
    await t.step(`${JSON.stringify(value)} → ${expected}`, () => {
      const ms = parseRetryAfter(value, NOW_MS);
      if (typeof expected === "string") {
        assert(OPEN_CASES[expected]?.(ms), `${expected}: ${ms}`);
      } else assertStrictEquals(ms, expected ?? undefined);
    });
  }
});

// R5.7
Deno.test("Retry-After is delta-seconds or an HTTP-date, and nothing else", async (t) => {
  const rows: { value: string; ms: number | undefined; source: string }[] = [
    { value: "2", ms: 2000, source: "RFC 9110 10.2.3: delta-seconds" },
    { value: "0", ms: 0, source: "RFC 9110 10.2.3: zero is a delay" },
    { value: "\t 5 \t", ms: 5000, source: "RFC 9110 5.5: white space around a value" },
    { value: "86400", ms: 86_400_000, source: "a day; the policy decides, not the parser" },
    {
      value: "1767225720",
      ms: 1_767_225_720_000,
      source: "epoch seconds in Retry-After are delta-seconds all the same",
    },
    {
      value: "9".repeat(400),
      ms: Number.MAX_SAFE_INTEGER,
      source: "more digits than a double holds",
    },
    {
      value: "Thu, 01 Jan 2026 00:01:00 GMT",
      ms: 60_000,
      source: "RFC 9110 5.6.7: IMF-fixdate",
    },
    { value: "Thursday, 01-Jan-26 00:01:00 GMT", ms: 60_000, source: "RFC 9110 5.6.7: RFC 850" },
    { value: "Thu Jan  1 00:01:00 2026", ms: 60_000, source: "RFC 9110 5.6.7: asctime" },
    { value: "Mon, 01 Dec 2025 00:00:00 GMT", ms: 0, source: "a date in the past" },
    { value: "-1", ms: undefined, source: "negative" },
    { value: "1.5", ms: undefined, source: "V8's Date.parse: a day in 2001" },
    { value: "soon", ms: undefined, source: "a word" },
    { value: "2026-01-01T00:01:00Z", ms: undefined, source: "ISO 8601 is no HTTP-date" },
    { value: "5\u00a0", ms: undefined, source: "RFC 9110 5.6.3: no-break space is no white space" },
    { value: "٣", ms: undefined, source: "RFC 9110 10.2.3: digits are ASCII" },
    { value: "1 2", ms: undefined, source: "two numbers without a comma" },
    { value: "5;foo", ms: undefined, source: "RFC 9110 10.2.3: there are no parameters" },
  ];
  for (const { value, ms, source } of rows) {
    const shown = value.length > 40 ? `${value.slice(0, 10)}…` : JSON.stringify(value);
    await t.step(`${shown} (${source})`, () => {
      assertStrictEquals(parseRetryAfter(value, NOW_MS), ms);
    });
  }
});

// R5.7
Deno.test("of a doubled Retry-After, which fetch joins with a comma, the first counts", async (t) => {
  const rows: { values: [string, string]; ms: number | undefined }[] = [
    { values: ["1", "9"], ms: 1000 },
    { values: ["9", "1"], ms: 9000 },
    { values: ["1", "Thu, 01 Jan 2026 00:01:00 GMT"], ms: 1000 },
    { values: ["1", "soon"], ms: 1000 },
    { values: ["Thu, 01 Jan 2026 00:01:00 GMT", "9"], ms: 60_000 },
    {
      values: ["Thu, 01 Jan 2026 00:01:00 GMT", "Thu, 01 Jan 2026 00:02:00 GMT"],
      ms: 60_000,
    },
    { values: ["Thursday, 01-Jan-26 00:01:00 GMT", "9"], ms: 60_000 },
    { values: ["Thu Jan  1 00:01:00 2026", "9"], ms: 60_000 },
    { values: ["soon", "9"], ms: undefined },
  ];
  for (const { values, ms } of rows) {
    await t.step(values.join(" and "), () => {
      const headers = new Headers(values.map((value) => ["Retry-After", value]));
      assertStrictEquals(readRetryAfter(503, headers, NOW_MS), ms);
    });
  }
});

const NOW_SECONDS = NOW_MS / 1000;

// R5.9
Deno.test("the RateLimit fields count where there is no Retry-After", async (t) => {
  const rows: {
    headers: Record<string, string>;
    status?: number;
    ms: number | undefined;
    source: string;
  }[] = [
    { headers: {}, ms: undefined, source: "nothing at all" },
    {
      headers: { "ratelimit": '"default";r=0;t=30' },
      ms: 30_000,
      source: "draft-ietf-httpapi-ratelimit-headers-08: nothing left, reset in 30 s",
    },
    {
      headers: { "ratelimit": '"default";r=5;t=30' },
      ms: undefined,
      source: "draft 08: something left",
    },
    {
      headers: { "ratelimit": '"burst";r=0;t=2, "daily";r=0;t=50' },
      ms: 50_000,
      source: "draft 08: of two used-up policies the later reset counts",
    },
    {
      headers: { "ratelimit": '"burst";r=0;t=2, "daily";r=9;t=50' },
      ms: 2000,
      source: "draft 08: a policy with something left does not count",
    },
    {
      headers: { "ratelimit": '"a,b;r=0;t=9\\"";r=7;t=30' },
      ms: undefined,
      source: "RFC 9651 3.3.3: commas and semicolons in quotes are text",
    },
    {
      headers: { "ratelimit": '"a,b\\";c";pk=:YQ==:;r=0;t=30' },
      ms: 30_000,
      source: "draft 08: a partition key, and a quoted name with an escaped quote",
    },
    { headers: { "ratelimit": '"default";r=0' }, ms: undefined, source: "draft 08: no reset" },
    { headers: { "ratelimit": '"default";t=30' }, ms: undefined, source: "draft 08: r missing" },
    {
      headers: { "ratelimit": '"default";r=0;t=-3' },
      ms: undefined,
      source: "draft 08: t is a non-negative integer",
    },
    {
      headers: { "ratelimit": '"default";r=0;t=1.5' },
      ms: undefined,
      source: "draft 08: t is an integer",
    },
    { headers: { "ratelimit": "garbage" }, ms: undefined, source: "malformed" },
    { headers: { "ratelimit": '"unterminated;r=0;t=3' }, ms: undefined, source: "malformed" },
    { headers: { "ratelimit-reset": "7" }, ms: 7000, source: "draft 03: delay in seconds" },
    {
      headers: { "ratelimit-reset": "7", "ratelimit-remaining": "0" },
      ms: 7000,
      source: "draft 03: nothing left",
    },
    {
      headers: { "ratelimit-reset": "7", "ratelimit-remaining": "3" },
      ms: undefined,
      source: "draft 03: something left",
    },
    { headers: { "x-ratelimit-retry-after": "7" }, ms: 7000, source: "in use without a draft" },
    {
      headers: { "x-ratelimit-reset": String(NOW_SECONDS + 20) },
      ms: 20_000,
      source: "GitHub: epoch seconds",
    },
    {
      headers: { "x-ratelimit-reset": String(NOW_MS + 20_000) },
      ms: 20_000,
      source: "epoch milliseconds",
    },
    {
      headers: { "x-ratelimit-reset": String(NOW_SECONDS - 20) },
      ms: 0,
      source: "a reset in the past",
    },
    {
      headers: { "x-ratelimit-reset": "1704067200" },
      ms: 0,
      source: "from 2024-01-01 on a number is a point in time",
    },
    {
      headers: { "x-ratelimit-reset": "1704067199" },
      ms: 1_704_067_199_000,
      source: "just below it is a delay",
    },
    {
      headers: { "x-ratelimit-reset": "20", "x-ratelimit-remaining": "0" },
      ms: 20_000,
      source: "GitHub: nothing left",
    },
    {
      headers: { "x-ratelimit-reset": "20", "x-ratelimit-remaining": "4999" },
      ms: undefined,
      source: "GitHub sends both with every answer",
    },
    {
      headers: { "x-rate-limit-reset": "20", "x-rate-limit-remaining": "0" },
      ms: 20_000,
      source: "the other spelling",
    },
    {
      headers: { "x-rate-limit-reset": "20", "x-rate-limit-remaining": "1" },
      ms: undefined,
      source: "the other spelling, something left",
    },
    { headers: { "x-ratelimit-reset": "soon" }, ms: undefined, source: "malformed" },
    { headers: { "x-ratelimit-reset": "-5" }, ms: undefined, source: "negative" },
    { headers: { "x-ratelimit-reset": "12, 99" }, ms: 12_000, source: "doubled: the first" },
    {
      headers: { "x-ratelimit-reset": "malformed", "x-rate-limit-reset": "8" },
      ms: 8000,
      source: "a malformed field does not hide a well-formed one",
    },
    {
      headers: { "retry-after": "2", "ratelimit": '"d";r=0;t=30', "ratelimit-reset": "40" },
      ms: 2000,
      source: "RFC 9110 10.2.3 comes first",
    },
    {
      headers: { "retry-after": "0", "ratelimit-reset": "40" },
      ms: 0,
      source: "a Retry-After of zero is one",
    },
    {
      headers: { "retry-after": "soon", "ratelimit": '"d";r=0;t=30' },
      ms: 30_000,
      source: "RFC 9110 10.2.3: a malformed Retry-After is none",
    },
    {
      headers: { "ratelimit": '"d";r=0;t=30', "ratelimit-reset": "40" },
      ms: 30_000,
      source: "the newer generation comes before the older",
    },
    {
      headers: { "ratelimit-reset": "40", "x-ratelimit-retry-after": "50" },
      ms: 40_000,
      source: "order of the older fields",
    },
    {
      headers: { "x-ratelimit-retry-after": "50", "x-ratelimit-reset": "60" },
      ms: 50_000,
      source: "order of the older fields",
    },
    {
      headers: { "x-ratelimit-reset": "60", "x-rate-limit-reset": "70" },
      ms: 60_000,
      source: "order of the older fields",
    },
    {
      headers: { "ratelimit-reset": "7" },
      status: 503,
      ms: 7000,
      source: "503 is about load as well",
    },
    {
      headers: { "ratelimit": '"d";r=0;t=30', "ratelimit-reset": "7" },
      status: 500,
      ms: undefined,
      source: "500 is not about load",
    },
    { headers: { "retry-after": "7" }, status: 500, ms: 7000, source: "Retry-After with 500" },
    { headers: { "retry-after": "7" }, status: 413, ms: 7000, source: "RFC 9110 15.5.14" },
  ];
  for (const { headers, status = 429, ms, source } of rows) {
    await t.step(`${status} ${JSON.stringify(headers)} (${source})`, () => {
      assertStrictEquals(readRetryAfter(status, new Headers(headers), NOW_MS), ms);
    });
  }
});

Deno.test("only the fields that decide are asked for", () => {
  const asked: string[] = [];
  const headers = {
    get(name: string): string | null {
      asked.push(name);
      return name === "retry-after" ? "3" : null;
    },
  };
  assertStrictEquals(readRetryAfter(429, headers, NOW_MS), 3000);
  assertEquals(asked, ["retry-after-ms", "retry-after"]);
});

Deno.test("a hostile value is refused in linear time", async () => {
  const pieces = [",", " ", "\t ", '"', ";", "GMT,", '";r=0', "9,"];
  const values: Record<string, (size: number) => string> = {
    ...Object.fromEntries(pieces.map((piece) => [piece, (size: number) => piece.repeat(size)])),
    "x x": (size) => `x${" ".repeat(size)}x`,
  };
  for (const [what, input] of Object.entries(values)) {
    await assertLinear(what, input, (value) => {
      parseRetryAfter(value, NOW_MS);
      readRetryAfter(429, { get: (name) => name === "ratelimit" ? value : null }, NOW_MS);
    });
  }
});
