/** The notes of a release, from the subjects of its commits. */

import { assertEquals } from "@std/assert";
import { runDeno } from "./gate.ts";
import { releaseNotes } from "./release_notes.ts";

Deno.test("release notes group what matters to users, oldest first, and count the rest", () => {
  const notes = releaseNotes("1.2.0", [
    "feat(cache): answers from the cache",
    "test(cache): ages",
    "fix: a wait ends",
    "fix(http)!: timeouts are seconds",
    "refactor(api)!: HAR in upper case",
    "perf(http): one timer",
    "feat(cache): answers from the cache", // picked twice
    "docs(readme): shorter",
    "whatever",
  ]);
  assertEquals(
    notes,
    `# 1.2.0

## Changes that break programs

- **http**: timeouts are seconds
- **api**: HAR in upper case

## New

- **cache**: answers from the cache

## Fixed

- a wait ends

## Faster

- **http**: one timer

## Documents

- **readme**: shorter

2 more commits concern tests, tools and the inside.
`,
  );
});

Deno.test("a release without commits has no groups", () => {
  assertEquals(releaseNotes("1.0.1", []), "# 1.0.1\n");
});

Deno.test("the notes of this repository begin with the version that is prepared", async () => {
  const root = new URL("../../", import.meta.url);
  const { version } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const args = [
    "run",
    "--quiet",
    "--allow-read",
    "--allow-run=git",
    "tests/support/release_notes.ts",
  ];
  const { success, output } = await runDeno([...args, "HEAD"], { cwd: root.pathname });
  assertEquals([success, output.trim()], [true, `# ${version}`]);
});
