/**
 * The one server of the suite, for all runtimes: it answers as a case tells it to, breaks connections
 * off, speaks WebSocket, and serves the page of the browser. Run by the runner, as a process of its own:
 * `deno run server.ts FOLDER`, where `FOLDER` has the page's bundle. Its first line on standard output is
 * where it listens, as JSON.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- it tells its port

import { type FakeAnswer, FakeServer, type RecordedRequest } from "../../src/testing/mod.ts";
import type { Answer, Seen, Servers } from "./suite/case.ts";
import { digestAnswer } from "./server_digest.ts";
import { countOf, rawSocket, socket } from "./server_sockets.ts";

/** What each path answers, by server. */
const told = { answer: new Map<string, Answer[]>(), fail: new Map<string, FakeAnswer[]>() };
/** What was sent, by the first part of the path. */
const seen = new Map<string, (Seen & { left: boolean })[]>();
const results = new Map<string, string>();
const [folder] = Deno.args;

/** A page may use all of it. Not `*` for what is asked for: that does not cover Authorization. */
function corsHeaders(header: (name: string) => string | null | undefined): Record<string, string> {
  return {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": header("access-control-request-method") ?? "*",
    "access-control-allow-headers": header("access-control-request-headers") ?? "*",
    "access-control-expose-headers": "*",
  };
}

/** The next answer of a path; the last one is given again and again. */
function next<T>(answers: T[] | undefined): T | undefined {
  return answers !== undefined && answers.length > 1 ? answers.shift() : answers?.[0];
}

function note(method: string, target: string, headers: [string, string][], body: string) {
  const [, key = "", path = ""] = /^\/([^/]+)(.*)$/.exec(target) ?? [];
  const names = headers.map(([name, value]) => [name.toLowerCase(), value]);
  const entry = { method, path, headers: Object.fromEntries(names), body, left: false };
  seen.set(key, [...seen.get(key) ?? [], entry]);
  return entry;
}

async function handle(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const cors = corsHeaders((name) => request.headers.get(name));
  const [, first, second = ""] = pathname.split("/");
  if (request.headers.has("access-control-request-method")) {
    return new Response(null, { status: 204, headers: cors });
  }
  if (first === "tell" && (second === "answer" || second === "fail")) {
    const { path, answers } = await request.json();
    told[second].set(path, answers);
    return new Response();
  }
  if (first === "seen") return Response.json(seen.get(second) ?? []);
  if (first === "results") {
    if (request.method === "GET") return new Response(results.get(second) ?? "null");
    results.set(second, await request.text());
    return new Response();
  }
  if (first === "page") {
    const page = `<!DOCTYPE html><script type="module" src="/browser.js"></script>`;
    return new Response(page, { headers: { "content-type": "text/html" } });
  }
  if (first === "browser.js") {
    const code = await Deno.readTextFile(`${folder}/browser.js`);
    return new Response(code, { headers: { "content-type": "text/javascript" } });
  }
  const headers = [...request.headers];
  if (request.headers.get("upgrade") === "websocket") {
    note(request.method, pathname + search, headers, "");
    return socket(request, pathname.slice(pathname.indexOf("/", 1)));
  }
  const answer = next(told.answer.get(pathname));
  const bytes = answer?.early ? new Uint8Array(0) : await request.bytes();
  const entry = note(
    request.method,
    pathname + search,
    headers,
    new TextDecoder().decode(bytes),
  );
  const response = second === "digest"
    ? await digestAnswer(request)
    : answer === undefined
    ? Response.json(entry)
    : await respond(answer, request, bytes, () => entry.left = true);
  for (const [name, value] of Object.entries(cors)) response.headers.set(name, value);
  // A browser may go on reading, for its cache, what the page no longer wants.
  response.headers.set("cache-control", "no-store");
  return response;
}

async function respond(
  answer: Answer,
  request: Request,
  sent: Uint8Array<ArrayBuffer>,
  onLeft: () => void,
): Promise<Response> {
  const { status = 200, delayMs, drip, echo, json, gzip } = answer;
  const headers = new Headers(answer.headers);
  if (delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, delayMs));
  if (drip !== undefined) return new Response(dripping(drip, onLeft), { status, headers });
  if (echo) {
    const type = request.headers.get("content-type");
    return new Response(sent, { status, headers: type === null ? {} : { "content-type": type } });
  }
  if (json !== undefined) headers.set("content-type", "application/json");
  const content = json === undefined ? answer.body : JSON.stringify(json);
  const hasNone = status === 204 || status === 304 || content === undefined && !answer.bytes;
  const body = hasNone ? null : answer.bytes ? new Uint8Array(answer.bytes) : content!;
  if (!gzip) return new Response(body, { status, headers });
  headers.set("content-encoding", "gzip");
  const compressed = new Blob([body ?? ""]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(compressed, { status, headers });
}

function dripping(
  { chunk, everyMs, count }: NonNullable<Answer["drip"]>,
  onLeft: () => void,
): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(chunk);
  let left = count;
  return new ReadableStream({
    async pull(controller) {
      if (left-- <= 0) return controller.close();
      controller.enqueue(bytes);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    },
    cancel: onLeft,
  }, { highWaterMark: 0 });
}

/** What breaks off is told by the case as well; nothing is a 404 here. */
async function failing(
  request: RecordedRequest,
  connection: Parameters<typeof rawSocket>[2],
): Promise<FakeAnswer | void> {
  const { method, target, headers } = request;
  const cors = corsHeaders((name) => request.header(name));
  if (request.header("access-control-request-method") !== undefined) {
    return { status: 204, headers: cors };
  }
  note(method, target, [...headers], request.text);
  const [, path = ""] = /^\/[^/]+(\/[^?]*)/.exec(target) ?? [];
  if (request.header("upgrade") === "websocket") {
    const key = request.header("sec-websocket-key") ?? "";
    return await rawSocket(path, key, connection, countOf(target));
  }
  const answer = next(told.fail.get(target.replace(/\?.*/, "")));
  const shown = { ...answer ?? { status: 404 }, headers: { ...cors, ...answer?.headers } };
  if (shown.fault !== "disconnect_during_response_body") return shown;
  // Not at once: what came just before the end is lost on some runtimes, now and then.
  setTimeout(() => connection.close(), 50);
  return { ...shown, fault: "stall_during_response_body" };
}

const listen = { hostname: "127.0.0.1", port: 0, onListen() {} };
const [main, other] = [Deno.serve(listen, handle), Deno.serve(listen, handle)];
const broken = await FakeServer.start(failing);
// A port that was free a moment ago, and that nobody else is given soon.
const unused = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const { port } = unused.addr;
unused.close();
const servers: Servers = {
  main: `http://127.0.0.1:${main.addr.port}`,
  other: `http://127.0.0.1:${other.addr.port}`,
  broken: broken.origin,
  closed: `http://127.0.0.1:${port}`,
};
console.log(JSON.stringify(servers));
