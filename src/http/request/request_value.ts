/**
 * The request as the pipeline and middleware see it: a plain, immutable value, made by pure rules
 * before anything is sent.
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

  /** The same request with something changed. */
  copy(changes: Partial<HTTPRequest>): RequestValue {
    return new RequestValue({ ...this, ...changes }, this.#sensitive);
  }
}

/** A request with other headers, of names and values that need no check. */
export function withHeaders(request: HTTPRequest, headers: HeaderRecord): HTTPRequest {
  return changed(request, { headers });
}

/** A request with changes that need no check. */
export function changed(request: HTTPRequest, changes: Partial<HTTPRequest>): HTTPRequest {
  return request instanceof RequestValue ? request.copy(changes) : { ...request, ...changes };
}

/** The URL of a request, or another that belongs to it, without what the request has for secret. */
export function shownURL(request: RequestFacts, url: string = request.url): string {
  return redactURL(url, request instanceof RequestValue ? request.sensitive : []);
}
