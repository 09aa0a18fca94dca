import { assertEquals } from "@std/assert";
import { registrableDomain } from "../../src/cookies/public_suffix.ts";
import { readVectors } from "../support/vectors.ts";

// R14.4
Deno.test("registrableDomain() agrees with every test of the Public Suffix List", async () => {
  const vectors = await readVectors<{ input: string | null; registrable: string | null }[]>(
    "psl/test_psl.json",
  );
  // As the URL parser gives hosts, which is all that a jar sees; a dot in front it keeps.
  const host = (text: string) => new URL(`http://${text}`).hostname;
  for (const { input, registrable } of vectors) {
    const found = input === null ? null : registrableDomain(host(input));
    assertEquals(found, registrable === null ? null : host(registrable), String(input));
  }
  // deno-lint-ignore no-console -- the count is to be seen
  console.log(`psl: ${vectors.length} of ${vectors.length}`);
  assertEquals(vectors.length, 82);
});

Deno.test("registrableDomain() is null where nobody has registered anything", () => {
  const hosts = [
    "127.0.0.1",
    "[::1]",
    "localhost",
    "co.uk.",
    "example.co.uk.",
    "github.io",
    "a.local",
  ];
  for (const host of hosts) assertEquals(registrableDomain(host), null, host);
  assertEquals(registrableDomain("me.github.io"), "me.github.io");
});
