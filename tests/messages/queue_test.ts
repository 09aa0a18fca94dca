/** The bounded queue: order, bounds, and what each policy does at them. */

import { assertEquals, assertStrictEquals } from "@std/assert";
import { BoundedQueue } from "../../src/messages/queue.ts";

interface Item {
  readonly name: string;
  readonly bytes: number;
}

function item(name: string, bytes = 1): Item {
  return { name, bytes };
}

function names(items: Iterable<Item>): string {
  return Array.from(items, ({ name }) => name).join("");
}

Deno.test("a queue keeps within both bounds, by its policy", async (t) => {
  const rows: {
    name: string;
    overflow: string;
    push: Item;
    pushed: string;
    left: string;
  }[] = [
    { name: "room left", overflow: "reject", push: item("d", 1), pushed: "", left: "abcd" },
    { name: "bytes, reject", overflow: "reject", push: item("d", 5), pushed: "full", left: "abc" },
    { name: "bytes, error", overflow: "error", push: item("d", 5), pushed: "full", left: "abc" },
    { name: "newest", overflow: "drop-newest", push: item("d", 5), pushed: "d", left: "abc" },
    { name: "oldest", overflow: "drop-oldest", push: item("d", 5), pushed: "a", left: "bcd" },
    {
      name: "oldest, many",
      overflow: "drop-oldest",
      push: item("d", 10),
      pushed: "abc",
      left: "d",
    },
    {
      name: "what fits into no queue pushes nobody out",
      overflow: "drop-oldest",
      push: item("d", 11),
      pushed: "d",
      left: "abc",
    },
  ];
  for (const { name, overflow, push, pushed, left } of rows) {
    await t.step(name, () => {
      const queue = new BoundedQueue<Item>({ maxMessages: 4, maxBytes: 10, overflow });
      for (const each of "abc") queue.push(item(each, 2));
      const result = queue.push(push);
      assertStrictEquals(result === "full" ? "full" : names(result.dropped), pushed);
      assertStrictEquals(names(queue.remove(() => true)), left);
      // Nothing is counted any more: as much as at first fits again.
      assertStrictEquals(queue.push(item("e", 10)) === "full", false);
      assertStrictEquals(queue.length, 1);
    });
  }
  await t.step("messages, oldest", () => {
    const queue = new BoundedQueue<Item>({ maxMessages: 2, maxBytes: 99, overflow: "drop-oldest" });
    const dropped = [..."abcd"].map((each) => queue.push(item(each)));
    assertEquals(dropped.map((each) => each === "full" ? each : names(each.dropped)), [
      "",
      "",
      "a",
      "b",
    ]);
    assertStrictEquals(queue.length, 2);
  });
});

Deno.test("a queue gives back in order what went in, also over many turns", () => {
  const queue = new BoundedQueue<Item>({ maxMessages: 1e6, maxBytes: 1e6, overflow: "reject" });
  let [put, taken] = [0, 0];
  for (let turn = 0; turn < 5000; turn++) {
    for (let count = 0; count < 3; count++) queue.push(item(`${put++}`));
    for (let count = 0; count < 2; count++) {
      assertStrictEquals(queue.shift()?.name, `${taken++}`);
    }
  }
  assertStrictEquals(queue.length, put - taken);
  const even = queue.remove(({ name }) => Number(name) % 2 === 0);
  assertStrictEquals(even.length, 2500);
  assertStrictEquals(queue.shift()?.name, `${taken + 1}`);
});
