/**
 * The redirect rules, as pure functions. Methods follow the Fetch Standard ("HTTP-redirect fetch"). The
 * rules are stricter for secrets: credentials are sent only to their origin, and so is a body unless
 * `allowCrossOriginBody` is set.
 *
 * @module
 */

import { RedirectError, TooManyRedirectsError } from "../../refusal_errors.ts";
import { describeURL } from "../../redact.ts";
import { withoutCredentials } from "../settings/binding.ts";
import type { BoundAuth } from "../settings/bound_auth.ts";
import { authFor } from "../settings/auth_for.ts";
import { mergeHeaders, NO_HEADERS } from "../request/headers.ts";
import { type RequestValue, userinfoMark } from "../request/request_value.ts";
import type { Settings } from "../settings/settings.ts";
import type { Answer } from "../../runtime/answer.ts";
import { type Call, leadsElsewhere } from "./call_state.ts";

/** The settings that the rules depend on. */
export type RedirectRules = Pick<
  Settings,
  "maxRedirects" | "sensitiveHeaders" | "allowCrossOriginBody" | "allowDowngrade"
>;

/**
 * Returns the request that follows a redirect.
 *
 * @param request The request that was redirected.
 * @param statusCode A status for which {@linkcode isRedirect} holds.
 * @param location The Location field.
 * @param rules The settings.
 * @param visited The method and URL of every request of the chain since a cookie was last set;
 * coming back to one of them is a loop.
 * @returns The request, or the error with the reason why the redirect is not followed.
 */
export function nextRequest(
  request: RequestValue,
  statusCode: number,
  location: string,
  rules: RedirectRules,
  visited: ReadonlySet<string>,
): RequestValue | RedirectError {
  const facts = { method: request.method, url: request.url, statusCode };
  const refuse = (reason: string): RedirectError =>
    new RedirectError(
      `Cannot follow the redirect (${statusCode}) from ${describeURL(request.url)}${
        location.trim() === "" ? "" : ` to ${describeURL(location).slice(0, 200)}`
      }: ${reason}`,
      facts,
    );
  if (/^[\s,]*$/.test(location)) return refuse("the Location is empty; the server must name a URL");
  const fields = new Set(location.split(", "));
  if (fields.size > 1) {
    return refuse("it has several Location fields, or one with a space that is not encoded");
  }
  const from = new URL(request.url);
  const { target, hadUserinfo } = parseTarget([...fields][0]!, from);
  if (target === undefined) return refuse("the Location is not a well-formed URL");
  if (target.protocol !== "http:" && target.protocol !== "https:") {
    return refuse(`its scheme is "${target.protocol}", and must be http: or https:`);
  }
  if (from.protocol === "https:" && target.protocol === "http:" && !rules.allowDowngrade) {
    return refuse("it leads from https to http; set allowDowngrade: true to allow it");
  }
  const method = redirectedMethod(request.method, statusCode);
  const body = method === request.method ? request.body : undefined;
  const leavesOrigin = target.origin !== from.origin;
  if (body !== undefined && leavesOrigin && !rules.allowCrossOriginBody) {
    return refuse(
      `it would send the ${method} body to another origin; set allowCrossOriginBody: true to allow it`,
    );
  }
  if (body !== undefined && !body.replayable) {
    return refuse(
      "the body was a stream and cannot be sent again; pass a function that returns a new one",
    );
  }
  if (request.hop + 1 > rules.maxRedirects) {
    return new TooManyRedirectsError(
      `Cannot ${request.method} ${describeURL(request.url)}: it would be redirect ${
        request.hop + 1
      }, and maxRedirects is ${rules.maxRedirects}; raise it if that many are expected`,
      facts,
    );
  }
  if (visited.has(visit(method, target.href))) {
    return refuse("the redirects form a loop: this request was made before in the same call");
  }
  let headers = request.headers;
  if (leavesOrigin) headers = withoutCredentials(headers, rules.sensitiveHeaders);
  if (method !== request.method) {
    // Fetch Standard, "request-body-header name", and newer fields of this kind (Content-Digest).
    const kept = Object.entries(headers).filter(([name]) => !name.startsWith("content-"));
    headers = mergeHeaders(NO_HEADERS, kept);
  }
  const url = target.href;
  const mark = userinfoMark(url, hadUserinfo);
  return request.copy({ ...mark, method, url, headers, body, hop: request.hop + 1 });
}

/**
 * Follows redirects to the final response.
 *
 * @param first The request that was redirected.
 * @param redirect The response that redirects it.
 * @param send Sends the next request, with the credentials that may go there.
 * @returns The final response, and its request.
 */
export async function follow(
  first: RequestValue,
  redirect: Answer,
  call: Call,
  send: (
    request: RequestValue,
    call: Call,
    auth: BoundAuth | undefined,
  ) => Promise<Answer>,
): Promise<[Answer, RequestValue]> {
  const { settings } = call;
  const visited = new Set([visit(first.method, first.url)]);
  let [web, request] = [redirect, first];
  // Credentials stay off after a hop to another origin, since that origin chooses the next URL.
  let auth = authFor(settings.auth, new URL(first.url).origin);
  while (leadsElsewhere(web, settings)) {
    call.discard(web);
    // A server that sets a cookie may redirect back to the same URL.
    if (web.headers.has("set-cookie")) visited.clear();
    const next = nextRequest(request, web.status, web.headers.get("location")!, settings, visited);
    if (next instanceof RedirectError) throw call.claimError(next);
    const { method, url } = request;
    const hop = { statusCode: web.status, method, url, location: next.url };
    call.history = [...call.history, hop];
    const { onRedirect } = settings.hooks;
    if (onRedirect !== undefined) {
      const { statusCode, location } = hop;
      await call.emit(onRedirect, call.event(request, { statusCode, location }));
    }
    visited.add(visit(next.method, next.url));
    request = next;
    auth = authFor(auth, new URL(next.url).origin);
    web = await send(request, call, auth);
  }
  return [web, request];
}

/** Returns the key of a request for the detection of loops. */
export function visit(method: string, url: string): string {
  return `${method} ${url}`;
}

/** RFC 9110 15.4 as in fetch: POST becomes GET on 301 and 302, all methods except HEAD on 303. */
function redirectedMethod(method: string, statusCode: number): string {
  if (statusCode === 303) return method === "HEAD" ? "HEAD" : "GET";
  if ((statusCode === 301 || statusCode === 302) && method === "POST") return "GET";
  return method;
}

function parseTarget(
  location: string,
  from: URL,
): { readonly target?: URL; readonly hadUserinfo: boolean } {
  const text = fromBytes(location);
  if (!URL.canParse(text, from)) return { hadUserinfo: false };
  const target = new URL(text, from);
  const hadUserinfo = target.username !== "" || target.password !== "";
  // Credentials in a Location come from an untrusted server: never send them.
  target.username = "";
  target.password = "";
  if (!text.includes("#")) target.hash = from.hash; // RFC 9110 10.2.2
  return { target, hadUserinfo };
}

/**
 * Decodes a header value, which has one character per byte: servers write unescaped UTF-8 into Location.
 */
function fromBytes(location: string): string {
  if (!/[\x80-\xff]/.test(location)) return location;
  const bytes = Uint8Array.from(location, (character) => character.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}
