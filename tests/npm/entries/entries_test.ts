/** The program of a consumer: it has a use of every entry, and each does what it should on Deno as well. */

import { assertEquals } from "@std/assert";
import config from "../../../deno.json" with { type: "json" };
import { USES, wrongUses } from "./all_uses.ts";

Deno.test("every entry is used by a program of somebody else's", () => {
  assertEquals(Object.keys(USES).sort(), Object.keys(config.exports).sort());
});

Deno.test("each use does what it should", async () => {
  assertEquals(await wrongUses(), []);
});
