/** "Which scheme do I need?": each scheme of the two tables has an example that runs in the guide of its entry. */

import { assert, assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { docComment } from "../support/doc_comments.ts";

/** The entries of schemes, and the names that each exports. */
const ENTRIES = new Map<string, ReadonlySet<string>>();
for (const entry of [".", "./auth/digest", "./auth/oauth2", "./auth/sign", "./webhooks"] as const) {
  const names = Object.keys(await import(`../../${config.exports[entry]}`));
  ENTRIES.set(entry, new Set(names));
}

/** The examples of the guide of an entry, which `deno test --doc` runs. */
async function examples(entry: string): Promise<readonly string[]> {
  const path = config.exports[entry as keyof typeof config.exports];
  const guide = await docComment(path.replace("./", ""));
  return [...guide.matchAll(/^```ts(.*)\n([\s\S]*?)^```/gm)]
    .filter(([, flags]) => !/ignore/.test(flags!))
    .map(([, , code]) => code!.replaceAll(/(?<=^|\s)\/\/.*$/gm, "")); // comments do not run
}

/** The pieces of code in the rows of the table of a guide. */
async function uses(path: string): Promise<readonly string[]> {
  const guide = await docComment(path);
  const [, table = ""] =
    /## Which scheme do I need\?[\s\S]*?\n\|[ -]+\|.*\n((?:\|.*\n)+)/.exec(guide) ?? [];
  const rows = table.trimEnd().split("\n").map((row) => row.split(/ *(?<!\\)\| */)[2]!);
  assert(rows.length >= 14, `${path}: ${rows.length} rows`);
  return rows.flatMap((use) => [...use.matchAll(/`([^`]+)`/g)].map(([, code]) => code!))
    .filter((code) => /\(/.test(code));
}

/** Options that an example gives by another name, so that it needs no server of others. */
const INSTEAD: Readonly<Record<string, string>> = { issuer: "tokenEndpoint" };

for (const path of ["mod.ts", "src/auth/oauth2/mod.ts"]) {
  Deno.test(`each scheme of the table in ${path} has an example that runs in the guide of its entry`, async () => {
    const missing: string[] = [];
    let count = 0;
    for (const use of await uses(path)) {
      // Those of the functions that entries export, and methods of what they return.
      const called = [...use.matchAll(/(?<![.\w])([a-z]\w*)\(/g)].map(([, name]) => name!);
      for (const name of called) {
        const [entry] = [...ENTRIES].find(([, names]) => names.has(name)) ?? ["./auth/oauth2"];
        const isOwn = ENTRIES.get(entry)!.has(name);
        if (!isOwn && called[0] !== name) continue; // a function of the reader's, such as currentToken()
        const call = new RegExp(`(?<![.\\w])${isOwn ? "" : "\\w+\\."}${name}\\(`);
        const found = (await examples(entry)).some((code) => call.test(code));
        if (!found) missing.push(`${entry}: ${name}()`);
        count++;
      }
      // What makes the use of one function different from another.
      const [, options = ""] = /^oauth2\(\{(.*)\}\)$/.exec(use) ?? [];
      const names = [...options.matchAll(/(?:^|[{,])\s*(\w+)(?=\s*[,:}]|\s*$)/g)].map(([, name]) =>
        name!
      )
        .filter((name) => !/scope|subjectToken|key/.test(name));
      const isThere = (await examples("./auth/oauth2")).some((code) =>
        names.every((name) => new RegExp(`\\b${INSTEAD[name] ?? name}\\b`).test(code))
      );
      if (!isThere) missing.push(`./auth/oauth2: an example with ${names.join(", ")}`);
    }
    assertEquals(missing, []);
    assert(count >= 15, `${count}`);
  });
}
