/**
 * The types of statuses. A range or `default` excludes the statuses that have their own response.
 *
 * @module
 */

/** Returns the type of the status for the key of a response. */
export function statusType(key: string, known: readonly string[]): string {
  if (/^\d+$/.test(key)) return key;
  const whole = key === "default" ? "Status" : `Status${key}`;
  const others = known.filter((other) =>
    other !== key && (key === "default" || other[0] === key[0])
  ).map((other) => /^\d+$/.test(other) ? other : `Status${other}`);
  return others.length === 0 ? whole : `Exclude<${whole}, ${others.join(" | ")}>`;
}

/** Returns the keys of successful responses; `default` if no 2xx is described. */
export function successKeys(keys: readonly string[]): string[] {
  const own = keys.filter((key) => key.startsWith("2"));
  return own.length > 0 ? own : keys.filter((key) => key === "default");
}
