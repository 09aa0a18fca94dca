/** The demo, which judges itself. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { run } from "../support.ts";

// R23.26
Deno.test("everything in the demo is as it says it should be", async () => {
  const { code, out, err } = await run(["demo"], { flags: ["-N=127.0.0.1"] });
  assertEquals([code, err], [0, ""], out);
  assertStringIncludes(out, "All 9 are as expected.");
});
