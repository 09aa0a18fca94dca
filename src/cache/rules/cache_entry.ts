/**
 * What a cache keeps of a response, and the contract of the stores that keep it.
 *
 * @module
 */

/** Field values by lower-case name, in the order that they came in. */
export type FieldPairs = readonly (readonly [name: string, value: string])[];

/** A stored response. */
export interface CacheEntry {
  /** Names the variant (RFC 9111 4.1) among those of its key. */
  readonly id: string;
  /** The status code. */
  readonly status: number;
  /** The reason phrase. */
  readonly reason: string;
  /** The header fields, those for one connection removed. */
  readonly headers: FieldPairs;
  /** The body after content decoding. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** When the request was sent, in milliseconds since the epoch. */
  readonly requestTime: number;
  /** When the response came, in milliseconds since the epoch. */
  readonly responseTime: number;
  /** What the request had in the fields that Vary names; `null` for a field that it did not have. */
  readonly vary: Readonly<Record<string, string | null>>;
}

/** Where the responses to one URL are, for one who asks. */
export interface CacheKey {
  /** The URL without fragment, the values of secret parameters replaced. */
  readonly url: string;
  /** A fingerprint of the credentials; the empty string for a request without. */
  readonly partition: string;
}

/**
 * What keeps the responses of a cache. Each method may answer at once or by a promise. A store that
 * fails, or does not answer within 250 ms, counts as an empty one.
 */
export interface CacheStore {
  /** Whether the entries outlive the process. */
  readonly isLasting: boolean;
  /** Returns the key of the fingerprints: random bytes that live as long as the entries. */
  secret(): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>;
  /** Returns the entries of a key. An entry that is damaged is not among them. */
  get(key: CacheKey): readonly CacheEntry[] | Promise<readonly CacheEntry[]>;
  /** Keeps an entry whole or not at all, in place of that with its `id`; evicts what was used least recently until all take at most `maxSize` bytes. */
  put(key: CacheKey, entry: CacheEntry, maxSize: number): void | Promise<void>;
  /** Removes an entry. */
  delete(key: CacheKey, id: string): void | Promise<void>;
  /** Removes the entries of a URL, of all partitions. */
  invalidate(url: string): void | Promise<void>;
}

/** Returns the bytes that an entry counts for. */
export function sizeOf({ body, headers, id }: CacheEntry): number {
  let size = body.byteLength + id.length + 256;
  for (const [name, value] of headers) size += name.length + value.length;
  return size;
}

/** Returns the value of a field; several with one name are a list (RFC 9110 5.3). */
export function fieldOf(headers: FieldPairs, name: string): string | undefined {
  let found: string | undefined;
  for (const [key, value] of headers) {
    if (key === name) found = found === undefined ? value : `${found}, ${value}`;
  }
  return found;
}
