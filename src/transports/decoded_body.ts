/**
 * Decodes the content codings of a body with `node:zlib`: the codings that fetch decodes on Node, and as
 * leniently (RFC 9110 8.4).
 *
 * @module
 */

import type { AnswerBody, AnswerReader } from "../runtime/answer.ts";
import { builtinModule } from "../runtime/builtin_modules.ts";
import type { PlainBody } from "./plain_body.ts";

type Bytes = Uint8Array<ArrayBuffer>;

interface Options {
  readonly flush?: number;
  readonly finishFlush?: number;
  readonly maxOutputLength?: number;
  readonly params?: Readonly<Record<number, number>>;
}
type MakeDecoder = (options: Options) => AsyncIterable<Bytes>;
type Decode = (bytes: Bytes, options: Options) => Bytes;

interface Zlib {
  readonly constants: Readonly<Record<string, number>>;
  readonly createGunzip: MakeDecoder;
  readonly createInflate: MakeDecoder;
  readonly createInflateRaw: MakeDecoder;
  readonly createBrotliDecompress: MakeDecoder;
  readonly createZstdDecompress: MakeDecoder;
  readonly gunzipSync: Decode;
  readonly inflateSync: Decode;
  readonly inflateRawSync: Decode;
  readonly brotliDecompressSync: Decode;
  readonly zstdDecompressSync: Decode;
}

type Pipeline = (
  source: AsyncIterable<Bytes>,
  decoder: AsyncIterable<Bytes>,
  done: () => void,
) => AsyncIterable<Bytes>;

/** Decodes a coding: as a stream, or a whole body. */
interface Decoder {
  readonly make: MakeDecoder;
  readonly decode: Decode;
  readonly options: Options;
}

/** The most layers; more are an attack, and fetch refuses them too. */
const MOST_CODINGS = 5;
/** A complete body up to this size is decoded as a whole, if the result is at most `LARGEST_AT_ONCE`. */
const SMALL = 16_384;
const LARGEST_AT_ONCE = 1_048_576;

const KNOWN: ReadonlySet<string> = new Set(["gzip", "x-gzip", "deflate", "br", "zstd"]);

/**
 * Returns the codings to decode, the outermost first; none if one of them is unknown.
 *
 * @throws {TypeError} If there are too many.
 */
export function codingsOf(field: string | null): string[] {
  if (field === null) return [];
  const codings = field.toLowerCase().split(",").map((name) => name.trim()).reverse();
  if (codings.length > MOST_CODINGS) throw new TypeError("too many content codings");
  return codings.every((name) => KNOWN.has(name)) ? codings : [];
}

function decoderOf(coding: string, first: number): Decoder {
  const zlib = builtinModule<Zlib>("node:zlib")!;
  const { Z_SYNC_FLUSH, BROTLI_OPERATION_FLUSH } = zlib.constants;
  // Some servers send truncated bodies; curl and browsers accept them too.
  const lenient = { flush: Z_SYNC_FLUSH!, finishFlush: Z_SYNC_FLUSH! };
  switch (coding) {
    case "deflate": // RFC 1950, or bare RFC 1951, which many servers send
      return (first & 0x0f) === 0x08
        ? { make: zlib.createInflate, decode: zlib.inflateSync, options: lenient }
        : { make: zlib.createInflateRaw, decode: zlib.inflateRawSync, options: lenient };
    case "br":
      return {
        make: zlib.createBrotliDecompress,
        decode: zlib.brotliDecompressSync,
        options: { flush: BROTLI_OPERATION_FLUSH!, finishFlush: BROTLI_OPERATION_FLUSH! },
      };
    case "zstd":
      return {
        make: zlib.createZstdDecompress,
        decode: zlib.zstdDecompressSync,
        options: { params: { [zlib.constants.ZSTD_d_windowLogMax!]: 23 } }, // RFC 9659
      };
    default:
      return { make: zlib.createGunzip, decode: zlib.gunzipSync, options: lenient };
  }
}

/** A decoded body. */
export class DecodedBody implements AnswerBody, AnswerReader {
  readonly #encoded: PlainBody;
  readonly #codings: readonly string[];
  #chunks: AsyncIterator<Bytes> | undefined;

  /**
   * @param encoded The body.
   * @param codings The result of {@linkcode codingsOf}.
   */
  constructor(encoded: PlainBody, codings: readonly string[]) {
    this.#encoded = encoded;
    this.#codings = codings;
  }

  getReader(options: { mode: "byob" }): undefined;
  getReader(): AnswerReader;
  getReader(options?: { mode: "byob" }): AnswerReader | undefined {
    return options === undefined ? this : undefined;
  }

  async read(): Promise<ReadableStreamReadResult<Bytes>> {
    if (this.#chunks === undefined) {
      const small = this.#decodeAtOnce();
      const chunks = small === undefined
        ? this.#codings.reduce(decoded, chunksOf(this.#encoded))
        : [small][Symbol.iterator]();
      this.#chunks = chunks as AsyncIterator<Bytes>;
    }
    const { done, value } = await this.#chunks.next();
    // Node returns Buffers, which share their memory.
    return done ? { done, value: undefined } : { done: false, value: new Uint8Array(value) };
  }

  async cancel(reason?: unknown): Promise<void> {
    await this.#encoded.cancel(reason);
    this.#chunks?.return?.().catch(() => {}); // its result is not used
  }

  /** Decodes a small complete body; returns undefined if it must be decoded as a stream. */
  #decodeAtOnce(): Bytes | undefined {
    let bytes = this.#encoded.whole(SMALL);
    if (bytes === undefined) return undefined;
    try {
      for (const coding of this.#codings) {
        if (bytes.byteLength === 0) break;
        const { decode, options } = decoderOf(coding, bytes[0]!);
        bytes = decode(bytes, { ...options, maxOutputLength: LARGEST_AT_ONCE });
      }
      return bytes;
    } catch {
      return undefined; // the stream reports the error, or decodes a larger result
    }
  }
}

async function* chunksOf(body: PlainBody): AsyncGenerator<Bytes, void, undefined> {
  for (let next = await body.read(); !next.done; next = await body.read()) yield next.value;
}

/** Decodes one coding of the chunks. */
async function* decoded(
  chunks: AsyncGenerator<Bytes, void, undefined>,
  coding: string,
): AsyncGenerator<Bytes, void, undefined> {
  const first = await chunks.next();
  if (first.done) return; // zlib refuses an empty body
  const { make, options } = decoderOf(coding, first.value[0]!);
  async function* all() {
    yield first.value as Bytes;
    yield* chunks;
  }
  const { pipeline } = builtinModule<{ readonly pipeline: Pipeline }>("node:stream")!;
  yield* pipeline(all(), make(options), () => {}); // the loop throws the error, too
}
