/** HTTP-date: the three forms of RFC 9110 5.6.7 and nothing else that `Date.parse` takes. */

import { assertStrictEquals } from "@std/assert";
import { parseHTTPDate } from "../../src/formats/http_date.ts";

/** The example that RFC 9110 5.6.7 writes in all three forms. */
const EXAMPLE_MS = Date.UTC(1994, 10, 6, 8, 49, 37);
const NOW_MS = Date.UTC(2026, 0, 1);

Deno.test("the three forms of an HTTP-date are read", async (t) => {
  const rows: { text: string; time: number; source: string }[] = [
    {
      text: "Sun, 06 Nov 1994 08:49:37 GMT",
      time: EXAMPLE_MS,
      source: "RFC 9110 5.6.7: IMF-fixdate",
    },
    {
      text: "Sunday, 06-Nov-94 08:49:37 GMT",
      time: EXAMPLE_MS,
      source: "RFC 9110 5.6.7: obsolete RFC 850 format",
    },
    {
      text: "Sun Nov  6 08:49:37 1994",
      time: EXAMPLE_MS,
      source: "RFC 9110 5.6.7: ANSI C's asctime() format",
    },
    {
      text: "Wed Nov 16 08:49:37 1994",
      time: EXAMPLE_MS + 10 * 86_400_000,
      source: "RFC 9110 5.6.7: asctime with a day of two digits",
    },
    {
      text: "Thu, 01 Jan 1970 00:00:00 GMT",
      time: 0,
      source: "the epoch",
    },
    {
      text: "Wed, 31 Dec 1969 23:59:59 GMT",
      time: -1000,
      source: "before the epoch",
    },
    {
      text: "Thu, 29 Feb 2024 12:00:00 GMT",
      time: Date.UTC(2024, 1, 29, 12),
      source: "a leap day",
    },
    {
      text: "Tue, 30 Jun 2026 23:59:60 GMT",
      time: Date.UTC(2026, 6, 1),
      source: "RFC 9110 5.6.7: second = 2DIGIT, 60 is a leap second",
    },
    {
      text: "Fri, 31 Dec 9999 23:59:59 GMT",
      time: Date.UTC(9999, 11, 31, 23, 59, 59),
      source: "the last date there is",
    },
    {
      text: "Sat, 01 Jan 0050 00:00:00 GMT",
      time: new Date("0050-01-01T00:00:00Z").getTime(),
      source: "a year below 100 with four digits is that year: Date.UTC(50) would be 1950",
    },
  ];
  for (const { text, time, source } of rows) {
    await t.step(`${text} (${source})`, () => {
      assertStrictEquals(parseHTTPDate(text, NOW_MS), time);
    });
  }
});

Deno.test("what is no HTTP-date is undefined, whatever Date.parse makes of it", async (t) => {
  const rows: { text: string; source: string }[] = [
    { text: "", source: "empty" },
    { text: "1.5", source: "V8's Date.parse: a day in 2001" },
    { text: "-5", source: "V8's Date.parse: a day in 2001" },
    { text: "12 May", source: "V8's Date.parse: a day in 2001" },
    { text: "1, 9", source: "V8's Date.parse: a day in 2001" },
    { text: "2026-01-01T00:02:00Z", source: "ISO 8601 is no HTTP-date" },
    { text: "Thu, 01 Jan 2026 00:02:00", source: "RFC 9110 5.6.7: GMT is part of the grammar" },
    { text: "Thu, 01 Jan 2026 00:02:00 UTC", source: "RFC 9110 5.6.7: only GMT" },
    { text: "Thu, 01 Jan 2026 00:02:00 +0100", source: "RFC 9110 5.6.7: only GMT" },
    { text: "Thu, 01 Jan 2026 00:02:00 gmt", source: "RFC 9110 5.6.7: case-sensitive" },
    { text: "thu, 01 jan 2026 00:02:00 GMT", source: "RFC 9110 5.6.7: case-sensitive" },
    { text: "Thu,  01 Jan 2026 00:02:00 GMT", source: "RFC 9110 5.6.7: single spaces" },
    { text: "Thu, 1 Jan 2026 00:02:00 GMT", source: "RFC 9110 5.6.7: day = 2DIGIT" },
    { text: " Thu, 01 Jan 2026 00:02:00 GMT", source: "space in front" },
    { text: "Thu, 01 Jan 2026 00:02:00 GMT\n", source: "a newline behind" },
    { text: "01 Jan 2026 00:02:00 GMT", source: "no day name" },
    { text: "Foo, 01 Jan 2026 00:02:00 GMT", source: "no such day name" },
    { text: "Thursday, 01 Jan 2026 00:02:00 GMT", source: "a mixture of the forms" },
    { text: "Thu, 01-Jan-26 00:02:00 GMT", source: "a mixture of the forms" },
    { text: "Thu, 01 January 2026 00:02:00 GMT", source: "a long month" },
    { text: "Thu, 01 Jan 2026 0:02:00 GMT", source: "hour = 2DIGIT" },
    { text: "Thu, 01 Jan 2026 00:02 GMT", source: "no seconds" },
    { text: "Thu, 01 Jan 2026 00:02:00.5 GMT", source: "a fraction of a second" },
    { text: "Thu, 32 Jan 2026 00:02:00 GMT", source: "no such day" },
    { text: "Thu, 00 Jan 2026 00:02:00 GMT", source: "no such day" },
    { text: "Sun, 29 Feb 2026 00:02:00 GMT", source: "no leap year" },
    { text: "Mon, 29 Feb 2100 00:02:00 GMT", source: "no leap year, by the rule of centuries" },
    { text: "Fri, 31 Apr 2026 00:02:00 GMT", source: "April has 30 days" },
    { text: "Thu, 01 Jan 2026 24:00:00 GMT", source: "hours end at 23" },
    { text: "Thu, 01 Jan 2026 00:60:00 GMT", source: "minutes end at 59" },
    { text: "Thu, 01 Jan 2026 00:00:61 GMT", source: "seconds end at 60" },
    { text: "Thu Jan 1 00:02:00 2026", source: "asctime pads the day with a space" },
    { text: "Thu Jan  1 00:02:00 2026 GMT", source: "asctime has no zone" },
    { text: "Thu Jan  0 00:02:00 2026", source: "no such day" },
    { text: "Thu, ٠١ Jan 2026 00:02:00 GMT", source: "digits are ASCII" },
  ];
  for (const { text, source } of rows) {
    await t.step(`${JSON.stringify(text)} (${source})`, () => {
      assertStrictEquals(parseHTTPDate(text, NOW_MS), undefined);
    });
  }
});

Deno.test("a year of two digits is never more than 50 years in the future", async (t) => {
  const rows: { now: string; text: string; time: string; source: string }[] = [
    {
      now: "2026-01-01T00:00:00Z",
      text: "Thursday, 01-Jan-26 00:02:00 GMT",
      time: "2026-01-01T00:02:00Z",
      source: "this year",
    },
    {
      now: "2026-01-01T00:00:00Z",
      text: "Tuesday, 31-Dec-75 23:59:59 GMT",
      time: "2075-12-31T23:59:59Z",
      source: "just below 50 years ahead",
    },
    {
      now: "2026-01-01T00:00:00Z",
      text: "Wednesday, 01-Jan-76 00:00:00 GMT",
      time: "2076-01-01T00:00:00Z",
      source: "50 years ahead to the second: not more than 50",
    },
    {
      now: "2026-01-01T00:00:00Z",
      text: "Thursday, 01-Jan-76 00:00:01 GMT",
      time: "1976-01-01T00:00:01Z",
      source: "a second more than 50 years ahead is in the past; the year alone does not tell",
    },
    {
      now: "2026-06-15T00:00:00Z",
      text: "Thursday, 31-Dec-76 00:00:00 GMT",
      time: "1976-12-31T00:00:00Z",
      source: "the same, half a year later",
    },
    {
      now: "2026-01-01T00:00:00Z",
      text: "Sunday, 06-Nov-94 08:49:37 GMT",
      time: "1994-11-06T08:49:37Z",
      source: "the RFC's own example",
    },
    {
      now: "2099-12-31T23:59:30Z",
      text: "Friday, 01-Jan-00 00:00:30 GMT",
      time: "2100-01-01T00:00:30Z",
      source: "a minute ahead, across the turn of the century",
    },
    {
      now: "2051-01-01T00:00:00Z",
      text: "Friday, 31-Dec-99 00:00:00 GMT",
      time: "2099-12-31T00:00:00Z",
      source: "48 years ahead",
    },
  ];
  for (const { now, text, time, source } of rows) {
    await t.step(`${text} in ${now.slice(0, 4)} (RFC 9110 5.6.7: ${source})`, () => {
      const parsed = parseHTTPDate(text, Date.parse(now));
      assertStrictEquals(
        parsed === undefined ? undefined : new Date(parsed).toISOString(),
        new Date(time).toISOString(),
      );
    });
  }
});
