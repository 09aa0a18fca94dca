/**
 * The grant of a service account: a JWT signed by its private key (RFC 7523 2.1).
 *
 * @module
 */

import { list, type OptionTable, record } from "../../../options/checks.ts";
import { oneOf } from "../../../options/one_of.ts";
import { readOptions } from "../../../options/read_options.ts";
import { someText } from "../../../options/some_text.ts";
import { signJWT } from "../../keys/jwt.ts";
import {
  algorithmOfKey,
  SIGNING_ALGORITHMS,
  type SigningAlgorithm,
  type WebCryptoKey,
} from "../../keys/algorithms.ts";
import { type PrivateKey, readPrivateKey } from "../../keys/private_key.ts";
import { showOnly } from "../../../redact.ts";
import type { GrantContext, GrantParameters, OAuth2Grant } from "./grant.ts";

/** Options of {@linkcode jwtBearer}. */
export interface JWTBearerOptions {
  /** The private key of the account. It is never shown or sent. */
  readonly key: PrivateKey;
  /** The name of the key (`kid`), if the account has several. */
  readonly keyId?: string;
  /** The algorithm of an RSA key. Default: that of its JWK, else RS256. */
  readonly algorithm?: SigningAlgorithm;
  /** The signer (`iss`): the account, or the identifier of the client. */
  readonly issuer: string;
  /** The user of the token (`sub`). Default: the issuer. */
  readonly subject?: string;
  /** The audience of the assertion (`aud`). Default: the token endpoint. */
  readonly audience?: string | readonly string[];
  /** Further claims. They override default claims of the same name, such as `exp`. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

const TABLE = {
  key: (_: string, value: unknown): PrivateKey => value as PrivateKey, // checked with its algorithm below
  keyId: someText,
  algorithm: oneOf<SigningAlgorithm>(...SIGNING_ALGORITHMS),
  issuer: someText,
  subject: someText,
  audience: (name: string, value: unknown): string | readonly string[] =>
    typeof value === "string"
      ? someText(name, value)
      : list(someText, "a string or an array of strings")(name, value),
  claims: record,
} satisfies OptionTable<JWTBearerOptions>;

/** How long an assertion is valid: some servers allow no more than three minutes. */
const VALID_S = 120;
/** The clock of the server may be slow: an assertion of the future is refused. */
const BACKDATED_S = 10;

/**
 * Gets tokens with a signed JWT (RFC 7523), as a service account does.
 *
 * @param options The signer, the key, and the audience.
 * @throws {TypeError} If an option is missing, unknown or of the wrong type, or the key cannot be used.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { jwtBearer, oauth2 } from "@codomyrmex/networking/auth/oauth2";
 *
 * // A server that issues the subject of the assertion as a token, and an API on the same origin:
 * const handler = async (request: Request) => {
 *   if (new URL(request.url).pathname !== "/token") {
 *     return new Response(request.headers.get("authorization"));
 *   }
 *   const assertion = (await request.formData()).get("assertion") as string;
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
 *   grant: jwtBearer({ key: privateKey, keyId: "1", issuer: "robot", subject: "ada" }),
 * });
 * await using client = new HTTPClient({ baseUrl, auth });
 * console.log((await client.get("/")).text); // Bearer for-ada
 * ```
 */
export function jwtBearer(options: JWTBearerOptions): OAuth2Grant {
  return new JWTBearer(options);
}

const ACTION = "make a JWT bearer grant";

/** The grant. {@linkcode googleServiceAccount} uses it too. */
export class JWTBearer implements OAuth2Grant {
  static {
    showOnly(this, "OAuth2Grant", ({ grantType }) => ({ grantType }));
  }

  readonly grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  readonly partition: string;
  readonly #options: Omit<JWTBearerOptions, "key">;
  readonly #key: () => Promise<WebCryptoKey>;

  constructor(given: JWTBearerOptions) {
    const { key, ...options } = readOptions(ACTION, given, TABLE);
    const { issuer, subject = issuer, audience, claims } = options;
    if (key === undefined) throw new TypeError(`Cannot ${ACTION}: key is missing`);
    if (issuer === undefined) throw new TypeError(`Cannot ${ACTION}: issuer is missing`);
    this.#options = { ...options, issuer };
    this.#key = readPrivateKey("key", key, options.algorithm);
    this.partition = JSON.stringify([issuer, subject, audience, claims]);
  }

  async parameters({ tokenEndpoint, now }: GrantContext): Promise<GrantParameters> {
    const { keyId, issuer, subject = issuer, audience = tokenEndpoint, claims } = this.#options;
    const key = await this.#key();
    const issuedAt = Math.floor(now / 1000) - BACKDATED_S;
    const assertion = await signJWT({ alg: algorithmOfKey(key), kid: keyId }, {
      iss: issuer,
      sub: subject,
      aud: audience,
      exp: issuedAt + VALID_S,
      iat: issuedAt,
      jti: crypto.randomUUID(),
      ...claims,
    }, key);
    return { assertion };
  }
}
