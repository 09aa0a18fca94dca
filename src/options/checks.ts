/**
 * The checks of option values, one for each kind of value. A value of the wrong type is a TypeError, a
 * number out of range is a RangeError, and both name the option. A check returns the value to use:
 * milliseconds for a duration.
 *
 * @module
 */

import {
  type Duration,
  type DurationOption,
  largestBareSeconds,
  toMilliseconds,
} from "./duration.ts";

/** Reads the value of an option, or throws an error that names it. */
export type Check<Out = unknown> = (name: string, value: unknown) => Out;

declare const DURATION: unique symbol;

/**
 * The check of a duration. Only {@linkcode duration} makes one, and only for options with a limit for bare
 * numbers.
 */
export type DurationCheck = Check<number> & { readonly [DURATION]: true };

/** One check for each option of `T`: one that is missing or stale does not compile. */
export type OptionTable<T> = {
  readonly [Name in keyof T]-?: IsDuration<Exclude<T[Name], undefined | false>> extends true
    ? DurationCheck
    : Check;
};

type IsDuration<T> = [T] extends [Duration] ? [Duration] extends [T] ? true : false : false;

/**
 * Describes the type of a value for messages: `null`, `a string`, `an AbortSignal`, `a URL`,
 * `a Uint8Array`.
 */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  const kind = typeof value === "object"
    ? Object.prototype.toString.call(value).slice(8, -1).replace(/^(Object|Array)$/, lower)
    : typeof value;
  return `${/^[aeiou]/i.test(kind) && !/^U[A-Zi]/.test(kind) ? "an" : "a"} ${kind}`;
}

function lower(text: string): string {
  return text.toLowerCase();
}

/** Throws the TypeError for a value of the wrong kind, unless `valid`. */
export function expect(
  valid: boolean,
  name: string,
  value: unknown,
  required: string,
): asserts valid {
  if (valid) return;
  const kind = kindOf(value);
  const found = required.startsWith(kind) ? "" : ` that is ${kind}`; // "a string" that lacks something
  throw new TypeError(`Cannot use ${name}${found}: it must be ${required}`);
}

/** Returns a check by a predicate. */
export function that<T>(isRight: (value: unknown) => boolean, required: string): Check<T> {
  return (name, value) => {
    expect(isRight(value), name, value, required);
    return value as T;
  };
}

/** Accepts anything, for values that are checked where they are used. */
export const anything: Check = (_, value) => value;

/** Accepts true or false. */
export const flag: Check<boolean> = that((value) => typeof value === "boolean", "true or false");

/** Accepts text, the empty string included. */
export const text: Check<string> = that((value) => typeof value === "string", "a string");

/** A function. */
export function callable<T>(required = "a function"): Check<T> {
  return that((value) => typeof value === "function", required);
}

/** Accepts an object with these methods, such as a custom store. */
export function withMethods<T>(required: string, ...methods: (keyof T & string)[]): Check<T> {
  return that(
    (value) =>
      ((typeof value === "object" && value !== null) || typeof value === "function") &&
      methods.every((method) => typeof (value as Record<string, unknown>)[method] === "function"),
    required,
  );
}

/** An AbortSignal. */
export const abortSignal: Check<AbortSignal> = that(
  (value) => value instanceof AbortSignal,
  "an AbortSignal",
);

/** Whether a value is an object of names and values, not an array or an instance of a platform class. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null &&
    /Object|Module/.test(Object.prototype.toString.call(value).slice(8, -1));
}

/** An object of names and values. */
export const record: Check<Readonly<Record<string, unknown>>> = that(isRecord, "an object");

/**
 * Returns the names and values of an object, or of a list of pairs such as `Headers`; `platform` names its
 * class.
 */
export function entriesOf(
  name: string,
  given: unknown,
  platform: string,
): readonly (readonly [name: string, value: unknown])[] {
  const isObject = typeof given === "object" && given !== null;
  expect(isObject, name, given, `an object, ${platform}, or a list of pairs`);
  if (!(Symbol.iterator in given)) return Object.entries(given);
  return Array.from(given as Iterable<[name: string, value: unknown]>, (pair) => {
    if (Array.isArray(pair) && pair.length === 2) return pair;
    throw new TypeError(`Cannot use a list of ${name}: each entry must be a pair [name, value]`);
  });
}

/** Accepts what `check` accepts, or `false`, for which it returns `off`. */
export function orFalse<T, Off = false>(check: Check<T>, off?: Off): Check<T | Off> {
  return (name, value) => value === false ? (off ?? false) as Off : check(name, value);
}

/** Accepts an array whose members `check` accepts. */
export function list<T>(check: Check<T>, required: string): Check<readonly T[]> {
  return (name, value) => {
    expect(Array.isArray(value), name, value, required);
    return (value as unknown[]).map((one, index) => check(`${name}[${index}]`, one));
  };
}

/** The bounds of a whole number. */
export interface WholeNumberRule {
  /** The smallest; zero if omitted. */
  readonly min?: number;
  /** The largest; no bound if omitted. */
  readonly max?: number;
  /** Whether `Infinity` is allowed. */
  readonly infinite?: boolean;
}

/** Accepts a whole number. */
export function wholeNumber(rule: WholeNumberRule = {}): Check<number> {
  const { min = 0, max = Infinity, infinite = false } = rule;
  return (name, value) => {
    expect(typeof value === "number", name, value, "a number");
    const number = value as number;
    if (infinite && number === Infinity) return number;
    if (Number.isSafeInteger(number) && number >= min && number <= max) return number;
    const range = max < Infinity
      ? `from ${min} to ${max}`
      : min === 0
      ? "zero or more"
      : min === 1
      ? "above zero"
      : `${min} or more`;
    throw new RangeError(`Cannot use ${name}: ${number}: it must be a whole number, ${range}`);
  };
}

/** The rules of a duration option. */
export interface DurationRules {
  /** Whether `false` switches the clock off; the check then returns `Infinity`. */
  readonly off?: boolean;
  /** Whether zero is allowed, as for a backoff. */
  readonly zero?: boolean;
}

/** Accepts a duration and returns milliseconds; the table has the largest bare number for `option`. */
export function duration(option: DurationOption, rules: DurationRules = {}): DurationCheck {
  const rule = {
    largestBareSeconds: largestBareSeconds(option),
    allowZero: rules.zero === true,
    refuseFalse: rules.off !== true,
  };
  const check: Check<number> = (name, value) => {
    const ms = toMilliseconds(name, value as Duration | false, rule);
    return ms === false ? Infinity : ms;
  };
  return check as DurationCheck;
}
