/** Timers that do not keep the process alive. */

import { assertEquals } from "@std/assert";
import { backgroundTimer } from "../../src/runtime/background_timer.ts";

Deno.test("it calls later, and clearTimeout ends it", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  backgroundTimer(() => resolve("called"), 5);
  const cleared = backgroundTimer(() => resolve("cleared"), 1);
  clearTimeout(cleared);
  // Something else has to keep the test alive.
  const alive = setTimeout(() => resolve("late"), 5_000);
  assertEquals(await promise, "called");
  clearTimeout(alive);
});

Deno.test("a program does not wait for it", async () => {
  const module = new URL("../../src/runtime/background_timer.ts", import.meta.url).href;
  const code = `import { backgroundTimer } from ${JSON.stringify(module)};
    backgroundTimer(() => console.log("called"), 60_000);
    console.log("done");`;
  const args = ["eval", "--quiet", "--no-check", "--no-config", code];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
  assertEquals(new TextDecoder().decode(stdout), "done\n");
});
