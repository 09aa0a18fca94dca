/**
 * Which header fields, and which parts of a URL, are the agent's to set: the one list for all tools and
 * for the header parameters of operations. Credentials are the operator's. Fields that choose bytes,
 * codings or another host would lead around the policy and around what hides credentials.
 *
 * @module
 */

import { describeURL } from "../../redact.ts";
import { isSecretHeader } from "../../redact_headers.ts";
import type { ToolPolicy } from "./tool_policy.ts";
import { ToolError } from "./tool_error.ts";

function noCredentials({ credentialNames }: ToolPolicy): string {
  return credentialNames.length > 0
    ? "credentials are the operator's to give; name one in auth, or leave it out"
    : "credentials are the operator's to give, and this server has none; leave it out";
}

/** Fields that the tools or the connection set, and why, in the words of an error. */
const RESERVED: readonly (readonly [names: RegExp, why: string])[] = [
  // RFC 9110 14; Apache still obeys the name from before; RFC 3229 has ranges in A-IM.
  [
    /^(?:(?:request-|if-)?range|a-im)$/,
    "slices of a body are chosen with max_bytes and cursor; leave it out",
  ],
  [/^accept-encoding$/, "the body would come in a coding that is not decoded; leave it out"],
  [
    /^(?:host|forwarded|x-forwarded-(?:host|server)|x-original-host|x-host)$/,
    "it would lead to another site than the URL says; put the host into the URL",
  ],
  // RFC 9110 7.6.1 and 10.1.4, RFC 9112, RFC 9113 8.2.2, RFC 6455 11.3.
  [
    /^(?:te|trailer|transfer-encoding|content-length|connection|keep-alive|upgrade|expect|http2-settings|proxy-connection|sec-websocket-.*)$/,
    "it belongs to the connection; leave it out",
  ],
];

/** Fields with which a request names another method than its own: WordPress, Rails and others obey. */
const METHOD_OVERRIDE =
  /^(?:x-)?(?:http-|original-|forwarded-)?(?:request-)?(?:method|verb)(?:-override)?$/;

/**
 * The header fields of a call, checked.
 *
 * @throws {ToolError} If one is not the agent's to set.
 */
export function agentHeaders(
  policy: ToolPolicy,
  given: Readonly<Record<string, string>> = {},
): Record<string, string> {
  for (const [name, value] of Object.entries(given)) checkHeader(policy, name, value);
  return { ...given };
}

/**
 * Checks the header fields that an operation's arguments come to. Cookies are its own parameters.
 *
 * @throws {ToolError} If one is not the agent's to set.
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
  // CGI and what came after it make one name of "-" and "_".
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
 * Checks the URL that an agent wrote.
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
