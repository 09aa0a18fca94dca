/**
 * The auth schemes of `--auth` and `--auth-type`.
 *
 * @module
 */

import { basicAuth } from "../../auth/basic.ts";
import { bearerAuth } from "../../auth/bearer.ts";
import type { SignatureKey } from "../../auth/sign/signing_key.ts";
import type { AuthScheme } from "../../http/settings/auth_scheme.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { UsageError } from "../terminal/usage_error.ts";
import type { SavedAuth } from "./session.ts";

/** The types and the default, for the help. */
export const AUTH_TYPES = "basic,bearer,digest,aws,webhook,sign,bot (basic)";

const TYPE =
  /^(?:basic|bearer|digest|aws:[^:]+:[^:]+|webhook:\w+|sign(?::[!-~]+)?|bot(?::https:[!-~]+)?)$/;

/**
 * Reads the options; returns undefined without them.
 *
 * @throws {UsageError} If the type is unknown, or `--auth` is missing.
 */
export async function readAuth(
  values: {
    readonly auth?: string | undefined;
    readonly "auth-type"?: string | undefined;
  },
  terminal: Terminal,
): Promise<SavedAuth | undefined> {
  const { auth, "auth-type": type = "basic" } = values;
  if (!TYPE.test(type)) {
    throw new UsageError(
      `Cannot use --auth-type ${type}: it must be basic, bearer, digest, aws:REGION:SERVICE, ` +
        "webhook:SCHEME, sign:KEY_ID or bot:URL",
    );
  }
  if (auth === undefined) {
    if (values["auth-type"] === undefined) return undefined;
    throw new UsageError("Cannot use --auth-type alone: add --auth");
  }
  const secret = auth.startsWith("@")
    ? new TextDecoder().decode(await terminal.readBytes(auth.slice(1))).replace(/\r?\n$/, "")
    : auth;
  return { secret, type };
}

/**
 * Makes the auth scheme.
 *
 * @throws {UsageError} If the secret does not fit the type.
 */
export async function schemeOf(saved: SavedAuth | undefined): Promise<AuthScheme | undefined> {
  if (saved === undefined) return undefined;
  const { secret } = saved;
  const [type, ...facts] = saved.type.split(":");
  if (type === "bearer") return bearerAuth(secret);
  if (type === "webhook") return await webhookScheme(facts[0]!, secret);
  if (type === "aws") return await awsScheme(facts[0]!, facts[1]!, secret);
  if (type === "sign" || type === "bot") {
    return await signatureScheme(type, facts.join(":") || undefined, secret);
  }
  const colon = secret.indexOf(":");
  if (colon < 0) {
    throw new UsageError(
      "Cannot use --auth: it must be USER:PASSWORD or @FILE that contains it; for a token add -A bearer",
    );
  }
  const [user, password] = [secret.slice(0, colon), secret.slice(colon + 1)];
  if (type === "basic") return basicAuth(user, password);
  const { digestAuth } = await import("../../auth/digest.ts");
  return digestAuth(user, password);
}

async function awsScheme(region: string, service: string, secret: string): Promise<AuthScheme> {
  const [accessKeyId, secretAccessKey, sessionToken] = secret.split(":");
  if (!accessKeyId || !secretAccessKey) {
    throw new UsageError(
      "Cannot use --auth: with -A aws it must be KEY_ID:SECRET, KEY_ID:SECRET:SESSION_TOKEN, or @FILE " +
        "that contains it",
    );
  }
  const { awsSigV4 } = await import("../../auth/sign/mod.ts");
  const credentials = {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
  };
  return awsSigV4({ credentials, region, service });
}

async function webhookScheme(name: string, secret: string): Promise<AuthScheme> {
  const { github, shopify, slack, standard, stripe, webhookAuth } = await import(
    "../../webhooks/mod.ts"
  );
  const schemes = { standard, github, stripe, slack, shopify };
  if (!Object.hasOwn(schemes, name)) {
    throw new UsageError(
      `Cannot use --auth-type webhook:${name}: the schemes are ${Object.keys(schemes).join(", ")}`,
    );
  }
  return asAuth(
    "secret",
    () => webhookAuth({ secret, scheme: schemes[name as keyof typeof schemes]() }),
  );
}

async function signatureScheme(
  type: "sign" | "bot",
  fact: string | undefined,
  secret: string,
): Promise<AuthScheme> {
  const [{ httpSignature }, { botScheme }] = await Promise.all([
    import("../../auth/sign/http_signature.ts"),
    import("../../auth/sign/web_bot_auth.ts"),
  ]);
  return asAuth("key", () => {
    const key = readKeyText(secret);
    return type === "bot"
      ? botScheme({ key, ...(fact !== undefined && { agent: fact }) })
      : httpSignature({ key, ...(fact !== undefined && { keyId: fact }) });
  });
}

/** Reads the text of a key: a JSON Web Key or PEM. */
export function readKeyText(text: string): SignatureKey {
  if (!text.trimStart().startsWith("{")) return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new TypeError("Cannot use key: its JSON is malformed"); // the error of JSON.parse quotes the key
  }
}

/** Makes a scheme of the value of `--auth`; errors of `make` call the value `name`. */
function asAuth(name: string, make: () => AuthScheme): AuthScheme {
  try {
    return make();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(reason.replace(`Cannot use ${name}`, "Cannot use --auth"), { cause });
  }
}
