/**
 * The request as the pipeline and middleware see it: a plain, immutable value.
 *
 * @module
 */

import type { RequestFacts } from "../../hooks.ts";
import { redactURL, showOnly } from "../../redact.ts";
import { redactHeaders } from "../../redact_headers.ts";
import type { BodySource } from "../body/body_types.ts";
import type { HeaderRecord } from "./headers.ts";
import type { HTTPRequest } from "./http_request.ts";

/**
 * The key for the URL without userinfo, on a request whose URL had userinfo. Copies by middleware keep it;
 * on a request with another URL it has no effect.
 */
const HAD_USERINFO: unique symbol = Symbol("userinfo");
interface Marked {
  [HAD_USERINFO]?: string;
}

/** Returns the mark of a request whose URL had userinfo. */
export function userinfoMark(url: string, hadUserinfo: boolean): object {
  return hadUserinfo ? { [HAD_USERINFO]: url } : NO_MARK;
}

const NO_MARK = Object.freeze({});

/** Whether the URL of a request had userinfo, which was removed. */
export function hadUserinfo(request: RequestFacts): boolean {
  return (request as Marked)[HAD_USERINFO] === request.url;
}

/** The library's own {@linkcode HTTPRequest}, which redacts its secrets when it is shown. */
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

  declare readonly method: string;
  declare readonly url: string;
  declare readonly headers: HeaderRecord;
  declare readonly body: BodySource | undefined;
  declare readonly context: Readonly<Record<string, unknown>>;
  declare readonly urlTemplate: string | undefined;
  declare readonly attempt: number;
  declare readonly hop: number;
  declare readonly resends: number;
  declare readonly resentFor: HTTPRequest["resentFor"];

  readonly #sensitive: readonly string[];

  /**
   * @param request The parts, which must have been checked.
   * @param sensitive Names of headers to redact, besides the usual ones.
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

  /** Names of headers and query parameters to redact, besides the usual ones. */
  get sensitive(): readonly string[] {
    return this.#sensitive;
  }

  /** Returns the request with changes. */
  copy(changes: Partial<HTTPRequest>): RequestValue {
    return new RequestValue({ ...this, ...changes }, this.#sensitive);
  }
}

/** Returns the request with other headers, which must have been checked. */
export function withHeaders(request: HTTPRequest, headers: HeaderRecord): HTTPRequest {
  return changed(request, { headers });
}

/** Returns the request with changes, which must have been checked. */
export function changed(request: HTTPRequest, changes: Partial<HTTPRequest>): HTTPRequest {
  return request instanceof RequestValue ? request.copy(changes) : { ...request, ...changes };
}

/** Returns the URL of a request, or another URL of the same call, with the request's secrets redacted. */
export function shownURL(request: RequestFacts, url: string = request.url): string {
  return redactURL(url, request instanceof RequestValue ? request.sensitive : []);
}
