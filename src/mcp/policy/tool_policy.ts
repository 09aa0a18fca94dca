/**
 * The policy of the tools: hosts, methods, amounts, and credentials that agents can name but never see. The
 * address policy is always on.
 *
 * @module
 */

import { PolicyGuard } from "../../address_policy/address_guard.ts";
import {
  type AddressPolicyOptions,
  type AddressRules,
  addressRules,
} from "../../address_policy/address_policy.ts";
import { escapeHidden } from "../../formats/hidden_characters.ts";
import { mergeParams, NO_PARAMS } from "../../formats/url_params.ts";
import { unmapped } from "../../hosts/host_patterns.ts";
import { formatAddress, parseAddress } from "../../hosts/ip_address.ts";
import { HTTPClient } from "../../http/http_client.ts";
import { mergeHeaders, NO_HEADERS } from "../../http/request/headers.ts";
import type { AuthScheme } from "../../http/settings/auth_scheme.ts";
import { bindAuth } from "../../http/settings/bound_auth.ts";
import { SIGNED_HANDSHAKE, type SigningMiddleware } from "../../http/settings/middleware.ts";
import type { HTTPClientOptions } from "../../http/settings/options.ts";
import { nativeFetch } from "../../http/transport/fetch_transport.ts";
import { isSecretParameter } from "../../redact.ts";
import { isSecretHeader } from "../../redact_headers.ts";
import { bare } from "../../runtime/bare.ts";
import { INFO } from "./info.ts";
import { Secrets } from "./secrets.ts";
import type { CallGuard } from "./tool.ts";
import { ToolError } from "./tool_error.ts";
import { type NetworkPolicy, readPolicy, type ToolPolicyOptions } from "./tool_policy_options.ts";

const READING: readonly string[] = ["GET", "HEAD"];
/** The largest result that hosts accept without cutting it: JSON of this size has about 12,000 tokens. */
const DEFAULT_BYTES = 32_768;
/** Some services refuse clients without a User-Agent. */
const AGENT = mergeHeaders(NO_HEADERS, { "user-agent": `${INFO.name}/${INFO.version}` });

/** Enforces the policy: counts calls, hides secrets, and has the client that sends. */
export class ToolPolicy implements CallGuard {
  /** Sends the requests under the address policy. */
  readonly client: HTTPClient;
  /** Checks the addresses of sockets. */
  readonly addresses: PolicyGuard;
  /** The secrets to hide. */
  readonly secrets: Secrets = new Secrets();
  /** The allowed methods. */
  readonly methods: readonly string[];
  /** The bounds. */
  readonly maxBytes: number;
  readonly maxReadBytes: number;
  readonly maxSeconds: number;
  readonly #credentials: ReadonlyMap<string, AuthScheme>;
  readonly #usesMiddleware: boolean;
  readonly #signers: readonly SigningMiddleware[];
  readonly #callsPerMinute: number;
  #tokens: number;
  #countedAt = performance.now();

  /** @throws {TypeError | RangeError} If an option cannot be used; the message names it. */
  constructor(given: ToolPolicyOptions) {
    const { policy, credentials = {}, client = {} } = bare(given);
    const own = readPolicy("policy", policy ?? {});
    this.methods = own.methods ?? READING;
    this.maxBytes = own.maxBytes ?? 1024 * 1024;
    this.maxReadBytes = own.maxReadBytes ?? 100 * 1024 * 1024;
    this.maxSeconds = (own.maxTime ?? 120_000) / 1000;
    this.#callsPerMinute = this.#tokens = own.callsPerMinute ?? 120;
    const rules = rulesOf(bare({ ...policy }));
    this.addresses = new PolicyGuard(rules, nativeFetch);
    const { use = {}, ...options } = bare(client);
    this.client = new HTTPClient({
      totalTimeout: false,
      timeout: false, // every call has its own timeout
      idleTimeout: false,
      maxResponseSize: false,
      ...options,
      headers: mergeHeaders(AGENT, options.headers ?? {}),
      addressPolicy: { guard: (transport = nativeFetch) => new PolicyGuard(rules, transport) },
      maxRedirects: own.maxRedirects ?? 5,
      use: {
        ...use,
        exchange: (use.exchange ?? []).map((one) => this.secrets.learningFromMiddleware(one)),
      },
    });
    refuseSecrets(bare(client));
    this.#usesMiddleware = (use.exchange ?? []).length > 0;
    this.#signers = use.exchange ?? [];
    this.#credentials = new Map(
      Object.entries(credentials).map(([name, scheme]) => {
        if (scheme.origins === undefined) {
          throw new TypeError(
            `Cannot use credentials.${name}: the scheme has no origins, and the agent chooses the URL; set origins`,
          );
        }
        checkOrigins(name, scheme);
        return [name, this.secrets.learningFrom(scheme)];
      }),
    );
  }

  /** The bytes read around a slice of a body, so that a secret across its border is hidden too. */
  get lookAround(): number {
    const { longestSpelling } = this.secrets;
    return this.#credentials.size === 0 ? longestSpelling : Math.max(8192, longestSpelling);
  }

  /** Whether a call with this `auth` sends credentials, which a server may echo. */
  sendsSecrets(auth: AuthScheme | false): boolean {
    return auth !== false || (this.#usesMiddleware && this.secrets.longestSpelling > 0);
  }

  /** Whether the policy allows a method, ignoring case and surrounding spaces. */
  allows(method: string): boolean {
    return this.methods.includes(method.trim().toUpperCase());
  }

  /** Whether messages may be sent over sockets: like POST, they may change something. */
  get maySend(): boolean {
    return this.allows("POST");
  }

  /** The default `max_bytes` of a call. */
  get defaultBytes(): number {
    return Math.min(DEFAULT_BYTES, this.maxBytes);
  }

  /** The default timeout of a call, in seconds. */
  get defaultSeconds(): number {
    return Math.min(30, this.maxSeconds);
  }

  /** The names of the credentials. */
  get credentialNames(): readonly string[] {
    return [...this.#credentials.keys()];
  }

  /**
   * Returns the scheme of a credential for a URL.
   *
   * @throws {ToolError} If the credential is for other origins.
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

  /** @throws {ToolError} If the policy does not allow the method. */
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
        `Too many calls: ${this.#callsPerMinute} per minute are allowed; wait ${seconds} s`,
      );
    }
    this.#tokens--;
  }

  forModel<Value>(value: Value): Value {
    return mapTexts(value, (text) => escapeHidden(this.secrets.hide(text)));
  }

  messageForModel(text: string): string {
    return escapeHidden(this.secrets.hideInMessage(text));
  }

  /**
   * The header fields of the handshake of a socket, signed as the client's requests are. A runtime that sends no
   * header fields there refuses to connect.
   *
   * @param url The URL, with http: or https:.
   */
  async handshakeHeaders(
    url: string,
    given: Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, string>>> {
    let headers = mergeHeaders(NO_HEADERS, given);
    for (const { [SIGNED_HANDSHAKE]: sign } of this.#signers) {
      if (sign !== undefined) headers = await sign({ method: "GET", url, headers });
    }
    return headers;
  }

  /** Ends running calls, and closes the connections. */
  async close(): Promise<void> {
    await this.client.close();
    await this.addresses.close();
  }
}

/**
 * Makes the rules for addresses. A private address is allowed only if `allowHosts` names it or its host. A metadata
 * or link-local address is allowed only if `allowHosts` has the address itself.
 *
 * @throws {TypeError} If private addresses are allowed without a named host.
 */
function rulesOf(
  { allowHosts = [], denyHosts, schemes, ports, resolve, private: addresses }: NetworkPolicy,
): AddressRules {
  if (addresses === "allow" && allowHosts.length === 0) {
    throw new TypeError(
      'Cannot use policy.private: "allow" needs the names of the private hosts, and allowHosts is ' +
        "empty; add them to policy.allowHosts",
    );
  }
  const given: AddressPolicyOptions = {
    ...{ denyHosts, schemes, ports, resolve, private: addresses },
    ...(allowHosts.length > 0 && { allowHosts }),
  };
  const named = allowHosts.flatMap((host) => parseAddress(host) ?? []);
  return {
    ...addressRules(given, "policy"),
    metadata: new Set(named.map((address) => formatAddress(unmapped(address)))),
  };
}

/** Copies a JSON value with all its texts changed, names of members included. */
function mapTexts<Value>(value: Value, change: (text: string) => string): Value {
  const map = (one: unknown): unknown => {
    if (typeof one === "string") return change(one);
    if (Array.isArray(one)) return one.map(map);
    if (typeof one !== "object" || one === null) return one;
    return Object.fromEntries(
      Object.entries(one).map(([name, member]) => [change(name), map(member)]),
    );
  };
  return map(value) as Value;
}

/** @throws {TypeError} If an origin of a credential cannot be used; the message names both. */
function checkOrigins(name: string, scheme: AuthScheme): void {
  const origins: readonly unknown[] = [scheme.origins].flat();
  for (const origin of origins) {
    try {
      bindAuth({ ...scheme, origins: [origin as string] }, undefined);
    } catch (cause) {
      throw new TypeError(
        `Cannot use credentials.${name}: ${
          JSON.stringify(origin)
        } is not an origin; write it like https://api.example.com`,
        { cause },
      );
    }
  }
  bindAuth(scheme, undefined);
}

/** Refuses secret client options: without a `baseUrl`, they would go to every URL that an agent names. */
function refuseSecrets({ headers, params, sensitiveHeaders = [] }: HTTPClientOptions): void {
  const sensitive = sensitiveHeaders.map((name) => name.toLowerCase());
  const refuse = (option: string, name: string) => {
    throw new TypeError(
      `Cannot use client.${option}: ${name} is a credential, and the agent chooses the URL; put it into credentials, as a scheme with origins`,
    );
  };
  for (const name of Object.keys(mergeHeaders(NO_HEADERS, headers ?? {}))) {
    if (isSecretHeader(name) || sensitive.includes(name)) refuse("headers", name);
  }
  for (const name of mergeParams(NO_PARAMS, params ?? {}).keys()) {
    if (isSecretParameter(encodeURIComponent(name), sensitive)) refuse("params", name);
  }
}
