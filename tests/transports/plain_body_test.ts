import { PlainBody } from "../../src/transports/plain_body.ts";
import { assert, assertEquals, assertNotStrictEquals, assertRejects } from "@std/assert";

/** A body with its connection, which notes what is asked of it. */
function newBody(length = NaN): { body: PlainBody; asked: unknown[] } {
  const asked: unknown[] = [];
  const source = {
    resume: () => void asked.push("resume"),
    stop: (reason: unknown) => void asked.push(["stop", reason]),
  };
  return { body: new PlainBody(source, length), asked };
}

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (chunk: Uint8Array) => new TextDecoder().decode(chunk);

/** What happens to a body: a chunk, its end, or a reader who begins to read all. */
const ORDERS: readonly (readonly ("a" | "bc" | "end" | "read")[])[] = [
  ["a", "bc", "end", "read"],
  ["a", "bc", "read", "end"],
  ["a", "read", "bc", "end"],
  ["read", "a", "bc", "end"],
];

for (const length of [NaN, 3, 2, 100, 2 ** 40]) {
  Deno.test(`bytes() gives all, whenever it is called, with ${length} bytes announced`, async () => {
    for (const order of ORDERS) {
      const { body } = newBody(length);
      let all: Promise<Uint8Array> | undefined;
      for (const step of order) {
        if (step === "read") all = body.bytes();
        else if (step === "end") body.end();
        else body.push(bytes(step));
      }
      const found = await all!;
      assertEquals(text(found), "abc", order.join());
      assertEquals(found.constructor, Uint8Array);
      assertEquals(found.buffer.byteLength, 3, "it has a buffer of its own");
    }
  });
}

Deno.test("read() gives chunks in order, then the end, whoever comes first", async () => {
  const { body } = newBody();
  const first = body.read();
  body.push(bytes("a"));
  body.push(bytes("b"));
  const chunk = bytes("c");
  body.push(chunk);
  const found = [await first, await body.read(), await body.read()];
  assertEquals(found.map(({ value }) => text(value!)), ["a", "b", "c"]);
  assertNotStrictEquals(found[2]!.value!.buffer, chunk.buffer);
  const last = body.read();
  body.end();
  assertEquals(await last, { done: true, value: undefined });
  assertEquals(await body.read(), { done: true, value: undefined });
});

Deno.test("a body that nobody reads stops its connection, and a reader starts it again", async () => {
  const { body, asked } = newBody();
  assert(body.push(new Uint8Array(65_535)));
  assert(!body.push(new Uint8Array(1)));
  assertEquals(asked, []);
  await body.read();
  assertEquals(asked, ["resume"]);
  const whole = newBody(200_000);
  const all = whole.body.bytes();
  assert(whole.body.push(new Uint8Array(100_000)), "who reads all does not wait");
  assert(whole.body.push(new Uint8Array(100_000)));
  whole.body.end();
  assertEquals((await all).byteLength, 200_000);
});

Deno.test("a failure comes after what was received, to every way to read", async () => {
  const failure = new Error("cut");
  const { body } = newBody();
  body.push(bytes("a"));
  body.fail(failure);
  body.fail(new Error("later"));
  assertEquals(text((await body.read()).value!), "a");
  for (const read of [() => body.read(), () => body.bytes()]) {
    assertEquals(await assertRejects(read), failure);
  }
  const waiting = newBody();
  const ways = [waiting.body.read()];
  waiting.body.fail(failure);
  assertEquals(await assertRejects(() => ways[0]!), failure);
  const whole = newBody(3);
  const all = whole.body.bytes();
  whole.body.push(bytes("a"));
  whole.body.fail(failure);
  assertEquals(await assertRejects(() => all), failure);
});

Deno.test("cancel() ends the connection once, and not one that is over", async () => {
  const { body, asked } = newBody();
  const waiting = body.read();
  await body.cancel("enough");
  await body.cancel("again");
  assertEquals(asked, ["resume", ["stop", "enough"]]);
  assertEquals(await waiting, { done: true, value: undefined });
  const over = newBody();
  over.body.end();
  await over.body.cancel();
  assertEquals(over.asked, []);
});
