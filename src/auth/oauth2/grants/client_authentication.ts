/**
 * Authenticates a client without sending a secret: by a signed assertion (RFC 7523 2.2), or by the
 * certificate of its connection (RFC 8705).
 *
 * @module
 */

import type { OptionTable } from "../../../options/checks.ts";
import { oneOf } from "../../../options/one_of.ts";
import { readOptions } from "../../../options/read_options.ts";
import { someText } from "../../../options/some_text.ts";
import { showOnly } from "../../../redact.ts";
import { hmacKey, toBytes } from "../../web_crypto.ts";
import { signJWT } from "../../keys/jwt.ts";
import {
  algorithmOfKey,
  SIGNING_ALGORITHMS,
  type SigningAlgorithm,
} from "../../keys/algorithms.ts";
import { type PrivateKey, readPrivateKey } from "../../keys/private_key.ts";

/** The facts about one request, for a client authentication method. */
export interface ClientFacts {
  /** The identifier of the client. */
  readonly clientId: string;
  /** The secret of the client, if it has one. */
  readonly clientSecret?: string;
  /** The identifier of the server. */
  readonly issuer: string;
  /** The current time, by the server's clock if known, in milliseconds since 1970. */
  readonly now: number;
}

/**
 * A client authentication method: {@linkcode privateKeyJwt}, {@linkcode clientSecretJwt},
 * {@linkcode mutualTls}.
 */
export interface ClientAuthentication {
  /** Its name in the metadata of servers, such as `private_key_jwt`. */
  readonly method: string;
  /** Returns form parameters for one request, except `client_id`. It is called for each request. */
  parameters(
    facts: ClientFacts,
  ): Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
}

/** The audience of an assertion. */
export interface AssertionOptions {
  /** The `aud` of the assertion. Default: the identifier of the server. */
  readonly audience?: string;
}

/** The key of an assertion. */
export interface PrivateKeyJwtOptions extends AssertionOptions {
  /** The private key of the client. It is never shown or sent. */
  readonly key: PrivateKey;
  /** The name of the key (`kid`), as the server knows it. */
  readonly keyId?: string;
  /** The algorithm of an RSA key. Default: that of its JWK, else RS256. */
  readonly algorithm?: SigningAlgorithm;
}

const ASSERTION = { audience: someText } satisfies OptionTable<AssertionOptions>;
const TABLE = {
  ...ASSERTION,
  key: (_: string, value: unknown): PrivateKey => value as PrivateKey, // checked with its algorithm below
  keyId: someText,
  algorithm: oneOf<SigningAlgorithm>(...SIGNING_ALGORITHMS),
} satisfies OptionTable<PrivateKeyJwtOptions>;

const ACTION = "make client authentication";
/** How long an assertion is valid, and how far its clock is set back for servers with a slow clock. */
const [VALID_S, BACKDATED_S] = [120, 10];

/**
 * Authenticates the client by a JWT that its private key signs (`private_key_jwt`), so the server does not
 * know its secret. Each request has its own assertion.
 *
 * @param options The key.
 * @throws {TypeError} If an option is missing, unknown or of the wrong type, or the key cannot be used.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { oauth2, privateKeyJwt } from "@codomyrmex/networking/auth/oauth2";
 *
 * // A server that checks who signed, and an API on the same origin:
 * const handler = async (request: Request) => {
 *   if (new URL(request.url).pathname !== "/token") {
 *     return new Response(request.headers.get("authorization"));
 *   }
 *   const assertion = (await request.formData()).get("client_assertion") as string;
 *   const { sub } = JSON.parse(atob(assertion.split(".")[1]!));
 *   return Response.json({ access_token: `for-${sub}`, token_type: "Bearer" });
 * };
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 * const baseUrl = `http://localhost:${server.addr.port}`;
 *
 * const curve = { name: "ECDSA", namedCurve: "P-256" };
 * const { privateKey } = await crypto.subtle.generateKey(curve, false, ["sign", "verify"]);
 * const auth = oauth2({
 *   tokenEndpoint: `${baseUrl}/token`,
 *   clientId: "reports",
 *   clientAuthentication: privateKeyJwt({ key: privateKey, keyId: "1" }),
 * });
 * await using client = new HTTPClient({ baseUrl, auth });
 * console.log((await client.get("/")).text); // Bearer for-reports
 * ```
 */
export function privateKeyJwt(options: PrivateKeyJwtOptions): ClientAuthentication {
  const { key, keyId, algorithm, audience } = readOptions(ACTION, options, TABLE);
  if (key === undefined) throw new TypeError(`Cannot ${ACTION}: key is missing`);
  const read = readPrivateKey("key", key, algorithm);
  return new Method("private_key_jwt", async (facts) => {
    const loaded = await read();
    const header = { alg: algorithmOfKey(loaded), kid: keyId };
    return assertion(await signJWT(header, claims(facts, audience), loaded));
  });
}

/**
 * Authenticates the client by a JWT that its `clientSecret` signs (`client_secret_jwt`), so the secret itself
 * is not sent.
 *
 * @param options The audience of the assertion.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 *
 * @example
 * ```ts
 * import { clientSecretJwt, oauth2 } from "@codomyrmex/networking/auth/oauth2";
 *
 * const auth = oauth2({
 *   issuer: "https://accounts.example",
 *   clientId: "reports",
 *   clientSecret: "a secret of 32 characters or more",
 *   clientAuthentication: clientSecretJwt(),
 * });
 * console.log(auth.name); // Bearer
 * ```
 */
export function clientSecretJwt(options?: AssertionOptions): ClientAuthentication {
  const { audience } = readOptions(ACTION, options, ASSERTION);
  return new Method("client_secret_jwt", async (facts) => {
    const key = await hmacKey(toBytes(facts.clientSecret ?? ""));
    return assertion(await signJWT({ alg: "HS256" }, claims(facts, audience), key));
  });
}

/**
 * Authenticates the client by the certificate of its connection (`tls_client_auth` and
 * `self_signed_tls_client_auth`, RFC 8705). The certificate is that of the client's transport, which also
 * sends token requests: `denoTransport({ cert, key })` or `nodeTransport({ cert, key })`. For sign-ins, pass
 * it as `transport`. The mTLS endpoints of the server's metadata are used if it has some.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { mutualTls, oauth2 } from "@codomyrmex/networking/auth/oauth2";
 * import { denoTransport } from "@codomyrmex/networking/transports/deno";
 *
 * function clientWith(cert: string, key: string) {
 *   const auth = oauth2({
 *     issuer: "https://accounts.example",
 *     clientId: "reports",
 *     clientAuthentication: mutualTls(),
 *   });
 *   const transport = denoTransport({ cert, key });
 *   return new HTTPClient({ baseUrl: "https://api.example", transport, auth });
 * }
 * console.log(typeof clientWith); // function
 * ```
 */
export function mutualTls(): ClientAuthentication {
  return new Method("tls_client_auth", () => ({}));
}

class Method implements ClientAuthentication {
  static {
    showOnly(this, "ClientAuthentication", ({ method }) => ({ method }));
  }

  readonly method: string;
  readonly parameters: ClientAuthentication["parameters"];

  constructor(method: string, parameters: ClientAuthentication["parameters"]) {
    this.method = method;
    this.parameters = parameters;
  }
}

function claims({ clientId, issuer, now }: ClientFacts, audience = issuer): object {
  const issuedAt = Math.floor(now / 1000) - BACKDATED_S;
  return {
    iss: clientId,
    sub: clientId,
    aud: audience,
    exp: issuedAt + VALID_S,
    iat: issuedAt,
    jti: crypto.randomUUID(),
  };
}

function assertion(jwt: string): Readonly<Record<string, string>> {
  return {
    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    "client_assertion": jwt,
  };
}
