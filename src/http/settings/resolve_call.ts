/**
 * Makes the request of a call from its options and URL, before anything is sent.
 *
 * @module
 */

import { basicCredentials } from "../../formats/basic_credentials.ts";
import { mergeParams, NO_PARAMS } from "../../formats/url_params.ts";
import { withoutCredentials } from "./binding.ts";
import type { BodySource } from "../body/body_types.ts";
import { toBodySource, withProgress } from "../body/body_source.ts";
import { bindAuth } from "./bound_auth.ts";
import { type HeaderRecord, mergeHeaders, NO_HEADERS } from "../request/headers.ts";
import type { RequestOptions } from "./options.ts";
import { RequestValue, userinfoMark } from "../request/request_value.ts";
import {
  mergeSettings,
  ownRequestOptions,
  type Settings,
  withAuth,
  withoutAuth,
} from "./settings.ts";
import { type ResolvedURL, resolveURL } from "../request/resolve_url.ts";

/** A call, ready for the pipeline. */
export interface ResolvedCall {
  readonly request: RequestValue;
  readonly settings: Settings;
  /** The user and password of the URL. */
  readonly userinfo: ResolvedURL["userinfo"];
}

/** The rules for credentials on URLs that a server chose. */
export interface PageRules {
  /** Returns the options of a call to such a URL. */
  optionsFor(url: string | URL, client: Settings, call: RequestOptions): RequestOptions;
  /** Returns the URL and settings with only the credentials that may go to the URL. */
  settle(resolved: ResolvedURL, settings: Settings): [ResolvedURL, Settings];
}

/** Methods whose body a server may ignore (RFC 9110 9.3.1, 9.3.2); fetch refuses it too. */
const BODYLESS: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/**
 * Makes the request of a call.
 *
 * @param page The rules for a URL that a server chose.
 * @throws {TypeError | RangeError} If an option cannot be used.
 * @throws {NetworkingError} With code `invalid_url`, if the URL cannot be used.
 */
export function resolveCall(
  client: { readonly settings: Settings; readonly base?: URL | undefined },
  method: string,
  input: string | URL,
  given: RequestOptions | undefined,
  page?: PageRules,
): ResolvedCall {
  const { settings: defaults, base } = client;
  // The common call has no options to read.
  let options = given === undefined ? NO_OPTIONS : ownRequestOptions(method, given);
  if (page !== undefined) options = page.optionsFor(input, defaults, options);
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
  if (page !== undefined) [resolved, settings] = page.settle(resolved, settings);
  else if (auth) settings = withAuth(settings, bindAuth(auth, resolved.url.origin));
  else if (settings.auth && speaksForItself(options, resolved)) settings = withoutAuth(settings);
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

function bodyOf(options: RequestOptions): BodySource | undefined {
  const source = toBodySource(options);
  const { onProgress } = options;
  if (onProgress === undefined) return source;
  if (source !== undefined) return withProgress(source, onProgress);
  throw new TypeError(
    "Cannot use onProgress: no body is sent; for a received body use download()",
  );
}

/**
 * Whether the call has its own credentials, in a header or in userinfo; they override the client's scheme.
 */
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
    // Another origin than that of baseUrl: the client's credentials are left out, the call's own are sent.
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
        "Cannot send multipart with a content-type header: its boundary would be wrong; remove the header",
      );
    }
  }
  return Object.keys(added).length === 0 ? headers : mergeHeaders(headers, added);
}
