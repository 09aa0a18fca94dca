/** Names of fields that lead into objects and lists, as tables. */

import { Fields, readPath, type Step } from "../../../src/cli/line/nested_fields.ts";
import { UsageError } from "../../../src/cli/terminal/usage_error.ts";
import { assertEquals, assertThrows } from "@std/assert";

// R23.10
Deno.test("a name is a way of members, indexes and next items", () => {
  const rows: [name: string, path: Step[]][] = [
    ["a", ["a"]],
    ["a[b]", ["a", "b"]],
    ["a[b][c]", ["a", "b", "c"]],
    ["a[]", ["a", null]],
    ["a[0]", ["a", 0]],
    ["a[][b][12]", ["a", null, "b", 12]],
    ["[]", [null]],
    ["[0][x]", [0, "x"]],
    ["0", ["0"]],
    ["a\\[b\\]", ["a[b]"]],
    ["a[\\0]", ["a", "0"]],
    ["a[b\\]c]", ["a", "b]c"]],
    ["a]", ["a]"]],
  ];
  for (const [name, path] of rows) assertEquals(readPath(name), path, name);
  for (const name of ["a[b", "a[b]c", "a[[b]]", "[", "a[10000]", "a[99999999999]"]) {
    assertThrows(() => readPath(name), UsageError, `Cannot use the field ${name}`);
  }
});

// R23.10
Deno.test("fields grow a value, whatever their names", () => {
  const rows: [fields: [name: string, value: unknown][], json: string][] = [
    [[["a", "1"], ["b[c]", "2"]], '{"a":"1","b":{"c":"2"}}'],
    [[["a[]", 1], ["a[]", 2]], '{"a":[1,2]}'],
    [[["a[2]", 1], ["a[0]", 2]], '{"a":[2,null,1]}'],
    [[["a[][x]", 1], ["a[][x]", 2]], '{"a":[{"x":1},{"x":2}]}'],
    [[["a[0][x]", 1], ["a[0][y]", 2]], '{"a":[{"x":1,"y":2}]}'],
    [[["[]", 1], ["[]", 2]], "[1,2]"],
    [[["__proto__[x]", 1], ["constructor", 2]], '{"__proto__":{"x":1},"constructor":2}'],
    [[["a[__proto__][y]", 1]], '{"a":{"__proto__":{"y":1}}}'],
    [[["toString[length]", 1]], '{"toString":{"length":1}}'],
    [[["a", 1], ["a", 2]], '{"a":2}'],
    [[["a", { x: 1 }]], '{"a":{"x":1}}'],
  ];
  for (const [given, json] of rows) {
    const fields = new Fields();
    for (const [name, value] of given) fields.put(name, value);
    assertEquals(JSON.stringify(fields.value), json);
  }
  assertEquals(({} as { x?: unknown; y?: unknown }).x, undefined); // no prototype was touched
});

// R23.10
Deno.test("fields that contradict each other are wrong use, in either order", () => {
  const rows: [string, unknown][][] = [
    [["a", "1"], ["a[b]", "2"]],
    [["a[]", "1"], ["a[b]", "2"]],
    [["a[b][c]", "1"], ["a[b]", "2"]],
    [["a[0]", "1"], ["a[0][b]", "2"]],
    [["[]", "1"], ["a", "2"]],
    [["a", { x: 1 }], ["a[y]", "2"]], // given whole
    [["a", null], ["a[y]", "2"]],
  ];
  for (const pair of rows) {
    for (const given of [pair, pair.toReversed()]) {
      const fields = new Fields();
      assertThrows(
        () => given.forEach(([name, value]) => fields.put(name, value)),
        UsageError,
        "of another kind",
        JSON.stringify(given),
      );
    }
  }
});
