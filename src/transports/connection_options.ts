/**
 * What the transports with connection options check alike.
 *
 * @module
 */

import { type Check, list, that } from "../options/checks.ts";
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

/** Whether it is the URL of a proxy that transports can use. */
export function isProxyURL(value: string | URL): boolean {
  return PROXY_SCHEMES.has(URL.parse(String(value))?.protocol ?? "");
}

/** The URL of a proxy with its userinfo separate and decoded. */
export function withoutUserinfo(
  given: string | URL,
): { readonly url: string; readonly username: string; readonly password: string } {
  const url = new URL(given);
  const [username = "", password = ""] = [url.username, url.password].map(decodeURIComponent);
  url.username = url.password = "";
  return { url: url.href, username, password };
}
