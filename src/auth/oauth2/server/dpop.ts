/**
 * Proofs of possession (DPoP, RFC 9449): each request proves that its sender has the key of the token. The
 * key stays in memory.
 *
 * @module
 */

import { abortable } from "@std/async/abortable";
import { parseChallenges } from "../../../formats/auth_challenges.ts";
import { algorithmOfKey, type WebCryptoKeyPair } from "../../keys/algorithms.ts";
import { hash, type PublicJWK, publicJWK, thumbprint } from "../../keys/jwk.ts";
import { signJWT } from "../../keys/jwt.ts";

/** The facts in a proof. */
export interface ProofOf {
  readonly method: string;
  readonly url: string;
  /** The token that is sent with it; undefined at the token endpoint. */
  readonly accessToken?: string;
  /** The current time, by the server's clock if known, in milliseconds since 1970. */
  readonly now: number;
  /** The unique name of the proof. Default: a random one. */
  readonly id?: string;
}

/** A proof, and the nonce in it. */
export interface Proof {
  readonly value: string;
  readonly nonce: string | undefined;
}

/** The number of origins whose nonces are kept. */
const MOST_ORIGINS = 100;

/** How long calls wait for the first response of an origin, which may have a nonce. */
const FIRST_ANSWER_MS = 1000;

const ECDSA = { name: "ECDSA", namedCurve: "P-256" };

/** Makes the proofs of one key. */
export class DPoPProver {
  #keys: Promise<WebCryptoKeyPair> | undefined;
  #publicJWK: Promise<PublicJWK> | undefined;
  /** The newest nonce by origin (RFC 9449 8.2); empty if the response had none. */
  readonly #nonces = new Map<string, string>();
  /** The pending first requests, by origin. */
  readonly #first = new Map<string, Promise<void>>();

  /** @param keyPair The key pair. Default: one that cannot be exported, created when first needed. */
  constructor(keyPair?: WebCryptoKeyPair) {
    if (keyPair !== undefined) this.#keys = Promise.resolve(keyPair);
  }

  #pair(): Promise<WebCryptoKeyPair> {
    return this.#keys ??= crypto.subtle.generateKey(ECDSA, false, ["sign", "verify"]);
  }

  #jwk(): Promise<PublicJWK> {
    return this.#publicJWK ??= this.#pair().then(({ publicKey }) => publicJWK(publicKey));
  }

  /** Returns the thumbprint of the key that tokens are bound to (RFC 9449 6.1). */
  async thumbprint(): Promise<string> {
    return await thumbprint(await this.#jwk());
  }

  /** Returns a proof for one request (RFC 9449 4.2). */
  async proof(of: ProofOf): Promise<Proof> {
    const { privateKey } = await this.#pair();
    const { origin, pathname } = new URL(of.url);
    const nonce = this.nonceOf(of.url);
    const header = {
      typ: "dpop+jwt",
      alg: algorithmOfKey(privateKey),
      jwk: await this.#jwk(),
    };
    const claims = {
      jti: of.id ?? crypto.randomUUID(),
      htm: of.method,
      htu: origin + pathname,
      iat: Math.floor(of.now / 1000),
      ath: of.accessToken === undefined ? undefined : await hash(of.accessToken),
      nonce,
    };
    return { value: await signJWT(header, claims, privateKey), nonce };
  }

  /** Stores the nonce of a response, also of a success (RFC 9449 8.2). */
  note(url: string, headers: Headers): void {
    const { origin } = new URL(url);
    const nonce = headers.get("dpop-nonce") ?? this.#nonces.get(origin) ?? "";
    this.#nonces.delete(origin);
    this.#nonces.set(origin, nonce);
    const [oldest] = this.#nonces.keys();
    if (this.#nonces.size > MOST_ORIGINS) this.#nonces.delete(oldest!);
  }

  /** Returns the newest nonce of an origin. */
  nonceOf(url: string): string | undefined {
    return this.#nonces.get(new URL(url).origin) || undefined;
  }

  /** Whether a 401 requires its nonce, which the proof did not have (RFC 9449 9). */
  wantsNonce(url: string, headers: Headers, sent: Proof): boolean {
    const nonce = this.nonceOf(url);
    if (nonce === undefined || nonce === sent.nonce) return false;
    const challenges = parseChallenges(headers.get("www-authenticate") ?? "");
    const errors = challenges.filter(({ scheme }) => scheme === "dpop").map(({ params }) =>
      params.get("error")
    );
    // A browser page cannot see the challenge of another origin.
    return errors.every((error) => error === undefined || error === "use_dpop_nonce");
  }

  /**
   * Lets the first request to an origin go alone. Its response may have the nonce for the others, which wait
   * up to a second for it. Call the returned function when the response has arrived.
   */
  async inTurn(url: string, signal: AbortSignal): Promise<() => void> {
    const { origin } = new URL(url);
    const first = this.#first.get(origin);
    if (first !== undefined) await abortable(first, signal);
    if (first !== undefined || this.#nonces.has(origin)) return () => {};
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, FIRST_ANSWER_MS);
    this.#first.set(origin, promise);
    return () => {
      clearTimeout(timer);
      resolve();
      if (this.#first.get(origin) === promise) this.#first.delete(origin);
    };
  }
}
