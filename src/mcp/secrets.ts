/**
 * The credentials that were sent, so that what comes back can be shown without them: servers echo
 * headers, and a body is read in pieces of the agent's choice.
 *
 * @module
 */

import type { RequestFacts } from "../hooks.ts";
import type { ExchangeMiddleware } from "../http/middleware.ts";
import { isSecretHeader, REDACTED } from "../redact.ts";
import { fromBase64 } from "./base64.ts";

/** Shorter ones would hide half of every text. */
const SHORTEST = 4;
/** Tokens are renewed; the old ones are forgotten some day. */
const MOST = 200;
const ASTERISK = "*".charCodeAt(0);

/** What must not be shown. */
export class Secrets {
  readonly #values = new Set<string>();
  readonly #names = new Set<string>();

  /** Header and query names that carry secrets, beside those that everybody knows. */
  names(names: readonly string[]): void {
    for (const name of names) this.#names.add(name.toLowerCase());
  }

  /** Learns what goes over the wire. */
  readonly exchange: ExchangeMiddleware = (request, next) => {
    this.learn(request);
    return next(request);
  };

  /** Learns the credentials of a request. */
  learn({ url, headers }: Pick<RequestFacts, "url" | "headers">): void {
    for (const [name, value] of Object.entries(headers)) this.#learnHeader(name, value);
    if (this.#names.size === 0) return;
    for (const [name, value] of new URL(url).searchParams) {
      if (this.#names.has(name.toLowerCase())) this.#add(value);
    }
  }

  #learnHeader(name: string, value: string): void {
    if (name === "cookie") {
      for (const pair of value.split(";")) this.#add(pair.slice(pair.indexOf("=") + 1).trim());
    }
    if (name !== "authorization" && name !== "proxy-authorization") {
      if (isSecretHeader(name) || this.#names.has(name)) this.#add(value);
      return;
    }
    const [scheme = "", credentials = ""] = value.split(/\s+(.*)/s, 2);
    if (/^digest$/i.test(scheme)) return; // proves the password, and does not show it
    this.#add(credentials || value);
    if (!/^basic$/i.test(scheme) || !/^[A-Za-z0-9+/]+=*$/.test(credentials)) return;
    const pair = new TextDecoder().decode(fromBase64(credentials));
    this.#add(pair);
    this.#add(pair.slice(pair.indexOf(":") + 1));
  }

  #add(secret: string): void {
    for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]) {
      if (form.length < SHORTEST) continue;
      this.#values.delete(form); // to the end of the list
      this.#values.add(form);
    }
    for (const oldest of this.#values) {
      if (this.#values.size <= MOST) break;
      this.#values.delete(oldest);
    }
  }

  /** A copy of a JSON value with each secret in its strings replaced. */
  hide<Value>(value: Value): Value {
    const secrets = this.#longestFirst();
    if (secrets.length === 0) return value;
    const hide = (one: unknown): unknown => {
      if (typeof one === "string") {
        return secrets.reduce((text, secret) => text.replaceAll(secret, REDACTED), one);
      }
      if (Array.isArray(one)) return one.map(hide);
      if (typeof one !== "object" || one === null) return one;
      return Object.fromEntries(Object.entries(one).map(([name, member]) => [name, hide(member)]));
    };
    return hide(value) as Value;
  }

  /** Writes asterisks over each secret in `bytes`: places in a body stay what they are. */
  mask(bytes: Uint8Array): void {
    for (const secret of this.#longestFirst()) {
      const wanted = ENCODER.encode(secret);
      const first = wanted[0]!;
      for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
        if (wanted.every((byte, index) => bytes[at + index] === byte)) {
          bytes.fill(ASTERISK, at, at + wanted.length);
        }
      }
    }
  }

  #longestFirst(): string[] {
    return [...this.#values].sort((one, other) => other.length - one.length);
  }
}

const ENCODER = new TextEncoder();
