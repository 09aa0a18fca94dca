/**
 * The scoreboard: one line a goal in plain words, what was measured, the value, the target. Every goal
 * runs in a process of its own, so that memory and time are its own. `deno task score G3 G12` runs
 * these alone. Ends with 1 if a target is missed.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- printing is what it is for

import { CONFINEMENT } from "./confinement.ts";
import { FAULTS } from "./faults.ts";
import type { Goal, Score } from "./goal.ts";
import { LOAD } from "./load.ts";
import { REAL_TIME } from "./real_time.ts";
import { RELIABLE } from "./reliable.ts";
import { SECRETS } from "./secrets.ts";
import { UPLOADS } from "./uploads.ts";

// R15.8
const GOALS: readonly Goal[] = [
  ...[...CONFINEMENT, ...SECRETS, ...FAULTS, ...LOAD, ...UPLOADS]
    .toSorted((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1))),
  ...REAL_TIME,
  ...RELIABLE,
];

/** Longer than any goal takes on a slow machine. */
const LIMIT_MS = 20 * 60_000;

/** Measures a goal in a process that can collect garbage on demand. */
async function inOwnProcess({ id }: Goal): Promise<Score> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-check",
      "--quiet",
      "--v8-flags=--expose-gc",
      import.meta.filename!,
      "--measure",
      id,
    ],
    signal: AbortSignal.timeout(LIMIT_MS),
  }).output();
  const text = new TextDecoder();
  if (!success) {
    const [why = "it took too long"] = text.decode(stderr).trim().split("\n").filter(Boolean);
    return { value: `it failed: ${why}`, met: false };
  }
  return JSON.parse(text.decode(stdout).trim().split("\n").at(-1)!);
}

if (import.meta.main) {
  const [first, ...rest] = Deno.args;
  if (first === "--measure") {
    const goal = GOALS.find(({ id }) => id === rest[0])!;
    console.log(JSON.stringify(await goal.measure()));
    Deno.exit(0); // what a fault left hanging is not waited for
  }
  const unknown = Deno.args.filter((id) => !GOALS.some((goal) => goal.id === id));
  if (unknown.length > 0) {
    console.error(
      `Cannot score ${unknown.join(", ")}: the goals are ${GOALS.map(({ id }) => id).join(", ")}`,
    );
    Deno.exit(2);
  }
  let missed = 0;
  for (const goal of GOALS) {
    if (first !== undefined && !Deno.args.includes(goal.id)) continue;
    const { value, met } = await inOwnProcess(goal);
    if (!met) missed++;
    console.log(
      `${met ? "met   " : "MISSED"} ${
        goal.id.padEnd(3)
      } ${goal.what}: ${value} (target: ${goal.target})`,
    );
  }
  Deno.exit(missed === 0 ? 0 : 1);
}
