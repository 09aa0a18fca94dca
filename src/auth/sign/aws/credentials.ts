/**
 * AWS credentials: checked where they are given, renewed before they expire, and the signing keys that
 * are derived from them.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import { NetworkingError } from "../../../errors.ts";
import { hexOf } from "../../../formats/hex.ts";
import { isRecord } from "../../../options/checks.ts";
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

/** AWS credentials, or a function that gives them. */
export type AWSCredentialsOption =
  | AWSCredentials
  | (() => AWSCredentials | Promise<AWSCredentials>);

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

/** The credentials of one scheme. */
export class CredentialSource {
  readonly #action: string;
  readonly #now: () => number;
  readonly #give: () => AWSCredentials | Promise<AWSCredentials>;
  #known: Known | undefined;
  #pending: Promise<AWSCredentials> | undefined;

  /** @throws {TypeError} If `given` is neither credentials nor a function. */
  constructor(action: string, given: AWSCredentialsOption, now: () => number) {
    this.#action = action;
    this.#now = now;
    if (typeof given === "function") {
      this.#give = given;
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
  async get(): Promise<AWSCredentials> {
    const known = this.#known;
    if (known !== undefined && this.#now() < known.renewAt) return known.credentials;
    if (this.#pending === undefined) {
      const pending = this.#renew();
      this.#pending = pending;
      const end = () => void (this.#pending = undefined);
      pending.then(end, end);
    }
    try {
      return await this.#pending;
    } catch (error) {
      if (known !== undefined && this.#now() < known.endsAt) return known.credentials;
      throw error;
    }
  }

  async #renew(): Promise<AWSCredentials> {
    const asked = this.#now();
    const credentials = this.#checked(await this.#given());
    const { expiration } = credentials;
    if (expiration !== undefined) {
      const endsAt = expiration.getTime();
      const renewAt = endsAt - Math.min(RENEWAL_MS, (endsAt - asked) / 2);
      this.#known = { credentials, renewAt, endsAt };
    }
    return credentials;
  }

  /** What the provider gives, within its time. */
  async #given(): Promise<AWSCredentials> {
    let isAnswered = false;
    const given = (async () => await this.#give())().finally(() => isAnswered = true);
    try {
      return await deadline(given, PROVIDER_MS);
    } catch (cause) {
      if (isAnswered) throw cause;
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
