/**
 * Signs webhooks for senders: once, or as an authentication scheme for each attempt.
 *
 * @module
 */

import { AUTH_CHECKS, type AuthOptions, schemeFacts } from "../auth/credentials.ts";
import { readRequestBody } from "../auth/read_request_body.ts";
import type { AuthFlow, AuthScheme } from "../http/settings/auth_scheme.ts";
import type { HTTPRequest } from "../http/request/http_request.ts";
import { callable, type Check, expect, type OptionTable, that } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";
import { showOnly } from "../redact.ts";
import type { SchemeRules } from "./scheme.ts";
import { readKeys, SECRET_CHECKS, signedText, type WebhookOptions } from "./secrets.ts";
import type { WebhookKey } from "./webhook_key.ts";

/** Options of {@linkcode signWebhook}. */
export interface SignWebhookOptions extends WebhookOptions {
  /** The identifier. Default: a random one. */
  readonly id?: string;
  /** The time it is sent. Default: now. */
  readonly timestamp?: Date;
}

/** Options of {@linkcode webhookAuth}. */
export interface WebhookAuthOptions extends WebhookOptions, AuthOptions {
  /** The identifier. Default: the `idempotencyKey` of the call, else a random one for each call. */
  readonly id?: string;
  /** Returns the current time, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: () => number;
}

const isId: Check<string> = that(
  // A full stop separates the identifier from the time in the signed text.
  (value) => typeof value === "string" && /^[\x21-\x7e]+$/.test(value) && !value.includes("."),
  "visible ASCII characters without full stops",
);

const SIGN_TABLE = {
  ...SECRET_CHECKS,
  id: isId,
  timestamp: that<Date>((value) => value instanceof Date && +value >= 0, "a valid Date since 1970"),
} satisfies OptionTable<SignWebhookOptions>;

const AUTH_TABLE = {
  ...SECRET_CHECKS,
  ...AUTH_CHECKS,
  id: isId,
  now: callable<() => number>(),
} satisfies OptionTable<WebhookAuthOptions>;

const ENCODER = new TextEncoder();

/**
 * Signs a webhook for one attempt, and returns its header fields. Sign each retry again, with the same `id`,
 * as {@linkcode webhookAuth} does.
 *
 * @param options The secret and the scheme.
 * @param body The body, exactly as it is sent: text or bytes.
 * @throws {TypeError} If an option cannot be used, or the body is neither text nor bytes.
 *
 * @example
 * ```ts
 * import { signWebhook, standard } from "@codomyrmex/networking/webhooks";
 *
 * const options = { secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", scheme: standard(), id: "msg_1" };
 * const headers = await signWebhook(options, '{"type":"user.created"}');
 * console.log(headers["webhook-id"]); // msg_1
 * ```
 */
export async function signWebhook(
  options: SignWebhookOptions,
  body: string | Uint8Array,
): Promise<Record<string, string>> {
  const action = "sign a webhook";
  const { id, timestamp, ...given } = readOptions(action, options, SIGN_TABLE);
  const signer = new Signer(action, given);
  if (id !== undefined && !signer.rules.hasId) {
    throw new TypeError(`Cannot ${action}: the scheme has no id`);
  }
  if (timestamp !== undefined && !signer.rules.hasTime) {
    throw new TypeError(`Cannot ${action}: the scheme has no timestamp`);
  }
  const isRaw = typeof body === "string" || body instanceof Uint8Array;
  expect(isRaw, "body", body, "text or bytes, as it is sent");
  const bytes = typeof body === "string" ? ENCODER.encode(body) : body;
  return await signer.sign(id ?? newId(), timestamp?.getTime() ?? Date.now(), bytes);
}

/**
 * Returns a scheme that signs every request, retries included. The time is fresh, so a retry is not stale.
 * The identifier is the same for all attempts of a call.
 *
 * @param options The secret, the scheme, and the origins whose requests are signed.
 * @throws {TypeError} If an option cannot be used.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { standard, webhookAuth } from "@codomyrmex/networking/webhooks";
 *
 * const handler = (request: Request) => new Response(request.headers.get("webhook-id"));
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 * const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
 * const auth = webhookAuth({ secret, scheme: standard() });
 * await using client = new HTTPClient({ baseUrl: `http://localhost:${server.addr.port}`, auth });
 * const response = await client.post("/", { type: "user.created" }, { idempotencyKey: "event-1" });
 * console.log(response.text); // event-1
 * ```
 */
export function webhookAuth(options: WebhookAuthOptions): AuthScheme {
  return new WebhookAuth(options);
}

class WebhookAuth implements AuthScheme {
  static {
    showOnly(this, "AuthScheme", schemeFacts);
  }

  readonly name = "Webhook";
  readonly requiresBody = true;
  readonly origins: readonly string[] | undefined;
  readonly sensitiveNames: readonly string[];
  readonly #signer: Signer;
  readonly #id: string | undefined;
  readonly #now: () => number;
  /** The identifiers by the body of the call, which is the same object in all attempts. */
  readonly #ids = new WeakMap<object, string>();

  constructor(options: WebhookAuthOptions) {
    const action = "make webhook authentication";
    const { origins, id, now = Date.now, ...given } = readOptions(action, options, AUTH_TABLE);
    this.origins = origins;
    this.#id = id;
    this.#now = now;
    this.#signer = new Signer(action, given);
    this.sensitiveNames = [this.#signer.rules.header];
  }

  async *authenticate(given: HTTPRequest): AuthFlow {
    const id = this.#idOf(given);
    const { request, body = new Uint8Array(0) } = await readRequestBody(given);
    const signed = await this.#signer.sign(id, this.#now(), body); // reads the time after every wait
    yield { ...request, headers: { ...request.headers, ...signed } };
  }

  #idOf({ headers, body }: HTTPRequest): string {
    if (this.#id !== undefined) return this.#id;
    const key = headers["idempotency-key"];
    if (key !== undefined) return isId("idempotencyKey", key);
    if (body === undefined) return newId();
    const known = this.#ids.get(body) ?? newId();
    this.#ids.set(body, known);
    return known;
  }
}

/** Signs with the keys of one scheme. */
class Signer {
  readonly rules: SchemeRules;
  readonly #keys: readonly WebhookKey[];

  constructor(action: string, given: Parameters<typeof readKeys>[1]) {
    const { rules, keys } = readKeys(action, given, "sign");
    if (keys.length > 1 && !rules.hasList) {
      throw new TypeError(`Cannot ${action}: the scheme has one signature; set one secret`);
    }
    this.rules = rules;
    this.#keys = keys;
  }

  async sign(id: string, sentAtMs: number, body: Uint8Array): Promise<Record<string, string>> {
    const stamp = { id, timestamp: this.rules.timestamp(sentAtMs) };
    const text = signedText(this.rules.frame(stamp), body);
    const signatures = await Promise.all(
      this.#keys.map(async ({ algorithm, sign }) => ({ algorithm, bytes: await sign(text) })),
    );
    return this.rules.write(stamp, signatures);
  }
}

function newId(): string {
  return `msg_${crypto.randomUUID().replaceAll("-", "")}`;
}
