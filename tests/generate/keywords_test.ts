/** A description that has every keyword of schemas: what is made of it compiles, in every form. */

import { assertEquals } from "@std/assert";
import { generate, type GenerateOptions } from "../../src/generate/mod.ts";
import { RUNTIME, typeErrors } from "./support.ts";

Deno.test("every keyword of schemas compiles, with every option", async () => {
  const url = new URL("fixtures/keywords.yaml", import.meta.url);
  const rows: GenerateOptions[] = [
    {},
    { typesOnly: true },
    { openEnums: true },
    { int64: "bigint" },
    { int64: "string" },
    { only: ["operation:putAll"] },
  ];
  const files: Record<string, string> = {};
  for (const [index, options] of rows.entries()) {
    const made = await generate(url, { runtime: RUNTIME, ...options });
    files[`api${index}.ts`] = made.files.get("api.ts")!;
    const kinds = new Set(made.warnings.map(({ kind }) => kind));
    assertEquals([...kinds], ["unsupported"]);
  }
  const program =
    `import { type All, type AllInput, type Cat, ColorValues, createAPI, putAll } from "./api0.ts";
const json = { a: [1, { b: null }] };
const input: AllInput = { json, text: "aa", tuple: ["a", 1, true, false], closed: ["a"], password: "p" };
const api = createAPI();
const all: All = await putAll(api, { body: input });
const id: string = all.id;
const cat: Cat = { kind: "cat", lives: 9 };
if (all.some?.kind === "dog") {
  const bark: string | undefined = all.some.bark;
  console.log(bark);
}
await putAll(api, { body: { file: new Blob(), images: [new Blob()] }, contentType: "multipart/form-data" });
console.log(id, cat, ColorValues);
`;
  assertEquals(await typeErrors({ ...files, "program.ts": program }), "");
});
