/** Secrets are compared by one function, or by Web Crypto. */

import { assert, assertEquals } from "@std/assert";
import { sameBytes } from "../../src/formats/same_bytes.ts";
import { filesBelow } from "../support/files.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);

Deno.test("sameBytes() says whether all bytes are the same", () => {
  const rows: readonly [one: Uint8Array, other: Uint8Array, expected: boolean][] = [
    [bytes(), bytes(), true],
    [bytes(1, 2, 3), bytes(1, 2, 3), true],
    [bytes(1, 2, 3), bytes(0, 2, 3), false],
    [bytes(1, 2, 3), bytes(1, 2, 2), false],
    [bytes(1, 2), bytes(1, 2, 0), false],
    [bytes(1, 2, 0), bytes(1, 2), false],
    [bytes(0), bytes(), false],
    [bytes(255, 1), bytes(1, 255), false],
    [bytes(128), bytes(0), false],
  ];
  for (const [one, other, expected] of rows) assertEquals(sameBytes(one, other), expected);
});

/** The bytes, which count how often one is read. */
function counted(content: Uint8Array): { readonly bytes: Uint8Array; reads: number } {
  const state = { bytes: content, reads: 0 };
  state.bytes = new Proxy(content, {
    get(target, name) {
      if (typeof name === "string" && /^\d+$/.test(name)) state.reads++;
      const value: unknown = Reflect.get(target, name, target);
      // Methods of typed arrays want one; those of arrays do with anything.
      return name === "reduce" ? Array.prototype.reduce : value;
    },
  });
  return state;
}

// R29.9
Deno.test("sameBytes() reads all bytes of both, wherever the first difference is", () => {
  const right = new Uint8Array(64).fill(7);
  const others = [right, ...Array.from({ length: 64 }, (_, at) => right.with(at, 8))];
  for (const given of [...others, new Uint8Array(64)]) {
    const [one, other] = [counted(given), counted(right)];
    sameBytes(one.bytes, other.bytes);
    assertEquals([one.reads, other.reads], [64, 64]);
  }
});

/** How code compares bytes, or their texts, and stops at the first difference. */
const EARLY_ENDS: readonly RegExp[] = [
  // one[index] !== other[index]
  /\b\w+\[(\w+)\]!?\s*[!=]==?\s*\w+\[\1\]/,
  /\.every\(\(byte\b/,
  // hexOf(mac) === given, given !== toBase64(mac)
  /\b(?:hexOf|sha256Hex|toBase64|toBase64URL)\([^()]*\)\s*[!=]==/,
  /[!=]==\s*(?:await\s+)?(?:hexOf|sha256Hex|toBase64|toBase64URL)\(/,
  /[!=]==\s*(?:right|expected|own|mac|signature|digest|secret)(?:Hex|Text|Base64)?\b(?!\.length|\()/i,
  /\b(?:mac|signature|digest|secret)(?:Hex|Text|Base64)?\s*[!=]==(?!\s*(?:undefined|null|"|'|`))/i,
];

/** Whether a line compares in one of these ways. */
const endsEarly = (line: string) => EARLY_ENDS.some((pattern) => pattern.test(line));

// R29.9
Deno.test("no code that verifies compares bytes or their texts in another way", async () => {
  const found: string[] = [];
  let files = 0;
  for (const folder of ["src/webhooks", "src/auth/sign", "src/auth/keys", "src/mcp/server"]) {
    for (const path of await filesBelow(folder, ".ts")) {
      files++;
      const lines = (await Deno.readTextFile(`${folder}/${path}`)).split("\n");
      const code = lines.filter((line) => !/^\s*(?:\/?\*|\/\/)/.test(line));
      found.push(...code.filter(endsEarly).map((line) => `${folder}/${path}: ${line.trim()}`));
    }
  }
  assertEquals(found, []);
  assert(files > 30, `${files} files`);
  // The search finds what it is for.
  for (
    const line of [
      "if (one[index] !== other[index]) return false;",
      "return one.every((byte, index) => byte === other[index]);",
      "return hexOf(right) === given;",
      "return given !== toBase64(right);",
      "return given === await sha256Hex(body);",
      "if (signature === expected) return true;",
      "return given === signature;",
    ]
  ) assert(endsEarly(line), line);
});

// R29.9
Deno.test("every place that verifies a secret compares by sameBytes() or by Web Crypto", async () => {
  const rows: readonly [path: string, how: RegExp][] = [
    ["src/webhooks/webhook_key.ts", /sameBytes\(one\.bytes, right\)/],
    ["src/webhooks/webhook_key.ts", /crypto\.subtle\.verify\("Ed25519"/],
    ["src/auth/sign/signing_key.ts", /crypto\.subtle\.verify\(/],
    ["src/auth/sign/content_digest.ts", /sameBytes\(/],
    ["src/mcp/server/http_handler.ts", /sameBytes\(/],
  ];
  for (const [path, how] of rows) assert(how.test(await Deno.readTextFile(path)), path);
});
