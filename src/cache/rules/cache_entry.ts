/**
 * The stored form of a response, and the contract of the stores.
 *
 * @module
 */

/** Field names in lower case with their values, in the order of the response. */
export type FieldPairs = readonly (readonly [name: string, value: string])[];

/** A stored response. */
export interface CacheEntry {
  /** Identifies the variant (RFC 9111 4.1) among those of its key. */
  readonly id: string;
  /** The status code. */
  readonly status: number;
  /** The reason phrase. */
  readonly reason: string;
  /** The header fields, without those for one connection. */
  readonly headers: FieldPairs;
  /** The body after content decoding. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** When the request was sent, in milliseconds since the epoch. */
  readonly requestTime: number;
  /** When the response arrived, in milliseconds since the epoch. */
  readonly responseTime: number;
  /** The request's values of the fields that Vary names; `null` for an absent field. */
  readonly vary: Readonly<Record<string, string | null>>;
}

/** The key of the stored responses to one URL for one set of credentials. */
export interface CacheKey {
  /** The URL without fragment, with the values of secret parameters replaced. */
  readonly url: string;
  /** A fingerprint of the credentials; the empty string for a request without. */
  readonly partition: string;
}

/**
 * Stores the responses of a cache. Each method may return its result or a promise of it. A store that fails,
 * or takes longer than 250 ms, counts as empty.
 */
export interface CacheStore {
  /** Whether the entries outlive the process. */
  readonly isLasting: boolean;
  /** Returns the key of the fingerprints: random bytes that are kept as long as the entries. */
  secret(): Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>;
  /** Returns the entries of a key, without damaged ones. */
  get(key: CacheKey): readonly CacheEntry[] | Promise<readonly CacheEntry[]>;
  /**
   * Stores an entry, in full or not at all, and replaces the one with its `id`. Evicts the least recently used
   * entries until all together have at most `maxSize` bytes.
   */
  put(key: CacheKey, entry: CacheEntry, maxSize: number): void | Promise<void>;
  /** Removes an entry. */
  delete(key: CacheKey, id: string): void | Promise<void>;
  /** Removes the entries of a URL from all partitions. */
  invalidate(url: string): void | Promise<void>;
}

/** Returns the size that an entry counts as, in bytes. */
export function sizeOf({ body, headers, id }: CacheEntry): number {
  let size = body.byteLength + id.length + 256;
  for (const [name, value] of headers) size += name.length + value.length;
  return size;
}

/** Returns the value of a field; several with one name are joined as a list (RFC 9110 5.3). */
export function fieldOf(headers: FieldPairs, name: string): string | undefined {
  let found: string | undefined;
  for (const [key, value] of headers) {
    if (key === name) found = found === undefined ? value : `${found}, ${value}`;
  }
  return found;
}
