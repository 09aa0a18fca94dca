/**
 * Web Bot Auth: a bot identifies itself with a signature of RFC 9421 on every request.
 *
 * @module
 */

import { parseDictionary, parseItem } from "../../formats/structured_fields.ts";
import { serializeDictionary, serializeItem } from "../../formats/structured_fields_writer.ts";
import { mergeHeaders } from "../../http/request/headers.ts";
import type { HTTPRequest } from "../../http/request/http_request.ts";
import type { AuthFlow, AuthScheme } from "../../http/settings/auth_scheme.ts";
import { type ExchangeMiddleware, SIGNED_HANDSHAKE } from "../../http/settings/middleware.ts";
import { type Check, duration, isRecord, type OptionTable, that } from "../../options/checks.ts";
import type { Duration } from "../../options/duration.ts";
import { oneOf } from "../../options/one_of.ts";
import { readOptions } from "../../options/read_options.ts";
import { parseComponent } from "./components.ts";
import { clockOption, keyOption, labelOption, parameterText } from "./http_signature.ts";
import { randomNonce, signMessage } from "./sign_message.ts";
import { Key, type SignatureKey } from "./signing_key.ts";

/** Options of {@linkcode webBotAuth}. */
export interface WebBotAuthOptions {
  /** The private key of the bot, in PEM, as JSON Web Key or as CryptoKey. It is not exported, and never shown. */
  readonly key: SignatureKey;
  /** The thumbprint of the key; required for a CryptoKey, which does not contain it. */
  readonly keyId?: string;
  /** The URL of the bot, which publishes its keys there: `https://bot.example`. */
  readonly agent?: string;
  /**
   * The version of the architecture: whether Signature-Agent is a dictionary (2) or a string (1).
   *
   * @default {2}
   */
  readonly version?: 1 | 2;
  /**
   * The name of the signature, and of the bot in Signature-Agent.
   *
   * @default {"sig1"}
   */
  readonly label?: string;
  /**
   * How long a signature is valid, in seconds; at most an hour.
   *
   * @default {60}
   */
  readonly expires?: Duration;
  /**
   * Returns the time in milliseconds since the epoch.
   *
   * @default {Date.now}
   */
  readonly now?: () => number;
}

const httpsURL: Check<string> = that(
  (value) => typeof value === "string" && URL.canParse(value) && value.startsWith("https://"),
  "an absolute https: URL",
);

const CHECKS = {
  key: keyOption,
  keyId: parameterText,
  agent: httpsURL,
  version: oneOf<1 | 2>(1, 2),
  label: labelOption,
  expires: duration("expires"),
  now: clockOption,
} satisfies OptionTable<WebBotAuthOptions>;

const ACTION = "make Web Bot Auth";

/** The tag of the signature. */
const BOT_TAG = "web-bot-auth";

/** A longer validity would make the signature a credential that can be stolen. */
const LONGEST_MS = 3_600_000;

/**
 * Returns middleware that signs every request for its own host, so that a site can distinguish the bot from
 * impostors. It signs on every hop and for every origin: a signature is valid for one host only. Put it into the
 * option `use`. In the tools for agents it also signs the handshakes of WebSockets.
 *
 * @param options The private key of the bot, and the URL of its public keys.
 * @throws {TypeError} If an option is missing, unknown or of the wrong type.
 * @throws {RangeError} If `expires` is more than an hour.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { webBotAuth } from "@codomyrmex/networking/auth/sign";
 *
 * const handler = (request: Request) => new Response(request.headers.get("signature-agent"));
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 * // The published test key of RFC 9421.
 * const key = {
 *   kty: "OKP",
 *   crv: "Ed25519",
 *   d: "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU",
 *   x: "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs",
 * };
 * const bot = webBotAuth({ key, agent: "https://bot.example" });
 * await using client = new HTTPClient({ use: { exchange: [bot] } });
 * const { text } = await client.get(`http://localhost:${server.addr.port}/`);
 * console.log(text); // sig1="https://bot.example"
 * ```
 */
export function webBotAuth(options: WebBotAuthOptions): ExchangeMiddleware {
  const sign = botSigner(options);
  const middleware: ExchangeMiddleware = async (request, next) =>
    await next({ ...request, headers: await sign(request) });
  return Object.assign(middleware, { [SIGNED_HANDSHAKE]: sign });
}

/** Returns the same as a scheme for the option `auth`, which signs for the origins of the scheme only. */
export function botScheme(options: WebBotAuthOptions): AuthScheme {
  const sign = botSigner(options);
  return {
    name: "Signature",
    async *authenticate(request): AuthFlow {
      yield { ...request, headers: await sign(request) };
    },
  };
}

type Target = Pick<HTTPRequest, "method" | "url" | "headers">;

function botSigner(
  options: WebBotAuthOptions,
): (target: Target) => Promise<HTTPRequest["headers"]> {
  const read = readOptions(ACTION, options, CHECKS);
  const { key: givenKey, agent, version = 2, label = "sig1", now = Date.now } = read;
  if (givenKey === undefined) throw new TypeError(`Cannot ${ACTION}: key is missing; set it`);
  const { expires: expiresMs = 60_000 } = read;
  if (expiresMs > LONGEST_MS) {
    throw new RangeError(`Cannot use expires: ${expiresMs / 1000} s: it is at most an hour`);
  }
  const key = new Key(givenKey, "sign");
  if (key.algorithm === "hmac-sha256") {
    throw new TypeError(`Cannot ${ACTION}: key is a shared secret; use a private key`);
  }
  if (read.keyId === undefined && givenKey instanceof CryptoKey) {
    throw new TypeError(
      `Cannot ${ACTION}: keyId is missing; set it to the thumbprint of the CryptoKey`,
    );
  }
  let keyId: Promise<string> | undefined;
  const components = ["@authority", ...agent === undefined ? [] : [agentComponent(version, label)]];
  return async ({ method, url, headers: given }) => {
    keyId ??= read.keyId === undefined ? key.thumbprint! : Promise.resolve(read.keyId);
    const headers = mergeHeaders(given, {
      ...(agent !== undefined && { "signature-agent": agentField(agent, version, label) }),
    });
    return await signMessage({ method, url, headers }, key, {
      ...{ label, expiresMs, tag: BOT_TAG, saysAlgorithm: true },
      components: components.map(parseComponent),
      keyId: await keyId,
      at: now(),
      nonce: randomNonce(),
    });
  };
}

/** Returns the component that covers the Signature-Agent of a version. */
function agentComponent(version: 1 | 2, label: string): string {
  return version === 1 ? "signature-agent" : `"signature-agent";key="${label}"`;
}

/** Returns the value of Signature-Agent in a version. */
function agentField(agent: string, version: 1 | 2, label: string): string {
  const item = { value: agent, params: new Map() };
  return version === 1 ? serializeItem(item) : serializeDictionary([[label, item]]);
}

/** A location of the keys of a bot. */
export interface SignatureAgent {
  /** The name in the field; empty in version 1. */
  readonly label: string;
  /** The URL. */
  readonly uri: string;
  /** The content of the URL: a directory of keys, a set of keys, or a card that describes the bot. */
  readonly type: "directory" | "jwks_uri" | "cimd";
}

/**
 * Parses a Signature-Agent field of either version; undefined if it is malformed. Trust it only if a valid
 * signature covers it.
 *
 * @param field The value of the field.
 *
 * @example
 * ```ts
 * import { parseSignatureAgent } from "@codomyrmex/networking/auth/sign";
 *
 * console.log(parseSignatureAgent('sig1="https://bot.example"')?.[0]?.uri); // https://bot.example
 * ```
 */
export function parseSignatureAgent(field: string): readonly SignatureAgent[] | undefined {
  const single = parseItem(field);
  const members = typeof single?.value === "string"
    ? [["", single] as const]
    : parseDictionary(field);
  if (members === undefined) return undefined;
  const agents: SignatureAgent[] = [];
  for (const [label, member] of members) {
    const uri = "value" in member ? member.value : undefined;
    const given = member.params.get("type") ?? "directory";
    const type = isRecord(given) && given["type"] === "token" ? given["value"] : given;
    if (typeof uri !== "string" || !URL.canParse(uri)) return undefined;
    if (type !== "directory" && type !== "jwks_uri" && type !== "cimd") return undefined;
    agents.push({ label, uri, type });
  }
  return agents;
}

/**
 * Returns the URLs of the cards in a registry of bots: one on each line, `#` starts a comment.
 *
 * @param text The registry.
 *
 * @example
 * ```ts
 * import { parseBotRegistry } from "@codomyrmex/networking/auth/sign";
 *
 * console.log(parseBotRegistry("# bots\nhttps://bot.example/card # ours")); // ["https://bot.example/card"]
 * ```
 */
export function parseBotRegistry(text: string): readonly string[] {
  return text.split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => URL.canParse(line));
}

/**
 * Returns why the card of a bot cannot be used, or undefined if it can.
 *
 * @param card The parsed card.
 * @param url The URL of the card.
 *
 * @example
 * ```ts
 * import { agentCardFault } from "@codomyrmex/networking/auth/sign";
 *
 * const url = "https://bot.example/card";
 * console.log(agentCardFault({ client_id: url, jwks_uri: "https://bot.example/keys" }, url)); // undefined
 * ```
 */
export function agentCardFault(card: unknown, url: string): string | undefined {
  if (!isRecord(card)) return "card must be an object";
  if (card["client_id"] !== url) return "client_id must match the card URL";
  if (card["jwks"] !== undefined && card["jwks_uri"] !== undefined) {
    return "card must not contain both jwks and jwks_uri";
  }
  return undefined;
}
