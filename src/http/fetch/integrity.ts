/**
 * Subresource Integrity: checks a body by its digest.
 *
 * @module
 */

const ALGORITHMS = ["sha256", "sha384", "sha512"] as const;

/** The digests of which a body must match one. */
export interface Integrity {
  /** The name of the hash function in Web Crypto. */
  readonly algorithm: string;
  /** The digests in Base64. */
  readonly digests: readonly string[];
}

/**
 * Reads the text of `integrity`. Only its strongest hash function counts, and unknown parts are ignored
 * (Subresource Integrity 3.3).
 *
 * @returns Undefined if it has no known digest.
 */
export function readIntegrity(text: string): Integrity | undefined {
  const found = Array.from(
    text.matchAll(/(?<!\S)(sha256|sha384|sha512)-([A-Za-z0-9+/_-]+={0,2})(?:\?\S*)?(?!\S)/g),
    ([, name, digest]) => [name, digest!.replaceAll("-", "+").replaceAll("_", "/")] as const,
  );
  const name = ALGORITHMS.findLast((name) => found.some(([other]) => other === name));
  if (name === undefined) return undefined;
  return {
    algorithm: name.replace("sha", "SHA-"),
    digests: found.flatMap(([other, digest]) => other === name ? [digest] : []),
  };
}

/** Whether bytes have one of the digests. */
export async function hasIntegrity(
  bytes: Uint8Array<ArrayBuffer>,
  { algorithm, digests }: Integrity,
): Promise<boolean> {
  const digest = new Uint8Array(await crypto.subtle.digest(algorithm, bytes));
  return digests.includes(btoa(String.fromCharCode(...digest)));
}
