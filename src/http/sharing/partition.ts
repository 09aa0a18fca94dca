/**
 * Identifies the owner of a request by all of its credentials, before its scheme runs. Responses are shared
 * only between calls with the same credentials.
 *
 * @module
 */

import { hexOf } from "../../formats/hex.ts";
import { redactURL } from "../../redact.ts";
import { isSecretHeader } from "../../redact_headers.ts";
import { isPromiseLike } from "../../runtime/promise_like.ts";
import type { RequestValue } from "../request/request_value.ts";
import type { AuthScheme } from "../settings/auth_scheme.ts";
import { authFor } from "../settings/auth_for.ts";
import type { KnownCall } from "../settings/call_cache.ts";

/** The owner of a request, described by secrets. */
export interface Asker {
  /** The URL without its secrets. */
  readonly url: string;
  /** The secrets of the URL; the empty string for none. */
  readonly ofURL: string;
  /** The other secrets; the empty string for none. */
  readonly secrets: string;
  /** Whether the secrets include a scheme or a header other than Cookie. */
  readonly isAuthorized: boolean;
  /** Whether the scheme has no `partition`, so that only its own calls can share. */
  readonly isOneScheme: boolean;
}

/** Identifiers of schemes without a `partition`. */
const SCHEMES = new WeakMap<AuthScheme, string>();

/** Returns the owner of a request, or undefined if the scheme does not know it yet. */
export function askerOf(
  request: RequestValue,
  call: KnownCall,
): Asker | undefined | Promise<Asker | undefined> {
  const { sensitive } = request;
  const { auth, cookies } = call.settings;
  const mark = request.url.indexOf("#");
  const bare = mark < 0 ? request.url : request.url.slice(0, mark);
  // A path parameter can be secret too.
  const url = /[?;@]/.test(bare) ? redactURL(bare, sensitive) : bare;
  const found: string[][] = [];
  let isAuthorized = false;
  for (const name in request.headers) {
    if (!isSecretHeader(name) && !sensitive.includes(name)) continue;
    if (name !== "cookie") isAuthorized = true;
    found.push([name, request.headers[name]!]);
  }
  const kept = cookies?.cookieHeader(request.url);
  if (kept !== undefined) found.push(["jar", kept]);
  const asker = (isOneScheme: boolean): Asker => ({
    url,
    ofURL: url === bare ? "" : bare,
    secrets: found.length === 0 ? "" : JSON.stringify(found),
    isAuthorized,
    isOneScheme,
  });
  const scheme = auth && authFor(auth, new URL(request.url).origin)?.scheme;
  if (scheme === undefined) return asker(false);
  isAuthorized = true;
  const { partition } = scheme;
  if (partition === undefined) {
    let own = SCHEMES.get(scheme);
    if (own === undefined) SCHEMES.set(scheme, own = crypto.randomUUID());
    found.push(["scheme", own]);
    return asker(true);
  }
  const add = (known: string | undefined): Asker | undefined => {
    if (known === undefined) return undefined;
    found.push(["scheme", scheme.name, known]);
    return asker(false);
  };
  const known = typeof partition === "string" ? partition : partition.call(scheme, call.signal);
  return isPromiseLike(known) ? Promise.resolve(known).then(add) : add(known);
}

/** The number of cached fingerprints; credentials are few, or used only once. */
const MOST_REMEMBERED = 1000;

/** Computes fingerprints of secrets by HMAC-SHA-256, each only once. They are never shown. */
export class Fingerprints {
  readonly #key: Promise<CryptoKey>;
  readonly #known = new Map<string, string>([["", ""]]);

  /** @param secret Random bytes, so that fingerprints cannot be compared between stores. */
  constructor(secret: Uint8Array<ArrayBuffer>) {
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    this.#key = crypto.subtle.importKey("raw", secret, algorithm, false, ["sign"]);
    this.#key.catch(() => {}); // of() reports the error
  }

  /**
   * Returns the fingerprint of a secret, synchronously if it is cached; that of the empty string is empty.
   */
  of(secret: string): string | Promise<string> {
    const known = this.#known.get(secret);
    return known ?? this.#compute(secret);
  }

  async #compute(secret: string): Promise<string> {
    const bytes = new TextEncoder().encode(secret);
    const hash = new Uint8Array(await crypto.subtle.sign("HMAC", await this.#key, bytes));
    const text = hexOf(hash);
    if (this.#known.size > MOST_REMEMBERED) {
      this.#known.clear();
      this.#known.set("", "");
    }
    this.#known.set(secret, text);
    return text;
  }
}
