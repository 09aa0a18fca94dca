import { assertEquals } from "@std/assert";
import { STATUS_TEXT } from "@std/http/status";
import { reasonPhrase } from "../../src/formats/reason_phrases.ts";

Deno.test("the reason phrases are those of @std/http, and no others", () => {
  const found: Record<string, string> = {};
  for (let status = 0; status < 1000; status++) {
    const phrase = reasonPhrase(status);
    if (phrase !== "") found[status] = phrase;
  }
  assertEquals(found, { ...STATUS_TEXT });
});
