/**
 * Explains the errors of a runtime for failures of `fetch` and of body reads, in pure functions. The first
 * failure loads this module; browsers, which do not describe failures, never do. `retry_policy.ts` decides
 * about retries.
 *
 * @module
 */

import type { NetworkingErrorOptions } from "../../errors.ts";
import { PermissionError } from "../../refusal_errors.ts";
import { describeURL } from "../../redact.ts";
import { type Route, routeOf } from "./route.ts";
import {
  type ConnectionCode,
  ENDED_BELOW_TLS,
  EXPLANATIONS,
  NO_ANSWER,
  PROXY_SILENT,
  REFUSES_CERTIFICATE,
  type Row,
  TABLE,
  UNREACHABLE,
  UPLOAD_RESET,
  WANTS_CERTIFICATE,
  WRONG_LENGTH,
} from "./failure_table.ts";

/**
 * Matches a missing permission of Deno, in fetch's error, or in its cause if the address is known only
 * after DNS.
 */
const NOT_CAPABLE =
  /^(?:.*client error \(Connect\): )?Requires (\w+) access(?: to "([^"\n]+)")?, run again with/;

/** The texts of one error that the table is matched with. */
type Link = Readonly<Record<Row[0], string[]>>;

/** The facts about a failure. */
export interface Failed {
  /** The failed action, for messages. */
  readonly action: string;
  /** The facts about the request in errors. */
  readonly facts: NetworkingErrorOptions;
  readonly url: string;
  /**
   * The part of the response that failed. Bun and browsers have no separate error for an incomplete body.
   */
  readonly reading: "head" | "body";
  /** Whether the request had a body. */
  readonly hasBody: boolean;
}

/** The meaning of a failure. */
export interface Meaning {
  readonly code: ConnectionCode;
  /** What happened and what to do; undefined if the code has no explanation. */
  readonly why?: string | undefined;
}

/** Explains an error of the runtime; returns `undefined` if it is unknown. */
export function explainFailure(
  error: unknown,
  { action, facts, url, reading, hasBody }: Failed,
): Meaning | PermissionError | undefined {
  const links = chain(error);
  const route = routeOf(error);
  for (const text of links.flatMap((link) => link.text)) {
    const [, permission, target] = NOT_CAPABLE.exec(text) ?? [];
    if (permission === undefined) continue;
    const flag = `--allow-${permission}${target === undefined ? "" : `=${target}`}`;
    const why = `the program has no permission for it; run it with ${flag}`;
    return new PermissionError(`${action}: ${why}`, { ...facts, flag });
  }
  const [, , code, explained] =
    TABLE.find(([where, pattern]) =>
      links.some((link) => link[where].some((value) => pattern.test(value)))
    ) ?? [];
  if (code === undefined) return undefined;
  // Node reports a length mismatch. During a body read the body can only be too short.
  const isShort = explained === WRONG_LENGTH &&
    (reading === "body" || links.some(({ text }) => text.includes("terminated")));
  if (isShort || (reading === "body" && code === "connection_reset")) {
    return { code: "body_truncated" };
  }
  let why = onRoute(code, explained, route);
  if (code === "connection_reset" && hasBody) why ??= UPLOAD_RESET;
  why ??= EXPLANATIONS.get(code);
  return { code, why: why && filledIn(why, url, route) };
}

/** Returns the texts of an error and its causes, outermost first. */
function chain(error: unknown): Link[] {
  const links: Link[] = [];
  // Eight levels are more than any runtime nests; the limit ends a cycle.
  for (let link = error; link !== undefined && link !== null && links.length < 8;) {
    const { name, code, message = link, cause } = Object(link) as Record<string, unknown>;
    links.push({ code: [code, name].filter(isString), text: [message].filter(isString) });
    link = cause;
  }
  return links;
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

/** Adapts an explanation to a connection through a proxy or a socket. */
function onRoute(
  code: ConnectionCode,
  explanation: string | undefined,
  { proxy, socket, hasCertificate }: Route,
): string | undefined {
  if (hasCertificate && explanation === WANTS_CERTIFICATE) return REFUSES_CERTIFICATE;
  if (hasCertificate && explanation === ENDED_BELOW_TLS) {
    return `${ENDED_BELOW_TLS}: check cert and key of the transport`;
  }
  const toPeer = explanation === undefined || explanation === UNREACHABLE ||
    explanation === NO_ANSWER || explanation === PROXY_SILENT;
  if (!toPeer) return explanation;
  if (socket !== undefined && code === "connection_refused") {
    return "nothing listens on the socket {socket}; check that its server runs";
  }
  if (proxy === undefined) return explanation;
  if (code === "dns_failed") return "no address was found for the proxy {proxy}; check its name";
  if (code === "connection_refused" || explanation !== undefined) {
    return "the proxy {proxy} cannot be reached; check its address, and that it runs";
  }
  return explanation;
}

function filledIn(explanation: string, url: string, { proxy, socket }: Route): string {
  const { protocol = "", hostname = describeURL(url), port = "" } = URL.parse(url) ?? {};
  const shownPort = port || (protocol === "https:" ? "443" : "80");
  return explanation
    .replace("{address}", () => `${hostname}:${shownPort}`)
    .replace("{proxy} ", () => proxy === undefined ? "" : `${proxy} `)
    .replace("{proxy}", () => proxy ?? "")
    .replace("{socket}", () => socket ?? "that was named")
    .replace("{host}", () => hostname)
    .replace("{port}", () => shownPort);
}
