import { assertRejects } from "@std/assert";
import { assertLinear, assertWithin } from "./linear.ts";

/** Reads each character `times(length)` times. */
function reading(times: (length: number) => number): (text: string) => number {
  return (text) => {
    let sum = 0;
    for (let turn = 0; turn < times(text.length); turn++) {
      for (let at = 0; at < text.length; at++) sum += text.charCodeAt(at);
    }
    return sum;
  };
}

const text = (size: number) => "x".repeat(size);

Deno.test("assertLinear() takes what is linear, and what takes no time", async () => {
  await assertLinear("once", text, reading(() => 1));
  await assertLinear("thirty times", text, reading(() => 30));
  await assertLinear("nothing", text, () => {});
  await assertLinear("later", text, (given) => Promise.resolve(given).then(reading(() => 3)));
});

Deno.test("assertLinear() refuses what is quadratic, also when that shows late", async () => {
  for (const share of [1, 20]) {
    await assertRejects(
      () => assertLinear("each", text, reading((length) => 1 + length / share)),
      Error,
      "16 times as much",
    );
  }
});

Deno.test("assertWithin() takes what is quick, and refuses what takes longer", async () => {
  await assertWithin("at once", 1, () => {});
  const long = text(3_000_000);
  await assertWithin("long", 1000, () => reading(() => 1)(long));
  await assertRejects(
    () => assertWithin("too long", 1, () => reading(() => 30)(long)),
    Error,
    "are allowed",
  );
});
