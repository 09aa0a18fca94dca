/**
 * Checks the names of options. An unknown name is refused with the nearest name that exists: a misspelt
 * timeout that is silently ignored would fail only in production. Only own properties count, so a polluted
 * `Object.prototype` has no effect.
 *
 * @module
 */

import { isRecord, kindOf } from "./checks.ts";
import { habitAdvice, type Habits, instanceAdvice, SHARED_HABITS } from "./habits.ts";

/**
 * Returns a copy of `given` with its own properties only, without those that are `undefined`.
 *
 * @param action The action, for messages, such as `create an HTTPClient`.
 * @param given The options of the caller.
 * @param known The names that are allowed here.
 * @param elsewhere Names that exist, but not here, with where they belong.
 * @param habits Names of other clients.
 * @throws {TypeError} If it is not an object, or has an unknown name.
 */
export function ownOptions<T extends object>(
  action: string,
  given: T | undefined,
  known: ReadonlySet<string>,
  elsewhere: ReadonlyMap<string, string> = new Map(),
  habits: Habits = SHARED_HABITS,
): T {
  const own: Record<string, unknown> = Object.create(null);
  if (given === undefined) return own as T;
  if (!isRecord(given)) {
    const kind = kindOf(given);
    const advice = instanceAdvice(kind, known, habits);
    throw new TypeError(
      `Cannot ${action}: the options must be an object, not ${kind}` +
        (advice === undefined ? "" : `; write ${advice}`),
    );
  }
  for (const [name, value] of Object.entries(given)) {
    if (!known.has(name)) {
      throw new TypeError(`Cannot ${action}: ${unknown(name, known, elsewhere, habits)}`);
    }
    if (value !== undefined) own[name] = value;
  }
  return own as T;
}

function unknown(
  name: string,
  known: ReadonlySet<string>,
  elsewhere: ReadonlyMap<string, string>,
  habits: Habits,
): string {
  const place = elsewhere.get(name);
  if (place !== undefined) return `the option ${name} belongs to ${place}`;
  const habit = habitAdvice(name, known, elsewhere, habits) ?? nearby(name, known, elsewhere);
  return `there is no option ${JSON.stringify(name)}; ${
    habit ?? `the options are ${[...known].join(", ")}`
  }`;
}

function nearby(
  name: string,
  known: ReadonlySet<string>,
  elsewhere: ReadonlyMap<string, string>,
): string | undefined {
  const here = nearest(name, known);
  if (here !== undefined) return `did you mean ${here}?`;
  const there = nearest(name, new Set(elsewhere.keys()));
  return there && `did you mean ${there}, which belongs to ${elsewhere.get(there)}?`;
}

/** Returns the nearest known name, if one is near enough. */
export function nearest(name: string, known: ReadonlySet<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase().slice(0, 40), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = [...Array(b.length + 1).keys()];
  for (const character of a) {
    let left = Infinity;
    row = row.map((above, j) => {
      const replaced = j === 0 ? Infinity : row[j - 1]! + (character === b[j - 1] ? 0 : 1);
      return left = Math.min(above + 1, left + 1, replaced);
    });
  }
  return row[b.length]!;
}
