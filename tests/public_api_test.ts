import { assertEquals } from "@std/assert";
import { publicAPI } from "./support/public_api.ts";

// R12.1, R11.2
Deno.test("tests/public_api.txt has every public name, signature and default (deno task api writes it)", async () => {
  const written = await Deno.readTextFile(new URL("public_api.txt", import.meta.url));
  assertEquals(await publicAPI(), written);
});
