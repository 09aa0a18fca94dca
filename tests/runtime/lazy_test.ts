/** Parts that are loaded when they are first used. */

import { assertEquals, assertRejects } from "@std/assert";
import { ConnectionError } from "../../src/errors.ts";
import { lazy } from "../../src/runtime/lazy.ts";

Deno.test("a part is loaded once, and is then at hand", async () => {
  let loads = 0;
  const part = lazy(() => Promise.resolve({ number: ++loads }));
  assertEquals(part.now, undefined);
  assertEquals(await part.load(), { number: 1 });
  assertEquals([await part.load(), part.now], [{ number: 1 }, { number: 1 }]);
});

Deno.test("a part that cannot be loaded is a ConnectionError, and is asked for again", async () => {
  const cause = new TypeError("Failed to fetch dynamically imported module");
  let loads = 0;
  const part = lazy(() => ++loads === 1 ? Promise.reject(cause) : Promise.resolve("here"));
  const error = await assertRejects(() => part.load(), ConnectionError);
  assertEquals([error.code, error.cause], ["connection_failed", cause]);
  assertEquals(await part.load(), "here");
});
