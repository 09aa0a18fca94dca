/** Numbers for property tests: the same ones in every run. */

/** A function that gives numbers from 0 to below 1 (xorshift32). */
export function numbersFrom(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
