/**
 * What must not be shown: userinfo and secret query parameters, in URLs, texts and errors. Header fields
 * are for `redact_headers.ts`. Errors, `console.log` of clients, requests and responses, and the log form
 * of hooks all go through here.
 *
 * @module
 */

/** Stands where a secret was. */
export const REDACTED = "[redacted]";

/** Anywhere in a name. */
const SECRET_PART =
  /auth|token|secret|pass(?:w|phrase|code)|pwd|signature|credential|sess(?:ion|_?id)|cookie|(?:api|access|private)[-_]?key|assertion|jwt|bearer|nonce|[cx]srf|hmac|saml|relay_?state|one[-_]?time|dpop|oidc|forgery|wresult/i;
/** A word of its own at the end of a name: "pin" is secret, and "shipping" is not. */
const SECRET_WORD =
  /(?:^|[^a-z\d])(?:sig|sas|tkn|[ht]?otp|[2mt]fa|pin|pass|pw|sess|cfid|crumb|ticket|pgt(?:_?(?:id|iou))?)$|sid$/i;
/** Keys and codes have many meanings: these are secret. The first stand alone. */
const SECRET_PHRASE =
  /^(?:key|code|state|sign|request_uri|appid|oobcode|wskey|wctx|initdata|tgwebappdata|signed_request|magic(?:[-_]?link)?|hdn(?:ts|tl|ea)|__gda__)$|(?:subscription|functions?|app|application|account|admin|client|consumer|customer|encryption|form|host|license|master|server|service|shared|signing|user|webhook|write)[-_]?key$|(?:access|activation|backup|confirmation|device|email|invit\w{1,20}|login|otp|[2mt]fa|recovery|reset|security|sms|user|verification|verify)[-_]?code$|^code[-_]?(?:verifier|challenge)$/i;
/** Whether a name of any kind says that what it stands for is secret. */
export function isSecretName(name: string): boolean {
  if (SECRET_PART.test(name) || SECRET_PHRASE.test(name) || SECRET_WORD.test(name)) return true;
  // "userPin" has the words of "user_pin".
  return /[a-z\d][A-Z]/.test(name) && SECRET_WORD.test(name.replace(/([a-z\d])(?=[A-Z])/g, "$1_"));
}

/**
 * The URL for display: without userinfo and fragment, the values of query parameters with a secret
 * name, or one of `sensitive`, replaced. Works on text, so that a malformed URL is redacted as well.
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

/** URLs in the query of a URL, and in theirs; what is deeper inside is not shown at all. */
const MOST_NESTED = 4;

/** A part of a query, which may be or hold a URL, percent-encoded or not. */
function redactInside(part: string, sensitive: readonly string[], depth: number): string {
  if (!/[%/\\?#;]/.test(part)) return part;
  if (depth === 0) return REDACTED;
  // Not decodeURIComponent(): a malformed escape must not hide what else is there.
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

/** What is a URL as a whole, absolute or not. */
const REFERENCE = /^[\0-\x20]*(?:[a-z][a-z0-9+.-]{0,20}:)?[/\\]/i;

/** The URL for messages: origin and path, no query at all. */
export function describeURL(url: string): string {
  return splitURL(url)[0];
}

/** `text` with every URL in it redacted; of a relative one only query and fragment can be told. */
export function redactURLs(
  text: string,
  sensitive: readonly string[] = [],
  depth: number = MOST_NESTED,
): string {
  return text
    // Single quotes and brackets may stand in a URL, passwords included.
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

/** What an error of a runtime may show besides message, stack and cause: nothing that was sent. */
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
  for (const [field, value] of Object.entries(own)) define(copy, field, value);
  return copy;
}

/** URLs redacted, and the header that an error about its syntax quotes (Deno and Node do). */
function redactText(text: string, sensitive: readonly string[]): string {
  const quotesHeader = /invalid header (?:value|name)/i.test(text);
  return redactURLs(quotesHeader ? text.replace(/".*"/s, REDACTED) : text, sensitive);
}

/** Servlets put the session into the path: /cart;jsessionid=… */
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

/** Of a URL in the path of another, as proxies and archives have them. */
const INNER_USERINFO = /(\/[a-z][a-z0-9+.-]{0,20}:\/{1,2})[^/?#\s]*@/gi;

/** Everything before the query without userinfo, and the query; the fragment is dropped. */
function splitURL(url: string): [head: string, query: string | undefined] {
  const [bare = ""] = withoutUserinfo(url).split("#", 1);
  const whole = bare.replace(INNER_USERINFO, "$1").replace(PATH_PARAMETER, redactPathParameter);
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
  const last = rest.lastIndexOf("@");
  if (last < 0) return url;
  const end = rest.search(/[/\\?#]/);
  // A password with an unescaped slash, ? or # makes most URLs malformed: then the last @ counts.
  const isLast = end < last && !URL.canParse(url, "http://localhost");
  const at = end < 0 || isLast ? last : rest.slice(0, end).lastIndexOf("@");
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
  // Deno gives inspect() and its options, Node the depth, the options and inspect().
  const shown = function (this: T, first: unknown, options: unknown, inspect = first) {
    return `${name} ${(inspect as Inspect)(fields(this), options)}`;
  };
  define(constructor.prototype, Symbol.for("Deno.customInspect"), shown);
  define(constructor.prototype, Symbol.for("nodejs.util.inspect.custom"), shown);
}

/** Defines a property that is not enumerable: nothing lists or shows it. */
export function define(target: object, key: PropertyKey, value: unknown): void {
  Object.defineProperty(target, key, { value, configurable: true, writable: true });
}
