/**
 * The common checks of the transports with connection options.
 *
 * @module
 */

import { ConnectionError, NetworkingError } from "../errors.ts";
import { describeURL } from "../redact.ts";
import { type Check, list, that } from "../options/checks.ts";
import type { Route } from "../http/transport/route.ts";
import { parseAddress } from "../hosts/ip_address.ts";

const isPEM = (value: unknown, label: string): boolean =>
  typeof value === "string" && value.includes(`${label}-----`) && value.includes("-----BEGIN ");
const pem = (label: string, required: string): Check<string> =>
  that((value) => isPEM(value, label), required);

/** The checks of the options for certificates. */
export const CERTIFICATES: {
  readonly caCerts: Check<readonly string[]>;
  readonly cert: Check<string>;
  readonly key: Check<string>;
} = {
  caCerts: list(pem("CERTIFICATE", "a certificate in PEM"), "an array of certificates in PEM"),
  cert: pem("CERTIFICATE", "a certificate in PEM"),
  key: pem("PRIVATE KEY", "a key in PEM"),
};

/** An IP address. */
export const ipAddress: Check<string> = that(
  (value) => typeof value === "string" && /[.:]/.test(value) && parseAddress(value) !== undefined,
  "an IP address",
);

const PROXY_SCHEMES: ReadonlySet<string> = new Set(["http:", "https:", "socks5:", "socks5h:"]);

/** Whether a value is the URL of a proxy that transports support. */
export function isProxyURL(value: string | URL): boolean {
  return PROXY_SCHEMES.has(URL.parse(String(value))?.protocol ?? "");
}

/** Returns the URL of a proxy, and its decoded userinfo separately. */
export function withoutUserinfo(
  given: string | URL,
): { readonly url: string; readonly username: string; readonly password: string } {
  const url = new URL(given);
  const [username = "", password = ""] = [url.username, url.password].map(decodeURIComponent);
  url.username = url.password = "";
  return { url: url.href, username, password };
}

/**
 * Returns the response, unless it is a proxy's own 407: that fails like a refused CONNECT.
 *
 * @throws {TypeError} With a text that the table of failures recognises.
 */
export function throughProxy(response: globalThis.Response, { proxy }: Route): globalThis.Response {
  if (response.status !== 407 || proxy === undefined) return response;
  response.body?.cancel().catch(() => {});
  throw new TypeError("Proxy Authentication Required (407)");
}

/** Returns the route of a connection for messages, or undefined for a direct one. */
export function shownRoute({ proxy, socket }: Route): string | undefined {
  if (proxy !== undefined) return `the proxy ${proxy}`;
  return socket === undefined ? undefined : `the socket ${socket}`;
}

/** Options that depend on each other. */
interface Combined {
  readonly cert?: unknown;
  readonly key?: unknown;
  readonly proxy?: unknown;
  readonly noProxy?: unknown;
  readonly unixSocket?: unknown;
}

/**
 * Checks options that depend on each other.
 *
 * @param name The function that makes the transport.
 * @throws {TypeError} If an option is missing, or two exclude each other.
 */
export function checkTogether(
  name: string,
  { cert, key, proxy, noProxy, unixSocket }: Combined,
): void {
  const wrong = (cert === undefined) !== (key === undefined)
    ? "cert and key need each other; set both"
    : proxy !== undefined && unixSocket !== undefined
    ? "use either proxy or unixSocket, not both"
    : noProxy !== undefined && proxy === undefined
    ? "noProxy needs proxy; set it too"
    : undefined;
  if (wrong !== undefined) throw new TypeError(`Cannot create ${name}: ${wrong}`);
}

/**
 * Throws if the transport must not make a connection.
 *
 * @param url The URL of the connection.
 * @param action The purpose: a method, or `connect to`.
 * @param closed Whether the transport is closed.
 * @param clear The kind of unencrypted socket; left out if that is allowed, or there is none.
 * @throws {NetworkingError} If the transport is closed, or the connection would not be encrypted.
 */
export function checkConnection(
  url: string,
  action: string,
  closed: boolean,
  clear?: string,
): void {
  const refuse = (why: string) => `Cannot ${action} ${describeURL(url)}: ${why}`;
  if (closed) {
    throw new NetworkingError("closed", refuse("the transport is closed; make a new one"));
  }
  const [, scheme] = /^(https|wss):/i.exec(url) ?? [];
  if (clear === undefined || scheme === undefined) return;
  const open = scheme === "wss" ? "ws" : "http";
  const why =
    `${scheme}: over ${clear} would not be encrypted; use ${open}:, or set allowClearHTTPS`;
  throw new ConnectionError("tls_failed", refuse(why), { url });
}
