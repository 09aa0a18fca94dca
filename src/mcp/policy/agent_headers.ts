/**
 * Decides which header fields and parts of a URL an agent may set, for all tools and for the header parameters of
 * operations. Only the operator sets credentials. Fields that choose ranges, codings or another host would bypass the
 * policy, or the hiding of credentials.
 *
 * @module
 */

import { describeURL } from "../../redact.ts";
import { isSecretHeader } from "../../redact_headers.ts";
import type { ToolPolicy } from "./tool_policy.ts";
import { ToolError } from "./tool_error.ts";

function noCredentials({ credentialNames }: ToolPolicy): string {
  return credentialNames.length > 0
    ? "only the operator sets credentials; name one in auth, or leave it out"
    : "only the operator sets credentials, and this server has none; leave it out";
}

/** Fields that the tools or the connection set, with the reason for the error. */
const RESERVED: readonly (readonly [names: RegExp, why: string])[] = [
  // RFC 9110 14; Apache still accepts the earlier name; RFC 3229 has ranges in A-IM.
  [
    /^(?:(?:request-|if-)?range|a-im)$/,
    "max_bytes and cursor choose the slice of a body; leave it out",
  ],
  [/^accept-encoding$/, "the body would come in a coding that is not decoded; leave it out"],
  [
    /^(?:host|forwarded|x-forwarded-(?:host|server)|x-original-host|x-host)$/,
    "it would select another site than the URL; put the host into the URL",
  ],
  // RFC 9110 7.6.1 and 10.1.4, RFC 9112, RFC 9113 8.2.2, RFC 6455 11.3.
  [
    /^(?:te|trailer|transfer-encoding|content-length|connection|keep-alive|upgrade|expect|http2-settings|proxy-connection|sec-websocket-.*)$/,
    "it belongs to the connection; leave it out",
  ],
];

/** Fields that override the method of a request, as in WordPress and Rails. */
const METHOD_OVERRIDE =
  /^(?:x-)?(?:http-|original-|forwarded-)?(?:request-)?(?:method|verb)(?:-override)?$/;

/**
 * Checks the header fields of a call, and returns a copy.
 *
 * @throws {ToolError} If an agent may not set one of them.
 */
export function agentHeaders(
  policy: ToolPolicy,
  given: Readonly<Record<string, string>> = {},
): Record<string, string> {
  for (const [name, value] of Object.entries(given)) checkHeader(policy, name, value);
  return { ...given };
}

/**
 * Checks the header fields made from an operation's arguments. Cookies are parameters of the operation.
 *
 * @throws {ToolError} If an agent may not set one of them.
 */
export function checkParameters(
  policy: ToolPolicy,
  headers: Iterable<readonly [name: string, value: string | null | undefined]>,
): void {
  for (const [name, value] of headers) {
    if (name.toLowerCase() !== "cookie") checkHeader(policy, name, value ?? "");
  }
}

function checkHeader(policy: ToolPolicy, name: string, value: string): void {
  const cannot = (why: string) => new ToolError(`Cannot send the header ${name}: ${why}`);
  // CGI and its successors do not distinguish "-" and "_" in names.
  const plain = name.trim().toLowerCase().replaceAll("_", "-");
  if (isSecretHeader(plain)) throw cannot(noCredentials(policy));
  const [, why] = RESERVED.find(([names]) => names.test(plain)) ?? [];
  if (why !== undefined) throw cannot(why);
  if (!METHOD_OVERRIDE.test(plain)) return;
  for (const method of value.split(",")) {
    if (policy.allows(method)) continue;
    throw cannot(
      `the operator of this server allows ${policy.methods.join(", ")}; leave it out`,
    );
  }
}

/**
 * Checks the URL of an agent.
 *
 * @throws {ToolError} If it has a user name or a password.
 */
export function checkURL(policy: ToolPolicy, url: string): void {
  const parsed = URL.parse(url);
  if (parsed === null || (parsed.username === "" && parsed.password === "")) return;
  throw new ToolError(
    `Cannot use ${describeURL(url)} with a user name or password: ${noCredentials(policy)}`,
  );
}
