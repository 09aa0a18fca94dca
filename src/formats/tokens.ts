/**
 * What field values of HTTP are made of (RFC 9110 5.6): tokens, and white space around them.
 *
 * @module
 */

/** The pattern of a token (RFC 9110 5.6.2), for regular expressions that are built of it. */
export const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";

const WHOLE = new RegExp(`^${TOKEN}$`);

/** Whether the value is a token (RFC 9110 5.6.2), such as the name of a field or a method. */
export function isToken(value: unknown): value is string {
  return typeof value === "string" && WHOLE.test(value);
}

/**
 * The text without optional white space around it (RFC 9110 5.6.3), which is less than `trim()` takes
 * off. In linear time: `/[ \t]+$/` is quadratic, and servers choose the value.
 */
export function trimField(text: string): string {
  return /[^ \t](?:.*[^ \t])?/s.exec(text)?.[0] ?? "";
}
