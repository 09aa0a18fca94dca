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

/** What agents may reach, and how much. The rules for addresses are those of a client. */
export interface NetworkPolicy extends AddressPolicyOptions {
  /**
   * Hosts that may be reached. An empty list means all that have public addresses. A host with another
   * address needs its name or its address here, and `private: "allow"`. Metadata services of clouds and
   * link-local addresses need the address itself here: neither a name nor a range opens them.
   *
   * @default {[]}
   */
  readonly allowHosts?: readonly string[];
  /**
   * Methods that may be used. The tools that need others are not offered.
   *
   * @default {["GET", "HEAD"]}
   */
  readonly methods?: readonly string[];
  /**
   * Most bytes of a body, of events or of messages in one result.
   *
   * @default {1048576}
   */
  readonly maxBytes?: number;
  /**
   * Most bytes that one call takes from the network, those that it passes over included.
   *
   * @default {104857600}
   */
  readonly maxReadBytes?: number;
  /**
   * Longest time of one call: seconds, or an object with units.
   *
   * @default {120}
   */
  readonly maxTime?: Duration;
  /**
   * Most redirects that are followed.
   *
   * @default {5}
   */
  readonly maxRedirects?: number;
  /**
   * Calls in a minute, of all who use these tools together.
   *
   * @default {120}
   */
  readonly callsPerMinute?: number;
}

/** What tools are made with. */
export interface ToolPolicyOptions {
  /** What agents may reach, and how much. */
  readonly policy?: NetworkPolicy;
  /**
   * Credentials by the name that agents use for them. Each scheme must have its `origins`, since the
   * URL is the agent's choice.
   */
  readonly credentials?: Readonly<Record<string, AuthScheme>>;
  /**
   * Options of the client that sends the requests. Its `headers` and `params` go to every URL that an
   * agent names, so none of them may have a secret name: that is for `credentials`.
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
/** The rest of a policy, without its rules for addresses; times are milliseconds. */
type Amounts =
  & Pick<NetworkPolicy, "methods" | "maxBytes" | "maxReadBytes" | "maxRedirects" | "callsPerMinute">
  & { readonly maxTime?: number };
/** Checks a policy. */
export const readPolicy: Check<Amounts> = nested(POLICY);
/** The checks of what tools are made with. */
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
