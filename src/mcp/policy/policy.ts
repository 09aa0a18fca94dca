/**
 * What agents may do: hosts, methods, amounts, and credentials that they can name but never see. The
 * address policy is always on.
 *
 * @module
 */

import { addressPolicy } from "../../address_policy/mod.ts";
import { PolicyGuard } from "../../address_policy/address_guard.ts";
import type { AuthScheme } from "../../http/settings/auth_scheme.ts";
import { bare } from "../../runtime/bare.ts";
import type { Duration } from "../../options/duration.ts";
import { mergeParams, NO_PARAMS } from "../../formats/url_params.ts";
import {
  ADDRESS_CHECKS,
  type AddressPolicyOptions,
  addressRules,
} from "../../address_policy/address_policy.ts";
import { bindAuth } from "../../http/settings/bound_auth.ts";
import { nativeFetch } from "../../http/transport/fetch_transport.ts";
import { mergeHeaders, NO_HEADERS } from "../../http/request/headers.ts";
import { HTTPClient } from "../../http/http_client.ts";
import type { HTTPClientOptions } from "../../http/settings/options.ts";
import {
  duration,
  list,
  type OptionTable,
  record,
  that,
  wholeNumber,
  withMethods,
} from "../../options/checks.ts";
import { options as nested } from "../../options/read_options.ts";
import { isSecretHeader, isSecretParameter } from "../../redact.ts";
import { Secrets } from "./secrets.ts";
import { ToolError, type ToolGate } from "./tool.ts";

/** What agents may reach, and how much. The rules for addresses are those of a client. */
export interface NetworkPolicy extends AddressPolicyOptions {
  /**
   * Hosts that may be reached. An empty list means all that have public addresses; hosts with other
   * addresses need `private: "allow"` beside their names here.
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
export interface GateOptions {
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
const readPolicy = nested(POLICY);
/** The checks of what tools are made with. */
export const GATE_CHECKS: OptionTable<GateOptions> = {
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
const READING: readonly string[] = ["GET", "HEAD"];

/** A policy at work: what is counted, hidden and ended, and the client that sends. */
export class Gate implements ToolGate {
  /** Sends the requests, and follows the address policy. */
  readonly client: HTTPClient;
  /** Judges where sockets lead. */
  readonly addresses: PolicyGuard;
  /** What must not be shown. */
  readonly secrets: Secrets = new Secrets();
  /** The methods that may be used. */
  readonly methods: readonly string[];
  /** The bounds. */
  readonly maxBytes: number;
  readonly maxReadBytes: number;
  readonly maxSeconds: number;
  readonly #credentials: ReadonlyMap<string, AuthScheme>;
  readonly #usesMiddleware: boolean;
  readonly #callsPerMinute: number;
  #tokens: number;
  #countedAt = performance.now();

  /** @throws {TypeError | RangeError} If an option cannot be used; the message names it. */
  constructor(given: GateOptions) {
    const { policy, credentials = {}, client = {} } = bare(given);
    const own = readPolicy("policy", policy ?? {});
    this.methods = own.methods ?? READING;
    this.maxBytes = own.maxBytes ?? 1024 * 1024;
    this.maxReadBytes = own.maxReadBytes ?? 100 * 1024 * 1024;
    this.maxSeconds = (own.maxTime ?? 120_000) / 1000;
    this.#callsPerMinute = this.#tokens = own.callsPerMinute ?? 120;
    const { allowHosts = [], denyHosts, schemes, ports, resolve, private: addresses } = bare({
      ...policy,
    });
    const rules: AddressPolicyOptions = {
      ...{ denyHosts, schemes, ports, resolve, private: addresses },
      ...(allowHosts.length > 0 && { allowHosts }),
    };
    this.addresses = new PolicyGuard(addressRules(rules), nativeFetch);
    const { use = {}, ...options } = bare(client);
    this.client = new HTTPClient({
      totalTimeout: false,
      timeout: false, // every call has a clock of its own
      idleTimeout: false,
      maxResponseSize: false,
      ...options,
      addressPolicy: addressPolicy(rules),
      maxRedirects: own.maxRedirects ?? 5,
      use: {
        ...use,
        exchange: (use.exchange ?? []).map((one) => this.secrets.learningFromMiddleware(one)),
      },
    });
    refuseSecrets(bare(client));
    this.#usesMiddleware = (use.exchange ?? []).length > 0;
    this.#credentials = new Map(
      Object.entries(credentials).map(([name, scheme]) => {
        if (scheme.origins === undefined) {
          throw new TypeError(
            `Cannot use credentials.${name}: the agent chooses the URL, so give the scheme its origins`,
          );
        }
        bindAuth(scheme, undefined);
        return [name, this.secrets.learningFrom(scheme)];
      }),
    );
  }

  /** How many bytes around a piece of a body are looked at: a secret that is cut is hidden as well. */
  get lookAround(): number {
    const { longestSpelling } = this.secrets;
    return this.#credentials.size === 0 ? longestSpelling : Math.max(8192, longestSpelling);
  }

  /** Whether a call with this `auth` sends credentials, which a server may send back. */
  sendsSecrets(auth: AuthScheme | false): boolean {
    return auth !== false || (this.#usesMiddleware && this.secrets.longestSpelling > 0);
  }

  /** Whether the policy has a method, in any case and with spaces around. */
  allows(method: string): boolean {
    return this.methods.includes(method.trim().toUpperCase());
  }

  /** Whether messages may be sent over sockets: what they do is not known, as with POST. */
  get maySend(): boolean {
    return this.allows("POST");
  }

  /** What a call gives when it does not say how much. */
  get defaultBytes(): number {
    return Math.min(65_536, this.maxBytes);
  }

  /** How long a call takes when it does not say. */
  get defaultSeconds(): number {
    return Math.min(30, this.maxSeconds);
  }

  /** The names of the credentials. */
  get credentialNames(): readonly string[] {
    return [...this.#credentials.keys()];
  }

  /**
   * The scheme of a credential, for a URL.
   *
   * @throws {ToolError} If it is for other origins, so that a call without it would be something else.
   */
  credential(name: string | undefined, url: string): AuthScheme | false {
    if (name === undefined) return false;
    const scheme = this.#credentials.get(name)!;
    const { origins } = bindAuth(scheme, undefined);
    if (!URL.canParse(url) || !origins.has(new URL(url.replace(/^ws/i, "http")).origin)) {
      throw new ToolError(
        `Cannot use the credential ${name}: it is for ${[...origins].join(", ")} only`,
      );
    }
    return scheme;
  }

  /** @throws {ToolError} If the policy has no such method. */
  allowMethod(method: string): void {
    if (this.allows(method)) return;
    throw new ToolError(
      `Cannot use ${method}: the operator of this server allows ${this.methods.join(", ")}`,
    );
  }

  count(): void {
    const now = performance.now();
    const perMs = this.#callsPerMinute / 60_000;
    this.#tokens = Math.min(
      this.#callsPerMinute,
      this.#tokens + (now - this.#countedAt) * perMs,
    );
    this.#countedAt = now;
    if (this.#tokens < 1) {
      const seconds = Math.ceil((1 - this.#tokens) / perMs / 1000);
      throw new ToolError(
        `Too many calls: ${this.#callsPerMinute} in a minute are allowed; wait ${seconds} s`,
      );
    }
    this.#tokens--;
  }

  hide<Value>(value: Value): Value {
    return this.secrets.hide(value);
  }

  hideInMessage(text: string): string {
    return this.secrets.hideInMessage(text);
  }

  /** Ends what was begun. */
  async close(): Promise<void> {
    await this.client.close();
    await this.addresses.close();
  }
}

/** The client has no `baseUrl`: what it was given would go to every URL that an agent names. */
function refuseSecrets({ headers, params, sensitiveHeaders = [] }: HTTPClientOptions): void {
  const sensitive = sensitiveHeaders.map((name) => name.toLowerCase());
  const refuse = (option: string, name: string) => {
    throw new TypeError(
      `Cannot use client.${option}: ${name} is a credential, and the agent chooses the URL; give it in credentials, as a scheme with origins`,
    );
  };
  for (const name of Object.keys(mergeHeaders(NO_HEADERS, headers ?? {}))) {
    if (isSecretHeader(name) || sensitive.includes(name)) refuse("headers", name);
  }
  for (const name of mergeParams(NO_PARAMS, params ?? {}).keys()) {
    if (isSecretParameter(encodeURIComponent(name), sensitive)) refuse("params", name);
  }
}
