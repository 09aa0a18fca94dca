/**
 * The options of the policy of tools, and their checks.
 *
 * @module
 */

import { ADDRESS_CHECKS, type AddressPolicyOptions } from "../../address_policy/address_policy.ts";
import type { AuthScheme } from "../../http/settings/auth_scheme.ts";
import type { HTTPClientOptions } from "../../http/settings/options.ts";
import type { Duration } from "../../options/duration.ts";
import {
  type Check,
  duration,
  list,
  type OptionTable,
  record,
  that,
  wholeNumber,
  withMethods,
} from "../../options/checks.ts";
import { options as nested } from "../../options/read_options.ts";

/** What agents may access, and how much. The rules for addresses are those of a client. */
export interface NetworkPolicy extends AddressPolicyOptions {
  /**
   * The allowed hosts. An empty list allows all hosts with public addresses. A host with a private address needs its
   * name or address here, and `private: "allow"`. Cloud metadata services and link-local addresses need the address
   * itself here: a name or a range does not allow them.
   *
   * @default {[]}
   */
  readonly allowHosts?: readonly string[];
  /**
   * The allowed methods. Tools that need others are left out.
   *
   * @default {["GET", "HEAD"]}
   */
  readonly methods?: readonly string[];
  /**
   * The most bytes of a body, of events or of messages in one result.
   *
   * @default {1048576}
   */
  readonly maxBytes?: number;
  /**
   * The most bytes that one call reads from the network, skipped bytes included.
   *
   * @default {104857600}
   */
  readonly maxReadBytes?: number;
  /**
   * The longest time of one call: seconds, or an object with units.
   *
   * @default {120}
   */
  readonly maxTime?: Duration;
  /**
   * The most redirects that a call follows.
   *
   * @default {5}
   */
  readonly maxRedirects?: number;
  /**
   * The most calls per minute, of all agents together.
   *
   * @default {120}
   */
  readonly callsPerMinute?: number;
}

/** The options of the tools. */
export interface ToolPolicyOptions {
  /** What agents may access, and how much. */
  readonly policy?: NetworkPolicy;
  /**
   * Credentials by the name that agents use for them. Each scheme must have `origins`, since the agent chooses the
   * URL.
   */
  readonly credentials?: Readonly<Record<string, AuthScheme>>;
  /**
   * Options of the client that sends the requests. Its `headers` and `params` go to every URL that an agent names, so
   * they must not contain credentials: put those into `credentials`.
   */
  readonly client?: Omit<HTTPClientOptions, "addressPolicy" | "auth" | "baseUrl" | "maxRedirects">;
}

const METHOD = /^[A-Z][A-Z-]{0,30}$/;
const AMOUNT = wholeNumber({ min: 1 });
/** The checks of the policy. */
const POLICY = {
  ...ADDRESS_CHECKS,
  methods: list(
    that<string>((value) => typeof value === "string" && METHOD.test(value), "a method like POST"),
    'a list such as ["GET", "POST"]',
  ),
  maxBytes: AMOUNT,
  maxReadBytes: AMOUNT,
  maxTime: duration("maxTime"),
  maxRedirects: wholeNumber(),
  callsPerMinute: AMOUNT,
} satisfies OptionTable<NetworkPolicy>;
/** A policy without its rules for addresses; times are milliseconds. */
type Amounts =
  & Pick<NetworkPolicy, "methods" | "maxBytes" | "maxReadBytes" | "maxRedirects" | "callsPerMinute">
  & { readonly maxTime?: number };
/** Checks a policy. */
export const readPolicy: Check<Amounts> = nested(POLICY);
/** The checks of the options of the tools. */
export const TOOL_POLICY_CHECKS: OptionTable<ToolPolicyOptions> = {
  policy: (name, value) => {
    readPolicy(name, value);
    return value;
  },
  credentials: (name, value) => {
    const isScheme = withMethods("a scheme such as basicAuth()", "authenticate");
    for (const [key, scheme] of Object.entries(record(name, value))) {
      isScheme(`${name}.${key}`, scheme);
    }
    return value;
  },
  client: record,
};
