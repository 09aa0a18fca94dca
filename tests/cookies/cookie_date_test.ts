import { assertEquals } from "@std/assert";
import { parseCookieDate } from "../../src/cookies/cookie_date.ts";
import { readVectors } from "../support/vectors.ts";

interface DateVector {
  readonly test: string;
  readonly expected: string | null;
}

Deno.test("parseCookieDate() reads every date of http-state as expected", async () => {
  const vectors = [
    ...await readVectors<DateVector[]>("http-state/examples.json"),
    ...await readVectors<DateVector[]>("http-state/bsd-examples.json"),
  ];
  for (const { test, expected } of vectors) {
    const parsed = parseCookieDate(test);
    assertEquals(parsed === undefined ? null : new Date(parsed).toUTCString(), expected, test);
  }
  // deno-lint-ignore no-console -- the count is to be seen
  console.log(`http-state: ${vectors.length} of ${vectors.length} dates`);
  assertEquals(vectors.length, 70);
});

Deno.test("parseCookieDate() knows every month, and no date that there is not", () => {
  const months = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
  ];
  for (const [index, month] of months.entries()) {
    assertEquals(parseCookieDate(`1 ${month} 2030 00:00:00`), Date.UTC(2030, index, 1));
  }
  const none = [
    "",
    "31 Feb 2030 00:00:00",
    "1 Jan 1600 00:00:00",
    "1 Jan 2030 24:00:00",
    "1 Jan 2030 00:60:00",
    "1 Jan 2030 00:00:60",
    "1 Jan 2030 00:00:001",
    "1 Jan 2030",
    "1 anf 2030 00:00:00",
    "100 Jan 2030 00:00:00",
    "1 Jan 20300 00:00:00",
  ];
  for (const text of none) assertEquals(parseCookieDate(text), undefined, text);
});
