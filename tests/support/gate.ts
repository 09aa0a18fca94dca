/**
 * Runs the steps of a gate one after another, and counts truthfully: every test of a test run
 * counts as one, and so does every other step. What the steps are is up to ok.ts.
 *
 * @module
 */
// deno-lint-ignore-file no-console

/** How many passed and how many failed. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** What a command or a step came to. */
export interface Outcome {
  /** Whether it succeeded. */
  readonly success: boolean;
  /** What it printed, on both streams, without colours. */
  readonly output: string;
}

/** One step of the gate. */
export interface Step {
  /** What holds when the step passes. */
  readonly name: string;
  /** The arguments for Deno, or a function for what is more than one command. */
  readonly run: readonly string[] | (() => Promise<Outcome>);
  /** Whether it is a run of `deno test`, whose tests are counted one by one. */
  readonly tests?: boolean;
  /** Whether what it says is worth reading when it passes as well. */
  readonly isReport?: boolean;
}

/** Escape sequences of terminals: colours and the like. */
// deno-lint-ignore no-control-regex
const ESCAPES = /\x1b\[[0-9;]*[A-Za-z]/g;

/** The last line of a test run: `ok | 12 passed (3 steps) | 0 failed | 1 ignored (90ms)`. */
const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed/gm;

/**
 * The tests that a run of `deno test` reports. A run that says nothing, or that fails without
 * naming a failed test, is one failure: it broke before, between or after its tests.
 */
export function countTests({ success, output }: Outcome): Counts {
  const summary = [...output.matchAll(SUMMARY)].at(-1);
  const passed = Number(summary?.[1] ?? 0);
  const failed = Number(summary?.[2] ?? 0);
  const broken = failed === 0 && (!success || passed === 0);
  return { passed, failed: broken ? 1 : failed };
}

/** The text without escape sequences. */
export function plain(text: string): string {
  return text.replaceAll(ESCAPES, "");
}

/** Longer than any step takes on a slow machine. */
const HANG_MS = 15 * 60_000;

/** Runs a program to its end. A program that cannot be started is a failure like any other. */
export async function runCommand(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string } = {},
): Promise<Outcome> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(program, {
      ...options,
      args: [...args],
      env: { NO_COLOR: "1" },
      stdin: "null",
      signal: AbortSignal.timeout(HANG_MS), // a step that hangs fails, and does not hang the gate
    }).output();
    const decoder = new TextDecoder();
    return { success, output: plain(decoder.decode(stdout) + decoder.decode(stderr)) };
  } catch (error) {
    return { success: false, output: `Cannot run ${program}: ${error}\n` };
  }
}

/** Runs Deno, this very one, whether or not it is on the PATH. */
export function runDeno(
  args: readonly string[],
  options: { readonly cwd?: string } = {},
): Promise<Outcome> {
  return runCommand(Deno.execPath(), args, options);
}

async function runStep(step: Step): Promise<Outcome> {
  if (typeof step.run !== "function") return await runDeno(step.run);
  try {
    return await step.run();
  } catch (error) {
    return { success: false, output: `${error instanceof Error ? error.stack : error}\n` };
  }
}

/** Runs all steps, whatever fails, and prints an account of them. */
export async function runGate(
  steps: readonly Step[],
  print: (text: string) => void = console.log,
): Promise<Counts> {
  let passed = 0;
  let failed = 0;
  for (const step of steps) {
    const start = performance.now();
    const outcome = await runStep(step);
    const seconds = ((performance.now() - start) / 1_000).toFixed(1);
    const success = { passed: 1, failed: 0 };
    const failure = { passed: 0, failed: 1 };
    const counts = step.tests ? countTests(outcome) : outcome.success ? success : failure;
    const detail = step.tests ? `, ${counts.passed} passed, ${counts.failed} failed` : "";
    print(
      `${counts.failed === 0 ? "ok    " : "FAILED"} ${step.name} (${seconds} s${detail})`,
    );
    if (counts.failed > 0 || step.isReport) {
      print(outcome.output.trimEnd().replaceAll(/^/gm, "    "));
    }
    passed += counts.passed;
    failed += counts.failed;
  }
  return { passed, failed };
}
