/**
 * Reports resources that a server deprecates or removes: the fields Deprecation (RFC 9745) and Sunset (RFC 8594).
 *
 * @module
 */

import { parseHTTPDate } from "../formats/http_date.ts";
import { parseLinks } from "../formats/link_header.ts";
import { parseItem } from "../formats/structured_fields.ts";
import { trimField } from "../formats/tokens.ts";
import type { MiddlewareLists } from "../http/settings/middleware.ts";
import type { HTTPRequest } from "../http/request/http_request.ts";
import { callable, type OptionTable } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";
import { describeURL, redactURL } from "../redact.ts";

/** The notice of a resource that is deprecated or will be removed. */
export interface DeprecationNotice {
  /** The method of the first request whose response had the notice. */
  readonly method: string;
  /** Origin and path of that request. */
  readonly url: string;
  /** The template of its path, if the request has one, as in generated clients. */
  readonly urlTemplate?: string;
  /** Whether there is a Deprecation field. */
  readonly isDeprecated: boolean;
  /** The past or future time of the deprecation; left out if the server does not name it. */
  readonly deprecatedAt?: Date;
  /** The expected time of removal; left out if the server does not name it. */
  readonly sunsetAt?: Date;
  /** Absolute URLs of further information and of successors, by relation. */
  readonly links: {
    /** About the deprecation (RFC 9745 3). */
    readonly deprecation?: string;
    /** About the end (RFC 8594 6). */
    readonly sunset?: string;
    /** The successor (RFC 5829 3.5). */
    readonly successor?: string;
  };
}

/** Options of {@linkcode deprecations}. */
export interface DeprecationsOptions {
  /** Called with each notice; `console.warn` with one line when left out. An error that it throws fails the call. */
  readonly onNotice?: (notice: DeprecationNotice) => void;
}

const TABLE = {
  onNotice: callable<(notice: DeprecationNotice) => void>(),
} satisfies OptionTable<DeprecationsOptions>;

/** The number of remembered resources; the oldest is forgotten first. */
const MOST_RESOURCES = 1_000;

/**
 * Returns middleware that reports each deprecated resource once: each origin with a path, or with the template
 * of a path (`urlTemplate`). It does not change calls.
 *
 * Deprecation is a date of RFC 9745 (`@1688169600`), or the older forms `true` and HTTP-date.
 * Sunset is an HTTP-date. A malformed field is ignored. At most 1,000 resources are remembered.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { deprecations } from "@codomyrmex/networking/telemetry";
 * import { MockTransport } from "@codomyrmex/networking/testing";
 *
 * const headers = { deprecation: "@1688169600", sunset: "Sun, 30 Jun 2030 23:59:59 GMT" };
 * const transport = new MockTransport().on("GET", "/v1", { headers, times: 2 });
 * await using client = new HTTPClient({ transport, use: deprecations() });
 * await client.get("http://a.example/v1"); // GET http://a.example/v1 is deprecated since
 * await client.get("http://a.example/v1"); // 2023-07-01, and will be removed on 2030-06-30
 * ```
 *
 * @param options The receiver of notices.
 * @throws {TypeError} If an option cannot be used.
 */
export function deprecations(options?: DeprecationsOptions): MiddlewareLists {
  const { onNotice = warn } = readOptions("report deprecations", options, TABLE);
  const told = new Set<string>();
  return {
    exchange: [async (request, next) => {
      const response = await next(request);
      const { headers } = response;
      if (!headers.has("deprecation") && !headers.has("sunset")) return response;
      const { origin, pathname } = new URL(request.url);
      const resource = `${origin} ${request.urlTemplate ?? pathname}`;
      if (told.has(resource)) return response;
      const notice = noticeOf(request, headers);
      if (notice === undefined) return response;
      const [oldest] = told;
      if (told.size >= MOST_RESOURCES) told.delete(oldest!);
      told.add(resource);
      onNotice(notice);
      return response;
    }],
  };
}

/** Returns the notice in the fields, if one of them is valid. */
function noticeOf(
  { method, url, urlTemplate }: HTTPRequest,
  headers: Headers,
): DeprecationNotice | undefined {
  const deprecation = readDeprecation(trimField(headers.get("deprecation") ?? ""));
  const sunsetAt = readDate(trimField(headers.get("sunset") ?? ""));
  if (deprecation === undefined && sunsetAt === undefined) return undefined;
  const links = parseLinks(headers.get("link"), url);
  // A link with another context is not about this resource.
  const linkOf = (rel: string) =>
    links.find((link) => link.anchor === undefined && link.rel.includes(rel))?.href;
  return {
    method,
    url: describeURL(url),
    ...present({ urlTemplate }),
    isDeprecated: deprecation !== undefined,
    ...present({ deprecatedAt: deprecation?.at, sunsetAt }),
    links: present({
      deprecation: linkOf("deprecation"),
      sunset: linkOf("sunset"),
      successor: linkOf("successor-version"),
    }),
  };
}

/** Returns the members that are defined. */
function present<T extends object>(
  members: T,
): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof T]?: Exclude<T[Name], undefined> };
}

/** Returns whether a resource is deprecated, and since when. */
function readDeprecation(field: string): { readonly at?: Date } | undefined {
  const value = parseItem(field)?.value;
  if (value === true || /^true$/i.test(field)) return {};
  const at = typeof value === "object" && "type" in value && value.type === "date"
    ? validDate(Number(value.value) * 1000)
    : readDate(field);
  return at && { at };
}

function readDate(field: string): Date | undefined {
  return validDate(parseHTTPDate(field, Date.now()) ?? NaN);
}

/** Returns the date if JavaScript can represent it. */
function validDate(ms: number): Date | undefined {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function warn(
  { method, url, isDeprecated, deprecatedAt, sunsetAt, links }: DeprecationNotice,
): void {
  const now = Date.now();
  const day = (date: Date) => date.toISOString().slice(0, 10);
  const parts: string[] = [];
  if (deprecatedAt !== undefined) {
    const verb = deprecatedAt.getTime() > now ? "will be deprecated on" : "is deprecated since";
    parts.push(`${verb} ${day(deprecatedAt)}`);
  } else if (isDeprecated) parts.push("is deprecated");
  if (sunsetAt !== undefined) {
    const verb = sunsetAt.getTime() > now ? "will be removed on" : "was to be removed on";
    parts.push(`${verb} ${day(sunsetAt)}`);
  }
  const see = Object.entries(links).map(([name, url]) => `; ${name}: ${redactURL(url)}`).join("");
  // deno-lint-ignore no-console -- this logs
  console.warn(`${method} ${url} ${parts.join(", and ")}${see}`);
}
