/**
 * Resolves the caller's URL to the absolute URL that is sent: the base URL is a directory, query parameters
 * are merged per name, userinfo is removed. This protects callers: a URL outside the base URL is refused
 * unless allowed, and the check uses the parsed URL, never the text.
 *
 * @module
 */

import { NetworkingError } from "../../errors.ts";
import { NO_PARAMS, type Params } from "../../formats/url_params.ts";
import { kindOf } from "../../options/checks.ts";
import { describeURL } from "../../redact.ts";
import { pageURL } from "../../runtime/page_url.ts";

/** The client's settings for URLs. */
export interface URLRules {
  /** The client's base URL, without fragment. */
  readonly base?: URL | undefined;
  /**
   * The client's parameters; those in the URL itself override them. They may contain an API key, so they
   * are sent only to the base URL's origin.
   */
  readonly defaults: Params;
  /** Whether a URL may lead outside the base URL. */
  readonly allowAnyOrigin: boolean;
}

/** A URL ready to be sent. */
export interface ResolvedURL {
  /** The absolute URL without userinfo. */
  readonly url: URL;
  /** The user and password of the URL, decoded. */
  readonly userinfo: { readonly user: string; readonly password: string } | undefined;
  /** Whether the URL is on another origin than the base URL. */
  readonly leavesBase: boolean;
}

/** Matches a path relative to the page: `/api`, `./api` or `../api`, but not `//host`. */
const PATH = /^\.{0,2}\/(?![\t\n\r]*[/\\])/;

/**
 * Checks and parses a base URL. In a page or its worker, a path is relative to the page, as for fetch.
 *
 * @throws {TypeError} If it is not an absolute http(s) URL, or has userinfo or a fragment.
 */
export function parseBaseURL(given: string | URL): URL {
  let text = String(given);
  const isPath = PATH.test(text);
  const page = isPath ? pageURL() : undefined;
  if (page !== undefined && ABSOLUTE.test(page)) text = new URL(text, page).href;
  if (!ABSOLUTE.test(text) || !URL.canParse(text)) {
    const shown = describeURL(text);
    throw new TypeError(
      `Cannot use baseUrl "${shown}": it must be an absolute URL that begins with http:// or https://` +
        (isPath ? `; write new URL("${shown}", "https://…")` : ""),
    );
  }
  const base = new URL(text);
  if (base.username !== "" || base.password !== "" || base.hash !== "") {
    const part = base.hash === "" ? "user and password, and set auth" : "fragment";
    throw new TypeError(`Cannot use baseUrl "${describeURL(text)}": remove its ${part}`);
  }
  return base;
}

/**
 * Returns the absolute URL for `input`.
 *
 * @param method For messages.
 * @throws {NetworkingError} With code `invalid_url`, if it is malformed, not http(s), or leads outside the
 * base URL.
 */
export function resolveURL(
  method: string,
  input: string | URL,
  rules: URLRules,
  params: Params,
): ResolvedURL {
  const text = typeof input === "string" ? trimControls(input) : hrefOf(method, input);
  const url = rules.base === undefined
    ? parseAbsolute(method, text)
    : resolveAgainst(method, text, rules.base, rules.allowAnyOrigin);
  const leavesBase = rules.base !== undefined && url.origin !== rules.base.origin;
  const defaults = leavesBase ? NO_PARAMS : rules.defaults;
  if (defaults.size > 0 || params.size > 0) {
    const kept = dropParams(url.search.slice(1), params);
    const present = new Set(kept.map((pair) => parameterName(pair)));
    for (const [name, values] of defaults) {
      if (!present.has(name) && !params.has(name)) kept.push(...encodePairs(name, values));
    }
    for (const [name, values] of params) kept.push(...encodePairs(name, values));
    url.search = kept.join("&");
  }
  if (url.username === "" && url.password === "") return { url, leavesBase, userinfo: undefined };
  const userinfo = { user: decode(url.username), password: decode(url.password) };
  url.username = "";
  url.password = "";
  return { url, leavesBase, userinfo };
}

/** Matches http: or https:, both slashes, and a host. */
const ABSOLUTE = /^https?:\/\/[^/\\]/i;

function parseAbsolute(method: string, text: string, hint = ""): URL {
  // WHATWG parsing would also accept "http:host" without slashes, which no caller means.
  if (ABSOLUTE.test(text)) {
    try {
      return new URL(text);
    } catch { /* it is refused below */ }
  }
  let why = "it is not a well-formed URL; check host, port and escapes";
  const scheme = /^([a-z][a-z0-9+.\-]*):(?!\d+(?:[/?#]|$))/i.exec(text)?.[1];
  if (scheme === undefined) {
    const isHost = /^[\w.\-]+(?::\d+)?(?:[/?#]|$)/.test(text) && text.includes(".");
    const whole = isHost ? `"https://${describeURL(text)}"` : "the whole URL";
    why = "it has no scheme, and must begin with http:// or https://" +
      (hint || `; write ${whole}, or set baseUrl`);
  } else if (!/^https?$/i.test(scheme)) {
    why = `its scheme is "${scheme}:", and must be http: or https:${hint}`;
  }
  throw invalid(method, text, why);
}

function hrefOf(method: string, input: unknown): string {
  if (input instanceof URL) return input.href;
  throw new TypeError(
    `Cannot ${method}: url must be a string or URL, not ${kindOf(input)}; ` +
      'it comes first, and second in request("POST", url, options)',
  );
}

/** Removes the characters that WHATWG parsing removes from both ends. */
function trimControls(text: string): string {
  const isClean = text.charCodeAt(0) > 0x20 && text.charCodeAt(text.length - 1) > 0x20;
  // Not `/[\0-\x20]+$/`, which takes quadratic time.
  return isClean ? text : /[^\0-\x20](?:.*[^\0-\x20])?/s.exec(text)?.[0] ?? "";
}

/** Returns advice for a first path segment that is parsed as a scheme (RFC 3986 4.2). */
function relativeAdvice(text: string): string {
  const isURL = /^[^:]*:\/\//.test(text);
  return isURL ? "" : `; write "./${describeURL(text)}" if it is relative to baseUrl`;
}

function resolveAgainst(method: string, text: string, base: URL, allowAnyOrigin: boolean): URL {
  const absolute = /^[a-z][a-z0-9+.\-]*:/i.test(text);
  const url = absolute
    ? parseAbsolute(method, text, relativeAdvice(text))
    : /^[/\\][\t\n\r]*[/\\]/.test(text)
    ? parseAbsolute(method, base.protocol + text.replaceAll(/^[/\\\t\n\r]+/g, "//"))
    : joinPath(text, base);
  if (allowAnyOrigin) return url;
  if (url.origin !== base.origin) {
    throw invalid(
      method,
      text,
      `its origin is ${url.origin}, and that of baseUrl is ${base.origin}; set allowAnyOrigin: true to allow it`,
    );
  }
  if (!absolute && !isInside(url.pathname, base.pathname)) {
    throw invalid(
      method,
      text,
      `its path is outside ${base.pathname} of baseUrl; write the absolute URL to allow it`,
    );
  }
  return url;
}

/**
 * Joins `text` to the base as a directory: `x` and `/x` are both below the base path; the base's query is
 * kept.
 */
function joinPath(text: string, base: URL): URL {
  const directory = base.pathname.replace(/\/+$/, "");
  const [, path = "", query = "", fragment = ""] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(text) ??
    [];
  const relative = path.replace(/^[/\\\t\n\r]+/, "");
  const joined = base.origin + (relative === "" ? base.pathname : `${directory}/${relative}`);
  const url = new URL(joined + (query === "" ? base.search : `?${query}`) + fragment);
  if (query !== "" && base.search !== "") {
    const own = new Set(query.split("&").map(parameterName));
    const kept = base.search.slice(1).split("&").filter((pair) => !own.has(parameterName(pair)));
    url.search = [...kept, url.search.slice(1)].join("&");
  }
  return url;
}

/** Whether the parsed, normalised `path` is `base` or below it. */
function isInside(path: string, base: string): boolean {
  const directory = base.replace(/\/+$/, "");
  if (path !== base && !path.startsWith(`${directory}/`)) return false;
  if (!/%(?:2f|5c)/i.test(path)) return true;
  // A server may decode %2f and merge slashes before it resolves "..", so a path hidden that way is checked
  // too.
  const decode = (text: string) =>
    new URL(`http://h${text.replaceAll(/(?:[/\\]|%2f|%5c)+/gi, "/")}`).pathname;
  return isInside(decode(path), decode(base));
}

function invalid(method: string, text: string, reason: string): NetworkingError {
  return new NetworkingError(
    "invalid_url",
    // As JSON, so that a line break or an escape sequence cannot forge log lines.
    `Cannot ${method} ${JSON.stringify(describeURL(text).slice(0, 200))}: ${reason}`,
    { method, url: text },
  );
}

/** Returns the pairs of a raw query, as written, except those that `replaced` names. */
function dropParams(query: string, replaced: Params): string[] {
  return query.split("&").filter((pair) => pair !== "" && !replaced.has(parameterName(pair)));
}

function parameterName(pair: string): string {
  const equals = pair.indexOf("=");
  return decode((equals < 0 ? pair : pair.slice(0, equals)).replaceAll("+", " "));
}

function encodePairs(name: string, values: readonly string[]): string[] {
  return values.map((value) => `${encode(name)}=${encode(value)}`);
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // malformed escapes are kept as they are
  }
}
