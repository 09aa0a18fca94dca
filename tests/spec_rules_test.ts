/**
 * The numbered rules of SPEC.md: each has one number, and at least one test cites it in a comment,
 * `// R` with the number of the section and of the rule. Whether a test holds the rule that it cites is for its reader to judge.
 */

import { assert, assertEquals } from "@std/assert";
import { filesBelow } from "./support/files.ts";

const ROOT = new URL("../", import.meta.url);
const SPEC = await Deno.readTextFile(new URL("SPEC.md", ROOT));
const RULE = /\bR(\d+\.\d+)\b/g;

/** The rules in the order of the page. A rule is a list item that begins with its number in bold. */
const RULES = [...SPEC.matchAll(/^- \*\*R(\d+)\.(\d+)\*\* /gm)]
  .map(({ 1: section = "", 2: number = "" }) => ({
    section: Number(section),
    number: Number(number),
  }));

/** The rules that files cite, each with the first file that does. */
async function citations(folder: string): Promise<Map<string, string>> {
  const cited = new Map<string, string>();
  const root = new URL(folder, ROOT);
  for (const path of await filesBelow(root, ".ts")) {
    for (const { 1: rule = "" } of (await Deno.readTextFile(new URL(path, root))).matchAll(RULE)) {
      if (!cited.has(rule)) cited.set(rule, path);
    }
  }
  return cited;
}

Deno.test("the rules of SPEC.md stand in the section of their number, counted from 1 without a gap", () => {
  let section = 0;
  let next = 1;
  for (const line of SPEC.split("\n")) {
    const heading = line.match(/^## (\d+)\./);
    if (heading) [section, next] = [Number(heading[1]), 1];
    const rule = line.match(/^- \*\*(R\d+\.\d+)\*\* /);
    if (rule) assertEquals(rule[1], `R${section}.${next++}`);
  }
});

Deno.test("SPEC.md has at most 900 lines, and a rule is one of them", () => {
  const lines = SPEC.trimEnd().split("\n");
  assert(lines.length <= 900, `${lines.length} lines`);
  for (const [index, line] of lines.entries()) {
    if (!/^- \*\*R/.test(line)) continue;
    assert(!/^ +\S/.test(lines[index + 1] ?? ""), `the rule goes on in the next line: ${line}`);
    assert(line.length <= 400, `${line.length} characters: ${line}`);
  }
});

Deno.test("each rule of SPEC.md is cited by at least one test", async () => {
  const cited = await citations("tests/");
  const missing = RULES.map(({ section, number }) => `${section}.${number}`)
    .filter((rule) => !cited.has(rule));
  assertEquals(missing, [], "no test has a comment with the numbers of these rules");
});

Deno.test("tests and sources cite only rules that SPEC.md has", async () => {
  const known = new Set(RULES.map(({ section, number }) => `${section}.${number}`));
  for (const folder of ["tests/", "src/"]) {
    for (const [rule, path] of await citations(folder)) {
      assert(known.has(rule), `${path} cites R${rule}, and SPEC.md has no such rule`);
    }
  }
});
