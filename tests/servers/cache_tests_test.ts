/**
 * Calibrates the harness of cache-tests on a cache whose failures its own project lists, and compares.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { Judgement } from "../cache/harness.ts";
import { semanticsClient, undiciClient } from "./other_caches.ts";

/** Those that undici's own run of the cases does not count, and that are required. */
const FAILURES_OF_UNDICI = [
  "304-etag-update-response-Content-Foo",
  "304-etag-update-response-Test-Header",
  "304-etag-update-response-X-Content-Foo",
  "304-etag-update-response-X-Test-Header",
  "age-parse-dup-0",
  "age-parse-dup-0-twoline",
  "age-parse-dup-old",
  "age-parse-float",
  "age-parse-negative",
  "age-parse-nonnumeric",
  "age-parse-prefix",
  "age-parse-prefix-twoline",
];

Deno.test("the harness finds the failures of undici that its project lists, and no others", async () => {
  const { failedWithSetup, passed } = await Judgement.of(undiciClient, true);
  assertEquals(failedWithSetup, FAILURES_OF_UNDICI);
  assertEquals(passed, { required: 130, optimal: 67, check: 48 });
});

Deno.test("http-cache-semantics passes what it passed when our own rules were written", async () => {
  const { passed } = await Judgement.of(semanticsClient, true);
  assertEquals(passed, { required: 130, optimal: 37, check: 46 });
});
