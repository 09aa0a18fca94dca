/** Parts that are loaded when they are first used. */

import { assertEquals, assertFalse, assertRejects } from "@std/assert";
import { ConnectionError } from "../../src/errors.ts";
import { isNotLoaded, lazy } from "../../src/runtime/lazy.ts";

// R12.2
Deno.test("a part is loaded once, and is then at hand", async () => {
  let loads = 0;
  const part = lazy(() => Promise.resolve({ number: ++loads }));
  assertEquals(part.now, undefined);
  assertEquals(await part.load(), { number: 1 });
  assertEquals([await part.load(), part.now], [{ number: 1 }, { number: 1 }]);
});

Deno.test("all that ask at once have a part loaded once, and each gets an error of its own", async () => {
  let loads = 0;
  const slow = lazy(() => new Promise<number>((resolve) => setTimeout(() => resolve(++loads), 1)));
  assertEquals(await Promise.all([slow.load(), slow.load(), slow.load()]), [1, 1, 1]);

  const missing = lazy(() => Promise.reject(++loads));
  const asked = [missing.load(), missing.load()];
  const [one, other] = await Promise.all(asked.map((load) => assertRejects(() => load)));
  assertEquals([loads, one === other, isNotLoaded(one), isNotLoaded(other)], [
    2,
    false,
    true,
    true,
  ]);
  assertFalse(isNotLoaded(new ConnectionError("connection_failed", "of the network")));
});

// R12.3
Deno.test("a part that cannot be loaded is a ConnectionError, and is asked for again", async () => {
  const cause = new TypeError("Failed to fetch dynamically imported module");
  let loads = 0;
  const part = lazy(() => ++loads === 1 ? Promise.reject(cause) : Promise.resolve("here"));
  const error = await assertRejects(() => part.load(), ConnectionError);
  assertEquals([error.code, error.cause], ["connection_failed", cause]);
  assertEquals(await part.load(), "here");
});
