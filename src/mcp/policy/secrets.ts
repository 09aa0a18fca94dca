/**
 * Hides the operator's credentials in results: servers echo headers, and agents choose the slices of a body. The
 * credentials are learned when the operator's schemes, options and middleware put them on a request, and never
 * from an agent's input.
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

/** The most secrets that are kept; the oldest is dropped first. */
const MOST = 200;

/** The parts of a request that carry credentials. */
type Carrier = Pick<HTTPRequest, "url" | "headers">;

/** The secrets of the operator. */
export class Secrets {
  readonly #values = new Set<string>();
  #finder: SecretFinder | undefined;

  /** Wraps a scheme, and learns the credentials that it puts on a request. */
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

  /** Wraps the operator's middleware, and learns the credentials that it puts on a request. */
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

  /** Returns the text with each secret replaced. */
  hide(text: string): string {
    return this.#found.hide(text);
  }

  /** Returns a message without secrets, and without the beginnings of secrets that were cut. */
  hideInMessage(text: string): string {
    return this.#found.hide(text, REDACTED, true);
  }

  /**
   * Overwrites each secret in `bytes` with asterisks, so that offsets do not change.
   *
   * @returns The start of a secret that the end of `bytes` cuts off, or the length of `bytes`.
   */
  mask(bytes: Uint8Array): number {
    return this.#found.mask(bytes);
  }
}
