/** Secrets in what a server sends back, in every usual spelling. */

import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { hideSecrets, SecretFinder } from "../../src/formats/secret_text.ts";
import { numbersFrom } from "../support/numbers.ts";

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

type Spell = (secret: string, coin: () => boolean) => string;

const hex = (number: number, width: number) => number.toString(16).padStart(width, "0");
const bytesOf = (text: string) => [...ENCODER.encode(text)];
const base64 = (text: string) => btoa(String.fromCharCode(...bytesOf(text)));
const units = (text: string, spell: (unit: number, one: string) => string) =>
  text.split("").map((one) => spell(one.charCodeAt(0), one)).join("");
const characters = (text: string, spell: (one: string, code: number) => string) =>
  Array.from(text, (one) => spell(one, one.codePointAt(0)!)).join("");
const percent = (text: string) => bytesOf(text).map((byte) => `%${hex(byte, 2)}`).join("");
const NAMES: Readonly<Record<string, string>> = {
  '"': "&quot;",
  "&": "&amp;",
  "'": "&apos;",
  "+": "&plus;",
  "/": "&sol;",
  "<": "&lt;",
  "=": "&equals;",
  ">": "&gt;",
  "ä": "&auml;",
};

/** The standard that has each spelling stands behind its name. */
const SPELLINGS: Readonly<Record<string, Spell>> = {
  "as it is": (secret) => secret,
  "JSON (RFC 8259 7)": (secret) => JSON.stringify(secret).slice(1, -1),
  "JSON of PHP": (secret) => JSON.stringify(secret).slice(1, -1).replaceAll("/", "\\/"),
  "JSON in ASCII alone": (secret) =>
    JSON.stringify(secret).slice(1, -1)
      .replace(/[+<>&'\u0080-\uffff]/g, (one) => `\\u${hex(one.charCodeAt(0), 4)}`),
  "JSON, each unit escaped": (secret) => units(secret, (unit) => `\\u${hex(unit, 4)}`),
  "JSON, in upper case": (secret) => units(secret, (unit) => `\\u${hex(unit, 4).toUpperCase()}`),
  "JSON, some escaped": (secret, coin) =>
    characters(
      secret,
      (one) =>
        coin() || one === "\\" || one === '"' ? units(one, (unit) => `\\u${hex(unit, 4)}`) : one,
    ),
  "JSON in JSON": (secret) => JSON.stringify(JSON.stringify(secret)).slice(3, -3),
  "JSON of PHP in JSON": (secret) =>
    JSON.stringify(JSON.stringify(secret).replaceAll("/", "\\/")).slice(3, -3),
  "a string of JavaScript": (secret) =>
    characters(secret, (one, code) => code < 256 && code > 127 ? `\\x${hex(code, 2)}` : one)
      .replace(/["'\\]/g, "\\$&"),
  "encodeURIComponent()": (secret) => encodeURIComponent(secret),
  "percent-escapes (RFC 3986 2.1)": (secret) => percent(secret),
  "percent-escapes in upper case": (secret) => percent(secret).toUpperCase(),
  "percent-escapes, some": (secret, coin) =>
    characters(secret, (one) => coin() || /[^\w.-]/.test(one) ? percent(one) : one),
  "percent-escapes of mixed case": (secret, coin) =>
    characters(secret, (one) => coin() ? percent(one) : percent(one).toUpperCase()),
  "percent-escaped twice": (secret) => encodeURIComponent(encodeURIComponent(secret)),
  "a form (WHATWG URL 5.2)": (secret) => new URLSearchParams({ "": secret }).toString().slice(1),
  "HTML, decimal": (secret) => characters(secret, (_, code) => `&#${code};`),
  "HTML, hexadecimal": (secret) => characters(secret, (_, code) => `&#x${hex(code, 1)};`),
  "HTML, hexadecimal in upper case": (secret) =>
    characters(secret, (_, code) => `&#X${hex(code, 1).toUpperCase()};`),
  "HTML, with zeros in front": (secret) =>
    characters(secret, (_, code) => `&#${String(code).padStart(5, "0")};`),
  "HTML, named": (secret) => characters(secret, (one) => NAMES[one] ?? one),
  "HTML, some": (secret, coin) =>
    characters(
      secret,
      (one, code) =>
        one === "&" ? "&amp;" : coin() ? `&#${code};` : coin() ? `&#x${hex(code, 2)};` : one,
    ),
  "HTML twice": (secret) => characters(secret, (one) => NAMES[one] ?? one).replaceAll("&", "&amp;"),
  "base64 (RFC 4648 4)": (secret) => base64(secret),
  "base64, a byte in front": (secret) => base64(`x${secret}`),
  "base64, two bytes in front": (secret) => base64(`:-${secret}`),
  "base64 of a field value": (secret) => base64(`Bearer ${secret}`),
  "base64 in the middle": (secret) => base64(`{"token":"${secret}","more":true}`),
  "base64url (RFC 4648 5)": (secret) =>
    base64(secret).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""),
  "base64 in lines (RFC 2045 6.8)": (secret) =>
    base64(`${"-".repeat(50)}${secret}${"-".repeat(50)}`).replace(/.{76}/g, "$&\r\n"),
  "base64 in JSON of PHP": (secret) => base64(`?>${secret}`).replaceAll("/", "\\/"),
  "base64 in a form": (secret) => encodeURIComponent(base64(`?>${secret}`)),
};

const SECRETS = [
  "sk-live/0123456789+abc==",
  "four",
  'quo"te\\back\\\\slash',
  "50%25+50%2B 100%",
  "a&amp;b&c;&#43;",
  "with space + plus",
  "Zürich-ÿ",
  "日本語のパスワード",
  "emoji😀secret",
  "\\u002B%2B&plus;",
  "aaaaaaaa",
  "<script>'x'</script>",
];

/** What may stand around a secret. */
const AROUND = ["", "token=", '{"a":"', "\\", "100%", "&amp", "+", "a", "==", "é", "😀", "\n"];

// R15.3
Deno.test("a secret is hidden in every usual spelling, whatever stands around it", async (t) => {
  const number = numbersFrom(14);
  const coin = () => number() < 0.5;
  for (const [name, spell] of Object.entries(SPELLINGS)) {
    await t.step(name, () => {
      for (const secret of SECRETS) {
        for (const around of AROUND) {
          const isBase64 = name.startsWith("base64");
          if (isBase64 && /[A-Za-z0-9+/=]$/.test(around)) continue; // it would not decode either
          const spelled = spell(secret, coin);
          const shown = hideSecrets(`${around}${spelled}${around}`, [secret]);
          assertStringIncludes(shown, "[redacted]", `${secret} as ${spelled}`);
          // What is left of base64 are characters that other bytes share.
          const left = shown.replace("[redacted]", "").length - 2 * around.length;
          assert(isBase64 || left <= 0, `${secret} as ${spelled} is ${shown}`);
          assertFalse(shown.includes(spelled), spelled);
          if (!isBase64 && /^[{"a-z:=]{2,}$/.test(around)) {
            assertEquals(shown.split("[redacted]")[0], around);
          }
        }
      }
    });
  }
});

Deno.test("base64 that is left around a hidden secret decodes to nothing of it", () => {
  const secret = "0123456789abcdefghij";
  for (const before of ["", "x", "xy", "xyz", "user:", "Bearer "]) {
    for (const after of ["", "1", "12", "123"]) {
      const encoded = base64(before + secret + after);
      const [head, tail] = hideSecrets(encoded, [secret]).split("[redacted]");
      assert(tail !== undefined, encoded);
      const known = atob(head!.slice(0, head!.length - head!.length % 4));
      assert(before.startsWith(known), encoded);
      assert(tail.replaceAll("=", "").length <= Math.ceil((after.length + 1) * 4 / 3), encoded);
    }
  }
});

Deno.test("random secrets are hidden in text and in bytes, and places in bytes stay", () => {
  const number = numbersFrom(2026);
  const coin = () => number() < 0.5;
  const alphabet = Array.from("abcXYZ0189-._~+/=%&\\\"'<> ;#xuäß€😀");
  const word = (length: number) =>
    Array.from({ length }, () => alphabet[Math.floor(number() * alphabet.length)]).join("");
  for (let round = 0; round < 2000; round++) {
    const secret = `${word(4)}_${word(Math.floor(number() * 20))}`;
    const spells = Object.entries(SPELLINGS);
    const [name, spell] = spells[Math.floor(number() * spells.length)]!;
    const text = `# ${spell(secret, coin)} #`;
    assertFalse(
      !hideSecrets(text, ["unrelated", secret]).includes("[redacted]"),
      `${JSON.stringify(secret)}: ${name}`,
    );
    const bytes = ENCODER.encode(text);
    new SecretFinder([secret]).mask(bytes);
    const masked = DECODER.decode(bytes);
    assertEquals(bytes.length, ENCODER.encode(text).length);
    assertStringIncludes(masked, "****", `${JSON.stringify(secret)}: ${name}`);
    assert(masked.startsWith("# ") && masked.endsWith(" #"));
  }
});

Deno.test("text without the secret stays as it is", () => {
  const rows = [
    "",
    "nothing here",
    "sk-live/0123456789+abc=",
    "SK-LIVE/0123456789+ABC==",
    "%%%\\\\\\&&&+++\\u00",
    "ä\ud800ö", // a lone surrogate too
    base64("something else altogether"),
  ];
  const finder = new SecretFinder(SECRETS);
  for (const text of rows) assertEquals(finder.hide(text), text);
  for (const text of rows) assertEquals(hideSecrets(text, []), text);
});

Deno.test("several secrets in one text, one within another and across one another", () => {
  const hide = (text: string) => hideSecrets(text, ["abcdef", "defghi", "cdef", "wxyz"], "…");
  const rows: [text: string, shown: string][] = [
    ["<abcdef>", "<…>"],
    ["<abcdefghi>", "<…>"],
    ["<cdef><wxyz>", "<…><…>"],
    ["<abc><def>", "<abc><def>"],
    ["abcdef", "…"],
  ];
  for (const [text, shown] of rows) assertEquals(hide(text), shown);
});

Deno.test("secrets of less than four bytes are passed over", () => {
  assertEquals(hideSecrets("abc abc abc", ["", "a", "ab", "abc"]), "abc abc abc");
  assertEquals(hideSecrets("äö", ["äö"]), "[redacted]"); // four bytes
});

Deno.test("in text that was shortened the beginnings of secrets are hidden as well", () => {
  const secret = "sk-live/0123456789";
  const finder = new SecretFinder([secret]);
  for (const [name, spell] of Object.entries(SPELLINGS)) {
    if (name === "base64 in lines (RFC 2045 6.8)" || name === "base64 in the middle") continue;
    const spelled = spell(secret, () => true);
    for (let length = 1; length <= spelled.length; length++) {
      const shown = finder.hide(`is "${spelled.slice(0, length)}"; see`, "…", true);
      const left = /is "(.*)"; see/.exec(shown)![1]!.replace("…", "");
      // What is left are seven characters at most, and an escape that was cut.
      assert(left.length < spelled.length / secret.length * 8 + 13, `${name}: ${shown}`);
      assert(length < 200 || shown.includes("…"), `${name}: ${shown}`);
    }
  }
  const cut = (text: string) => finder.hide(text, "…", true);
  assertEquals(cut('the type is "x/sk-live/0123"'), 'the type is "x/…"');
  assertEquals(cut('the type is "x/sk-live/"'), 'the type is "x/…"');
  assertEquals(cut('the type is "x/sk-live"'), 'the type is "x/sk-live"');
  assertEquals(finder.hide('"sk-live/0123"', "…"), '"sk-live/0123"');
});

Deno.test("mask() tells where the end of the bytes cuts a secret off", () => {
  const secret = "sk-live/0123456789";
  const finder = new SecretFinder([secret]);
  const cutFrom = (text: string) => finder.mask(ENCODER.encode(text));
  for (const [name, spell] of Object.entries(SPELLINGS)) {
    const spelled = spell(secret, () => true);
    const text = `body: ${spelled}`;
    for (let cut = 1; cut < spelled.length; cut++) {
      const shown = text.slice(0, text.length - cut);
      // No more than the first characters of a secret are let through.
      const place = cutFrom(shown);
      if (place === shown.length) continue;
      assert(place >= "body: ".length, `${name}: ${shown}`);
    }
  }
  assertEquals(cutFrom("body: sk-live"), 6);
  assertEquals(cutFrom("body: sk-live%"), 6);
  assertEquals(cutFrom("body: sk-live\\u002"), 6);
  assertEquals(cutFrom("body: sk-live&#4"), 6);
  assertEquals(cutFrom("body: sk-"), 9);
  assertEquals(cutFrom(`body: ${secret}`), 6 + secret.length);
  assertEquals(cutFrom("body: sk-lime"), 13);
});

Deno.test("no spelling is longer than longestSpelling says", () => {
  for (const secret of SECRETS) {
    const { longestSpelling } = new SecretFinder([secret, "four"]);
    for (const spell of Object.values(SPELLINGS)) {
      if (spell === SPELLINGS["base64 in lines (RFC 2045 6.8)"]) continue; // has more around it
      assert(ENCODER.encode(spell(secret, () => true)).length <= longestSpelling + 50);
    }
  }
  assertEquals(new SecretFinder([]).longestSpelling, 0);
});

Deno.test("text that is nearly a secret again and again takes time in proportion to its length", () => {
  const rows = [
    { secret: `${"\\".repeat(8)}x`, text: "\\".repeat(500) },
    { secret: `${"%".repeat(8)}x`, text: "%25".repeat(500) },
    { secret: `${"&".repeat(8)}x`, text: "&amp;".repeat(500) },
    { secret: `${"+ ".repeat(8)}x`, text: "+".repeat(500) },
    { secret: "a".repeat(8000), text: "%61".repeat(200) },
    { secret: `${"a".repeat(300)}x`, text: "a".repeat(2000) },
  ];
  for (const { secret, text } of rows) assertEquals(hideSecrets(text, [secret]), text);
});
