/**
 * Reads cookies that were kept, in a file for example. Each is set again by the rules for a server,
 * so that nothing gets into a jar that way which no server could have put there.
 *
 * @module
 */

import { admit, type Cookie, placeOf } from "./scope.ts";
import { parseSetCookie } from "./set_cookie.ts";

/** What `CookieJar.toJSON()` gives: cookies with their values, to be kept like a password. */
export interface SavedCookies {
  /** The version of this format. */
  readonly version: 1;
  /** The cookies, oldest first within each domain. */
  readonly cookies: readonly Cookie[];
}

/**
 * The cookies in what `JSON.parse` gave.
 *
 * @throws {TypeError} If it is not what `CookieJar.toJSON()` writes. The message names the field,
 * never its value.
 */
export function readSavedCookies(json: unknown): readonly Cookie[] {
  const refuse = (reason: string) => new TypeError(`Cannot read saved cookies: ${reason}`);
  if (!isObject(json)) {
    throw refuse("they must be what toJSON() gave, an object; parse text with JSON.parse() first");
  }
  if (json.version !== 1) throw refuse("version must be 1");
  if (!Array.isArray(json.cookies)) throw refuse("cookies must be an array");
  return json.cookies.map((given: unknown, index) => {
    if (!isObject(given)) throw refuse(`cookies[${index}] must be an object`);
    const { expires } = given;
    if (expires !== undefined && !(typeof expires === "string" && !isNaN(Date.parse(expires)))) {
      throw refuse(`cookies[${index}].expires must be a date in ISO 8601, or left out`);
    }
    const cookie = setAgain(given);
    if (cookie === undefined) throw refuse(`cookies[${index}] is none that a server could set`);
    for (const [name, value] of Object.entries({ sameSite: undefined, ...cookie })) {
      if (given[name] === value) continue;
      throw refuse(`cookies[${index}].${name} is not what a server could have set there`);
    }
    return expires === undefined ? cookie : { ...cookie, expires };
  });
}

/** The cookie that the server of its domain sets with the same words. */
function setAgain(given: Record<string, unknown>): Omit<Cookie, "expires"> | undefined {
  const { name, value, domain, hostOnly, path, secure, httpOnly, sameSite } = given;
  const field = [
    `${name}=${value}; Path=${path}`,
    ...hostOnly === true ? [] : [`Domain=${domain}`],
    ...secure === true ? ["Secure"] : [],
    ...httpOnly === true ? ["HttpOnly"] : [],
    ...sameSite === undefined ? [] : [`SameSite=${sameSite}`],
  ];
  const said = parseSetCookie(field.join("; "), 0);
  const url = `https://${domain}/`;
  return said !== undefined && URL.canParse(url) ? admit(said, placeOf(url)) : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
