/**
 * Checks what a file says that cookies are kept in: nothing that a server could not have set gets
 * into a jar that way. Messages name the field, never its value.
 *
 * @module
 */

import { registrableDomain } from "./public_suffix.ts";
import { type Cookie, isConsistent } from "./scope.ts";
import { hasControl } from "./set_cookie.ts";

/** What `CookieJar.toJSON()` gives: cookies with their values, to be kept like a password. */
export interface SavedCookies {
  /** The version of this format. */
  readonly version: 1;
  /** The cookies, oldest first. */
  readonly cookies: readonly Cookie[];
}

const isText = (value: unknown) =>
  typeof value === "string" && !value.includes(";") && !hasControl(value);
const isFlag = (value: unknown) => typeof value === "boolean";
const isName = (value: unknown) => isText(value) && /^[^=]+$/.test(String(value));
const isPath = (value: unknown) => isText(value) && String(value).startsWith("/");
const isDate = (value: unknown) => isText(value) && !isNaN(Date.parse(String(value)));
const isSameSite = (value: unknown) => value === "strict" || value === "lax" || value === "none";

function isHost(value: unknown): boolean {
  const url = `http://${value}`;
  return isText(value) && URL.canParse(url) && new URL(url).hostname === value;
}

type Check = readonly [isRight: (value: unknown) => boolean, required: string];

/** What each field must be. */
const FIELDS: { readonly [Name in keyof Required<Cookie>]: Check } = {
  name: [isName, "a cookie name"],
  value: [isText, "a cookie value"],
  domain: [isHost, "a host in lower case"],
  hostOnly: [isFlag, "true or false"],
  path: [isPath, "a path"],
  secure: [isFlag, "true or false"],
  httpOnly: [isFlag, "true or false"],
  sameSite: [isSameSite, '"strict", "lax", "none", or left out'],
  expires: [isDate, "a date in ISO 8601, or left out"],
};
const OPTIONAL: ReadonlySet<string> = new Set(["sameSite", "expires"]);

/**
 * The cookies in what `JSON.parse` gave.
 *
 * @throws {TypeError} If it is not what `CookieJar.toJSON()` writes.
 */
export function readSavedCookies(json: unknown): readonly Cookie[] {
  const refuse = (reason: string) => new TypeError(`Cannot read saved cookies: ${reason}`);
  if (!isObject(json)) {
    throw refuse("they must be what toJSON() gave, an object; parse text with JSON.parse() first");
  }
  if (json.version !== 1) throw refuse("version must be 1");
  if (!Array.isArray(json.cookies)) throw refuse("cookies must be an array");
  return json.cookies.map((cookie: unknown, index) => {
    if (!isObject(cookie)) throw refuse(`cookies[${index}] must be an object`);
    const read: Record<string, unknown> = {};
    for (const [name, [isRight, required]] of Object.entries(FIELDS)) {
      if (!Object.hasOwn(cookie, name) && OPTIONAL.has(name)) continue;
      if (!isRight(cookie[name])) throw refuse(`cookies[${index}].${name} must be ${required}`);
      read[name] = cookie[name];
    }
    const checked = read as unknown as Cookie;
    if (!checked.hostOnly && registrableDomain(checked.domain) === null) {
      throw refuse(`cookies[${index}] is for all of a public suffix or address; set hostOnly`);
    }
    if (isConsistent(checked)) return checked;
    throw refuse(`cookies[${index}] has attributes that its name's prefix or sameSite forbids`);
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
