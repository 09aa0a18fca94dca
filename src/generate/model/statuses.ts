/**
 * Statuses as types: a range or `default` is all but what is named next to it.
 *
 * @module
 */

/** The type for the key of a response, among the others. */
export function statusType(key: string, known: readonly string[]): string {
  if (/^\d+$/.test(key)) return key;
  const whole = key === "default" ? "Status" : `Status${key}`;
  const others = known.filter((other) =>
    other !== key && (key === "default" || other[0] === key[0])
  ).map((other) => /^\d+$/.test(other) ? other : `Status${other}`);
  return others.length === 0 ? whole : `Exclude<${whole}, ${others.join(" | ")}>`;
}

/** The keys whose answers are a success; `default` where no 2xx is described. */
export function successKeys(keys: readonly string[]): string[] {
  const own = keys.filter((key) => key.startsWith("2"));
  return own.length > 0 ? own : keys.filter((key) => key === "default");
}
