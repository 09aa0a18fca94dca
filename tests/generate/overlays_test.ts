/** Overlays are laid over a description before it is read. */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DescriptionError, generate } from "../../src/generate/mod.ts";
import { mock } from "../../src/generate/mock/mod.ts";
import { Problems } from "../../src/generate/read/problems.ts";
import { readDescription } from "../../src/generate/read/source.ts";
import { describe, operation } from "./support.ts";

const overlay = (...actions: object[]) => ({
  overlay: "1.1.0",
  info: { title: "", version: "" },
  actions,
});

// R20.1
Deno.test("actions update, append, replace, copy and remove", async (t) => {
  const rows: [string, object, object[], object][] = [
    ["an object is merged", { a: { x: 1, y: { z: 1 } } }, [{
      target: "$.a",
      update: { x: 2, y: { w: 3 } },
    }], {
      a: { x: 2, y: { z: 1, w: 3 } },
    }],
    ["lists inside are joined", { a: { list: [1] } }, [{ target: "$.a", update: { list: [2] } }], {
      a: { list: [1, 2] },
    }],
    ["an entry is appended", { list: [{ a: 1 }] }, [{ target: "$.list", update: { b: 2 } }], {
      list: [{ a: 1 }, { b: 2 }],
    }],
    ["a value is replaced", { a: "x" }, [{ target: "$.a", update: "y" }], { a: "y" }],
    ["the root is merged", { a: 1 }, [{ target: "$", update: { b: 2 } }], { a: 1, b: 2 }],
    ["several targets", { a: { t: 1 }, b: { t: 1 } }, [{ target: "$.*", update: { t: 2 } }], {
      a: { t: 2 },
      b: { t: 2 },
    }],
    ["removes", { a: [1, 2, 3, 4] }, [{ target: "$.a[?@ > 1 && @ < 4]", remove: true }], {
      a: [1, 4],
    }],
    ["removes by a filter", { a: [{ n: "x" }, { n: "y" }] }, [{
      target: "$.a[?@.n=='x']",
      remove: true,
    }], {
      a: [{ n: "y" }],
    }],
    ["remove counts more", { a: 1, b: 1 }, [{ target: "$.a", update: 2, remove: true }], { b: 1 }],
    ["copies", { a: { x: 1 }, b: { y: 2 } }, [{ target: "$.b", copy: "$.a" }], {
      a: { x: 1 },
      b: { y: 2, x: 1 },
    }],
    ["in order", { a: { x: 1 } }, [
      { target: "$", update: { b: {} } },
      { target: "$.b", copy: "$.a" },
      { target: "$.a", remove: true },
    ], { b: { x: 1 } }],
    ["names of all kinds", { "a'b": { '"': { "~/": 1 } } }, [
      { target: `$["a'b"]['"']['~/']`, update: 2 },
    ], { "a'b": { '"': { "~/": 2 } } }],
    ["a name of Object", { a: {} }, [{
      target: "$.a",
      update: JSON.parse('{"__proto__":{"x":1}}'),
    }], {
      a: JSON.parse('{"__proto__":{"x":1}}'),
    }],
  ];
  for (const [name, members, actions, expected] of rows) {
    await t.step(name, async () => {
      const problems = new Problems();
      const source = { text: JSON.stringify({ openapi: "3.1.0", "x-data": members }) };
      const moved = actions.map((action) =>
        Object.fromEntries(
          Object.entries(action).map(([key, value]) => [
            key,
            typeof value === "string" && value.startsWith("$")
              ? value.replace("$", '$["x-data"]')
              : value,
          ]),
        )
      );
      const { root } = await readDescription(source, { overlays: [overlay(...moved)] }, problems);
      assertEquals((root.root as Record<string, unknown>)["x-data"], expected);
      assertEquals(problems.warnings, []);
    });
  }
});

// R20.1
Deno.test("a client and a mock are made of the description with its overlays, 2.0 too", async () => {
  const paths = { "/a": { get: operation("wrong") } };
  const fix = overlay({ target: "$.paths['/a'].get", update: { operationId: "right" } });
  const more = {
    text: JSON.stringify({
      ...overlay({ target: "$.paths['/a'].get.responses['204']", remove: true }, {
        target: "$.paths['/a'].get.responses",
        update: { 202: { description: "" } },
      }),
      overlay: "1.0.0",
    }),
  };
  for (const head of [{ openapi: "3.1.0" }, { swagger: "2.0" }]) {
    const description = { ...describe(paths), openapi: undefined, ...head };
    const options = { overlays: [fix, more] };
    const { files, warnings } = await generate(JSON.parse(JSON.stringify(description)), options);
    assertStringIncludes(files.get("api.ts")!, "export function right(");
    assertStringIncludes(files.get("api.ts")!, "APIResult<202, undefined>");
    assertEquals(warnings, []);
    const { fetch } = await mock(JSON.parse(JSON.stringify(description)), options);
    assertEquals((await fetch(new Request("https://api.example/a"))).status, 202);
  }
});

// R20.1
Deno.test("what an overlay does not find is warned of with its line, and what is none is an error", async () => {
  const text = `overlay: 1.1.0
info: { title: t, version: "1" }
actions:
  - target: $.paths
    update: {}
  - target: $.paths["/nowhere"]
    remove: true
  - target: $.paths
    copy: $.paths.*
  - target: $.paths
`;
  const overlays = [{ text, base: "file:///fix.yaml" }];
  const { warnings } = await generate(describe({}), { overlays });
  assertEquals(warnings.map(({ file, message }) => [file, message]), [
    ["file:///fix.yaml:6", '$.paths["/nowhere"] matches nothing'],
    ["file:///fix.yaml:8", "copy must match one value, and $.paths.* matches none"],
    ["file:///fix.yaml:10", "The action has no update, copy or remove; it does nothing"],
  ]);
  const rows: [object, string][] = [
    [{ openapi: "3.1.0" }, "it must have overlay, 1.0.0 or 1.1.0, and actions"],
    [{ overlay: "2.0.0", actions: [] }, "it must have overlay"],
    [overlay({ target: "$.paths[", update: {} }), "is not valid JSONPath"],
    [overlay({ update: {} }), "is not valid JSONPath"],
  ];
  for (const [wrong, why] of rows) {
    const error = await assertRejects(
      () => generate(describe({}), { overlays: [wrong as Record<string, unknown>] }),
      DescriptionError,
    );
    assertStringIncludes(error.message, why);
  }
});
