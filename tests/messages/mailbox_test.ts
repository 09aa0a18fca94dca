/** Who gets a message: handlers, a reader that waits, or a reader that comes later. */

import { assertEquals, assertRejects } from "@std/assert";
import { Handlers } from "../../src/messages/handlers.ts";
import { undecodable } from "../../src/messages/inbox.ts";
import { Mailbox } from "../../src/messages/mailbox.ts";

interface Events {
  readonly message: { readonly message: string };
  readonly error: { readonly error: unknown; readonly raw?: string };
}

const BOUNDS = { maxMessages: 3, maxBytes: 100, overflow: "error" };
const NO_LIMITS = { limitMs: Infinity };
const FAILURE = new SyntaxError("not JSON");

function setUp() {
  const handlers = new Handlers<Events>(["message", "error"]);
  const taken: string[] = [];
  const got: string[] = [];
  const mailbox: Mailbox<string> = new Mailbox<string>(
    handlers,
    BOUNDS,
    ({ value, failure }) => taken.push(failure === undefined ? value : "failed"),
  );
  let stop = () => {};
  return {
    mailbox,
    taken,
    got,
    come: (text: string) =>
      text === "?"
        ? mailbox.deliver(undecodable(FAILURE, text, 1))
        : mailbox.deliver({ value: text, bytes: 1 }),
    on() {
      stop = handlers.add("message", ({ message }) => got.push(`handler ${message}`));
      mailbox.handled();
    },
    off: () => stop(),
    onError: () =>
      void handlers.add("error", ({ error, raw }) => got.push(`error ${error === FAILURE} ${raw}`)),
    receive: () =>
      void mailbox.receive(NO_LIMITS).then(
        (value) => got.push(`reader ${value}`),
        (error) => got.push(`rejected ${error === FAILURE}`),
      ),
  };
}

/** Lets promises and microtasks settle. */
const settled = () => new Promise<void>((resolve) => setTimeout(resolve));

// R17.6, R17.7
Deno.test("every order of handlers, readers and messages: all are delivered once, in order", async () => {
  // Each row: what happens, a word each; who got what; what is taken; how many are kept.
  const rows: [string, string[], string[], number][] = [
    ["a b receive receive", ["reader a", "reader b"], ["a", "b"], 0],
    ["receive receive a b", ["reader a", "reader b"], ["a", "b"], 0],
    ["on a b", ["handler a", "handler b"], ["a", "b"], 0],
    ["on receive a b", ["handler a", "handler b", "reader a"], ["a", "b"], 0],
    [
      "receive a on b c off d receive",
      [
        "handler b",
        "handler c",
        "reader a",
        "reader d",
      ],
      ["a", "b", "c", "d"],
      0,
    ],
    ["a b on - c", ["handler a", "handler b", "handler c"], ["a", "b", "c"], 0],
    ["a b on c", ["handler a", "handler b", "handler c"], ["a", "b", "c"], 0],
    ["a on off - b receive receive", ["reader a", "reader b"], ["a", "b"], 0],
    ["a receive on b", ["handler b", "reader a"], ["a", "b"], 0],
    ["a b c", [], [], 3],
    // What cannot be decoded: told to a handler of errors, else to the reader in its place.
    ["onError a ? b receive - receive", ["reader a", "error true ?", "reader b"], [
      "a",
      "failed",
      "b",
    ], 0],
    ["onError a ? receive receive - b", ["error true ?", "reader a", "reader b"], [
      "a",
      "failed",
      "b",
    ], 0],
    [
      "a ? onError ? receive receive - b",
      ["error true ?", "error true ?", "reader a", "reader b"],
      [
        "a",
        "failed",
        "failed",
        "b",
      ],
      0,
    ],
    ["onError ? a receive", ["error true ?", "reader a"], ["failed", "a"], 0],
    ["a ? b receive receive receive", ["reader a", "rejected true", "reader b"], [
      "a",
      "failed",
      "b",
    ], 0],
    ["receive receive ? a", ["rejected true", "reader a"], ["failed", "a"], 0],
    ["receive onError ? a", ["error true ?", "reader a"], ["failed", "a"], 0],
    ["on receive ? a", ["handler a", "rejected true"], ["failed", "a"], 0],
    ["on onError ? a", ["error true ?", "handler a"], ["failed", "a"], 0],
    ["? a onError on -", ["error true ?", "handler a"], ["failed", "a"], 0],
  ];
  for (const [steps, got, taken, kept] of rows) {
    const box = setUp();
    for (const step of steps.split(" ")) {
      if (step === "-") await settled();
      else if (step in box) (box as unknown as Record<string, () => void>)[step]!();
      else box.come(step);
    }
    await settled();
    assertEquals([box.got, box.taken, box.mailbox.length], [got, taken, kept], steps);
  }
});

Deno.test("what is handled does not fill it, and what is kept does", () => {
  const box = setUp();
  box.on();
  for (let count = 0; count < 100; count++) assertEquals(box.come("x"), { dropped: [] });
  box.off();
  for (const text of ["a", "b", "c"]) box.come(text);
  assertEquals(box.come("d"), "full");
  assertEquals([box.mailbox.length, box.mailbox.bytes], [3, 3]);
});

Deno.test("a handler of a message may read, stop, and be replaced", async () => {
  const handlers = new Handlers<Events>(["message", "error"]);
  const mailbox: Mailbox<string> = new Mailbox<string>(handlers, BOUNDS);
  const seen: unknown[] = [];
  for (const value of ["a", "b", "c"]) mailbox.deliver({ value, bytes: 1 });
  const stop = handlers.add("message", ({ message }) => {
    seen.push(message);
    stop();
    mailbox.receive(NO_LIMITS).then((value) => seen.push(`then ${value}`));
  });
  mailbox.handled();
  await settled();
  assertEquals([seen, mailbox.length], [["a", "then b"], 1]);
});

Deno.test("a reader that gives up while a handler runs leaves nothing behind", async () => {
  const handlers = new Handlers<Events>(["message", "error"]);
  const mailbox: Mailbox<string> = new Mailbox<string>(handlers, BOUNDS);
  const controller = new AbortController();
  const reader = mailbox.receive({ limitMs: Infinity, signal: controller.signal });
  handlers.add("message", () => controller.abort(new Error("enough")));
  mailbox.deliver({ value: "a", bytes: 1 });
  await assertRejects(() => reader, Error, "enough");
  assertEquals(mailbox.length, 0);
});

Deno.test("after the end what is kept is for readers alone", async () => {
  const box = setUp();
  box.come("a");
  box.mailbox.end({});
  box.on();
  await settled();
  assertEquals(box.got, []);
  assertEquals(await box.mailbox.receive(NO_LIMITS), "a");
  assertEquals(await box.mailbox.receive(NO_LIMITS), null);
});
