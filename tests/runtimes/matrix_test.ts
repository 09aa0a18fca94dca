/** What the results of the suite come to, and the client that the suite uses. */

import { assertEquals } from "@std/assert";
import { generate } from "../../src/generate/mod.ts";
import { type Limit, type Title, TITLES } from "./limits.ts";
import { judge, matrix, withBlock, wrongNames } from "./matrix.ts";
import { CASES as SUITE } from "./suite/mod.ts";
import { PETS } from "./suite/pets_description.ts";

const CASES = [
  { feature: "cookies", name: "a" },
  { feature: "cookies", name: "b" },
  { feature: "files", name: "c" },
];
const LIMITS: readonly Limit[] = [
  { runtimes: ["Chromium"], reason: "No cookies.", cases: ["b"] },
  { runtimes: ["Chromium", "Deno bare"], reason: "No files.", cases: ["c"] },
];

// R28.2
Deno.test("judge() counts what passes and what is limited, and tells what contradicts the table", () => {
  const failed = (name: string) => ({ feature: "", name, failure: "Error: no" });
  const passed = (name: string) => ({ feature: "", name });
  const rows = [
    [[passed("a"), failed("b"), failed("c")], 1, 2, []],
    [[failed("a"), failed("b"), failed("c")], 0, 2, ["cookies: a: Error: no"]],
    [[passed("a"), passed("b"), failed("c")], 1, 1, [
      "cookies: b: it passes, but the table of limits says: No cookies.",
    ]],
    [[passed("a"), failed("b")], 1, 1, ["files: c: it did not run"]],
  ] as const;
  for (const [results, passed, limited, problems] of rows) {
    assertEquals(judge("Chromium", results, CASES, LIMITS), {
      passed,
      limited,
      problems: [...problems],
    });
  }
});

Deno.test("wrongNames() tells names of no case, and of two", () => {
  assertEquals(wrongNames(CASES, LIMITS), []);
  assertEquals(wrongNames([...CASES, { name: "a" }], [{ ...LIMITS[0]!, cases: ["x"] }]), [
    "a",
    "x",
  ]);
});

Deno.test("matrix() says yes, limited or no, with the numbers of the reasons, and what is whole in a sentence", () => {
  const all = [...CASES, { feature: "streams", name: "d" }, { feature: "clocks", name: "e" }];
  const [, , cookies, files, passing, , whole, , ...reasons] = matrix(all, LIMITS).split("\n");
  const cells = (row = "") => row.split("|").slice(1, -1).map((cell) => cell.trim());
  const row = (others: string, some: Partial<Record<Title, string>>) =>
    TITLES.map((title) => some[title] ?? others);
  assertEquals(cells(cookies), ["cookies", ...row("yes", { Chromium: "limited (1)" })]);
  const no = { "Deno bare": "no (2)", Chromium: "no (2)" };
  assertEquals(cells(files), ["files", ...row("yes", no)]);
  assertEquals(cells(passing), ["of 5 cases", ...row("5", { "Deno bare": "4", Chromium: "3" })]);
  assertEquals(whole, "On all of them: streams, clocks.");
  assertEquals(reasons, ["(1) No cookies. (2) No files."]);
});

// R28.2
Deno.test("SPEC.md has the matrix of the suite: deno run -A tests/runtimes/run.ts --matrix writes it", async () => {
  const text = await Deno.readTextFile(new URL("../../SPEC.md", import.meta.url));
  assertEquals(withBlock(text, matrix(SUITE)), text);
});

Deno.test("withBlock() replaces what is between the marks, and nothing else", () => {
  const begin = "<!-- deno task runtimes -- --write -->";
  const end = "<!-- end of deno task runtimes -->";
  const once = withBlock(`a\n${begin}\nold\n${end}\nb`, "new");
  assertEquals(once, `a\n${begin}\n\nnew\n\n${end}\nb`);
  assertEquals(withBlock(once!, "new"), once);
  assertEquals(withBlock("no marks", "new"), undefined);
});

Deno.test("the client of the suite is what generate() makes of its description", async () => {
  const { files } = await generate({ text: PETS });
  const path = new URL("suite/pets.ts", import.meta.url);
  assertEquals(await Deno.readTextFile(path), files.get("api.ts"));
});
