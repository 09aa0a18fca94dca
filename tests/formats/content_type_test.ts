/** The Content-Type field, and bytes as text by what it says. */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { decodeText, isJSON, parseContentType } from "../../src/formats/content_type.ts";
import { readVectors } from "../support/vectors.ts";
import { assertLinear } from "../support/linear.ts";

/** A case of the web platform tests; strings between them are headings. */
interface MimeCase {
  readonly input: string;
  /** The MIME type, serialised; `null` for a failure. */
  readonly output: string | null;
  /** The encoding that its charset names, `null` for none; absent where it does not matter. */
  readonly encoding?: string | null;
}

async function readCases(file: string): Promise<MimeCase[]> {
  const cases = await readVectors<(MimeCase | string)[]>(`wpt-mime/${file}`);
  return cases.filter((one) => typeof one !== "string");
}

for (const file of ["mime-types.json", "generated-mime-types.json"]) {
  const cases = await readCases(file);
  Deno.test(`the essence of a MIME type is as the web platform tests have it (${file})`, () => {
    assert(cases.length > 50);
    for (const { input, output } of cases) {
      const essence = output?.split(";", 1)[0] ?? "";
      assertStrictEquals(parseContentType(input).essence, essence, JSON.stringify(input));
    }
  });
}

const charsetCases = (await readCases("mime-types.json"))
  .filter((one) => one.encoding !== undefined);

Deno.test("the charset of a MIME type is as the web platform tests have it", async (t) => {
  assert(charsetCases.length > 30);
  for (const { input, encoding } of charsetCases) {
    await t.step(JSON.stringify(input), () => {
      const { charset } = parseContentType(input);
      let named: string | null = null;
      try {
        named = charset === undefined ? null : new TextDecoder(charset).encoding;
      } catch {
        named = null; // a charset that no label names
      }
      assertStrictEquals(named, encoding?.toLowerCase() ?? null);
    });
  }
});

// R4.12
Deno.test("a Content-Type gives essence and charset in lower case", async (t) => {
  const rows: {
    value: string | null;
    essence: string;
    charset?: string;
    source: string;
  }[] = [
    { value: null, essence: "", source: "missing" },
    { value: "", essence: "", source: "empty" },
    { value: "application/json", essence: "application/json", source: "RFC 9110 8.3" },
    {
      value: "Application/JSON; Charset=UTF-8",
      essence: "application/json",
      charset: "utf-8",
      source: "RFC 9110 8.3.1: names are case-insensitive, charsets too",
    },
    {
      value: 'text/html;charset="ISO-8859-1"',
      essence: "text/html",
      charset: "iso-8859-1",
      source: "RFC 9110 8.3.1: quoted or not is the same",
    },
    {
      value: "multipart/form-data; boundary=charset=x",
      essence: "multipart/form-data",
      source: "charset= inside the value of another parameter",
    },
    {
      value: 'text/plain; title="a;charset=gbk"; charset=utf-8',
      essence: "text/plain",
      charset: "utf-8",
      source: "charset= inside a quoted value",
    },
    {
      value: "text/plain; x-charset=gbk",
      essence: "text/plain",
      source: "a name that ends in charset",
    },
    {
      value: "text/plain;charset=gbk\n\r\t ",
      essence: "text/plain",
      charset: "gbk",
      source: "MIME Sniffing Standard 4.4: white space behind a value",
    },
    // Fetch Standard, "extract a MIME type": of several fields the last that can be read counts.
    {
      value: "text/html, application/json",
      essence: "application/json",
      source: "two fields, joined",
    },
    {
      value: "text/html;charset=gbk, text/html",
      essence: "text/html",
      charset: "gbk",
      source: "the same type keeps its charset",
    },
    {
      value: "text/html;charset=gbk;a=b, text/html;x=y",
      essence: "text/html",
      charset: "gbk",
      source: "parameters between",
    },
    { value: "text/html;charset=gbk, text/plain", essence: "text/plain", source: "another type" },
    { value: "text/plain, */*", essence: "text/plain", source: "any type is none" },
    { value: "text/plain, x, ,", essence: "text/plain", source: "malformed ones are passed over" },
    {
      value: 'text/html;x=",";charset=utf-8',
      essence: "text/html",
      charset: "utf-8",
      source: "a comma in quotes",
    },
    {
      value: 'text/html;x="a, application/json',
      essence: "text/html",
      source: "quotes that are not closed",
    },
    { value: "json", essence: "", source: "no slash" },
  ];
  for (const { value, essence, charset, source } of rows) {
    await t.step(`${value} (${source})`, () => {
      assertEquals(parseContentType(value), { essence, ...(charset && { charset }) });
    });
  }
});

Deno.test("a hostile Content-Type is read in linear time", async () => {
  const values: ((size: number) => string)[] = [
    (size) => `a/b${" ".repeat(size)}x`,
    (size) => " ".repeat(size),
    (size) => "a".repeat(size),
    (size) => `a/b;${";".repeat(size)}`,
    (size) => `a/b;${" ;".repeat(size)}`,
    (size) => `a/b;x="${"\\a".repeat(size)}`,
    (size) => `a/b;${'x="'.repeat(size)}`,
    (size) => `a/b;charset=${" ".repeat(size)}x`,
  ];
  for (const value of values) await assertLinear(value(2), value, parseContentType);
});

// R4.13
Deno.test("JSON is application/json, text/json and every +json type", async (t) => {
  const rows: { value: string | null; json: boolean; source: string }[] = [
    { value: "application/json", json: true, source: "RFC 8259 11" },
    { value: "APPLICATION/JSON", json: true, source: "RFC 9110 8.3.1: case-insensitive" },
    { value: "application/json;charset=utf-8", json: true, source: "with a parameter" },
    { value: "application/json ; charset=utf-8", json: true, source: "with space" },
    { value: "text/json", json: true, source: "MIME Sniffing Standard, JSON MIME type" },
    { value: "application/problem+json", json: true, source: "RFC 9457" },
    { value: "application/vnd.github.v3+JSON", json: true, source: "RFC 6839 3.1" },
    { value: "application/ld+json; profile=x", json: true, source: "RFC 6839 3.1" },
    { value: "application/json-seq", json: false, source: "RFC 7464: a sequence, no JSON text" },
    { value: "application/x-ndjson", json: false, source: "lines of JSON, no JSON text" },
    { value: "application/jsonp", json: false, source: "JavaScript" },
    { value: "text/html; x=+json", json: false, source: "only in a parameter" },
    { value: "text/html, application/vnd.x+json", json: true, source: "the last of two" },
    { value: "application/json, text/html", json: false, source: "the last of two" },
    { value: "+json", json: false, source: "malformed" },
    { value: "text/html", json: false, source: "HTML" },
    { value: null, json: false, source: "missing" },
  ];
  for (const { value, json, source } of rows) {
    await t.step(`${value}: ${json} (${source})`, () => {
      assertStrictEquals(isJSON(parseContentType(value)), json);
    });
  }
});

Deno.test("bytes become text by byte order mark, else by charset, else as UTF-8", async (t) => {
  const rows: { bytes: number[]; charset?: string; text: string; source: string }[] = [
    { bytes: [], text: "", source: "nothing" },
    { bytes: [0xc3, 0xa9], text: "é", source: "UTF-8 by default" },
    { bytes: [0xef, 0xbb, 0xbf, 0x61], text: "a", source: "a UTF-8 byte order mark is no text" },
    {
      bytes: [0xef, 0xbb, 0xbf, 0xc3, 0xa9],
      charset: "iso-8859-1",
      text: "é",
      source: "Encoding Standard 6: the byte order mark wins over the charset",
    },
    { bytes: [0xff, 0xfe, 0x61, 0x00], text: "a", source: "a UTF-16LE byte order mark" },
    { bytes: [0xfe, 0xff, 0x00, 0x61], text: "a", source: "a UTF-16BE byte order mark" },
    {
      bytes: [0xfe, 0xff, 0x00, 0x61],
      charset: "utf-8",
      text: "a",
      source: "Encoding Standard 6: it wins over a charset that says otherwise",
    },
    {
      bytes: [0x61, 0x00],
      charset: "utf-16le",
      text: "a",
      source: "UTF-16 without byte order mark",
    },
    { bytes: [0xe9], charset: "iso-8859-1", text: "é", source: "a legacy charset" },
    {
      bytes: [0x93, 0x94],
      charset: "iso-8859-1",
      text: "\u201c\u201d",
      source: "Encoding Standard 4.2: iso-8859-1 is a label of windows-1252",
    },
    { bytes: [0x82, 0xa0], charset: "shift_jis", text: "あ", source: "a charset of two bytes" },
    { bytes: [0xc3, 0xa9], charset: "utf8", text: "é", source: "a label of UTF-8" },
    {
      bytes: [0xc3, 0xa9],
      charset: "no-such-charset",
      text: "é",
      source: "an unknown charset counts as UTF-8",
    },
    {
      bytes: [0x61, 0xff, 0x62],
      text: "a\ufffdb",
      source: "Encoding Standard 4.1: malformed bytes are replaced, not thrown at the caller",
    },
    {
      bytes: [0x61, 0xef, 0xbb, 0xbf],
      text: "a\ufeff",
      source: "elsewhere it is a character",
    },
    { bytes: [0xef, 0xbb], text: "\ufffd", source: "half a byte order mark is none" },
  ];
  for (const { bytes, charset, text, source } of rows) {
    await t.step(source, () => {
      const contentType = { essence: "text/plain", ...(charset && { charset }) };
      assertStrictEquals(decodeText(new Uint8Array(bytes), contentType), text);
    });
  }
});

Deno.test("decoding one text leaves nothing behind for the next", () => {
  const half = new Uint8Array([0xc3]);
  assertStrictEquals(decodeText(half, { essence: "" }), "\ufffd");
  assertStrictEquals(decodeText(new Uint8Array([0xa9]), { essence: "" }), "\ufffd");
});
