/**
 * The error for a webhook that is not accepted, with the response for its sender.
 *
 * @module
 */
// deno-lint-ignore-file camelcase -- codes are what programs compare

import { brand, NetworkingError } from "../errors.ts";

/** Why a webhook is not accepted. */
export type WebhookErrorCode =
  | "webhook_missing"
  | "webhook_stale"
  | "webhook_signature"
  | "webhook_replayed"
  | "webhook_invalid"
  | "webhook_too_large"
  | "webhook_timeout"
  | "webhook_unchecked";

/** The statuses of the responses. */
const STATUSES: Readonly<Record<WebhookErrorCode, number>> = {
  webhook_missing: 400,
  webhook_stale: 401,
  webhook_signature: 401,
  webhook_replayed: 409,
  webhook_invalid: 400,
  webhook_too_large: 413,
  webhook_timeout: 408,
  webhook_unchecked: 503,
};

/**
 * Thrown if a webhook is not accepted. `code` is the reason, `response` is the response for the sender.
 *
 * @example
 * ```ts
 * import { standard, verifyWebhook, WebhookError } from "@codomyrmex/networking/webhooks";
 *
 * const request = new Request("http://localhost/hook", { method: "POST", body: "{}" });
 * const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
 * try {
 *   await verifyWebhook(request, { secret, scheme: standard() });
 * } catch (error) {
 *   if (!(error instanceof WebhookError)) throw error;
 *   console.log(error.code, error.response.status); // webhook_missing 400
 * }
 * ```
 */
export class WebhookError extends NetworkingError {
  static {
    brand(this, "WebhookError");
  }

  /** Why the webhook is not accepted. */
  declare readonly code: WebhookErrorCode;

  /**
   * Creates the error.
   * @param code Why it is not accepted.
   * @param why What was found, and what to do.
   * @param options The cause.
   */
  constructor(code: WebhookErrorCode, why: string, options?: { readonly cause?: unknown }) {
    super(code, `Cannot accept the webhook: ${why}`, options);
  }

  /** The status code of the response. */
  get statusCode(): number {
    return STATUSES[this.code];
  }

  /** The response for the sender: a new one each time, without a body, so it leaks no details. */
  get response(): Response {
    return new Response(null, { status: this.statusCode });
  }
}
