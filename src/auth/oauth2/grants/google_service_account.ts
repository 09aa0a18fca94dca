/**
 * The grant of a Google service account, from the JSON file of its key.
 *
 * @module
 */

import { isRecord, type OptionTable } from "../../../options/checks.ts";
import { readOptions } from "../../../options/read_options.ts";
import { someText } from "../../../options/some_text.ts";
import { showOnly } from "../../../redact.ts";
import type { GrantContext, GrantParameters, OAuth2Grant } from "./grant.ts";
import { JWTBearer } from "./jwt_bearer.ts";
import { ENDPOINT_RULE, endpointURL } from "../../endpoint_url.ts";

/** The purpose of the tokens: set `scope` or `audience`. */
export interface GoogleServiceAccountOptions {
  /** The scopes of an access token, separated by spaces. */
  readonly scope?: string;
  /** The audience of an ID token, such as the URL of a service on Cloud Run. The ID token is sent instead. */
  readonly audience?: string;
  /** The user that the account acts for, if the domain allows it. */
  readonly subject?: string;
}

const TABLE = {
  scope: someText,
  audience: someText,
  subject: someText,
} satisfies OptionTable<GoogleServiceAccountOptions>;

const ACTION = "use the service account";

/**
 * Gets tokens for a Google service account, with the JSON file of its key (RFC 7523).
 *
 * @param json The text of the file, or its parsed content. It is secret.
 * @param options The purpose of the tokens.
 * @throws {TypeError} If the file is not that of a service account, or an option cannot be used.
 *
 * @example
 * ```ts
 * import { googleServiceAccount, oauth2 } from "@codomyrmex/networking/auth/oauth2";
 *
 * // Instead of: const file = await Deno.readTextFile("account.json");
 * const curve = { name: "ECDSA", namedCurve: "P-256" };
 * const { privateKey } = await crypto.subtle.generateKey(curve, true, ["sign", "verify"]);
 * const der = new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey));
 * const file = JSON.stringify({
 *   type: "service_account",
 *   client_email: "robot@project.iam.gserviceaccount.com",
 *   private_key: `-----BEGIN PRIVATE KEY-----\n${der.toBase64()}\n-----END PRIVATE KEY-----\n`,
 *   private_key_id: "1",
 *   token_uri: "https://oauth2.googleapis.com/token",
 * });
 *
 * const scope = "https://www.googleapis.com/auth/devstorage.read_only";
 * const auth = oauth2({ grant: googleServiceAccount(file, { scope }) });
 * console.log(auth.name); // Bearer
 * ```
 */
export function googleServiceAccount(
  json: string | Readonly<Record<string, unknown>>,
  options: GoogleServiceAccountOptions,
): OAuth2Grant {
  return new GoogleServiceAccount(json, options);
}

class GoogleServiceAccount implements OAuth2Grant {
  static {
    showOnly(this, "OAuth2Grant", ({ grantType }) => ({ grantType }));
  }

  readonly grantType: string;
  readonly partition: string;
  readonly tokenEndpoint: string;
  readonly sendsIdToken: boolean;
  readonly #grant: JWTBearer;

  constructor(
    json: string | Readonly<Record<string, unknown>>,
    given: GoogleServiceAccountOptions,
  ) {
    const { scope, audience, subject } = readOptions(ACTION, given, TABLE);
    if ((scope === undefined) === (audience === undefined)) {
      throw new TypeError(
        `Cannot ${ACTION}: set scope for access tokens, or audience for ID tokens`,
      );
    }
    const file = readFile(json);
    const { client_email, private_key, private_key_id, token_uri } = file;
    const issuer = member(client_email, "client_email");
    this.tokenEndpoint = member(token_uri, "token_uri");
    if (endpointURL(this.tokenEndpoint) === undefined) {
      throw new TypeError(`Cannot ${ACTION}: token_uri of its file must be ${ENDPOINT_RULE}`);
    }
    this.sendsIdToken = audience !== undefined;
    this.#grant = new JWTBearer({
      key: member(private_key, "private_key"),
      ...(private_key_id !== undefined && { keyId: member(private_key_id, "private_key_id") }),
      issuer,
      ...(subject !== undefined && { subject }),
      audience: this.tokenEndpoint, // also if oauth2() uses another endpoint
      claims: audience === undefined ? { scope } : { "target_audience": audience },
    });
    this.grantType = this.#grant.grantType;
    this.partition = this.#grant.partition;
  }

  parameters(context: GrantContext): Promise<GrantParameters> {
    return this.#grant.parameters(context);
  }
}

function readFile(json: unknown): Readonly<Record<string, unknown>> {
  let file = json;
  if (typeof json === "string") {
    try {
      file = JSON.parse(json);
    } catch {
      // The error of the runtime quotes the text, which is secret.
      throw new TypeError(`Cannot ${ACTION}: the text is not JSON; pass the content of its file`);
    }
  }
  if (!isRecord(file)) {
    throw new TypeError(`Cannot ${ACTION}: pass the text or the parsed content of its JSON file`);
  }
  if (file.type !== undefined && file.type !== "service_account") {
    throw new TypeError(
      `Cannot ${ACTION}: the type of its file must be "service_account"; create a key of the account`,
    );
  }
  return file;
}

function member(value: unknown, name: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new TypeError(`Cannot ${ACTION}: ${name} of its file must be a string that is not empty`);
}
