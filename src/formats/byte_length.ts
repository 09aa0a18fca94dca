/**
 * The size of text and bytes.
 *
 * @module
 */

/** Returns the bytes of a value on the wire; text counts as UTF-8, without being encoded. */
export function byteLength(data: string | Blob | { readonly byteLength: number }): number {
  if (typeof data !== "string") return data instanceof Blob ? data.size : data.byteLength;
  let bytes = data.length;
  for (let index = 0; index < data.length; index++) {
    const unit = data.charCodeAt(index);
    if (unit < 0x80) continue;
    // A pair of surrogates is four bytes for two units. A lone surrogate becomes U+FFFD, three bytes.
    const isPair = unit >= 0xd800 && unit < 0xdc00 &&
      (data.charCodeAt(index + 1) & 0xfc00) === 0xdc00;
    bytes += unit < 0x800 ? 1 : 2;
    if (isPair) index++;
  }
  return bytes;
}
