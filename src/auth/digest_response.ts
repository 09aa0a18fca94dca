/**
 * Chooses a challenge and computes its response for Digest authentication (RFC 7616). Pure functions.
 *
 * Strings are byte strings. Header values are Latin-1, as fetch returns them; user and password are UTF-8.
 *
 * @module
 */

import { md5 } from "@noble/hashes/legacy.js";
import { sha256, sha512, sha512_256 } from "@noble/hashes/sha2.js";
import { parseChallenges } from "../formats/auth_challenges.ts";
import { hexOf } from "../formats/hex.ts";

/**
 * The hash functions, strongest first (RFC 7616 6.1). Plain SHA-512 is not in the RFC, but servers use it.
 */
const HASHES: ReadonlyMap<string, (data: Uint8Array) => Uint8Array> = new Map([
  ["sha-512-256", sha512_256],
  ["sha-512", sha512],
  ["sha-256", sha256],
  ["md5", md5],
]);
const STRENGTH = [...HASHES.keys()];

/** The names of the algorithms, for messages. */
export const ALGORITHMS: string = "SHA-512-256, SHA-512, SHA-256 and MD5, each also with -sess";

/** A supported challenge. */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  /** As the server spells it; `undefined` means MD5. */
  readonly algorithm: string | undefined;
  /** `undefined` for a server of RFC 2069. */
  readonly qop: "auth" | "auth-int" | undefined;
  readonly userhash: boolean;
  /** Whether the credentials were right, and only the nonce was too old. */
  readonly stale: boolean;
}

/** Returns the strongest supported Digest challenge of a `WWW-Authenticate` field. */
export function chooseChallenge(field: string): {
  readonly chosen: DigestChallenge | undefined;
  /** The algorithms that the server offers, for the message if none is supported. */
  readonly offered: readonly string[];
} {
  const offered: string[] = [];
  let chosen: DigestChallenge | undefined;
  for (const { scheme, params } of parseChallenges(field)) {
    if (scheme !== "digest") continue;
    const algorithm = params.get("algorithm");
    const qops = params.get("qop")?.toLowerCase().split(",").map((word) => word.trim());
    offered.push(`${algorithm ?? "MD5"}${qops === undefined ? "" : ` (${qops.join(", ")})`}`);
    const nonce = params.get("nonce");
    // `auth` is preferred: without a body to hash, it proves as much.
    const qop = (["auth", "auth-int"] as const).find((name) => qops?.includes(name));
    // RFC 2617 3.2.2: without qop there is no cnonce, which -sess needs.
    const known = HASHES.has(baseOf(algorithm)) && (qops ? qop : !isSession(algorithm));
    if (nonce === undefined || !known) continue;
    if (chosen && strength(algorithm) >= strength(chosen.algorithm)) continue;
    chosen = {
      realm: params.get("realm") ?? "",
      nonce,
      opaque: params.get("opaque"),
      algorithm,
      qop,
      userhash: params.get("userhash")?.toLowerCase() === "true",
      stale: params.get("stale")?.toLowerCase() === "true",
    };
  }
  return { chosen, offered };
}

function baseOf(algorithm = "md5"): string {
  return algorithm.toLowerCase().replace(/-sess$/, "");
}

function isSession(algorithm = ""): boolean {
  return /-sess$/i.test(algorithm);
}

function strength(algorithm: string | undefined): number {
  return STRENGTH.indexOf(baseOf(algorithm));
}

/** Returns H(A1), which the responses to one challenge share (RFC 7616 3.4.2). */
export function sessionKey(
  { algorithm, realm, nonce }: DigestChallenge,
  { user, password }: { readonly user: string; readonly password: string },
  cnonce: string,
): string {
  const key = hash(algorithm, `${asBytes(user)}:${realm}:${asBytes(password)}`);
  return isSession(algorithm) ? hash(algorithm, `${key}:${nonce}:${cnonce}`) : key;
}

/** The values that change with each request. */
export interface DigestUse {
  readonly method: string;
  /** Path and query as sent. */
  readonly uri: string;
  readonly nonce: string;
  readonly cnonce: string;
  /** The number of requests with this nonce, including this one. */
  readonly count: number;
  /** The content, for `auth-int`. */
  readonly body?: Uint8Array | undefined;
}

/** Returns the value of the Authorization header (RFC 7616 3.4). */
export function digestAuthorization(
  { realm, opaque, algorithm, qop, userhash }: DigestChallenge,
  user: string,
  key: string,
  { method, uri, nonce, cnonce, count, body = new Uint8Array() }: DigestUse,
): string {
  const nc = count.toString(16).padStart(8, "0");
  const content = qop === "auth-int" ? `:${hash(algorithm, body)}` : "";
  const request = hash(algorithm, `${method}:${uri}${content}`);
  const middle = qop === undefined ? nonce : `${nonce}:${nc}:${cnonce}:${qop}`;
  const response = hash(algorithm, `${key}:${middle}:${request}`);
  const ascii = /^[\x20-\x7e]*$/.test(user);
  const name = userhash
    ? `username="${hash(algorithm, `${asBytes(user)}:${realm}`)}"`
    : ascii
    ? `username=${quoted(user)}`
    : `username*=UTF-8''${encodeURIComponent(user).replaceAll(/['()*]/g, percent)}`; // RFC 8187
  return "Digest " + [
    name,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(uri)}`,
    `response="${response}"`,
    ...algorithm === undefined ? [] : [`algorithm=${algorithm}`],
    ...opaque === undefined ? [] : [`opaque=${quoted(opaque)}`],
    ...qop === undefined ? [] : [`qop=${qop}`, `nc=${nc}`, `cnonce=${quoted(cnonce)}`],
    ...userhash ? ["userhash=true"] : [],
  ].join(", ");
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}

/** Returns the UTF-8 bytes of a text, one character each, as in header values. RFC 7616 4 requires NFC. */
function asBytes(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text.normalize("NFC")));
}

function hash(algorithm: string | undefined, data: string | Uint8Array): string {
  const bytes = typeof data === "string"
    ? Uint8Array.from(data, (character) => character.charCodeAt(0))
    : data;
  return hexOf(HASHES.get(baseOf(algorithm))!(bytes));
}
