/**
 * Schemes with one HMAC in one header field: GitHub, Slack, Shopify, and those of other senders.
 *
 * @module
 */

import { fromBase64, fromBase64URL, toBase64, toBase64URL } from "../formats/base64.ts";
import { fromHex, hexOf } from "../formats/hex.ts";
import { isToken } from "../formats/tokens.ts";
import { type Check, type OptionTable, text, that } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";
import { makeScheme, readTime, type WebhookScheme } from "./scheme.ts";
import { hmacKey, type WebhookHash } from "./webhook_key.ts";

/** Options of {@linkcode hmac}. */
export interface HMACOptions {
  /** The name of the header with the signature. */
  readonly header: string;
  /** The text before the signature in its header, such as `sha256=`. Default: none. */
  readonly prefix?: string;
  /**
   * The encoding of the signature.
   *
   * @default {"hex"}
   */
  readonly encoding?: "hex" | "base64" | "base64url";
  /**
   * The hash function.
   *
   * @default {"SHA-256"}
   */
  readonly hash?: WebhookHash;
  /**
   * The signed text. It has `{body}` once, and `{timestamp}` and `{id}` if they are signed too.
   *
   * @default {"{body}"}
   */
  readonly template?: string;
  /** The name of the header with the time. Required if the template has `{timestamp}`. */
  readonly timestampHeader?: string;
  /**
   * The unit of the time, which counts from 1970.
   *
   * @default {"seconds"}
   */
  readonly timestampUnit?: "seconds" | "milliseconds";
  /** The name of the header with the identifier. Required if the template has `{id}`. */
  readonly idHeader?: string;
}

const CODECS = {
  hex: { read: fromHex, write: hexOf },
  base64: { read: fromBase64, write: toBase64 },
  base64url: { read: fromBase64URL, write: toBase64URL },
};
const UNITS = { seconds: 1000, milliseconds: 1 };
const HASHES = { "SHA-1": 1, "SHA-256": 1, "SHA-384": 1, "SHA-512": 1 };

/** Checks that a value is a name in a table. */
function oneOf<Table extends object>(table: Table): Check<keyof Table & string> {
  const isOne = (value: unknown) => typeof value === "string" && Object.hasOwn(table, value);
  return that(isOne, Object.keys(table).join(", ").replace(/, ([^,]*)$/, " or $1"));
}

const fieldName: Check<string> = that(
  (value) => typeof value === "string" && isToken(value),
  "the name of a header",
);

const TABLE = {
  header: fieldName,
  prefix: text,
  encoding: oneOf(CODECS),
  hash: oneOf(HASHES),
  template: text,
  timestampHeader: fieldName,
  timestampUnit: oneOf(UNITS),
  idHeader: fieldName,
} satisfies OptionTable<HMACOptions>;

/**
 * Returns a scheme with one HMAC, in the header and over the text that you name. Without `{timestamp}` in the
 * template, a recorded webhook stays valid forever. Set `seen`, and set `tolerance` to the time that you can
 * remember webhooks.
 *
 * @param options The header of the signature, and the signed text.
 * @throws {TypeError} If an option cannot be used.
 *
 * @example
 * ```ts
 * import { hmac, signWebhook } from "@codomyrmex/networking/webhooks";
 *
 * const scheme = hmac({
 *   header: "X-Signature",
 *   encoding: "base64",
 *   timestampHeader: "X-Timestamp",
 *   template: "{timestamp}:{body}",
 * });
 * const secret = "a secret of at least 16 bytes";
 * console.log(Object.keys(await signWebhook({ secret, scheme }, "{}"))); // ["x-timestamp", "x-signature"]
 * ```
 */
export function hmac(options: HMACOptions): WebhookScheme {
  return hmacScheme("HMAC", options);
}

/** GitHub: `X-Hub-Signature-256` over the body alone, so set `seen`. */
export function github(): WebhookScheme {
  return hmacScheme("GitHub", {
    header: "x-hub-signature-256",
    prefix: "sha256=",
    idHeader: "x-github-delivery",
  });
}

/** Slack: `X-Slack-Signature` over the time and the body. */
export function slack(): WebhookScheme {
  return hmacScheme("Slack", {
    header: "x-slack-signature",
    prefix: "v0=",
    timestampHeader: "x-slack-request-timestamp",
    template: "v0:{timestamp}:{body}",
  });
}

/** Shopify: `X-Shopify-Hmac-Sha256` over the body alone, so set `seen`. */
export function shopify(): WebhookScheme {
  return hmacScheme("Shopify", {
    header: "x-shopify-hmac-sha256",
    encoding: "base64",
    idHeader: "x-shopify-webhook-id",
  });
}

function hmacScheme(name: string, options: HMACOptions): WebhookScheme {
  const given = readOptions("make an HMAC scheme", options, TABLE);
  const { prefix = "", encoding = "hex", hash = "SHA-256", timestampUnit = "seconds" } = given;
  const [header, timestampHeader, idHeader] = [
    given.header?.toLowerCase(),
    given.timestampHeader?.toLowerCase(),
    given.idHeader?.toLowerCase(),
  ];
  if (header === undefined) {
    throw new TypeError("Cannot make an HMAC scheme: header is missing; set it");
  }
  const parts = readTemplate(given.template ?? "{body}");
  const isSigned = (part: string) => parts[0].includes(part) || parts[1].includes(part);
  if (isSigned("{timestamp}") !== (timestampHeader !== undefined)) {
    throw new TypeError(
      "Cannot make an HMAC scheme: timestampHeader and {timestamp} in template need each other, since a " +
        "time that is not signed proves nothing; set both or neither",
    );
  }
  if (isSigned("{id}") && idHeader === undefined) {
    throw new TypeError("Cannot make an HMAC scheme: {id} is in template; set idHeader");
  }
  const { read, write } = CODECS[encoding];
  const unitMs = UNITS[timestampUnit];
  return makeScheme(name, {
    header,
    hasId: idHeader !== undefined,
    hasTime: timestampHeader !== undefined,
    hasList: false,
    readKey: (secret) => hmacKey(hash, secret),
    claim(fields) {
      const id = idHeader && (isSigned("{id}") ? fields.one(idHeader) : fields.get(idHeader));
      const timestamp = timestampHeader && fields.one(timestampHeader);
      const field = fields.one(header);
      const bytes = field.startsWith(prefix) ? read(field.slice(prefix.length)) : undefined;
      return {
        id,
        timestamp,
        sentAtMs: timestamp === undefined ? undefined : readTime(timestamp, unitMs),
        signatures: bytes === undefined ? [] : [{ algorithm: "hmac", bytes }],
      };
    },
    timestamp: (sentAtMs) => `${Math.floor(sentAtMs / unitMs)}`,
    frame: ({ id, timestamp }) => {
      const values: Record<string, string | undefined> = { id, timestamp };
      const fill = (part: string) => part.replace(/\{(id|timestamp)\}/g, (_, key) => values[key]!);
      return [fill(parts[0]), fill(parts[1])];
    },
    write: ({ id, timestamp }, [signature]) => ({
      ...(idHeader !== undefined && id !== undefined && { [idHeader]: id }),
      ...(timestampHeader !== undefined && { [timestampHeader]: timestamp! }),
      [header]: prefix + write(signature!.bytes),
    }),
  });
}

/** Returns the text before the body and the text after it. */
function readTemplate(template: string): readonly [before: string, after: string] {
  const [before, after, more] = template.split("{body}");
  if (before !== undefined && after !== undefined && more === undefined) return [before, after];
  throw new TypeError("Cannot make an HMAC scheme: template must have {body} once");
}
