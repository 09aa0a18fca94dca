/**
 * Server-sent events that resume where they were.
 *
 * @module
 */

import {
  DecodeError,
  EventSourceClient,
  HTTPClient,
  HTTPError,
  jsonCodec,
  type NetworkingError,
} from "@codomyrmex/networking";
import { equal, failure, ok, pause } from "./assert.ts";
import { type Answer, type Case, feature, QUICK } from "./case.ts";

/** A stream of this text that ends. */
function stream(body: string): Answer {
  return { headers: { "content-type": "text/event-stream" }, body };
}

/** The end of all streams. */
const OVER: Answer = { status: 204 };

/** The cases. */
export const eventStreams: readonly Case[] = feature("event streams", {
  async "a stream that ended goes on after the last event"({ url, answer, requests }) {
    // What has no empty line behind it does not count.
    await answer("/x", stream("id: 1\ndata: a\n\nid: 2\nda"), stream("id: 2\ndata: b\n\n"), OVER);
    const events = new EventSourceClient(url("/x"), QUICK);
    await events.connect();
    const seen: [string, string][] = [];
    for await (const { lastEventId, data } of events) seen.push([lastEventId, data]);
    equal(seen, [["1", "a"], ["2", "b"]]);
    equal((await requests()).map(({ headers }) => headers["last-event-id"]), [
      undefined,
      "1",
      "2",
    ]);
  },
  async "a connection that breaks is made again"({ broken, fail }) {
    const headers = { "content-type": "text/event-stream" };
    const body = "id: 1\ndata: a\n\nid: 2\ndata: ä\n\n";
    await fail(
      "/x",
      { headers, body: body + body, fault: "disconnect_during_response_body" },
      { headers, body: "id: 3\ndata: c\n\n" },
      { status: 204 },
    );
    const events = new EventSourceClient(broken("/x"), QUICK);
    let reconnected = 0;
    events.on("reconnected", () => void reconnected++);
    await events.connect();
    const data: string[] = [];
    for await (const event of events) data.push(event.data);
    equal([data.at(-1), reconnected > 0], ["c", true]);
  },
  async "retry: says how long to wait before the next stream"({ url, answer }) {
    await answer("/x", stream("retry: 300\ndata: a\n\n"), stream("data: b\n\n"), OVER);
    const events = new EventSourceClient(url("/x"), QUICK);
    const waits: number[] = [];
    events.on("reconnecting", ({ delayMs }) => void waits.push(delayMs));
    await events.connect();
    equal([(await events.receive())?.data, (await events.receive())?.data], ["a", "b"]);
    ok(waits[0]! >= 300, `it waited ${waits[0]} ms`);
    await events.close();
  },
  async "data is decoded by the codec, and events have their types"({ url, answer }) {
    await answer("/x", stream('event: tick\ndata: {"n":\ndata: 1}\n\n'), OVER);
    const codec = jsonCodec<{ n: number }>();
    const events = new EventSourceClient(url("/x"), { ...QUICK, codec });
    await events.connect();
    const event = await events.receive();
    equal([event?.type, event?.data], ["tick", { n: 1 }]);
    equal(await events.receive(), null);
    await events.close();
  },
  async "a POST has its stream, and is not sent again"({ url, answer, requests }) {
    await answer("/x", stream("data: a\n\n"));
    const events = new EventSourceClient(url("/x"), {
      ...QUICK,
      method: "POST",
      json: { prompt: "hello" },
    });
    await events.connect();
    const data: string[] = [];
    for await (const event of events) data.push(event.data);
    equal([data, (await requests()).map(({ body }) => body)], [["a"], ['{"prompt":"hello"}']]);
  },
  async "a POST stream that ends in the middle of an event is told from one that is whole"(
    { url, answer },
  ) {
    const options = { ...QUICK, method: "POST", json: {} };
    const read = async (body: string) => {
      await answer("/x", stream(body), stream(body));
      const events = new EventSourceClient(url("/x"), options);
      await events.connect();
      equal((await events.receive())?.data, "a");
      const end = await events.receive().catch((error) => error.code);
      const http = new HTTPClient();
      const response = await http.stream("POST", url("/x"));
      const data: unknown[] = [];
      try {
        for await (const event of response.events()) data.push(event.data);
      } catch (error) {
        data.push((error as NetworkingError).code);
      }
      await http.close();
      return [end, ...data];
    };
    equal(await read("data: a\n\n: bye"), [null, "a"]);
    equal(await read("data: a\n\ndata: b"), ["body_truncated", "a", "body_truncated"]);
  },
  async "an error as JSON with status 200 is in the error"({ url, answer }) {
    const body = '{"error":"overloaded"}';
    await answer("/x", { headers: { "content-type": "application/json" }, body });
    const events = new EventSourceClient(url("/x"), { ...QUICK, method: "POST", json: {} });
    equal((await failure(DecodeError, events.connect())).snippet, body);
  },
  async "lastEventId is that of the last event that somebody got"({ url, answer }) {
    await answer("/x", stream("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\n"), OVER);
    const events = new EventSourceClient(url("/x"), { ...QUICK, reconnect: false });
    await events.connect();
    equal(events.lastEventId, "");
    equal([(await events.receive())?.data, events.lastEventId], ["a", "1"]);
    const handled: string[] = [];
    events.on("message", ({ message }) => void handled.push(message.data + events.lastEventId));
    equal(await events.closed, {});
    equal([handled, events.lastEventId], [["b2", "c3"], "3"]);
  },
  async "a status that is no stream is an error"({ url, answer }) {
    await answer("/x", { status: 404, body: "none" });
    const events = new EventSourceClient(url("/x"), QUICK);
    equal((await failure(HTTPError, events.connect())).response.statusCode, 404);
  },
  async "close() ends a stream that goes on, and its transfer"({ url, answer, requests }) {
    const headers = { "content-type": "text/event-stream" };
    await answer("/x", { headers, drip: { chunk: "data: a\n\n", everyMs: 20, count: 2000 } });
    const events = new EventSourceClient(url("/x"), QUICK);
    await events.connect();
    equal((await events.receive())?.data, "a");
    await events.close();
    while ((await requests()).some(({ left }) => !left)) await pause(20);
    equal([events.state, await events.closed], ["closed", {}]);
  },
});
