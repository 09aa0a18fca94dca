/**
 * The authorization server of one registration: its metadata, its endpoints, and the requests to it.
 * `oauth4webapi` implements the protocol. This module provides the transport, authenticates the client, and
 * makes the checks that the library leaves to its caller.
 *
 * @module
 */

import * as oauth from "oauth4webapi";
import { parseHTTPDate } from "../../../formats/http_date.ts";
import type { AuthContext } from "../../../http/settings/auth_scheme.ts";
import { isSecretName } from "../../../redact.ts";
import { lazy } from "../../../runtime/lazy.ts";
import { type EndpointName, ENDPOINTS, type Registration } from "./check_options.ts";
import type { DPoPProver, Proof } from "./dpop.ts";
import { described, failureOf } from "./endpoint_failure.ts";
import { noToken } from "../grants/no_token.ts";
import { findMetadata, type RequestOptions, requestOptions } from "./metadata.ts";
import { ENDPOINT_RULE, endpointURL } from "../../endpoint_url.ts";

/** Loaded for the first token that is bound to a key. */
const DPOP = /* @__PURE__ */ lazy(() => import("./dpop.ts"));

/** The endpoints that receive a DPoP proof (RFC 9449 5 and 10.1). */
const PROVED: ReadonlySet<EndpointName> = new Set([
  "token_endpoint",
  "pushed_authorization_request_endpoint",
]);

/** The action of each endpoint, for messages. */
const ACTIONS: Partial<Record<EndpointName, string>> = {
  "device_authorization_endpoint": "get a code from",
  "pushed_authorization_request_endpoint": "begin a sign-in at",
  "revocation_endpoint": "revoke a token at",
  "introspection_endpoint": "introspect a token at",
};

/** A smaller difference of clocks is not the reason for a refusal; a difference above a day is ignored. */
const [SMALLEST_SKEW_MS, LARGEST_SKEW_MS] = [15_000, 86_400_000];

/** A placeholder for a missing client identifier; it is not sent. */
const NOBODY = "-";

/** The arguments of a request function of `oauth4webapi`. */
export interface Means {
  readonly server: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly authenticate: oauth.ClientAuth;
  readonly options: RequestOptions;
}

/** A request to an endpoint. */
export interface Ask<T, Prepared = undefined> {
  /** Secrets that are not sent in the form, and must not be shown. */
  readonly secrets?: readonly string[];
  /** Whether its credentials contain a time, apart from the client's assertion. */
  readonly isTimed?: boolean;
  /** Gets the parameters from the caller's code; its errors pass unchanged. */
  readonly prepare?: (url: string, issuer: string) => Promise<Prepared>;
  /** Sends the request, and reads the response. */
  readonly request: (means: Means, prepared: Prepared) => T | Promise<T>;
}

/** The requests to one server. */
export class AuthorizationServer {
  readonly registration: Registration;
  #metadata: oauth.AuthorizationServer | undefined;
  #prover: DPoPProver | undefined;
  /** How far the server's clock is ahead of this machine's, in milliseconds; 0 until a refusal shows it. */
  #skewMs = 0;

  constructor(registration: Registration) {
    this.registration = registration;
  }

  /** Returns the current time by the server's clock, in milliseconds since 1970. */
  now(): number {
    return Date.now() + this.#skewMs;
  }

  /** Returns the parameters of every token request. */
  parameters(): string[][] {
    const { parameters = {}, resource = [] } = this.registration;
    return [
      ...Object.entries(parameters),
      ...[resource].flat().map((one) => ["resource", one]),
    ];
  }

  /** Returns the prover for the key of the tokens, if they are bound to one. */
  async prover(): Promise<DPoPProver | undefined> {
    const { dpop } = this.registration;
    if (!dpop) return undefined;
    const { DPoPProver } = DPOP.now ?? await DPOP.load();
    return this.#prover ??= new DPoPProver(dpop === true ? undefined : dpop.keyPair);
  }

  /**
   * Returns the URL of an endpoint, from the options or the metadata.
   *
   * @throws {NetworkingError} `auth_failed` if there is none, or it must not be used.
   */
  async endpoint(name: EndpointName, context: AuthContext): Promise<string> {
    const server = await this.metadata(context);
    const given = server[name];
    if (given === undefined) {
      throw noToken(
        server.issuer,
        `its metadata has no ${name}; set ${ENDPOINTS[name]}`,
        undefined,
        ACTIONS[name],
      );
    }
    const url = endpointURL(given);
    if (url !== undefined) return url.href;
    throw noToken(
      server.issuer,
      `the ${name} of its metadata must be ${ENDPOINT_RULE}; set ${ENDPOINTS[name]}`,
      undefined,
      ACTIONS[name],
    );
  }

  /**
   * Sends a request to an endpoint. If the server refuses it because of its nonce or its time, it is sent
   * again with the server's nonce or clock.
   *
   * @throws {NetworkingError} `auth_failed` if the server does not respond as specified.
   */
  async send<T, Prepared = undefined>(
    name: EndpointName,
    context: AuthContext,
    { secrets = [], isTimed = false, prepare, request }: Ask<T, Prepared>,
  ): Promise<T> {
    const server = await this.metadata(context);
    const url = await this.endpoint(name, context);
    const prover = PROVED.has(name) ? await this.prover() : undefined;
    const again = { byNonce: prover !== undefined, byClock: isTimed || this.#isClientTimed() };
    while (true) {
      const sent = [...this.#secrets(), ...secrets];
      let proof: Proof | undefined;
      let date: string | null = null;
      const fetch: AuthContext["fetch"] = async (target, init) => {
        const headers = new Headers(init.headers);
        proof = await prover?.proof({ method: init.method!, url: target, now: this.now() });
        if (proof !== undefined) headers.set("dpop", proof.value);
        sent.push(...secretsOf(init.body, headers));
        const answer = await context.fetch(target, { ...init, headers });
        prover?.note(target, answer.headers);
        date = answer.headers.get("date");
        return answer;
      };
      const prepared = await prepare?.(url, server.issuer) as Prepared;
      const authenticate = await this.#clientAuthentication(server);
      const options = requestOptions(url, { ...context, fetch });
      const client: oauth.Client = {
        "client_id": this.registration.clientId ?? NOBODY,
        [oauth.clockSkew]: Math.round(this.#skewMs / 1000),
      };
      try {
        return await described(
          url,
          context.signal,
          this.registration,
          sent,
          async () => await request({ server, client, authenticate, options }, prepared),
          ACTIONS[name],
        );
      } catch (thrown) {
        const failure = failureOf(thrown);
        if (failure === undefined) throw thrown;
        const isNonce = failure.error === "use_dpop_nonce" && again.byNonce &&
          prover!.nonceOf(url) !== proof?.nonce;
        if (isNonce) again.byNonce = false;
        else if (again.byClock && isOfTime(failure, isTimed) && this.#setClock(date)) {
          again.byClock = false;
        } else throw thrown;
      }
    }
  }

  /** Returns the secrets of every request, which must not be shown if the server quotes them. */
  #secrets(): string[] {
    const { clientId = "", clientSecret, parameters = {} } = this.registration;
    const secrets = Object.values(parameters);
    if (clientSecret === undefined) return secrets;
    // RFC 6749 2.3.1: form-encoded before base64.
    const pair = new URLSearchParams([[clientId, clientSecret]]).toString().replace("=", ":");
    return [...secrets, clientSecret, pair, btoa(pair)];
  }

  /** Adopts the server's clock. Returns whether it differs enough. */
  #setClock(date: string | null): boolean {
    const theirs = date === null ? undefined : parseHTTPDate(date, Date.now());
    if (theirs === undefined) return false;
    const skewMs = theirs - Date.now();
    const isOther = Math.abs(skewMs - this.#skewMs) > SMALLEST_SKEW_MS;
    if (!isOther || Math.abs(skewMs) > LARGEST_SKEW_MS) return false;
    this.#skewMs = skewMs;
    return true;
  }

  /** Whether the client authentication contains a time. */
  #isClientTimed(): boolean {
    const { clientAuthentication: how, dpop } = this.registration;
    return typeof how === "object" || Boolean(dpop);
  }

  async #clientAuthentication(server: oauth.AuthorizationServer): Promise<oauth.ClientAuth> {
    const { clientId, clientSecret, clientAuthentication: how } = this.registration;
    if (clientId === undefined) return () => {};
    if (typeof how === "object") {
      const facts = { clientId, issuer: server.issuer, now: this.now() };
      const parameters = await how.parameters({
        ...facts,
        ...(clientSecret !== undefined && { clientSecret }),
      });
      return (_server, _client, body) => {
        body.set("client_id", clientId);
        for (const [name, value] of Object.entries(parameters)) body.set(name, value);
      };
    }
    if (clientSecret === undefined) return oauth.None();
    // RFC 6749 2.3.1: every server accepts Basic, unless its metadata says otherwise.
    const named: unknown = server.token_endpoint_auth_methods_supported;
    const methods: unknown[] = Array.isArray(named) ? named : ["client_secret_basic"];
    const chosen = how ?? (methods.includes("client_secret_basic") ? "basic" : "post");
    return chosen === "basic"
      ? oauth.ClientSecretBasic(clientSecret)
      : oauth.ClientSecretPost(clientSecret);
  }

  /** Returns the metadata of the server, with the endpoints of the options in place of its own. */
  async metadata(context: AuthContext): Promise<oauth.AuthorizationServer> {
    return this.#metadata ??= await findMetadata(this.registration, context);
  }
}

/** Whether a refusal may be due to a different clock. */
function isOfTime(
  { status, error }: { readonly status: number; readonly error?: string },
  isTimedGrant: boolean,
): boolean {
  if (error === undefined) return status === 401;
  return error === "invalid_client" || error === "invalid_dpop_proof" ||
    (isTimedGrant && error === "invalid_grant");
}

/** Yields the sent secrets, which must not be shown if the server quotes them. */
function* secretsOf(body: RequestInit["body"], headers: Headers): Generator<string> {
  const proof = headers.get("dpop");
  if (proof !== null) yield proof;
  if (!(body instanceof URLSearchParams)) return;
  for (const [name, value] of body) {
    if (isSecretName(name) && !/_(?:type|hint)$/.test(name)) yield value;
  }
}
