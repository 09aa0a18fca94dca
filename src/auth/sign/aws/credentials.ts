/**
 * AWS credentials: checked where they are given, renewed before they expire, and the signing keys that
 * are derived from them.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import { NetworkingError } from "../../../errors.ts";
import { hexOf } from "../../../formats/hex.ts";
import type { AuthContext } from "../../../http/settings/auth_scheme.ts";
import { SharedFlights } from "../../../http/sharing/shared_flights.ts";
import { isRecord } from "../../../options/checks.ts";
import { lazy } from "../../../runtime/lazy.ts";
import { VISIBLE_ASCII } from "../../bearer.ts";
import { hmac, hmacKey, toBytes } from "../../web_crypto.ts";

/** What AWS gives to who may call it. */
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

/** What a function that gives credentials is told. */
export interface AWSCredentialsContext {
  /**
   * Sends a side request, to a service that gives credentials for example, through the client's transport
   * and its address policy. It follows no redirects and carries nothing of the client's.
   */
  readonly fetch: AuthContext["fetch"];
  /** Aborted when nobody waits for the credentials any more. */
  readonly signal: AbortSignal;
}

/** A function that gives AWS credentials. */
export interface AWSCredentialsProvider {
  /** Gives them. */
  (context: AWSCredentialsContext): AWSCredentials | Promise<AWSCredentials>;
  /** Names whom the credentials stand for; the identifier of the access key when left out. */
  readonly partition?: string;
}

/** AWS credentials, or a function that gives them. */
export type AWSCredentialsOption = AWSCredentials | AWSCredentialsProvider;

/** How long a provider may take. */
const PROVIDER_MS = 30_000;
/** How long before their end credentials are renewed; at most half of the time that they had. */
const RENEWAL_MS = 300_000;

/** Credentials that are used again. */
interface Known {
  readonly credentials: AWSCredentials;
  readonly renewAt: number;
  readonly endsAt: number;
}

/** An error of one caller's client is no reason for the others. */
function isForAll(error: unknown): boolean {
  return !(error instanceof NetworkingError && error.code === "closed");
}

/** For those that wait without an end of their own; workerd makes no signals when a module is imported. */
const never = (): AbortSignal => new AbortController().signal;

const SIDE_REQUESTS = /* @__PURE__ */ lazy(() => import("../../../http/call/side_request.ts"));

/** Where there is no client, as for URLs that are signed. */
const nativeFetch: AuthContext["fetch"] = async (url, init) => {
  const { nativeSideRequest } = await SIDE_REQUESTS.load();
  return await nativeSideRequest(url, init, init.signal ?? never());
};

/** The credentials of one scheme. */
export class CredentialSource {
  /** Names whom the credentials stand for, if that is known without them. */
  readonly partition: string | undefined;
  readonly #action: string;
  readonly #now: () => number;
  readonly #give: AWSCredentialsProvider;
  readonly #flights = new SharedFlights<AWSCredentials>(isForAll);
  #known: Known | undefined;

  /** @throws {TypeError} If `given` is neither credentials nor a function. */
  constructor(action: string, given: AWSCredentialsOption, now: () => number) {
    this.#action = action;
    this.#now = now;
    if (typeof given === "function") {
      this.#give = given;
      this.partition = given.partition;
      return;
    }
    this.#give = () => given;
    this.#known = { credentials: this.#checked(given), renewAt: Infinity, endsAt: Infinity };
  }

  /**
   * The credentials to use now. Concurrent callers share one call of the provider. Where it fails to renew
   * credentials, those that it gave before are used to their end.
   *
   * @throws {TypeError} If the provider gave something else.
   * @throws {NetworkingError} `auth_failed` if it does not answer within 30 seconds.
   */
  async get(
    { fetch = nativeFetch, signal = never() }: Partial<AWSCredentialsContext> = {},
  ): Promise<AWSCredentials> {
    const known = this.#known;
    if (known !== undefined && this.#now() < known.renewAt) return known.credentials;
    // What one caller began is for all, so the side request ends when the last of them leaves.
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
    const asked = this.#now();
    const credentials = this.#checked(await this.#given(context));
    const { expiration } = credentials;
    if (expiration !== undefined) {
      const endsAt = expiration.getTime();
      const renewAt = endsAt - Math.min(RENEWAL_MS, (endsAt - asked) / 2);
      this.#known = { credentials, renewAt, endsAt };
    }
    return credentials;
  }

  /** What the provider gives, within its time. */
  async #given(context: AWSCredentialsContext): Promise<AWSCredentials> {
    const { signal } = context;
    let isAnswered = false;
    const given = (async () => await this.#give(context))().finally(() => isAnswered = true);
    try {
      return await deadline(given, PROVIDER_MS, { signal });
    } catch (cause) {
      if (isAnswered || signal.aborted) throw cause;
      throw new NetworkingError(
        "auth_failed",
        `Cannot ${this.#action}: the function credentials did not answer within 30 seconds`,
        { cause },
      );
    }
  }

  /** Never shows what is wrong with a value, only which one. */
  #checked(given: unknown): AWSCredentials {
    const wrong = (what: string) =>
      new TypeError(`Cannot ${this.#action}: ${what}; it is not shown here`);
    if (!isRecord(given)) {
      throw wrong("credentials must be an object, or a function that gives one");
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

/** Signs with keys that are good for one day, one region and one service. */
export class DaySigner {
  #last: { readonly id: string; readonly key: Promise<CryptoKey> } | undefined;

  /** The signature of a text, in hexadecimal. */
  async sign(secretAccessKey: string, scope: string, text: string): Promise<string> {
    // After midnight the key of the day before is another key.
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
