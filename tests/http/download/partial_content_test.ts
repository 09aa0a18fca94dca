/** What continues a transfer, and what does not. */

import { assertEquals } from "@std/assert";
import {
  type Continuation,
  continuation,
  rangeHeaders,
  strongValidator,
  type TransferState,
} from "../../../src/http/download/partial_content.ts";

const DATE = "Mon, 01 Jun 2015 12:00:00 GMT";

// R4.26
Deno.test("strongValidator() gives what If-Range may carry", async (t) => {
  const rows: [string, Record<string, string>, string | undefined][] = [
    ["a strong ETag", { etag: '"a"' }, '"a"'],
    ["a weak ETag", { etag: 'W/"a"' }, undefined],
    ["a weak ETag counts before a date", { etag: 'W/"a"', "last-modified": DATE }, undefined],
    ["an ETag without quotes", { etag: "a" }, undefined],
    ["nothing", {}, undefined],
    ["a date without Date", { "last-modified": DATE }, undefined],
    ["an old date (RFC 9110 8.8.2.2)", {
      "last-modified": DATE,
      date: "Mon, 01 Jun 2015 12:01:00 GMT",
    }, DATE],
    ["a date of this minute", {
      "last-modified": DATE,
      date: "Mon, 01 Jun 2015 12:00:59 GMT",
    }, undefined],
    ["a date that is none", { "last-modified": "1.5", date: DATE }, undefined],
    ["content-encoded", { etag: '"a"', "content-encoding": "gzip" }, undefined],
    ["encoded as identity", { etag: '"a"', "content-encoding": "identity" }, '"a"'],
  ];
  for (const [name, headers, expected] of rows) {
    await t.step(name, () => assertEquals(strongValidator(new Headers(headers)), expected));
  }
});

Deno.test("rangeHeaders() asks for a part only with a validator", () => {
  const range = { range: "bytes=5-", "if-range": '"a"' };
  assertEquals(rangeHeaders({ written: 5, validator: '"a"' }), range);
  assertEquals(rangeHeaders({ written: 5 }), {});
  assertEquals(rangeHeaders({ written: 0, validator: '"a"' }), {});
});

const NEW: TransferState = { written: 0 };
const HALF: TransferState = { written: 5, validator: '"a"', total: 10 };
const OPEN: TransferState = { written: 5, validator: '"a"' };

const taken = (skip: number, restarts: boolean, state: TransferState): Continuation => ({
  kind: "take",
  skip,
  restarts,
  state: { validator: undefined, total: undefined, ...state },
});

Deno.test("continuation() takes the whole, and what is surely the rest", async (t) => {
  const rows: [string, number, Record<string, string>, TransferState, Continuation][] = [
    [
      "the whole",
      200,
      { "content-length": "10", etag: '"a"' },
      NEW,
      taken(0, false, { ...HALF, written: 0 }),
    ],
    ["of unknown length", 200, {}, NEW, taken(0, false, NEW)],
    ["a length in two", 200, { "content-length": "10, 10" }, NEW, taken(0, false, NEW)],
    [
      "encoded",
      200,
      { "content-length": "10", "content-encoding": "br" },
      NEW,
      taken(0, false, NEW),
    ],
    ["the rest", 206, { "content-range": "bytes 5-9/10" }, HALF, taken(0, false, HALF)],
    ["a part of the rest", 206, { "content-range": "bytes 5-7/10" }, HALF, taken(0, false, HALF)],
    [
      "the rest, total learnt",
      206,
      { "content-range": "bytes 5-9/10" },
      OPEN,
      taken(0, false, HALF),
    ],
    [
      "the rest, total unknown",
      206,
      { "content-range": "bytes 5-9/*" },
      OPEN,
      taken(0, false, OPEN),
    ],
    [
      "no ranges, the same",
      200,
      { "content-length": "10", etag: '"a"' },
      HALF,
      taken(5, false, HALF),
    ],
    ["another ETag", 200, { etag: '"b"' }, HALF, taken(0, true, { written: 0, validator: '"b"' })],
    ["a weak ETag now", 200, { etag: 'W/"a"' }, HALF, taken(0, true, NEW)],
    [
      "the same ETag, shorter than what is there",
      200,
      { "content-length": "4", etag: '"a"' },
      HALF,
      taken(0, true, { written: 0, validator: '"a"', total: 4 }),
    ],
  ];
  for (const [name, status, headers, state, expected] of rows) {
    await t.step(name, () => {
      assertEquals(continuation(status, new Headers(headers), state), expected);
    });
  }
});

// R4.26
Deno.test("continuation() refuses a part that does not fit", async (t) => {
  const rows: [string, Record<string, string>, TransferState, RegExp][] = [
    ["not asked for", { "content-range": "bytes 0-9/10" }, NEW, /the whole was requested/],
    ["no Content-Range", {}, HALF, /missing or malformed/],
    ["several ranges", { "content-type": "multipart/byteranges; boundary=x" }, HALF, /missing/],
    ["another unit", { "content-range": "items 5-9/10" }, HALF, /malformed/],
    ["begins before", { "content-range": "bytes 4-9/10" }, HALF, /begins at byte 4, not at 5/],
    ["begins behind", { "content-range": "bytes 6-9/10" }, HALF, /begins at byte 6/],
    ["ends before it begins", { "content-range": "bytes 5-4/10" }, HALF, /its range is malformed/],
    ["ends behind the end", { "content-range": "bytes 5-10/10" }, HALF, /its range is malformed/],
    ["another total", { "content-range": "bytes 5-9/11" }, HALF, /length has changed/],
    [
      "lengths disagree",
      { "content-range": "bytes 5-9/10", "content-length": "4" },
      HALF,
      /disagree/,
    ],
    ["another ETag", { "content-range": "bytes 5-9/10", etag: '"b"' }, HALF, /ETag has changed/],
    ["encoded", { "content-range": "bytes 5-9/10", "content-encoding": "gzip" }, HALF, /encoded/],
    [
      "a number without end",
      { "content-range": `bytes 5-${"9".repeat(400)}/*` },
      HALF,
      /malformed/,
    ],
  ];
  for (const [name, headers, state, reason] of rows) {
    await t.step(name, () => {
      const refused = continuation(206, new Headers(headers), state);
      assertEquals(
        refused.kind === "refuse" && reason.test(refused.reason),
        true,
        Deno.inspect(refused),
      );
    });
  }
});
