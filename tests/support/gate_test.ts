import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Counts, countTests, type Outcome, plain, runCommand, runGate } from "./gate.ts";

Deno.test("countTests() believes the summary, and counts what broke beside it", () => {
  const rows: [name: string, outcome: Outcome, counts: Counts][] = [
    [
      "all passed",
      { success: true, output: "x ... ok (1ms)\n\nok | 12 passed | 0 failed (90ms)\n" },
      { passed: 12, failed: 0 },
    ],
    [
      "with steps, ignored and filtered ones",
      { success: true, output: "ok | 3 passed (14 steps) | 0 failed | 1 ignored | 2 filtered out" },
      { passed: 3, failed: 0 },
    ],
    [
      "some failed",
      {
        success: false,
        output: "FAILED | 3 passed (1 step) | 2 failed (2s)\n\nerror: Test failed",
      },
      { passed: 3, failed: 2 },
    ],
    [
      "all passed, and then it broke",
      { success: false, output: "ok | 3 passed | 0 failed (2s)\n" },
      { passed: 3, failed: 1 },
    ],
    [
      "broke before its tests",
      { success: false, output: "error: Type checking failed.\n" },
      { passed: 0, failed: 1 },
    ],
    [
      "no tests at all",
      { success: true, output: "ok | 0 passed | 0 failed (1ms)\n" },
      { passed: 0, failed: 1 },
    ],
    [
      "a summary inside a test's own output",
      { success: true, output: "ok | 9 passed | 0 failed\n...\nok | 1 passed | 0 failed (1ms)\n" },
      { passed: 1, failed: 0 },
    ],
  ];
  for (const [name, outcome, counts] of rows) assertEquals(countTests(outcome), counts, name);
});

Deno.test("plain() takes colours out", () => {
  assertEquals(plain("\x1b[0m\x1b[32mok\x1b[0m | 1 passed"), "ok | 1 passed");
});

Deno.test("runCommand() makes a program that is not there a failure", async () => {
  const { success, output } = await runCommand("no-such-program-here", []);
  assertEquals(success, false);
  assertStringIncludes(output, "no-such-program-here");
});

Deno.test("runGate() runs every step and counts failures of all kinds", async () => {
  const printed: string[] = [];
  const counts = await runGate([
    { name: "passes", run: ["eval", "1"] },
    { name: "fails", run: ["eval", "Deno.exit(3)"] },
    {
      name: "throws",
      run: () => {
        throw new Error("out of order");
      },
    },
    {
      name: "tests",
      run: () => Promise.resolve({ success: true, output: "ok | 4 passed | 0 failed (1ms)" }),
      tests: true,
    },
  ], (text) => printed.push(text));
  assertEquals(counts, { passed: 5, failed: 2 });
  assertMatch(printed.join("\n"), /^ok +passes .*\nFAILED fails .*\n.*\nFAILED throws /);
  assertStringIncludes(printed.join("\n"), "out of order");
  assertMatch(printed.at(-1) ?? "", /^ok +tests \([\d.]+ s, 4 passed, 0 failed\)$/);
});
