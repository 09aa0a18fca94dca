/** Bodies that came in: of every form, whole and once, or refused with the reason. */

import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  BodyFault,
  fieldLines,
  ReceivedBody,
} from "../../../src/http/received/received_message.ts";
import { FakeClock } from "../../../src/testing/fake_clock.ts";

const TEXT = '{"a":1}';
const BYTES = new TextEncoder().encode(TEXT);
const BOUNDS = { maxSize: 1000, timeoutMs: 10_000 };

type Given = ConstructorParameters<typeof ReceivedBody>[1];

const made = (given: unknown) => new ReceivedBody("verify it", given as Given);
const post = (body: BodyInit, headers: HeadersInit = {}) =>
  new Request("http://localhost/", { method: "POST", body, headers });

async function faultOf(given: unknown, bounds: Partial<typeof BOUNDS> = {}): Promise<BodyFault> {
  return await assertRejects(() => made(given).read({ ...BOUNDS, ...bounds }), BodyFault);
}

/** A stream, and whether it was cancelled. */
function watched(chunks: readonly unknown[], end: "close" | "hang" | Error = "close") {
  const state = { cancelled: false, pulled: 0, stream: new ReadableStream() };
  state.stream = new ReadableStream({
    pull(controller) {
      const chunk = chunks[state.pulled++];
      if (chunk !== undefined) controller.enqueue(chunk);
      else if (end === "close") controller.close();
      else if (end !== "hang") controller.error(end);
    },
    cancel: () => void (state.cancelled = true),
  }, { highWaterMark: 0 });
  return state;
}

Deno.test("a body of every form is read whole, and as often as is asked", async () => {
  const padded = new Uint8Array([0, ...BYTES, 0]);
  const forms: Readonly<Record<string, unknown>> = {
    "a Request": post(TEXT),
    "a Request with its length": post(TEXT, { "content-length": `${BYTES.length}` }),
    "a Response": new Response(TEXT),
    "a stream in an object": { body: watched([BYTES.subarray(0, 3), BYTES.subarray(3)]).stream },
    text: { body: TEXT },
    bytes: { body: BYTES },
    "a view": { body: padded.subarray(1, -1) },
    "a DataView": { body: new DataView(padded.buffer, 1, BYTES.length) },
    "a buffer": { body: BYTES.buffer },
  };
  for (const [form, given] of Object.entries(forms)) {
    const body = made(given);
    assertEquals(body.isEmpty, false, form);
    for (let time = 0; time < 2; time++) assertEquals(await body.read(BOUNDS), BYTES, form);
  }
  const without = [
    new Request("http://localhost/"),
    new Response(null, { status: 204 }),
    {
      headers: {},
    },
    { body: null },
    { body: "" },
    { body: new Uint8Array() },
  ];
  for (const given of without) {
    assertEquals(made(given).isEmpty, true);
    assertEquals((await made(given).read(BOUNDS)).length, 0);
  }
});

Deno.test("what is read is a copy: changes of the given bytes do not matter", async () => {
  const given = BYTES.slice();
  const read = await made({ body: given }).read(BOUNDS);
  given.fill(0);
  assertEquals(read, BYTES);
});

Deno.test("a body up to maxSize is read, and one byte more is refused", async () => {
  const forms: Readonly<Record<string, (bytes: Uint8Array<ArrayBuffer>) => unknown>> = {
    bytes: (body) => ({ body }),
    text: (body) => ({ body: "x".repeat(body.length) }),
    "a Request": (body) => post(body),
    "one chunk": (body) => ({ body: watched([body]).stream }),
    "a chunk for each byte": (body) => ({
      body: watched(Array.from(body, (byte) => Uint8Array.of(byte))).stream,
    }),
    "an announced length that is too small": (body) => post(body, { "content-length": "1" }),
  };
  for (const [form, make] of Object.entries(forms)) {
    const whole = await made(make(new Uint8Array(100))).read({ ...BOUNDS, maxSize: 100 });
    assertEquals(whole.length, 100, form);
    const fault = await faultOf(make(new Uint8Array(101)), { maxSize: 100 });
    assertEquals([fault.kind, fault.message], [
      "too_large",
      "the body is larger than maxSize, 100 bytes",
    ], form);
  }
});

Deno.test("what is too large is not read on, and not begun if its length says so", async () => {
  const endless = watched(Array(50).fill(new Uint8Array(10)), "hang");
  await faultOf(post(endless.stream), { maxSize: 95 });
  assert(endless.cancelled && endless.pulled <= 11, `${endless.pulled} chunks`);
  const announced = watched([new Uint8Array(10)]);
  await faultOf(post(announced.stream, { "content-length": "1001" }));
  assertEquals([announced.cancelled, announced.pulled], [true, 0]);
  // Behind a transfer coding the length is not that of the body (RFC 9112 6.3).
  const coded = post(TEXT, { "content-length": "1001", "transfer-encoding": "chunked" });
  assertEquals(await made(coded).read(BOUNDS), BYTES);
});

Deno.test("a body that does not end is refused when its time is over, and not before", async () => {
  for (const chunks of [[], [BYTES], [BYTES, BYTES]]) {
    const clock = new FakeClock();
    const slow = watched(chunks, "hang");
    let fault: unknown;
    const reading = made(post(slow.stream)).read({ ...BOUNDS, timers: clock })
      .catch((error) => fault = error);
    await clock.advance({ milliseconds: 9_999 });
    assertEquals([fault, slow.cancelled], [undefined, false]);
    await clock.advance({ milliseconds: 1 });
    await reading;
    assert(fault instanceof BodyFault);
    assertEquals([fault.kind, fault.message], ["timeout", "the body took longer than 10000 ms"]);
    assert(slow.cancelled);
  }
});

Deno.test("a body that breaks off is refused with the cause, whatever that is", async () => {
  const causes = [
    new Error("reset"),
    new DOMException("gone", "AbortError"),
    new DOMException("x", "TimeoutError"),
  ];
  for (const cause of causes) {
    for (const chunks of [[], [BYTES]]) {
      const fault = await faultOf({ body: watched(chunks, cause).stream });
      assertEquals([fault.kind, fault.cause], ["broken", cause]);
    }
  }
  for (const chunk of ["text", [1, 2], { length: 3 }, 5, new ArrayBuffer(3)]) {
    const fault = await faultOf({ body: watched([BYTES, chunk]).stream });
    assertEquals([fault.kind, (fault.cause as Error).message], [
      "broken",
      "a chunk of the body is not bytes",
    ]);
  }
});

Deno.test("a sender that goes away in the middle of its body is told apart from one that is slow", async () => {
  const found = Promise.withResolvers<unknown>();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      found.resolve(await made(request).read(BOUNDS).catch((error) => error));
      return new Response();
    },
  );
  const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
  const head = "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n";
  await connection.write(new TextEncoder().encode(head + TEXT));
  connection.close();
  assertStrictEquals((await found.promise as BodyFault).kind, "broken");
});

Deno.test("a body that was read, is being read, or was parsed is the program's mistake", async () => {
  const read = post(TEXT);
  await read.text();
  const locked = post(TEXT);
  locked.body!.getReader();
  const half = watched([BYTES, BYTES]).stream;
  half.getReader();
  const answered = new Response(TEXT);
  await answered.bytes();
  for (const given of [read, locked, answered, { body: half }]) {
    await assertRejects(
      () => made(given).read(BOUNDS),
      TypeError,
      "Cannot verify it: the body was read already",
    );
  }
  for (const body of [JSON.parse(TEXT), [1], 5, true, new Blob([TEXT]), new URLSearchParams("a")]) {
    await assertRejects(
      () => made({ body }).read(BOUNDS),
      TypeError,
      "Cannot verify it: body must be the raw body",
    );
  }
  const later = post(TEXT);
  const body = made(later);
  await later.text();
  await assertRejects(() => body.read(BOUNDS), TypeError, "read already");
});

Deno.test("a body that nobody reads is cancelled once", async () => {
  const unread = watched([BYTES]);
  const body = made(post(unread.stream));
  body.discard();
  await Promise.resolve();
  assert(unread.cancelled);
  body.discard();
  made({ body: TEXT }).discard();
  const locked = watched([BYTES]);
  const reader = locked.stream.getReader();
  made({ body: locked.stream }).discard();
  assertEquals((await reader.read()).value, BYTES);
});

Deno.test("header fields of every form are lines, in their order", () => {
  const expected = [["a", "1"], ["b", "2"], ["b", "3"]];
  const forms: unknown[] = [
    [["a", "1"], ["b", "2"], ["b", "3"]],
    { a: "1", b: ["2", "3"], c: undefined },
    new Map<string, unknown>([["a", 1], ["b", ["2", "3"]], ["c", null]]),
  ];
  for (const given of forms) assertEquals(fieldLines(given), expected as [string, string][]);
  assertEquals(fieldLines(new Headers(expected as [string, string][])), [["a", "1"], [
    "b",
    "2, 3",
  ]]);
});
