/** Judges the cache by http-tests/cache-tests; the guide of `./cache` has the figures. */

import { assertEquals } from "@std/assert";
import { Judgement } from "./harness.ts";
import { ourClient } from "./our_client.ts";

/** What only a shared cache must do. */
const SHARED_RULES = [
  "cc-resp-private-shared",
  "freshness-max-age-s-maxage-shared-longer",
  "freshness-max-age-s-maxage-shared-longer-multiple",
  "freshness-max-age-s-maxage-shared-longer-reversed",
  "freshness-s-maxage-shared",
];

// R27.13
Deno.test("a shared cache passes every required case but that of Set-Cookie, which it never stores", async () => {
  const { failed, passed } = await Judgement.of(ourClient, true);
  assertEquals(failed, ["headers-store-Set-Cookie"]);
  assertEquals(passed, { required: 149, optimal: 84, check: 61 });
});

// R27.12, R27.18
Deno.test("a private cache passes every required case that asks for no rule of shared caches", async () => {
  const { failed, passed } = await Judgement.of(ourClient, false);
  assertEquals(failed, SHARED_RULES);
  assertEquals(passed, { required: 145, optimal: 79, check: 62 });
});
