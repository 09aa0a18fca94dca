/**
 * The parts of HTTP field values (RFC 9110 5.6): tokens, and white space around them.
 *
 * @module
 */

/** The pattern of a token (RFC 9110 5.6.2), for larger regular expressions. */
export const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";

const WHOLE = new RegExp(`^${TOKEN}$`);

/** Whether the value is a token (RFC 9110 5.6.2), such as the name of a field or a method. */
export function isToken(value: unknown): value is string {
  return typeof value === "string" && WHOLE.test(value);
}

/**
 * Removes optional white space around a text (RFC 9110 5.6.3), which is less than `trim()` removes. It
 * takes linear time, since servers control the value; `/[ \t]+$/` takes quadratic time.
 */
export function trimField(text: string): string {
  return /[^ \t](?:.*[^ \t])?/s.exec(text)?.[0] ?? "";
}
