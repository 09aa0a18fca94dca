/**
 * The request as the pipeline and middleware see it: a plain, immutable value, made by pure rules
 * before anything is sent.
 *
 * @module
 */

import type { RequestFacts } from "../hooks.ts";
import { basicCredentials } from "../auth/basic.ts";
import { redactHeaders, redactURL, showOnly } from "../redact.ts";
import { type Binding, strangersOptions, withoutCredentials } from "./binding.ts";
import { authFor, bindAuth } from "./bound_auth.ts";
import { type BodySource, toBodySource } from "./body.ts";
import { type HeaderRecord, mergeHeaders, NO_HEADERS } from "./headers.ts";
import type { RequestOptions } from "./options.ts";
import {
  checkMethod,
  mergeSettings,
  ownRequestOptions,
  type Settings,
  withAuth,
} from "./settings.ts";
import { withProgress } from "./upload_progress.ts";
import { mergeParams, NO_PARAMS, type ResolvedURL, resolveURL, type URLRules } from "./url.ts";

/**
 * One request. Middleware changes it by copying: `next({ ...request, headers: { … } })`.
 * `console.log` and `JSON.stringify` show it without secrets.
 */
export interface HTTPRequest extends RequestFacts {
  /** The body, if there is one. */
  readonly body?: BodySource | undefined;
  /** The attempt, from 1. */
  readonly attempt: number;
  /** The redirect hop, 0 for the request as the caller made it. */
  readonly hop: number;
  /**
   * How many requests of the call were put on the wire before: by retries, redirects and
   * authentication. 0 in operation middleware.
   */
  readonly resends: number;
  /** Why there is this one too, where there were others. */
  readonly resentFor?: "retry" | "redirect" | "auth" | undefined;
}

/**
 * On a request whose URL had userinfo: that URL without it. Copies by middleware have it as well, and a
 * request with another URL does not count.
 */
const HAD_USERINFO: unique symbol = Symbol("userinfo");
interface Marked {
  [HAD_USERINFO]?: string;
}

/** What marks a request whose URL had userinfo. */
export function userinfoMark(url: string, hadUserinfo: boolean): object {
  return hadUserinfo ? { [HAD_USERINFO]: url } : NO_MARK;
}

const NO_MARK = Object.freeze({});

/** Whether the URL of a request had userinfo, which was taken out. */
export function hadUserinfo(request: RequestFacts): boolean {
  return (request as Marked)[HAD_USERINFO] === request.url;
}

/** The library's own {@linkcode HTTPRequest}s, which know how to show themselves. */
export class RequestValue implements HTTPRequest {
  static {
    showOnly(this, "HTTPRequest", (request) => ({
      method: request.method,
      url: redactURL(request.url, request.#sensitive),
      headers: redactHeaders(Object.entries(request.headers), request.#sensitive),
      attempt: request.attempt,
      hop: request.hop,
    }));
  }

  readonly method: string;
  readonly url: string;
  readonly headers: HeaderRecord;
  readonly body: BodySource | undefined;
  readonly context: Readonly<Record<string, unknown>>;
  readonly urlTemplate: string | undefined;
  readonly attempt: number;
  readonly hop: number;
  readonly resends: number;
  readonly resentFor: HTTPRequest["resentFor"];

  readonly #sensitive: readonly string[];

  /**
   * @param request The parts, which must have been checked.
   * @param sensitive Names of headers that are not to be shown, beside the usual ones.
   */
  constructor(
    request: HTTPRequest,
    sensitive: readonly string[] = [],
  ) {
    this.method = request.method;
    this.url = request.url;
    this.headers = request.headers;
    this.body = request.body;
    this.context = request.context;
    this.urlTemplate = request.urlTemplate;
    this.attempt = request.attempt;
    this.hop = request.hop;
    this.resends = request.resends;
    this.resentFor = request.resentFor;
    this.#sensitive = sensitive;
    if (hadUserinfo(request)) (this as Marked)[HAD_USERINFO] = request.url;
  }

  /** Names of headers and query parameters that are not to be shown, beside the usual ones. */
  get sensitive(): readonly string[] {
    return this.#sensitive;
  }

  /** A request that middleware made, checked as if a caller had. */
  static from(request: HTTPRequest, sensitive: readonly string[]): RequestValue {
    const resolved = resolveURL(request.method, request.url, NO_RULES, NO_PARAMS);
    const { href } = resolved.url;
    return new RequestValue({
      ...request,
      ...userinfoMark(href, resolved.userinfo !== undefined || hadUserinfo(request)),
      method: checkMethod(request.method),
      url: href,
      headers: mergeHeaders(NO_HEADERS, request.headers),
    }, sensitive);
  }

  /** A request as middleware may have left it, checked when it was changed. */
  static own(request: HTTPRequest, sensitive: readonly string[]): RequestValue {
    return request instanceof RequestValue ? request : RequestValue.from(request, sensitive);
  }

  /** The same request with something changed. */
  copy(changes: Partial<HTTPRequest>): RequestValue {
    return new RequestValue({ ...this, ...changes }, this.#sensitive);
  }
}

/** A request with other headers, of names and values that need no check. */
export function withHeaders(request: HTTPRequest, headers: HeaderRecord): HTTPRequest {
  return request instanceof RequestValue ? request.copy({ headers }) : { ...request, headers };
}

/** The URL of a request, or another that belongs to it, without what the request has for secret. */
export function shownURL(request: RequestFacts, url: string = request.url): string {
  return redactURL(url, request instanceof RequestValue ? request.sensitive : []);
}

const NO_RULES: URLRules = { defaults: NO_PARAMS, allowAnyOrigin: true };

/** A call, ready for the pipeline. */
export interface ResolvedCall {
  readonly request: RequestValue;
  readonly settings: Settings;
  /** The user and password of the URL. */
  readonly userinfo: ResolvedURL["userinfo"];
}

/** Methods whose body no server is bound to read (RFC 9110 9.3.1, 9.3.2); fetch refuses it too. */
const BODYLESS: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/**
 * Makes the request of a call.
 *
 * @param page Where the credentials may go, for a URL of a stranger's choice.
 * @throws {TypeError | RangeError} If an option cannot be used.
 * @throws {NetworkingError} With code `invalid_url`, if the URL cannot be used.
 */
export function resolveCall(
  client: { readonly settings: Settings; readonly base?: URL | undefined },
  method: string,
  input: string | URL,
  given: RequestOptions | undefined,
  page?: Binding,
): ResolvedCall {
  const { settings: defaults, base } = client;
  // Without options, the common call, there is nothing to read.
  let options = given === undefined ? NO_OPTIONS : ownRequestOptions(method, given);
  if (page !== undefined && new URL(input).origin !== page.origin) {
    options = strangersOptions(defaults, options);
  }
  let settings = given === undefined ? defaults : mergeSettings(defaults, options);
  const body = given === undefined ? undefined : bodyOf(options);
  if (body !== undefined && BODYLESS.has(method)) {
    throw new TypeError(
      `Cannot send a body with ${method}: it has no meaning there; use query() (RFC 10008) or post()`,
    );
  }
  const rules = { base, defaults: defaults.params, allowAnyOrigin: settings.allowAnyOrigin };
  const params = options.params === undefined ? NO_PARAMS : mergeParams(NO_PARAMS, options.params);
  let resolved = resolveURL(method, input, rules, params);
  const written = resolved;
  const { auth } = options;
  if (page !== undefined) {
    const { origin } = resolved.url;
    settings = { ...withAuth(settings, page.auth), auth: authFor(page.auth, origin) };
    resolved = { ...resolved, userinfo: origin === page.origin ? page.userinfo : undefined };
  } else if (auth) settings = withAuth(settings, bindAuth(auth, resolved.url.origin));
  else if (settings.auth && speaksForItself(options, resolved)) settings = withAuth(settings);
  let request = new RequestValue({
    method,
    url: resolved.url.href,
    headers: resolveHeaders(defaults, settings, options, resolved, body),
    body,
    context: settings.context,
    urlTemplate: settings.urlTemplate,
    attempt: 1,
    hop: 0,
    resends: 0,
  }, settings.sensitiveHeaders);
  if (written.userinfo !== undefined) request = request.copy(userinfoMark(request.url, true));
  return { request, settings, userinfo: resolved.userinfo };
}

/** Where the credentials of a call may go that leads to others. */
export function bindingOf({ request, settings: { auth }, userinfo }: ResolvedCall): Binding {
  const { origin } = new URL(request.url);
  // What was given with a baseUrl is not for lists that begin elsewhere.
  const isFor = auth?.scheme.origins !== undefined || authFor(auth, origin) !== undefined;
  return { origin, auth: isFor ? auth : undefined, userinfo };
}

function bodyOf(options: RequestOptions): BodySource | undefined {
  const source = toBodySource(options);
  const { onProgress } = options;
  if (onProgress === undefined) return source;
  if (source !== undefined) return withProgress(source, onProgress);
  throw new TypeError(
    "Cannot use onProgress: it tells of the body that is sent, and there is none; for what is received use download()",
  );
}

/** What a call says of itself in a header or in userinfo counts more than the client's scheme. */
function speaksForItself({ headers }: RequestOptions, { userinfo }: ResolvedURL): boolean {
  return userinfo !== undefined ||
    (headers !== undefined && "authorization" in mergeHeaders(NO_HEADERS, headers));
}

const NO_OPTIONS: RequestOptions = Object.freeze(Object.create(null));

function resolveHeaders(
  clientSettings: Settings,
  settings: Settings,
  options: RequestOptions,
  resolved: ResolvedURL,
  body: BodySource | undefined,
): HeaderRecord {
  let headers = settings.headers;
  if (resolved.leavesBase) {
    // Another origin than the base URL's: the client's credentials stay behind, the call's own go.
    headers = mergeHeaders(
      withoutCredentials(clientSettings.headers, settings.sensitiveHeaders),
      options.headers ?? NO_HEADERS,
    );
  }
  const added: Record<string, string> = {};
  if (resolved.userinfo !== undefined && !("authorization" in headers)) {
    const { user, password } = resolved.userinfo;
    added["authorization"] = basicCredentials(user, password);
  }
  if (options.idempotencyKey !== undefined) {
    const { idempotencyKey } = options;
    added["idempotency-key"] = idempotencyKey === true ? crypto.randomUUID() : idempotencyKey;
  }
  if (body?.contentType !== undefined) {
    if (!("content-type" in headers)) added["content-type"] = body.contentType;
    else if (body.contentType.startsWith("multipart/")) {
      throw new TypeError(
        `Cannot send multipart with a content-type header of your own: the boundary would not match; remove the header`,
      );
    }
  }
  return Object.keys(added).length === 0 ? headers : mergeHeaders(headers, added);
}
