/**
 * Names of JSON fields with brackets for objects and lists, as HTTPie 3 and xh have them: `a[b]`, `a[0]`, `a[]`.
 * Pure.
 *
 * @module
 */

import { UsageError } from "../terminal/usage_error.ts";

/** A step into a value: the name of a member, an index in a list, or `null` to append to a list. */
export type Step = string | number | null;

/** The limit of an index: a larger one would fill memory with nulls. */
const MOST_ITEMS = 10_000;

/** One pair of brackets with its content, where a backslash escapes the next character. */
const BRACKET = /\[((?:\\.|[^\\[\]])*)\]/y;

/**
 * Reads the path to a field.
 *
 * @param escaped The name as it was typed, backslashes included.
 * @throws {UsageError} If a bracket is open, or an index is too large.
 */
export function readPath(escaped: string): readonly Step[] {
  const [first = ""] = /^(?:\\.|[^\\[])*/.exec(escaped) ?? [];
  const steps: Step[] = first === "" ? [] : [unescape(first)];
  BRACKET.lastIndex = first.length;
  let end = first.length;
  for (let match; (match = BRACKET.exec(escaped)) !== null;) {
    const inner = match[1]!;
    steps.push(inner === "" ? null : /^\d+$/.test(inner) ? Number(inner) : unescape(inner));
    end = BRACKET.lastIndex;
  }
  if (end < escaped.length) {
    throw new UsageError(
      `Cannot use the field ${escaped}: its brackets must be in pairs, as in a[b] or a[]; ` +
        "for brackets in a name write \\[ and \\]",
    );
  }
  if (steps.some((step) => typeof step === "number" && step >= MOST_ITEMS)) {
    throw new UsageError(`Cannot use the field ${escaped}: an index must be below ${MOST_ITEMS}`);
  }
  return steps;
}

/** Removes the escaping backslashes. */
export function unescape(text: string): string {
  return text.replace(/\\(.)/gs, "$1");
}

/** A JSON value that is built field by field. Every name, also `__proto__`, is a plain member. */
export class Fields {
  /** Undefined without a field. */
  value: unknown;

  /**
   * Puts a value at the path of a name.
   *
   * @throws {UsageError} If another field made a value on the path of another kind.
   */
  put(escaped: string, value: unknown): void {
    this.value = this.#merged(this.value, readPath(escaped), value, escaped);
  }

  /** The objects and lists that fields made; other fields may add to these only, not to values of `:=`. */
  readonly #made = new WeakSet<object>();

  #merged(into: unknown, [step, ...rest]: readonly Step[], value: unknown, name: string): unknown {
    if (step === undefined) {
      if (this.#isMade(into)) throw contradiction(name);
      return value;
    }
    const isMember = typeof step === "string";
    if (into !== undefined && (!this.#isMade(into) || Array.isArray(into) === isMember)) {
      throw contradiction(name);
    }
    const target = (into ?? (isMember ? {} : [])) as Record<Step & PropertyKey, unknown>;
    this.#made.add(target);
    const key = step ?? (target as unknown as unknown[]).length;
    const own = Object.hasOwn(target, key) ? target[key] : undefined;
    // An own property, also for the name __proto__.
    Object.defineProperty(target, key, {
      value: this.#merged(own, rest, value, name),
      configurable: true,
      enumerable: true,
      writable: true,
    });
    return target;
  }

  #isMade(value: unknown): boolean {
    return typeof value === "object" && value !== null && this.#made.has(value);
  }
}

function contradiction(name: string): UsageError {
  return new UsageError(
    `Cannot use the field ${name}: another field makes it a value of another kind; ` +
      "set the whole value with :=, or use fields of one kind",
  );
}
