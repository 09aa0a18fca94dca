/**
 * What the results of the suite come to: counts, what contradicts the table of limits, and the matrix
 * of features and runtimes for SPEC.md. Pure.
 *
 * @module
 */

import { type Limit, LIMITS, type Title, TITLES } from "./limits.ts";
import type { Case, Result } from "./suite/case.ts";

/** What a runtime's results come to. */
export interface Verdict {
  readonly passed: number;
  /** Cases that failed as the table says. */
  readonly limited: number;
  /** A line for each case that failed, passed against the table, or did not run. */
  readonly problems: readonly string[];
}

/** The limit of a case on a runtime. */
function limitOf(title: Title, name: string, limits: readonly Limit[]): Limit | undefined {
  return limits.find(({ runtimes, cases }) => runtimes.includes(title) && cases.includes(name));
}

/** Holds results against the table. */
export function judge(
  title: Title,
  results: readonly Result[],
  cases: readonly Pick<Case, "feature" | "name">[],
  limits: readonly Limit[] = LIMITS,
): Verdict {
  const byName = new Map(results.map((result) => [result.name, result]));
  const problems: string[] = [];
  let passed = 0;
  let limited = 0;
  for (const { feature, name } of cases) {
    const result = byName.get(name);
    const limit = limitOf(title, name, limits);
    const problem = result === undefined
      ? "it did not run"
      : result.failure !== undefined && limit === undefined
      ? result.failure
      : result.failure === undefined && limit !== undefined
      ? `it passes, but the table of limits says: ${limit.reason}`
      : undefined;
    if (problem !== undefined) problems.push(`${feature}: ${name}: ${problem}`);
    else if (limit === undefined) passed++;
    else limited++;
  }
  return { passed, limited, problems };
}

/** Names in the table that are no cases, and cases of the same name. */
export function wrongNames(
  cases: readonly Pick<Case, "name">[],
  limits: readonly Limit[] = LIMITS,
): string[] {
  const names = cases.map(({ name }) => name);
  return [
    ...names.filter((name, index) => names.indexOf(name) !== index),
    ...limits.flatMap((limit) => limit.cases).filter((name) => !names.includes(name)),
  ];
}

/**
 * The matrix, as Markdown. It follows from the table of limits, which the run holds to the truth: a
 * feature is there, limited for the reasons whose numbers are given, or, when no case of it can pass, not
 * there. The last row has how many cases pass. Features without a limit are in one sentence after it.
 */
export function matrix(
  cases: readonly Pick<Case, "feature" | "name">[],
  limits: readonly Limit[] = LIMITS,
): string {
  const reasons: string[] = [];
  const rows = [...new Set(cases.map(({ feature }) => feature))].map((feature) => {
    const own = cases.filter((one) => one.feature === feature);
    return [feature, ...TITLES.map((title) => cell(title, own))];
  });
  const isWhole = ([, ...cells]: readonly string[]) => cells.every((one) => one === "yes");
  const passing = TITLES.map((title) =>
    String(cases.filter(({ name }) => limitOf(title, name, limits) === undefined).length)
  );
  const table = markdownTable(["", ...TITLES], [
    ...rows.filter((row) => !isWhole(row)),
    [`of ${cases.length} cases`, ...passing],
  ]);
  const whole = rows.filter(isWhole).map(([feature]) => feature);
  const notes = reasons.map((reason, index) => `(${index + 1}) ${reason}`).join(" ");
  return [
    table,
    ...whole.length > 0 ? [`On all of them: ${whole.join(", ")}.`] : [],
    ...notes !== "" ? [wrapped(notes)] : [],
  ].join("\n\n");

  function cell(title: Title, own: readonly Pick<Case, "name">[]): string {
    const found = own.map(({ name }) => limitOf(title, name, limits)).filter((one) =>
      one !== undefined
    );
    if (found.length === 0) return "yes";
    const numbers = [...new Set(found)].map(({ reason }) => {
      if (!reasons.includes(reason)) reasons.push(reason);
      return reasons.indexOf(reason) + 1;
    });
    const which = numbers.sort((a, b) => a - b).join(", ");
    return found.length === own.length ? `no (${which})` : `limited (${which})`;
  }
}

/** A paragraph in lines of at most 110 characters. */
function wrapped(text: string): string {
  return text.replaceAll(/(.{1,110})(?: |$)/g, "$1\n").trimEnd();
}

/** A table as `deno fmt` has it. */
function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]!.length))
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

const BEGIN = "<!-- deno task runtimes -- --write -->";
const END = "<!-- end of deno task runtimes -->";

/** The text with `block` between the two marks; undefined if it does not have them. */
export function withBlock(text: string, block: string): string | undefined {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) return undefined;
  return `${text.slice(0, from)}${BEGIN}\n\n${block}\n\n${text.slice(to)}`;
}
