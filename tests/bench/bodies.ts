/**
 * What the benchmark's server sends, and what its clients must have received.
 *
 * @module
 */

/** The JSON document of the small cases: one record of a usual API. */
export const DOCUMENT: Readonly<Record<string, unknown>> = {
  id: 48_213,
  name: "Ada Lovelace",
  email: "ada@example.org",
  active: true,
  created: "2024-03-09T11:02:45.120Z",
  address: { street: "12 St James's Square", city: "London", postcode: "SW1Y 4JH" },
  roles: ["reader", "author", "admin"],
  scores: Array.from({ length: 48 }, (_, index) => index * 37 % 1000),
  balance: 1204.75,
  note: "x".repeat(277),
};

/** The document as it is sent: 731 bytes. */
export const JSON_BYTES: Uint8Array<ArrayBuffer> = new TextEncoder().encode(
  JSON.stringify(DOCUMENT),
);

/** 100 KiB. */
export const MEDIUM_BODY: Uint8Array<ArrayBuffer> = new Uint8Array(100 * 1024).fill(0x61);

/** 1 MiB. */
export const MEBIBYTE_BODY: Uint8Array<ArrayBuffer> = new Uint8Array(1024 * 1024).fill(0x61);

/** 10 MiB. */
export const LARGE_BODY: Uint8Array<ArrayBuffer> = new Uint8Array(10 * 1024 * 1024).fill(0x61);

/** The size of the body that comes in 256 chunks: 1 MiB. */
export const MANY_CHUNKS_SIZE: number = 1024 * 1024;

/** Whole HTTP/1.1 responses in chunked coding, by path. */
export const CHUNKED_BODIES: ReadonlyMap<string, Uint8Array> = new Map([
  ["/small", await chunkedResponse("application/json", [JSON_BYTES])],
  [
    "/many",
    await chunkedResponse(
      "application/octet-stream",
      Array.from({ length: 256 }, () => LARGE_BODY.subarray(0, MANY_CHUNKS_SIZE / 256)),
    ),
  ],
]);

function chunkedResponse(
  contentType: string,
  chunks: readonly Uint8Array<ArrayBuffer>[],
): Promise<Uint8Array> {
  const head =
    `HTTP/1.1 200 OK\r\nContent-Type: ${contentType}\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const framed = chunks.flatMap((chunk) => [`${chunk.length.toString(16)}\r\n`, chunk, "\r\n"]);
  return new Blob([head, ...framed, "0\r\n\r\n"]).bytes();
}
