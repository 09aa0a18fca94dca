/** The notes of a release, from the subjects of its commits. */

import { assert, assertEquals } from "@std/assert";
import { runCommand, runDeno } from "./gate.ts";
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

Deno.test("without an argument the notes begin after the last tag, and without a tag with the first commit", async () => {
  const folder = await Deno.makeTempDir();
  const git = async (...args: string[]) => {
    const self = ["-c", "user.name=a", "-c", "user.email=a@a.example"];
    const { success, output } = await runCommand("git", [...self, ...args], { cwd: folder });
    assert(success, output);
  };
  const commit = (subject: string) => git("commit", "--quiet", "--allow-empty", "-m", subject);
  const program = new URL("release_notes.ts", import.meta.url).pathname;
  const notes = async (...args: string[]) => {
    const run = ["run", "--quiet", "--no-config", "--allow-read", "--allow-run=git", program];
    const { success, output } = await runDeno([...run, ...args], { cwd: folder });
    assert(success, output);
    return output.match(/^- .*$/gm) ?? [];
  };
  try {
    await git("init", "--quiet");
    await commit("feat: one");
    await commit("fix: two");
    assertEquals(await notes(), ["- one", "- two"]);
    await git("tag", "v1");
    assertEquals(await notes(), []);
    await commit("fix(a): three");
    assertEquals(await notes(), ["- **a**: three"]);
    assertEquals(await notes("HEAD~2"), ["- two", "- **a**: three"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
