/** What is sent to a page that reads slowly, or not at all. */

import { assert, assertEquals } from "@std/assert";
import { Board } from "../../../src/telemetry/inspect/board.ts";
import { PageReader } from "../../../src/telemetry/page/page_reader.ts";

function readerOf(maxCalls: number) {
  const board = new Board(maxCalls);
  const written: string[] = [];
  let drain = () => {};
  let isTaken = true;
  const reader = new PageReader(board, {
    writeHead() {},
    write(text) {
      written.push(text);
      return isTaken;
    },
    end() {},
    on(event, listener) {
      if (event === "drain") drain = listener;
    },
  }, () => 0);
  const begin = () =>
    board.beginCall({
      ...{ type: "began", at: 0, startedAt: 0, method: "GET", url: "https://a.example/" },
      isLimited: false,
    });
  const end = (id: number) =>
    board.tell(id, { type: "ended", at: 1, outcome: "ok", statusCode: 200, attempts: [] });
  return {
    ...{ reader, board, begin, end },
    slow: () => isTaken = false,
    drain() {
      isTaken = true;
      drain();
    },
    /** What came since the last time, all messages in one. */
    news() {
      const messages = written.splice(0).map((text) => JSON.parse(text.replace(/^data: /, "")));
      return messages.flatMap(({ calls = [], missed = 0 }) => [
        ...calls.map(({ id, state }: { id: number; state: string }) => `${id} ${state}`),
        ...missed > 0 ? [`missed ${missed}`] : [],
      ]);
    },
  };
}

Deno.test("a page gets everything once, and a call at once when it ends", async () => {
  const { reader, begin, end, news } = readerOf(10);
  news();
  const id = begin();
  end(id);
  await Promise.resolve();
  assertEquals(news(), ["1 ok"]);
  reader.close();
});

Deno.test("a slow page gets the last state of what changed, and the number of calls that it missed", async () => {
  const { reader, begin, end, news, slow, drain } = readerOf(3);
  news();
  slow();
  end(begin());
  await Promise.resolve();
  assertEquals(news(), ["1 ok"]); // it was taken, and fills what there is
  for (let call = 2; call <= 9; call++) {
    const id = begin();
    end(id);
    await Promise.resolve();
  }
  assertEquals(news(), []);
  drain();
  assertEquals(news(), ["7 ok", "8 ok", "9 ok", "missed 5"]);
  reader.close();
});

Deno.test("a page that is closed gets nothing, and leaves nothing behind", async () => {
  const { reader, begin, end, news } = readerOf(3);
  reader.close();
  news();
  end(begin());
  await Promise.resolve();
  assertEquals(news(), []);
});

Deno.test("what a page gets is one line, whatever is in it", () => {
  const written: string[] = [];
  const board = new Board(3);
  board.beginCall({
    ...{ type: "began", at: 0, startedAt: 0, method: "GET", isLimited: false },
    url: "https://a.example/\n\ndata: {}\r\revent: x",
  });
  const response = {
    ...{ writeHead() {}, end() {}, on() {} },
    write: (text: string) => written.push(text) > 0,
  };
  new PageReader(board, response, () => 0).close();
  for (const text of written) assert(/^data: [^\r\n]*\n\n$/.test(text), text);
});
