/**
 * AWS credentials: checks them, renews them before they expire, and derives signing keys from them.
 *
 * @module
 */

import { NetworkingError } from "../../../errors.ts";
import { hexOf } from "../../../formats/hex.ts";
import type { AuthContext } from "../../../http/settings/auth_scheme.ts";
import { SharedFlights } from "../../../http/sharing/shared_flights.ts";
import { isRecord } from "../../../options/checks.ts";
import { within } from "../../../runtime/within.ts";
import { lazy } from "../../../runtime/lazy.ts";
import { VISIBLE_ASCII } from "../../bearer.ts";
import { hmac, hmacKey, toBytes } from "../../web_crypto.ts";

/** The credentials of an AWS user or role. */
export interface AWSCredentials {
  /** The identifier of the access key; it is sent. */
  readonly accessKeyId: string;
  /** The secret of the access key; it is never sent. */
  readonly secretAccessKey: string;
  /** The session token of temporary credentials. */
  readonly sessionToken?: string;
  /** When temporary credentials expire; a provider is called again before that. */
  readonly expiration?: Date;
}

/** The argument of a credentials provider. */
export interface AWSCredentialsContext {
  /**
   * Sends a side request, for example to a credential service, through the client's transport and its address
   * policy. It follows no redirects, and has no headers or credentials of the client.
   */
  readonly fetch: AuthContext["fetch"];
  /** Aborted when no call waits for the credentials any more. */
  readonly signal: AbortSignal;
}

/** A function that returns AWS credentials. */
export interface AWSCredentialsProvider {
  /** Returns the credentials. */
  (context: AWSCredentialsContext): AWSCredentials | Promise<AWSCredentials>;
  /**
   * Identifies the user or role of the credentials. When left out, the identifier of the cached access key is used;
   * without an `expiration` there is none, and such calls use neither a cache nor `dedupe`.
   */
  readonly partition?: string;
}

/** AWS credentials, or a function that returns them. */
export type AWSCredentialsOption = AWSCredentials | AWSCredentialsProvider;

/** How long a provider may take. */
const PROVIDER_MS = 30_000;
/** How long before they expire credentials are renewed; at most half of their lifetime. */
const RENEWAL_MS = 300_000;

/** Cached credentials. */
interface Known {
  readonly credentials: AWSCredentials;
  readonly renewAt: number;
  readonly endsAt: number;
}

/** Whether an error concerns all waiting callers: that of one closed client does not. */
function isForAll(error: unknown): boolean {
  return !(error instanceof NetworkingError && error.code === "closed");
}

/** The signal of callers without one. It is created on use: workerd allows no signals at module load. */
const never = (): AbortSignal => new AbortController().signal;

const SIDE_REQUESTS = /* @__PURE__ */ lazy(() => import("../../../http/call/side_request.ts"));

/** Sends side requests without a client, as for presigned URLs. */
const nativeFetch: AuthContext["fetch"] = async (url, init) => {
  const { nativeSideRequest } = await SIDE_REQUESTS.load();
  return await nativeSideRequest(url, init, init.signal ?? never());
};

/** The credentials of one scheme. */
export class CredentialSource {
  readonly #action: string;
  readonly #now: () => number;
  readonly #provide: AWSCredentialsProvider;
  readonly #flights = new SharedFlights<AWSCredentials>(isForAll);
  #known: Known | undefined;

  /** @throws {TypeError} If `given` is neither credentials nor a function. */
  constructor(action: string, given: AWSCredentialsOption, now: () => number) {
    this.#action = action;
    this.#now = now;
    if (typeof given === "function") {
      this.#provide = given;
      return;
    }
    this.#provide = () => given;
    this.#known = { credentials: this.#checked(given), renewAt: Infinity, endsAt: Infinity };
  }

  /**
   * Identifies the user or role: the partition of the provider, or the cached access key. It calls no provider,
   * whose side requests need the transport and the address policy of a client.
   */
  get partition(): string | undefined {
    const { partition } = this.#provide;
    const known = this.#known;
    return partition ??
      (known && this.#now() < known.endsAt ? known.credentials.accessKeyId : undefined);
  }

  /**
   * Returns the current credentials. Concurrent callers share one call of the provider. If a renewal fails, the
   * previous credentials are used until they expire.
   *
   * @throws {TypeError} If the provider returned something else.
   * @throws {NetworkingError} `auth_failed` if it does not return within 30 seconds.
   */
  async get(
    { fetch = nativeFetch, signal = never() }: Partial<AWSCredentialsContext> = {},
  ): Promise<AWSCredentials> {
    const known = this.#known;
    if (known !== undefined && this.#now() < known.renewAt) return known.credentials;
    // All callers share the request, so it ends when the last of them leaves.
    const renew = (shared: AbortSignal) =>
      this.#renew({
        signal: shared,
        fetch: (url, init) => fetch(url, { ...init, signal: init?.signal ?? shared }),
      });
    try {
      return await this.#flights.run("", signal, renew);
    } catch (error) {
      if (signal.aborted) throw error;
      if (known !== undefined && this.#now() < known.endsAt) return known.credentials;
      throw error;
    }
  }

  async #renew(context: AWSCredentialsContext): Promise<AWSCredentials> {
    const requestedAt = this.#now();
    const credentials = this.#checked(await this.#provided(context));
    const { expiration } = credentials;
    if (expiration !== undefined) {
      const endsAt = expiration.getTime();
      const renewAt = endsAt - Math.min(RENEWAL_MS, (endsAt - requestedAt) / 2);
      this.#known = { credentials, renewAt, endsAt };
    }
    return credentials;
  }

  /** Returns the result of the provider, within its timeout. */
  async #provided(context: AWSCredentialsContext): Promise<AWSCredentials> {
    const result = (async () => await this.#provide(context))();
    const why = `Cannot ${this.#action}: the function credentials did not return within 30 seconds`;
    const late = (cause: unknown) => new NetworkingError("auth_failed", why, { cause });
    return await within(result, PROVIDER_MS, context.signal, late);
  }

  /** Checks credentials. Its errors name the invalid field, but never show its value. */
  #checked(given: unknown): AWSCredentials {
    const wrong = (what: string) =>
      new TypeError(`Cannot ${this.#action}: ${what}; it is not shown here`);
    if (!isRecord(given)) {
      throw wrong("credentials must be an object, or a function that returns one");
    }
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = given;
    if (typeof accessKeyId !== "string" || !/^[\w+=.@-]+$/.test(accessKeyId)) {
      throw wrong("credentials.accessKeyId must be letters and digits");
    }
    if (typeof secretAccessKey !== "string" || !VISIBLE_ASCII.test(secretAccessKey)) {
      throw wrong("credentials.secretAccessKey must be visible ASCII characters without spaces");
    }
    const isToken = sessionToken === undefined ||
      typeof sessionToken === "string" && VISIBLE_ASCII.test(sessionToken);
    if (!isToken) {
      throw wrong("credentials.sessionToken must be visible ASCII characters without spaces");
    }
    const isDate = expiration === undefined ||
      expiration instanceof Date && !Number.isNaN(expiration.getTime());
    if (!isDate) throw wrong("credentials.expiration must be a Date");
    return {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== undefined && { sessionToken: sessionToken as string }),
      ...(expiration !== undefined && { expiration: expiration as Date }),
    };
  }
}

/** Signs with keys that are valid for one day, one region and one service. */
export class DaySigner {
  #last: { readonly id: string; readonly key: Promise<CryptoKey> } | undefined;

  /** Returns the signature of a text, in hexadecimal. */
  async sign(secretAccessKey: string, scope: string, text: string): Promise<string> {
    // The scope has the date, so the key changes at midnight.
    const id = `${scope}\n${secretAccessKey}`;
    if (this.#last?.id !== id) this.#last = { id, key: derive(secretAccessKey, scope) };
    return hexOf(await hmac(await this.#last.key, text));
  }
}

async function derive(secretAccessKey: string, scope: string): Promise<CryptoKey> {
  let key = await hmacKey(toBytes(`AWS4${secretAccessKey}`));
  for (const part of scope.split("/")) key = await hmacKey(await hmac(key, part));
  return key;
}
