/**
 * Durations in options: seconds, or an object that names its units. A bare number that looks like
 * milliseconds is refused. JavaScript developers write milliseconds by habit, and `timeout: 5000` would
 * otherwise wait for 83 minutes.
 *
 * @module
 */

/** A duration with named units, which add up: `{ minutes: 1, seconds: 30 }`. */
export interface DurationParts {
  /** Milliseconds. */
  readonly milliseconds?: number;
  /** Seconds. */
  readonly seconds?: number;
  /** Minutes. */
  readonly minutes?: number;
  /** Hours. */
  readonly hours?: number;
}

/** Seconds, or an object that names its units. At most 2^31-1 milliseconds, about 24.8 days. */
export type Duration = number | DurationParts;

/** The rules for the value of a duration option. */
export interface DurationRule {
  /** The largest bare number, in seconds; larger ones look like milliseconds. */
  readonly largestBareSeconds?: number;
  /** Whether zero makes sense, as it does for a backoff. */
  readonly allowZero?: boolean;
  /** Whether `false` is refused, since the option cannot be switched off. */
  readonly refuseFalse?: boolean;
}

/** The largest bare numbers below {@linkcode HOUR}, in seconds. */
const LARGEST_BARE_SECONDS = {
  timeout: 300,
  idleTimeout: 300,
  totalTimeout: 900,
  retryBackoff: 60,
  maxRetryBackoff: 60,
  poolIdleTimeout: 300,
  drain: 300,
  closeTimeout: 60,
  ttl: 900,
  "reconnect.stableAfter": 900,
  "heartbeat.every": 900,
  "heartbeat.timeout": 900,
} as const;

/** The largest bare number of the other duration options, in seconds. */
const HOUR = 3600;

/** A duration option. A dotted name is a nested option. */
export type DurationOption =
  | keyof typeof LARGEST_BARE_SECONDS
  | "maxRetryAfter"
  /** The result of `reconnect.shouldReconnect`. */
  | "shouldReconnect"
  | "leeway"
  /** How long a signature is valid. */
  | "expires"
  | "maxAge"
  /** Shared state: how long a value is kept, and a lease held. */
  | "expireIn"
  | "for"
  /** Limits between calls. */
  | "rate.per"
  | "window"
  | "openFor"
  | "maxOpenFor"
  | "slow"
  /** The policy of agents' tools. */
  | "maxTime"
  /** Webhooks: the maximum age of a request, and the time limit of its body. */
  | "tolerance"
  | "bodyTimeout"
  /** The testing entry: the delay of its responses, and the step of its clock. */
  | "delay"
  | "by"
  | "throttle.every";

/**
 * Returns the largest bare number of a duration option, in seconds: well above plausible values in seconds,
 * well below plausible values in milliseconds.
 */
export function largestBareSeconds(option: DurationOption): number {
  return (LARGEST_BARE_SECONDS as Partial<Record<DurationOption, number>>)[option] ?? HOUR;
}

/** A longer delay overflows and fires immediately, on every runtime. */
const LARGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Returns the delay of a timer for `restMs`. The caller waits the rest if it exceeds the limit of timers.
 */
export function timerDelay(restMs: number): number {
  return Math.min(Math.ceil(restMs), LARGEST_TIMER_MS);
}

const MS_PER_UNIT: Readonly<Record<keyof DurationParts, number>> = {
  milliseconds: 1,
  seconds: 1000,
  minutes: 60_000,
  hours: 3_600_000,
};

/**
 * Converts the value of an option to milliseconds, or `false` if it is switched off.
 *
 * @param name The option, for messages.
 * @param value The value of the caller.
 * @param rule The rules of the option.
 * @throws {TypeError} If the value is neither number, object of units nor `false`.
 * @throws {RangeError} If it is negative, zero, NaN, too large, or looks like milliseconds.
 */
export function toMilliseconds(
  name: string,
  value: Duration | false,
  rule: DurationRule = {},
): number | false {
  const cannot = `Cannot use ${name}: `;
  if (value === false) {
    if (rule.refuseFalse !== true) return false;
    throw new TypeError(`${cannot}false: it cannot be switched off; pass ${HINT}`);
  }
  const isNumber = typeof value === "number";
  const sum = isNumber ? value * 1000 : addParts(cannot, value);
  const ms = Math.round(sum * 1e6) / 1e6; // 1.005 * 1000 is 1004.9999999999999
  const shown = cannot + (isNumber ? value : showParts(value));
  if (!(ms >= 0 && ms < Infinity) || (ms === 0 && rule.allowZero !== true)) {
    const required = rule.allowZero === true ? "zero or more" : "more than zero";
    const off = rule.allowZero === true || rule.refuseFalse === true
      ? ""
      : "; false switches it off";
    throw new RangeError(`${shown}: a duration must be ${required} (${HINT})${off}`);
  }
  if (isNumber && value > (rule.largestBareSeconds ?? Infinity)) {
    const long = `${Number((value / 60).toFixed(1))} min`;
    throw new RangeError(
      `${shown}: a bare number is seconds, so this would be ${long}; write ${name}: ${
        value / 1000
      } or ${name}: { milliseconds: ${value} }, or ${name}: { seconds: ${value} } if you do mean ${long}`,
    );
  }
  if (ms > LARGEST_TIMER_MS) {
    throw new RangeError(
      `${shown}: ${ms} ms is more than timers can hold, at most ${LARGEST_TIMER_MS} ms (24.8 days)`,
    );
  }
  return ms;
}

const HINT = "seconds, or an object such as { milliseconds: 500 }";

function addParts(cannot: string, value: DurationParts): number {
  if (typeof value !== "object" || value === null) {
    throw new TypeError(
      `${cannot}${String(value)} (${typeof value}): a duration is ${HINT}, or false`,
    );
  }
  const given = Object.entries(value).filter(([, amount]) => amount !== undefined);
  const units = Object.keys(MS_PER_UNIT).join(", ");
  if (given.length === 0) throw new TypeError(`${cannot}{}: name at least one of ${units}`);
  let sum = 0;
  for (const [unit, amount] of given as [keyof DurationParts, unknown][]) {
    if (!Object.hasOwn(MS_PER_UNIT, unit) || typeof amount !== "number") {
      const found = `unit ${JSON.stringify(unit)} with a value of type ${typeof amount}`;
      throw new TypeError(`${cannot}${found}: units are ${units}, each a number`);
    }
    if (amount < 0) return NaN; // no part may be negative, even if the sum is not
    sum += amount * MS_PER_UNIT[unit];
  }
  return sum;
}

/** Shows the value as the caller wrote it; `JSON.stringify` would show NaN and Infinity as null. */
function showParts(value: DurationParts): string {
  return `{ ${Object.entries(value).map(([unit, amount]) => `${unit}: ${amount}`).join(", ")} }`;
}
