/**
 * `deno task notes`: prints the notes of the release that is prepared, from the subjects of the commits since
 * the last tag, or since a commit that is given. No file is written.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- printing is what it is for

import { runCommand } from "./gate.ts";

/** The groups, in order: what a subject begins with, and the heading. `!` is a change that breaks programs. */
const GROUPS: readonly (readonly [type: string, heading: string])[] = [
  ["!", "Changes that break programs"],
  ["feat", "New"],
  ["fix", "Fixed"],
  ["perf", "Faster"],
  ["docs", "Documents"],
];

const SUBJECT = /^(?<type>[a-z]+)(?:\((?<scope>[^)]*)\))?(?<breaks>!?): (?<text>.+)$/;

/**
 * The notes in Markdown: one line for each commit that matters to users, oldest first, grouped. What concerns
 * tests, tools and the inside alone is counted.
 */
export function releaseNotes(version: string, subjects: readonly string[]): string {
  const lines = new Map<string, Set<string>>(GROUPS.map(([type]) => [type, new Set()]));
  let others = 0;
  for (const subject of subjects) {
    const { type, scope, breaks, text } = SUBJECT.exec(subject)?.groups ?? {};
    const group = lines.get(breaks || type!);
    if (group === undefined) others++;
    else group.add(`- ${scope === undefined ? "" : `**${scope}**: `}${text}`);
  }
  const parts = GROUPS.filter(([type]) => lines.get(type)!.size > 0).map(([type, heading]) =>
    `## ${heading}\n\n${[...lines.get(type)!].join("\n")}\n`
  );
  const rest = others === 0
    ? []
    : [`${others} more commits concern tests, tools and the inside.\n`];
  return [`# ${version}\n`, ...parts, ...rest].join("\n");
}

async function git(...args: string[]): Promise<string> {
  const { success, output } = await runCommand("git", args);
  if (!success) throw new Error(`Cannot read the commits: git ${args.join(" ")}: ${output}`);
  return output.trim();
}

/** The last tag; an empty text where there is none. */
async function lastTag(): Promise<string> {
  return (await git("tag", "--merged", "HEAD", "--sort=-creatordate")).split("\n")[0]!;
}

if (import.meta.main) {
  const from = Deno.args[0] ?? await lastTag();
  const range = from === "" ? "HEAD" : `${from}..HEAD`;
  const log = await git("log", "--reverse", "--no-merges", "--format=%s", range);
  const { version } = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  console.log(releaseNotes(version, log === "" ? [] : log.split("\n")));
}
