/**
 * The credentials of the operator, so that what comes back can be shown without them: servers echo
 * headers, and a body is read in pieces of the agent's choice. They are learned where the operator's
 * schemes, options and middleware put them on a request, and never from what an agent wrote.
 *
 * @module
 */

import type { AuthScheme } from "../../http/settings/auth_scheme.ts";
import type { ResponseHead } from "../../hooks.ts";
import type { ExchangeMiddleware } from "../../http/settings/middleware.ts";
import type { HTTPRequest } from "../../http/request/http_request.ts";
import { isSecretParameter, REDACTED } from "../../redact.ts";
import { isSecretHeader } from "../../redact_headers.ts";
import { SecretFinder } from "../../formats/secret_text.ts";
import { fromBase64 } from "./base64.ts";

/** Keeps at most this many secrets, and drops the oldest. */
const MOST = 200;

/** The parts of a request that carry credentials. */
type Carrier = Pick<HTTPRequest, "url" | "headers">;

/** What must not be shown. */
export class Secrets {
  readonly #values = new Set<string>();
  #finder: SecretFinder | undefined;

  /** The scheme, with the credentials learned that it puts on a request. */
  learningFrom(scheme: AuthScheme): AuthScheme {
    const { name, origins, requiresBody, allowClearText, sensitiveNames } = scheme;
    const learn = (before: Carrier, after: Carrier) =>
      this.#learnDifference(before, after, sensitiveNames ?? []);
    return {
      name,
      origins,
      ...(requiresBody !== undefined && { requiresBody }),
      ...(allowClearText !== undefined && { allowClearText }),
      ...(sensitiveNames !== undefined && { sensitiveNames }),
      async *authenticate(request, context): AsyncGenerator<HTTPRequest, void, ResponseHead> {
        const flow = scheme.authenticate(request, context);
        try {
          let step = await flow.next();
          while (!step.done) {
            learn(request, step.value);
            step = await flow.next(yield step.value);
          }
        } finally {
          await flow.return();
        }
      },
    };
  }

  /** The operator's middleware, with the credentials learned that it puts on a request. */
  learningFromMiddleware(middleware: ExchangeMiddleware): ExchangeMiddleware {
    return (request, next) =>
      middleware(request, (changed) => {
        this.#learnDifference(request, changed, []);
        return next(changed);
      });
  }

  #learnDifference(before: Carrier, after: Carrier, names: readonly string[]): void {
    for (const [name, value] of Object.entries(after.headers)) {
      const lower = name.toLowerCase();
      if (value === before.headers[name]) continue;
      if (lower === "cookie") this.#learnCookies(before.headers[name] ?? "", value);
      else if (isSecretHeader(lower) || names.includes(lower)) this.#learnValue(value);
    }
    if (after.url === before.url) return;
    const had = new URL(before.url).searchParams;
    for (const [name, value] of new URL(after.url).searchParams) {
      const isSecret = names.includes(name.toLowerCase()) || isSecretParameter(name);
      if (isSecret && !had.getAll(name).includes(value)) this.#add(value);
    }
  }

  #learnCookies(before: string, after: string): void {
    const had = before.split(/; */);
    for (const pair of after.split(/; */)) {
      if (!had.includes(pair)) this.#add(pair.slice(pair.indexOf("=") + 1).trim());
    }
  }

  #learnValue(value: string): void {
    const [scheme = "", credentials = ""] = value.split(/\s+(.*)/s, 2);
    if (/^digest$/i.test(scheme)) return; // proves the password, and does not show it
    this.#add(credentials || value);
    if (!/^basic$/i.test(scheme) || !/^[A-Za-z0-9+/]+=*$/.test(credentials)) return;
    const pair = new TextDecoder().decode(fromBase64(credentials));
    this.#add(pair);
    this.#add(pair.slice(pair.indexOf(":") + 1));
  }

  #add(secret: string): void {
    if (secret === "" || [...this.#values].at(-1) === secret) return;
    if (!this.#values.delete(secret)) this.#finder = undefined;
    this.#values.add(secret); // to the end of the list
    for (const oldest of this.#values) {
      if (this.#values.size <= MOST) break;
      this.#values.delete(oldest);
    }
  }

  get #found(): SecretFinder {
    return this.#finder ??= new SecretFinder(this.#values);
  }

  /** The length of the longest spelling of a secret, in bytes. */
  get longestSpelling(): number {
    return this.#found.longestSpelling;
  }

  /** The text with each secret in it replaced. */
  hide(text: string): string {
    return this.#found.hide(text);
  }

  /** A message without secrets, and without the beginnings of those that shortening has cut. */
  hideInMessage(text: string): string {
    return this.#found.hide(text, REDACTED, true);
  }

  /**
   * Writes asterisks over each secret in `bytes`: places in a body stay what they are.
   *
   * @returns Where a secret begins that the end of `bytes` cuts off; their length without one.
   */
  mask(bytes: Uint8Array): number {
    return this.#found.mask(bytes);
  }
}
