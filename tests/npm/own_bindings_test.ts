import { assertEquals, assertRejects } from "@std/assert";
import { ownBindings } from "./own_bindings.ts";

const FILES: Readonly<Record<string, string>> = {
  "mod.js": [
    "/** Says what it is. */",
    'import { c } from "./src/c.js";',
    'export * from "./src/names.js"; // A, b',
    'export * from "./src/types.js";',
    'export { D, E as F, } from "./src/d.js";',
    'export { z } from "somewhere";',
    "export const own = c;",
    "",
  ].join("\n"),
  "src/names.js": 'export { A, } from "./a.js";\nexport { b } from "./a.js";\n',
  "src/a.js": "export class A {\n}\nexport const b = 1;\nexport function unused() { }\n",
  "src/types.js": "export {};\n",
  "src/d.js": "class D {\n}\nexport { D, D as E };\n",
  "src/lost.js": 'export { nothing } from "./a.js";\n',
};
const read = (path: string) => Promise.resolve(FILES[path]!);

// R12.4
Deno.test("what an entry exports of others is exported by modules next to them", async () => {
  assertEquals(Object.fromEntries(await ownBindings("mod.js", "own0", read)), {
    "mod.js": [
      "/** Says what it is. */",
      'import { c } from "./src/c.js";',
      'export { z } from "somewhere";',
      "export const own = c;",
      'export * from "./src/a.own0.js";',
      'export * from "./src/d.own0.js";',
      "",
    ].join("\n"),
    "src/a.own0.js": [
      'import { A as from_A, b as from_b } from "./a.js";',
      "const own_A = from_A;",
      "const own_b = from_b;",
      "export { own_A as A, own_b as b };",
      "",
    ].join("\n"),
    "src/d.own0.js": [
      'import { D as from_D, E as from_F } from "./d.js";',
      "const own_D = from_D;",
      "const own_F = from_F;",
      "export { own_D as D, own_F as F };",
      "",
    ].join("\n"),
  });
});

Deno.test("a module that exports nothing of others stays as it is", async () => {
  assertEquals((await ownBindings("src/a.js", "own0", read)).size, 0);
});

Deno.test("a name that nobody makes is an error", async () => {
  await assertRejects(() => ownBindings("src/lost.js", "own0", read), Error, "nobody makes");
});
