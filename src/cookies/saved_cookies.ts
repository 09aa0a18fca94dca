/**
 * Reads saved cookies, for example from a file. Each must pass the rules for servers again, so a file
 * cannot add a cookie that no server could set.
 *
 * @module
 */

import { acceptCookie, type Cookie, scopeOf } from "./scope.ts";
import { parseSetCookie } from "./set_cookie.ts";

/** The result of `CookieJar.toJSON()`: cookies with their values, which are secret. */
export interface SavedCookies {
  /** The version of this format. */
  readonly version: 1;
  /** The cookies, oldest first within each domain. */
  readonly cookies: readonly Cookie[];
}

/**
 * Checks saved cookies and returns them.
 *
 * @throws {TypeError} If `CookieJar.toJSON()` cannot have written them. The message names the field and
 * never shows its value.
 */
export function readSavedCookies(json: unknown): readonly Cookie[] {
  const refuse = (reason: string) => new TypeError(`Cannot read saved cookies: ${reason}`);
  if (!isObject(json)) {
    throw refuse("they must be an object from toJSON(); parse text with JSON.parse() first");
  }
  if (json.version !== 1) throw refuse("version must be 1");
  if (!Array.isArray(json.cookies)) throw refuse("cookies must be an array");
  return json.cookies.map((given: unknown, index) => {
    if (!isObject(given)) throw refuse(`cookies[${index}] must be an object`);
    const { expires } = given;
    if (expires !== undefined && !(typeof expires === "string" && !isNaN(Date.parse(expires)))) {
      throw refuse(`cookies[${index}].expires must be an ISO 8601 date, or left out`);
    }
    const cookie = setAgain(given);
    if (cookie === undefined) throw refuse(`cookies[${index}] must be one that a server can set`);
    for (const [name, value] of Object.entries({ sameSite: undefined, ...cookie })) {
      if (given[name] === value) continue;
      throw refuse(`cookies[${index}].${name} must be a value that a server can set there`);
    }
    return expires === undefined ? cookie : { ...cookie, expires };
  });
}

/** Returns the cookie that a server of its domain would set with these attributes. */
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
  return said !== undefined && URL.canParse(url) ? acceptCookie(said, scopeOf(url)) : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
