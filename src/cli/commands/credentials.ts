/**
 * Reads the credentials in the configuration of `mcp`, and makes an auth scheme of each.
 *
 * @module
 */

import { apiKeyAuth } from "../../auth/api_key.ts";
import { basicAuth } from "../../auth/basic.ts";
import { bearerAuth } from "../../auth/bearer.ts";
import type { AuthScheme } from "../../http/settings/auth_scheme.ts";
import type { ExchangeMiddleware } from "../../http/settings/middleware.ts";
import { ownOptions } from "../../options/option_names.ts";
import { readKeyText } from "../line/schemes.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { UsageError } from "../terminal/usage_error.ts";

/** A secret in the configuration, or the name of the environment variable that contains it. */
export type SecretText = string | { readonly env: string };

interface UserConfig {
  readonly user: string;
  readonly password: SecretText;
}

/** Credentials of one kind, and the origins that get them. */
export interface CredentialConfig {
  readonly origins?: readonly string[];
  readonly bearer?: SecretText;
  readonly basic?: UserConfig;
  readonly digest?: UserConfig;
  readonly apiKey?: {
    readonly name: string;
    readonly in: "header" | "query" | "cookie";
    readonly value: SecretText;
  };
  /** Client credentials of OAuth. */
  readonly oauth2?: {
    readonly tokenEndpoint: string;
    readonly clientId: string;
    readonly clientSecret: SecretText;
    readonly scope?: string;
  };
  /** Signature Version 4. */
  readonly aws?: {
    readonly region: string;
    readonly service: string;
    readonly accessKeyId: SecretText;
    readonly secretAccessKey: SecretText;
    readonly sessionToken?: SecretText;
  };
  /** HTTP Message Signatures; the key is PEM or the text of a JSON Web Key. */
  readonly signature?: { readonly key: SecretText; readonly keyId?: string };
}

/** The key of Web Bot Auth, which signs every request, and the URL of the bot. */
export interface BotConfig {
  readonly key: SecretText;
  readonly agent?: string;
}

const KINDS = ["bearer", "basic", "digest", "apiKey", "oauth2", "aws", "signature"] as const;

/**
 * Makes the auth schemes of a configuration, by their names.
 *
 * @throws {UsageError | TypeError} If one of them is wrong.
 */
export async function readCredentials(
  given: Readonly<Record<string, CredentialConfig>>,
  terminal: Terminal,
): Promise<Record<string, AuthScheme>> {
  const schemes: [string, AuthScheme][] = [];
  for (const [name, config] of Object.entries(given)) {
    schemes.push([name, await toScheme(`credentials.${name}`, config, terminal)]);
  }
  return Object.fromEntries(schemes);
}

async function toScheme(
  at: string,
  given: CredentialConfig,
  terminal: Terminal,
): Promise<AuthScheme> {
  const { origins, ...own } = ownOptions(`use ${at}`, given, new Set([...KINDS, "origins"]));
  const { bearer, basic, digest, apiKey, oauth2, aws, signature } = own;
  const options = { ...(origins !== undefined && { origins }) };
  const read = (secret: SecretText, name: string) => secretOf(secret, `${at}.${name}`, terminal);
  if (bearer !== undefined) return bearerAuth(read(bearer, "bearer"), options);
  if (basic !== undefined) {
    return basicAuth(basic.user, read(basic.password, "basic.password"), options);
  }
  if (digest !== undefined) {
    const { digestAuth } = await import("../../auth/digest.ts");
    return digestAuth(digest.user, read(digest.password, "digest.password"), options);
  }
  if (apiKey !== undefined) {
    const value = read(apiKey.value, "apiKey.value");
    return apiKeyAuth({ name: apiKey.name, in: apiKey.in, value, ...options });
  }
  if (oauth2 !== undefined) {
    const { oauth2: scheme } = await import("../../auth/oauth2/mod.ts");
    const clientSecret = read(oauth2.clientSecret, "oauth2.clientSecret");
    return scheme({ ...oauth2, clientSecret, ...options });
  }
  if (aws !== undefined) {
    const { awsSigV4 } = await import("../../auth/sign/mod.ts");
    const { region, service, sessionToken } = aws;
    const credentials = {
      accessKeyId: read(aws.accessKeyId, "aws.accessKeyId"),
      secretAccessKey: read(aws.secretAccessKey, "aws.secretAccessKey"),
      ...(sessionToken !== undefined && { sessionToken: read(sessionToken, "aws.sessionToken") }),
    };
    return awsSigV4({ region, service, credentials, ...options });
  }
  if (signature !== undefined) {
    const { httpSignature } = await import("../../auth/sign/http_signature.ts");
    const key = readKeyText(read(signature.key, "signature.key"));
    return httpSignature({ ...signature, key, ...options });
  }
  throw new UsageError(`Cannot use ${at}: it must have one of ${KINDS.join(", ")}`);
}

/** Returns the middleware that signs every request of the tools, if the configuration has a bot. */
export async function readBot(
  given: BotConfig | undefined,
  terminal: Terminal,
): Promise<ExchangeMiddleware[]> {
  if (given === undefined) return [];
  const { webBotAuth } = await import("../../auth/sign/web_bot_auth.ts");
  return [webBotAuth({ ...given, key: readKeyText(secretOf(given.key, "bot.key", terminal)) })];
}

/** Returns the secret: the text, or the value of the environment variable. */
export function secretOf(given: SecretText, at: string, terminal: Terminal): string {
  if (typeof given === "string") return given;
  const value = terminal.environment(given.env);
  if (value !== undefined && value !== "") return value;
  throw new UsageError(`Cannot use ${at}: the environment variable ${given.env} is not set`);
}
