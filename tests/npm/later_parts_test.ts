/** The doors of parts that are loaded later. */

import { assertEquals } from "@std/assert";
import { addDoors } from "./later_parts.ts";

// R12.4
Deno.test("the door of every part reaches every module of the entry", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const files: Record<string, string> = {
      "mod.js": `export { get } from "./src/get.js";\nexport * from './src/own.js';\n`,
      "src/get.js": `import { a } from "./a.js";
import {
  b,
} from "./b.js";
export const get = [a, b, () => import("./more/part.js"), () => import("./other.js")];
`,
      "src/own.js": "export const own = 1;\n",
      "src/a.js": "export const a = 1;\n",
      "src/b.js": "export const b = 1;\n",
      "src/more/part.js": `import { a } from "../a.js";
import "./alone.js";
export const part = [a, () => import("./nested.js")];
`,
      "src/more/alone.js": "export const alone = 1;\n",
      "src/more/nested.js": "export const nested = 1;\n",
      "src/other.js": `import { b } from "./b.js";\nexport const other = b;\n`,
    };
    await Deno.mkdir(`${folder}/src/more`, { recursive: true });
    for (const [path, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
    await addDoors(folder);
    const imports = async (path: string) =>
      (await Deno.readTextFile(`${folder}/${path}`)).split("\n").filter((line) =>
        /^(?:im|ex)port/.test(line)
      );
    assertEquals(await imports("src/more/part.door.js"), [
      `import "../../src/a.js";`,
      `import "../../src/b.js";`,
      `import "../../src/get.js";`,
      `import "../../src/own.js";`,
      `export * from "./part.js";`,
    ]);
    assertEquals(await imports("src/other.door.js"), [
      `import "../src/a.js";`,
      `import "../src/b.js";`,
      `import "../src/get.js";`,
      `import "../src/own.js";`,
      `export * from "./other.js";`,
    ]);
    assertEquals((await imports("src/more/nested.door.js")).length, 5);
    assertEquals(
      (await Deno.readTextFile(`${folder}/src/get.js`)).match(/import\([^)]*\)/g),
      [`import("./more/part.door.js")`, `import("./other.door.js")`],
    );
    // It loads, and a part is the part.
    const { get } = await import(`file://${folder}/mod.js`);
    assertEquals((await get[2]()).part[0], 1);
    assertEquals((await (await get[2]()).part[1]()).nested, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
