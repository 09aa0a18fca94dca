import { exchange } from "../../src/transports/undici_exchange.ts";
import type { DispatchHandler } from "../../src/transports/undici.ts";
import { assertEquals, assertRejects } from "@std/assert";

const ENCODER = new TextEncoder();

/** A dispatcher that notes what it is given, and does with it what a test says. */
function dispatcher(act: (handler: DispatchHandler, ended: (reason: unknown) => void) => void) {
  const sent: Record<string, unknown>[] = [];
  const aborted: unknown[] = [];
  return {
    sent,
    aborted,
    destroy: () => Promise.resolve(),
    dispatch(options: Readonly<Record<string, unknown>>, handler: DispatchHandler): boolean {
      sent.push(options);
      act(handler, (reason) => void aborted.push(reason));
      return true;
    },
  };
}

const answering = (status: number, headers = {}, ...chunks: string[]) =>
  dispatcher((handler, ended) => {
    const controller = { pause() {}, resume() {}, abort: ended };
    handler.onRequestStart(controller);
    handler.onResponseStart(controller, 103, { link: "</a>" });
    handler.onResponseStart(controller, status, headers, "Fine");
    for (const chunk of chunks) handler.onResponseData(controller, ENCODER.encode(chunk));
    handler.onResponseEnd();
  });

/** The header fields of a request, by name. */
function fieldsOf(options: Record<string, unknown> | undefined): Record<string, string> {
  const flat = options!.headers as string[];
  const fields: Record<string, string> = {};
  for (let at = 0; at < flat.length; at += 2) fields[flat[at]!] = flat[at + 1]!;
  return fields;
}

Deno.test("an answer has the final head, with fields that repeat, and its body", async () => {
  const fake = answering(207, { "set-cookie": ["a=1", "b=2"], "x-one": "1" }, "he", "llo");
  const answer = await exchange("http://api.example/x", {}, fake, false);
  assertEquals([answer.status, answer.statusText, answer.url, answer.redirected], [
    207,
    "Fine",
    "http://api.example/x",
    false,
  ]);
  assertEquals(answer.headers.getSetCookie(), ["a=1", "b=2"]);
  assertEquals(new TextDecoder().decode(await answer.bytes!()), "hello");
});

Deno.test("where a response has no body, there is none, and one that comes ends the connection", async () => {
  const rows: [method: string, status: number, hasBody: boolean][] = [
    ["GET", 200, true],
    ["HEAD", 200, false],
    ["GET", 204, false],
    ["GET", 205, false],
    ["GET", 304, false],
  ];
  for (const [method, status, hasBody] of rows) {
    const fake = answering(status, { "content-length": "3" }, "abc");
    const answer = await exchange("http://api.example/", { method }, fake, false);
    assertEquals(answer.body !== null, hasBody, `${method} ${status}`);
    assertEquals((await answer.bytes!()).byteLength, hasBody ? 3 : 0);
    assertEquals(fake.aborted.length, hasBody ? 0 : 1);
  }
});

Deno.test("a request has the fields that fetch adds, unless the caller gives them", async () => {
  const added = { "accept": "*/*", "accept-language": "*", "user-agent": "node" };
  const plain = { ...added, "accept-encoding": "gzip, deflate" };
  const rows: [url: string, init: RequestInit, fields: Record<string, string>][] = [
    ["http://api.example/", {}, plain],
    ["https://api.example/", {}, { ...added, "accept-encoding": "br, gzip, deflate, zstd" }],
    ["http://api.example/", { headers: [["Accept", "a/b"]] }, {
      ...{ Accept: "a/b", "accept-language": "*", "user-agent": "node" },
      "accept-encoding": "gzip, deflate",
    }],
    ["http://api.example/", { headers: { "range": "bytes=0-" } }, {
      ...{ range: "bytes=0-", "accept-encoding": "identity" },
      ...added,
    }],
    ["http://api.example/", { headers: new Headers({ "accept-encoding": "identity" }) }, {
      ...{ "accept-encoding": "identity" },
      ...added,
    }],
    ["http://api.example/", { method: "POST", body: "text" }, {
      "content-type": "text/plain;charset=UTF-8",
      ...plain,
    }],
    ["http://api.example/", { method: "POST", body: "1", headers: [["content-type", "a/b"]] }, {
      "content-type": "a/b",
      ...plain,
    }],
    ["http://api.example/", { method: "POST", body: new URLSearchParams("a=1") }, {
      "content-type": "application/x-www-form-urlencoded;charset=UTF-8",
      ...plain,
    }],
    ["http://api.example/", { method: "POST", body: new Blob(["1"], { type: "a/b" }) }, {
      "content-type": "a/b",
      ...plain,
    }],
    ["http://api.example/", { method: "POST", body: new Uint8Array(1) }, plain],
  ];
  for (const [url, init, fields] of rows) {
    const fake = answering(200);
    await exchange(url, init, fake, false);
    assertEquals(fieldsOf(fake.sent[0]), fields, `${url} ${JSON.stringify(init)}`);
  }
});

Deno.test("origin and path are those of the URL, without its fragment", async () => {
  const rows: [url: string, origin: string, path: string][] = [
    ["http://api.example", "http://api.example", "/"],
    ["http://api.example:8080/a/b?c=d#e", "http://api.example:8080", "/a/b?c=d"],
    ["https://[::1]:8443/?", "https://[::1]:8443", "/?"],
    ["http://api.example/a#", "http://api.example", "/a"],
  ];
  for (const [url, origin, path] of rows) {
    const fake = answering(200);
    await exchange(url, {}, fake, false);
    assertEquals([fake.sent[0]!.origin, fake.sent[0]!.path], [origin, path]);
  }
});

Deno.test("a host header changes no certificate: the name is that of the URL, and addresses have none", async () => {
  const rows = [["https://api.example/", "api.example"], ["https://3d.example/", "3d.example"], [
    "https://127.0.0.1/",
    undefined,
  ], [
    "https://[::1]/",
    undefined,
  ]] as const;
  for (const [url, servername] of rows) {
    const fake = answering(200);
    await exchange(url, { headers: [["host", "other.example"]] }, fake, true);
    assertEquals(fake.sent[0]!.servername, servername);
  }
});

Deno.test("a port that fetch blocks is refused before anything is sent", async () => {
  const fake = answering(200);
  for (const port of [1, 22, 25, 6667, 10080]) {
    const error = await assertRejects(
      () => exchange(`http://127.0.0.1:${port}/`, {}, fake, false),
      TypeError,
    );
    assertEquals(error.message, "bad port"); // what failure_table.ts knows
  }
  assertEquals(fake.sent, []);
});

Deno.test("an abort ends the request with its reason, whenever it comes, and leaves no listener", async () => {
  const reason = new Error("enough");
  const before = answering(200);
  const early = exchange(
    "http://api.example/",
    { signal: AbortSignal.abort(reason) },
    before,
    false,
  );
  assertEquals(await assertRejects(() => early), reason);
  assertEquals(before.sent, []);

  let waiting: DispatchHandler | undefined;
  const queued = dispatcher((handler) => waiting = handler);
  const first = new AbortController();
  const failed = exchange("http://api.example/", { signal: first.signal }, queued, false);
  first.abort(reason);
  assertEquals(await assertRejects(() => failed), reason);
  const ended: unknown[] = [];
  waiting!.onRequestStart({ pause() {}, resume() {}, abort: (why) => void ended.push(why) });
  assertEquals(ended, [reason], "it is not sent when a connection is there");

  for (const end of ["onResponseEnd", "onResponseError"] as const) {
    const controller = new AbortController();
    const listeners = new Set<unknown>();
    const { signal } = controller;
    signal.addEventListener = (_name: string, listener: unknown) => void listeners.add(listener);
    signal.removeEventListener = (_name: string, listener: unknown) =>
      void listeners.delete(listener);
    let running: DispatchHandler | undefined;
    const open = dispatcher((handler) => running = handler);
    const answered = exchange("http://api.example/", { signal }, open, false);
    const own = { pause() {}, resume() {}, abort() {} };
    running!.onRequestStart(own);
    running!.onResponseStart(own, 200, {});
    await answered;
    assertEquals(listeners.size, 1);
    if (end === "onResponseEnd") running!.onResponseEnd();
    else running!.onResponseError(own, reason);
    assertEquals(listeners.size, 0, end);
  }
});

Deno.test("a failure rejects before the head, and fails the body after it", async () => {
  const failure = new Error("reset");
  const refused = dispatcher((handler) => handler.onResponseError(null, failure));
  assertEquals(
    await assertRejects(() => exchange("http://api.example/", {}, refused, false)),
    failure,
  );
  const cut = dispatcher((handler) => {
    const controller = { pause() {}, resume() {}, abort() {} };
    handler.onRequestStart(controller);
    handler.onResponseStart(controller, 200, {});
    handler.onResponseError(controller, failure);
  });
  const answer = await exchange("http://api.example/", {}, cut, false);
  assertEquals(await assertRejects(() => answer.bytes!()), failure);
});
