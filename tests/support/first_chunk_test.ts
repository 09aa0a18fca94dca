import { assertEquals, assertThrows } from "@std/assert";
import { type Metafile, staticFiles } from "./first_chunk.ts";

const METAFILE: Metafile = {
  outputs: {
    "bundle/program.js": {
      entryPoint: "program.js",
      imports: [
        { path: "bundle/a.js", kind: "import-statement" },
        { path: "bundle/later.js", kind: "dynamic-import" },
        { path: "node:net", kind: "import-statement" },
      ],
    },
    "bundle/a.js": { imports: [{ path: "bundle/b.js", kind: "import-statement" }] },
    "bundle/b.js": { imports: [{ path: "bundle/a.js", kind: "import-statement" }] },
    "bundle/later.js": {
      entryPoint: "later.js",
      imports: [{ path: "bundle/c.js", kind: "import-statement" }],
    },
    "bundle/c.js": { imports: [] },
  },
};

Deno.test("a program's first chunk is its file and what statements import, each once", () => {
  const files = staticFiles(METAFILE, "program.js");
  assertEquals(files, ["bundle/program.js", "bundle/a.js", "bundle/b.js"]);
});

Deno.test("a bundle without the program has no first chunk", () => {
  assertThrows(() => staticFiles(METAFILE, "other.js"), Error, "other.js");
});
