/**
 * Figures as people read them.
 *
 * @module
 */

import type { Spread } from "./measure.ts";

/** Rows under a head, in columns: the first to the left, the others to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all.map((row) =>
    "  " +
    row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
    ).join("   ").trimEnd()
  ).join("\n");
}

/** A whole number, thousands apart. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** A number with two decimals. */
export function decimal(value: number): string {
  return value.toFixed(2);
}

/** A median with the range it comes from: `0.97 (0.93 to 1.01)`. */
export function share({ median, min, max }: Spread): string {
  return `${decimal(median)} (${decimal(min)} to ${decimal(max)})`;
}
