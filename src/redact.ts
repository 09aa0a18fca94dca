/**
 * What must not be shown, in one place: credential headers, cookies, userinfo and secret query
 * parameters. Errors, `console.log` of clients, requests and responses, and the log form of hooks
 * all go through here; the redirect rules take their list of credential headers from here too.
 *
 * @module
 */

/** Stands where a secret was. */
export const REDACTED = "[redacted]";

/**
 * Request headers that carry credentials and are dropped when a redirect leaves the origin, beside
 * the caller's `sensitiveHeaders`. The first four are what browsers drop; native fetch forwards all
 * the others, which is how API keys leak.
 */
export const CREDENTIAL_HEADERS: readonly string[] = [
  "authorization",
  "cookie",
  "cookie2",
  "proxy-authorization",
  "api-key",
  "apikey",
  "dd-api-key",
  "dd-application-key",
  "job-token",
  "ocp-apim-subscription-key",
  "private-token",
  "x-access-token",
  "x-amz-security-token",
  "x-api-key",
  "x-api-token",
  "x-auth-key",
  "x-auth-token",
  "x-client-secret",
  "x-csrf-token",
  "x-functions-key",
  "x-github-token",
  "x-gitlab-token",
  "x-goog-api-key",
  "x-rapidapi-key",
  "x-session-token",
  "x-shopify-access-token",
  "x-vault-token",
  "x-xsrf-token",
];

const CREDENTIAL_HEADER_SET: ReadonlySet<string> = new Set(CREDENTIAL_HEADERS);

// Shown-as-secret is wider than dropped-on-redirect: a false hit costs a log line, nothing else.
const SECRET_NAME =
  /auth|token|secret|passw|passphrase|passcode|pwd|signature|credential|session|cookie|api[-_]?key|access[-_]?key|private[-_]?key|assertion|jwt/i;
const SECRET_PARAMETER = /^(?:sig|key|code|state|nonce|otp|pin|pass|pw)$/i;

/** Whether a header of this lower-case name is dropped when a redirect leaves the origin. */
export function isCredentialHeader(name: string): boolean {
  return CREDENTIAL_HEADER_SET.has(name);
}

/** The headers as a plain object for display, secret values replaced. */
export function redactHeaders(
  headers: Iterable<readonly [string, string]>,
  sensitive: readonly string[] = [],
): Record<string, string> {
  const shown: [string, string][] = [];
  for (const [name, value] of headers) {
    const hidden = SECRET_NAME.test(name) || CREDENTIAL_HEADER_SET.has(name) ||
      sensitive.includes(name);
    // A URL in a header (Location, Referer, Link) can hold a token as well.
    shown.push([name, hidden ? REDACTED : redactURLs(value)]);
  }
  return Object.fromEntries(shown);
}

/**
 * The URL for display: without userinfo and fragment, the values of query parameters with a secret
 * name, or one of `sensitive`, replaced. Works on text, so that a malformed URL is redacted as well.
 */
export function redactURL(url: string, sensitive: readonly string[] = []): string {
  const [head, query] = splitURL(url);
  if (query === undefined) return head;
  const pairs = query.split("&").map((pair) => {
    const equals = pair.indexOf("=");
    return equals >= 0 && isSecretParameter(pair.slice(0, equals), sensitive)
      ? `${pair.slice(0, equals)}=${REDACTED}`
      : pair;
  });
  return `${head}?${pairs.join("&")}`;
}

/** The URL for messages: origin and path, no query at all. */
export function describeURL(url: string): string {
  return splitURL(url)[0];
}

/** `text` with every URL in it redacted; of a relative one only the query can be told. */
export function redactURLs(text: string, sensitive: readonly string[] = []): string {
  return text
    // Single quotes and brackets may stand in a URL, passwords included.
    .replace(/\b(?:https?|wss?):\/\/[^\s"<>]+/gi, (found) => redactURL(found, sensitive))
    .replace(
      /([?&])([^\s=&?]{1,100})=[^\s&"<>#]*/g,
      (pair, mark: string, name: string) =>
        isSecretParameter(name, sensitive) ? `${mark}${name}=${REDACTED}` : pair,
    );
}

/** What an error of a runtime may show beside message, stack and cause: nothing that was sent. */
const SHOWN_FIELDS: ReadonlySet<string> = new Set([
  "name",
  "code",
  "errno",
  "syscall",
  "address",
  "port",
  "hostname",
  "library",
  "reason",
]);

/**
 * `error` itself when it shows nothing secret, else a copy (name, code, message, stack, cause) that
 * does not. Fields that are not known to be harmless are left out: undici's parser keeps a piece of
 * the response in one, Bun the URL.
 */
export function redactCause(
  error: unknown,
  sensitive: readonly string[] = [],
  depth = 8,
): unknown {
  if (typeof error === "string") return redactText(error, sensitive);
  // Not instanceof: fetch's errors may be of another realm than this module (Jest).
  if (typeof error !== "object" || error === null || !("message" in error)) return error;
  const { name, message, stack, cause } = error as Error;
  if (typeof message !== "string") return error;
  const shownMessage = redactText(message, sensitive);
  const shownCause = depth > 0 ? redactCause(cause, sensitive, depth - 1) : undefined;
  const harmless = Object.keys(error).every((field) => SHOWN_FIELDS.has(field));
  if (harmless && shownMessage === message && shownCause === cause) return error;
  const copy = new Error(shownMessage, shownCause === undefined ? {} : { cause: shownCause });
  const own = { name, stack: stack?.replaceAll(message, () => shownMessage) };
  if ("code" in error) Object.assign(own, { code: error.code });
  for (const [field, value] of Object.entries(own)) {
    Object.defineProperty(copy, field, { value, configurable: true, writable: true });
  }
  return copy;
}

/** URLs redacted, and the header that an error about its syntax quotes (Deno and Node do). */
function redactText(text: string, sensitive: readonly string[]): string {
  const [first, last] = [text.indexOf('"'), text.lastIndexOf('"')];
  const quotesHeader = first < last && /invalid header (?:value|name)/i.test(text);
  return redactURLs(
    quotesHeader ? `${text.slice(0, first)}${REDACTED}${text.slice(last + 1)}` : text,
    sensitive,
  );
}

function isSecretParameter(encodedName: string, sensitive: readonly string[] = []): boolean {
  let name = encodedName;
  try {
    name = decodeURIComponent(encodedName.replaceAll("+", " "));
  } catch {
    // Malformed escapes: the raw name decides.
  }
  return SECRET_NAME.test(name) || SECRET_PARAMETER.test(name) ||
    sensitive.includes(name.toLowerCase());
}

/** Everything before the query without userinfo, and the query; the fragment is dropped. */
function splitURL(url: string): [head: string, query: string | undefined] {
  const [whole = ""] = withoutUserinfo(url).split("#", 1);
  const mark = whole.indexOf("?");
  return mark < 0 ? [whole, undefined] : [whole.slice(0, mark), whole.slice(mark + 1)];
}

/**
 * What comes before the authority. WHATWG parsing takes any number of slashes of either kind behind
 * http: and https:, none included, and tabs and newlines are taken out first.
 */
const BEFORE_AUTHORITY =
  /^[\0-\x20]*(?:[a-z][a-z0-9+.\-\t\n\r]*:[/\\\t\n\r]*|[/\\][\t\n\r]*[/\\][/\\\t\n\r]*)/i;

function withoutUserinfo(url: string): string {
  const before = BEFORE_AUTHORITY.exec(url)?.[0];
  if (before === undefined) return url;
  const rest = url.slice(before.length);
  const end = rest.search(/[/\\?#]/);
  // A password with an unescaped slash, ? or # makes most URLs malformed: then the last @ counts.
  const authority = end < 0 || !URL.canParse(url, "http://localhost") ? rest : rest.slice(0, end);
  const at = authority.lastIndexOf("@");
  if (at < 0) return url;
  // In "user:password@host" the user name looks like a scheme.
  return (/[/\\]/.test(before) ? before : "") + rest.slice(at + 1);
}

type Inspect = (value: unknown, options: unknown) => string;

/**
 * Decides what `console.log` and `JSON.stringify` show of a class: `fields(value)` and nothing
 * else. Defined on the prototype and not in the type, since it is no API of its own.
 */
export function showOnly<T extends object>(
  constructor: { readonly prototype: T },
  name: string,
  fields: (value: T) => Record<string, unknown>,
): void {
  inspectAs(constructor, name, fields);
  define(constructor.prototype, "toJSON", function (this: T) {
    return fields(this);
  });
}

/** The same for `console.log` alone: a class whose JSON is there to be kept says itself what is in it. */
export function inspectAs<T extends object>(
  constructor: { readonly prototype: T },
  name: string,
  fields: (value: T) => Record<string, unknown>,
): void {
  const { prototype } = constructor;
  define(
    prototype,
    Symbol.for("Deno.customInspect"),
    function (this: T, inspect: Inspect, options: unknown) {
      return `${name} ${inspect(fields(this), options)}`;
    },
  );
  define(
    prototype,
    Symbol.for("nodejs.util.inspect.custom"),
    function (this: T, _depth: number, options: unknown, inspect: Inspect) {
      return `${name} ${inspect(fields(this), options)}`;
    },
  );
}

function define(prototype: object, key: PropertyKey, value: (...given: never[]) => unknown): void {
  Object.defineProperty(prototype, key, { value, configurable: true });
}
