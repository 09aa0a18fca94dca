/** The event stream format, by the browsers' own test data, at every byte split. */

import { assert, assertEquals } from "@std/assert";
import { EventStreamParser, type ServerSentEvent } from "../../src/formats/event_stream_parser.ts";
import { readVectors } from "../support/vectors.ts";
import { assertLinear } from "../support/linear.ts";

interface Vectors {
  readonly streams: readonly {
    readonly name: string;
    readonly body: string;
    readonly events: readonly Partial<ServerSentEvent>[];
    readonly retry?: number | null;
    readonly reconnectHeader?: string | null;
  }[];
}

const { streams } = await readVectors<Vectors>("eventsource/wpt-eventsource-format.json");
const ENCODER = new TextEncoder();

function parse(parser: EventStreamParser, ...chunks: Uint8Array[]): ServerSentEvent[] {
  return chunks.flatMap((chunk) => parser.push(chunk));
}

// R18.2
Deno.test("the published streams give the published events, however they are cut", async (t) => {
  assert(streams.length >= 26);
  for (const { name, body, events, retry, reconnectHeader } of streams) {
    await t.step(name, () => {
      const bytes = ENCODER.encode(body);
      for (let cut = 0; cut <= bytes.length; cut++) {
        const parser = new EventStreamParser();
        const given = parse(parser, bytes.subarray(0, cut), bytes.subarray(cut));
        const shown = given.map((event, index) =>
          Object.fromEntries(
            Object.keys(events[index] ?? event).map((
              key,
            ) => [key, event[key as keyof ServerSentEvent]]),
          )
        );
        assertEquals(shown, events as typeof shown, `cut at byte ${cut}`);
        if (retry !== undefined) assertEquals(parser.retryMs, retry ?? undefined);
        if (reconnectHeader !== undefined) assertEquals(parser.lastEventId, reconnectHeader ?? "");
      }
      const single = new EventStreamParser();
      const each = parse(single, ...Array.from(bytes, (byte) => Uint8Array.of(byte)));
      assertEquals(each.map(({ data }) => data), events.map(({ data }) => data));
    });
  }
});

// R18.2
Deno.test("an ID counts only once its event is dispatched", () => {
  const parser = new EventStreamParser({ lastEventId: "before" });
  parser.push(ENCODER.encode("id: 1\ndata: x\n"));
  assertEquals(parser.lastEventId, "before");
  assertEquals(parser.push(ENCODER.encode("\n")), [{
    type: "message",
    data: "x",
    lastEventId: "1",
  }]);
  assertEquals(parser.lastEventId, "1");
});

// R18.1
Deno.test("a line or an event beyond the limit ends it after what came before, whatever the chunks", () => {
  const long = "x".repeat(94); // 101 with its field name
  const row = "data: xxxxxxxx\n";
  const texts: [string, isStopped: boolean][] = [
    [`data:  ${long}\n\n`, true],
    [`data: ${long}\n\n`, false],
    [`data:  ${long}`, true],
    [`:${"x".repeat(100)}\r\n`, true],
    [`:${"x".repeat(99)}\r\n`, false],
    [`other: ${long}`, true],
    [`${row.repeat(12)}\n`, true],
    [`${row.repeat(11)}\n`, false], // 8 characters a line, 10 line breaks
  ];
  for (const [text, isStopped] of texts) {
    const bytes = ENCODER.encode(`data: before\n\n${text}\n\ndata: after\n\n`);
    for (const size of [1, 7, 1000]) {
      const parser = new EventStreamParser({ maxEventSize: 100 });
      const given: ServerSentEvent[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        given.push(...parser.push(bytes.subarray(at, at + size)));
      }
      const data = given.map((event) => event.data);
      assertEquals([parser.isStopped, data[0]], [isStopped, "before"], text);
      assertEquals(data.at(-1), isStopped ? "before" : "after", text);
    }
  }
});

// R15.5, R18.2
Deno.test("the time is linear in the length of a line, however it is cut", async () => {
  const chunk = ENCODER.encode("x".repeat(16));
  await assertLinear("chunks", (size) => size, (chunks) => {
    const parser = new EventStreamParser();
    for (let sent = 0; sent < chunks; sent++) parser.push(chunk);
    parser.push(ENCODER.encode("\n\n"));
  });
});

// R18.8
Deno.test("an end in the middle of an event is told from one between events, however it is cut", () => {
  const rows: [string, boolean][] = [
    ["", false],
    ["\ufeff", false],
    [": only a comment\n", false],
    [": only a part of one", false],
    ["data: a\n\n", false],
    ["data: a\r\r", false],
    ["data: a\r\n\r\n", false],
    ["data: a\n\n: bye", false],
    ["data: a\n\n: bye\n:\n", false],
    ["data: a\n\nretry: 10\n", false],
    ["data: a\n\nunknown: field\n", false],
    ["id: 7\n\n", false],
    ["event: ping\n\n", false],
    ["data: a", true],
    ["data: a\n", true],
    ["data: a\r\n", true],
    ["data: a\n\nd", true],
    ["data: a\n\ndata", true],
    ["data: a\n\ndata\n", true],
    ["data: a\n\ndata: b\n: a comment inside\n", true],
    ["data: a\n\nid: 7\n", true],
    ["id: 7\ndata: a\n\nid: 7\n", true],
    ["data: a\n\nevent: x\n", true],
    ["data: a\n\nevent:\n", true],
    ["data: a\n\nretry: 1", true],
    ["data: a\n\ndata: \u20ac", true],
    ["data: [DONE]", true],
  ];
  for (const [text, expected] of rows) {
    const bytes = ENCODER.encode(text);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const parser = new EventStreamParser();
      parse(parser, bytes.subarray(0, cut), bytes.subarray(cut));
      assertEquals(parser.isInEvent, expected, `${JSON.stringify(text)}, cut at byte ${cut}`);
    }
  }
});
