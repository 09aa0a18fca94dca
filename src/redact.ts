/**
 * Redacts userinfo and secret query parameters in URLs, texts and errors; `redact_headers.ts` does the same
 * for header fields. Errors, `console.log` of clients, requests and responses, and logged hook events all
 * use it.
 *
 * @module
 */

/** Replaces a secret. */
export const REDACTED = "[redacted]";

/** Makes a name secret anywhere in it. */
const SECRET_PART =
  /auth|token|secret|pass(?:w|phrase|code)|pwd|signature|credential|sess(?:ion|_?id)|cookie|(?:api|access|private)[-_]?key|assertion|jwt|bearer|nonce|[cx]srf|hmac|saml|relay_?state|one[-_]?time|dpop|oidc|forgery|wresult/i;
/** Makes a name secret as a whole word at its end: "pin" is secret, and "shipping" is not. */
const SECRET_WORD =
  /(?:^|[^a-z\d])(?:sig|sas|tkn|[ht]?otp|[2mt]fa|pin|pass|pw|sess|cfid|crumb|ticket|pgt(?:_?(?:id|iou))?)$|sid$/i;
/** Keys and codes have many meanings: these are secret. The first group matches whole names only. */
const SECRET_PHRASE =
  /^(?:key|code|state|sign|request_uri|appid|oobcode|wskey|wctx|initdata|tgwebappdata|signed_request|magic(?:[-_]?link)?|hdn(?:ts|tl|ea)|__gda__)$|(?:subscription|functions?|app|application|account|admin|client|consumer|customer|encryption|form|host|license|master|server|service|shared|signing|user|webhook|write)[-_]?key$|(?:access|activation|backup|confirmation|device|email|invit\w{1,20}|login|otp|[2mt]fa|recovery|reset|security|sms|user|verification|verify)[-_]?code$|^code[-_]?(?:verifier|challenge)$/i;
/** Whether the name of a header, parameter or field means that its value is secret. */
export function isSecretName(name: string): boolean {
  if (SECRET_PART.test(name) || SECRET_PHRASE.test(name) || SECRET_WORD.test(name)) return true;
  // "userPin" has the words of "user_pin".
  return /[a-z\d][A-Z]/.test(name) && SECRET_WORD.test(name.replace(/([a-z\d])(?=[A-Z])/g, "$1_"));
}

/**
 * Returns the URL for display, without userinfo and fragment. The values of query parameters with a secret
 * name, or a name in `sensitive`, are replaced. It works on text, so malformed URLs are redacted too.
 */
export function redactURL(
  url: string,
  sensitive: readonly string[] = [],
  depth: number = MOST_NESTED,
): string {
  const [head, query] = splitURL(url);
  if (query === undefined) return head;
  const pairs = query.split("&").map((pair) => {
    const equals = pair.indexOf("=");
    if (equals < 0) return redactInside(pair, sensitive, depth);
    const name = pair.slice(0, equals);
    const value = isSecretParameter(name, sensitive)
      ? REDACTED
      : redactInside(pair.slice(equals + 1), sensitive, depth);
    return `${redactInside(name, sensitive, depth)}=${value}`;
  });
  return `${head}?${pairs.join("&")}`;
}

/** The depth of URLs within the query of a URL; anything deeper is replaced entirely. */
const MOST_NESTED = 4;

/** Redacts a part of a query, which may be or contain a URL, percent-encoded or not. */
function redactInside(part: string, sensitive: readonly string[], depth: number): string {
  if (!/[%/\\?#;]/.test(part)) return part;
  if (depth === 0) return REDACTED;
  // Not decodeURIComponent(): a malformed escape must not hide the rest.
  const plain = part.replace(
    /%([2-7][\da-f])/gi,
    (_, code: string) => String.fromCharCode(parseInt(code, 16)),
  );
  let shown = plain;
  if (plain !== part && plain.includes("%")) shown = redactInside(plain, sensitive, depth - 1);
  else if (!REFERENCE.test(plain)) shown = redactURLs(plain, sensitive, depth - 1);
  // An unescaped & in a password ends the part, and leaves a URL that is not valid.
  else if (plain.includes("://") && !URL.canParse(plain)) shown = REDACTED;
  else shown = redactURL(plain, sensitive, depth - 1);
  if (shown === plain) return part;
  return plain === part ? shown : encodeURIComponent(shown).replaceAll("%5Bredacted%5D", REDACTED);
}

/** Matches a text that is a URL as a whole, absolute or relative. */
const REFERENCE = /^[\0-\x20]*(?:[a-z][a-z0-9+.-]{0,20}:)?[/\\]/i;

/** Returns the URL for messages: origin and path, without the query. */
export function describeURL(url: string): string {
  return splitURL(url)[0];
}

/**
 * Returns `text` with every URL in it redacted; of a relative URL, only query and fragment can be
 * recognised.
 */
export function redactURLs(
  text: string,
  sensitive: readonly string[] = [],
  depth: number = MOST_NESTED,
): string {
  return text
    // Single quotes and brackets may occur in a URL, also in its password.
    .replace(
      /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s"<>]+/gi,
      (found) => redactURL(found, sensitive, depth),
    )
    .replace(
      /([?&#])([^\s=&?#;]{1,100})=([^\s&"<>#]*)/g,
      (_, mark: string, name: string, value: string) =>
        `${mark}${name}=${
          isSecretParameter(name, sensitive) ? REDACTED : redactInside(value, sensitive, depth)
        }`,
    )
    .replace(PATH_PARAMETER, redactPathParameter);
}

/**
 * The fields of a runtime's error that may be shown besides message, stack and cause; none contains sent
 * data.
 */
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
 * Returns `error` itself if it shows no secret, otherwise a redacted copy (name, code, message, stack,
 * cause). Fields that are not known to be harmless are left out: undici's parser keeps a chunk of the
 * response in one, Bun the URL.
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
  for (const [field, value] of Object.entries(own)) define(copy, field, value);
  return copy;
}

/** Redacts URLs, and the header that a syntax error of Deno or Node quotes. */
function redactText(text: string, sensitive: readonly string[]): string {
  const quotesHeader = /invalid header (?:value|name)/i.test(text);
  return redactURLs(quotesHeader ? text.replace(/".*"/s, REDACTED) : text, sensitive);
}

/** Matches a session that a servlet puts into the path: /cart;jsessionid=… */
const PATH_PARAMETER = /;([^\s;=/?&#]{1,100})=[^\s;/?&#"<>]*/g;

function redactPathParameter(parameter: string, name: string): string {
  return isSecretParameter(name) ? `;${name}=${REDACTED}` : parameter;
}

/** Whether a query parameter of this name, as a URL has it, carries a secret. */
export function isSecretParameter(encodedName: string, sensitive: readonly string[] = []): boolean {
  let name = encodedName;
  try {
    name = decodeURIComponent(encodedName.replaceAll("+", " "));
  } catch {
    // Malformed escapes: the raw name decides.
  }
  return isSecretName(name) || sensitive.includes(name.toLowerCase());
}

/** Matches the userinfo of a URL in the path of another URL, as proxies and archives write it. */
const INNER_USERINFO = /(\/[a-z][a-z0-9+.-]{0,20}:\/{1,2})[^/?#\s]*@/gi;

/** Splits a URL into everything before the query, without userinfo, and the query; drops the fragment. */
function splitURL(url: string): [head: string, query: string | undefined] {
  const [bare = ""] = withoutUserinfo(url).split("#", 1);
  const whole = bare.replace(INNER_USERINFO, "$1").replace(PATH_PARAMETER, redactPathParameter);
  const mark = whole.indexOf("?");
  return mark < 0 ? [whole, undefined] : [whole.slice(0, mark), whole.slice(mark + 1)];
}

/**
 * Matches the text before the authority. WHATWG parsing removes tabs and newlines first; it accepts any
 * number of slashes of either kind after http: and https:, even none.
 */
const BEFORE_AUTHORITY =
  /^[\0-\x20]*(?:[a-z][a-z0-9+.\-\t\n\r]*:[/\\\t\n\r]*|[/\\][\t\n\r]*[/\\][/\\\t\n\r]*)/i;

function withoutUserinfo(url: string): string {
  const before = BEFORE_AUTHORITY.exec(url)?.[0];
  if (before === undefined) return url;
  const rest = url.slice(before.length);
  const last = rest.lastIndexOf("@");
  if (last < 0) return url;
  const end = rest.search(/[/\\?#]/);
  // A password with an unescaped slash, ? or # makes most URLs malformed: then the last @ ends the
  // userinfo.
  const isLast = end < last && !URL.canParse(url, "http://localhost");
  const at = end < 0 || isLast ? last : rest.slice(0, end).lastIndexOf("@");
  if (at < 0) return url;
  // In "user:password@host" the user name looks like a scheme.
  return (/[/\\]/.test(before) ? before : "") + rest.slice(at + 1);
}

type Inspect = (value: unknown, options: unknown) => string;

/**
 * Makes `console.log` and `JSON.stringify` show only `fields(value)` of a class. The methods are on the
 * prototype but not in the type, since they are no API.
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

/** Does the same for `console.log` only, for a class that defines its own `toJSON()`. */
export function inspectAs<T extends object>(
  constructor: { readonly prototype: T },
  name: string,
  fields: (value: T) => Record<string, unknown>,
): void {
  // Deno passes inspect() and its options; Node passes the depth, the options and inspect().
  const shown = function (this: T, first: unknown, options: unknown, inspect = first) {
    return `${name} ${(inspect as Inspect)(fields(this), options)}`;
  };
  define(constructor.prototype, Symbol.for("Deno.customInspect"), shown);
  define(constructor.prototype, Symbol.for("nodejs.util.inspect.custom"), shown);
}

/** Defines a property that is not enumerable, so that nothing lists or shows it. */
export function define(target: object, key: PropertyKey, value: unknown): void {
  Object.defineProperty(target, key, { value, configurable: true, writable: true });
}
