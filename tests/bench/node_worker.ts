/**
 * Runs on Node: measures `nodeTransport()` beside native fetch, undici and the peers, and prints the
 * results as one line of JSON. Its arguments are where the server is, the effort, and the case.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- printing is what it is for

import { HTTPClient } from "../../mod.ts";
import { nodeTransport } from "../../src/transports/node.ts";
import { DOCUMENT, LARGE_BODY, MEDIUM_BODY } from "./bodies.ts";
import { axios, got, ky, ofetch } from "./deps.ts";
import { type Contender, type Effort, measure, type Result } from "./measure.ts";

/** What is asked of a contender, and of how many at a time. */
interface NodeCase {
  readonly name: string;
  readonly title: string;
  readonly inFlight: number;
  readonly contenders: readonly Contender[];
  readonly accepts: (result: unknown) => boolean;
}

/** What the worker prints. */
export interface NodeResults {
  readonly name: string;
  readonly title: string;
  readonly results: readonly Result[];
}

/** As much of undici as is measured. Its types would be those of `node:net` for all of the project. */
interface Undici {
  readonly Agent: new () => object;
  request(url: string, options: object): Promise<{
    readonly body: AsyncIterable<Uint8Array> & {
      json(): Promise<unknown>;
      bytes(): Promise<Uint8Array>;
    };
  }>;
  fetch(url: string, init: object): Promise<Response>;
}

const TIMEOUT_MS = 30_000;
const HEADERS = { "content-type": "application/json" };
const { process } = globalThis as unknown as {
  readonly process: {
    readonly argv: readonly string[];
    exit(): never;
    getBuiltinModule(name: "module"): { createRequire(from: string): (name: "undici") => Undici };
  };
};
const undici = process.getBuiltinModule("module").createRequire(import.meta.url)("undici");
const [origin = "", effort = "", only = ""] = process.argv.slice(2);
const dispatcher = new undici.Agent();
const plain = new HTTPClient({ hooks: {} });
const ours = new HTTPClient({ hooks: {}, transport: nodeTransport() });
const kyClient = ky.create({ timeout: TIMEOUT_MS });
const ofetchClient = ofetch.create({ timeout: TIMEOUT_MS });
const gotClient = got.extend({ timeout: { request: TIMEOUT_MS } });
const axiosClient = axios.create({ timeout: TIMEOUT_MS });
const toText = JSON.stringify(DOCUMENT);

/** One row of contenders: fetch first, undici.request second, which the others are compared with. */
function row(calls: Readonly<Record<string, () => Promise<unknown>>>): Contender[] {
  return Object.entries(calls).map(([name, call]) => ({ name, call }));
}

const OURS = "HTTPClient, nodeTransport()";
const OURS_ON_FETCH = "HTTPClient, native fetch";

function gettingJSON(url: string): Contender[] {
  return row({
    "fetch": async () => await (await fetch(url)).json(),
    "undici.request": async () => await (await undici.request(url, { dispatcher })).body.json(),
    "undici.fetch": async () => await (await undici.fetch(url, { dispatcher })).json(),
    [OURS]: async () => (await ours.get(url)).json(),
    [OURS_ON_FETCH]: async () => (await plain.get(url)).json(),
    "ky": () => kyClient.get(url).json(),
    "ofetch": () => ofetchClient(url),
    "axios": async () => (await axiosClient.get(url)).data,
    "got": () => gotClient.get(url).json(),
  });
}

function posting(url: string): Contender[] {
  const init = { method: "POST", headers: HEADERS, body: toText } as const;
  const json = DOCUMENT as Record<string, unknown>;
  return row({
    "fetch": async () => await (await fetch(url, init)).json(),
    "undici.request": async () =>
      await (await undici.request(url, { ...init, dispatcher })).body.json(),
    "undici.fetch": async () => await (await undici.fetch(url, { ...init, dispatcher })).json(),
    [OURS]: async () => (await ours.post(url, json)).json(),
    [OURS_ON_FETCH]: async () => (await plain.post(url, json)).json(),
    "ky": () => kyClient.post(url, { json }).json(),
    "ofetch": () => ofetchClient(url, { method: "POST", body: json }),
    "axios": async () => (await axiosClient.post(url, json)).data,
    "got": () => gotClient.post(url, { json }).json(),
  });
}

function gettingBytes(url: string): Contender[] {
  return row({
    "fetch": async () => await (await fetch(url)).bytes(),
    "undici.request": async () => await (await undici.request(url, { dispatcher })).body.bytes(),
    "undici.fetch": async () => await (await undici.fetch(url, { dispatcher })).bytes(),
    [OURS]: async () => (await ours.get(url)).content,
    [OURS_ON_FETCH]: async () => (await plain.get(url)).content,
    "ky": () => kyClient.get(url).arrayBuffer(),
    "ofetch": () => ofetchClient(url, { responseType: "arrayBuffer" }),
    "axios": async () => (await axiosClient.get(url, { responseType: "arraybuffer" })).data,
    "got": () => gotClient.get(url).buffer(),
  });
}

/** Counts a body chunk by chunk. */
async function counted(body: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const chunk of body) size += chunk.byteLength;
  return size;
}

/** A target that keeps nothing. */
function nowhere(): { readonly target: WritableStream<Uint8Array>; size: number } {
  const made = {
    size: 0,
    target: new WritableStream<Uint8Array>({
      write(chunk) {
        made.size += chunk.byteLength;
      },
    }),
  };
  return made;
}

function streaming(url: string): Contender[] {
  return row({
    "fetch": async () => counted((await fetch(url)).body!),
    "undici.request": async () => counted((await undici.request(url, { dispatcher })).body),
    "undici.fetch": async () => counted((await undici.fetch(url, { dispatcher })).body!),
    [OURS]: async () => counted((await ours.stream("GET", url)).body),
    [OURS_ON_FETCH]: async () => counted((await plain.stream("GET", url)).body),
    "got": () => counted(gotClient.stream(url)),
  });
}

function downloading(url: string): Contender[] {
  const by = async (client: HTTPClient) => {
    const made = nowhere();
    await client.download(url, made.target);
    return made.size;
  };
  return row({
    "fetch": async () => {
      const made = nowhere();
      await (await fetch(url)).body!.pipeTo(made.target);
      return made.size;
    },
    "undici.request": async () => counted((await undici.request(url, { dispatcher })).body),
    [OURS]: () => by(ours),
    [OURS_ON_FETCH]: () => by(plain),
  });
}

const isDocument = (value: unknown) => JSON.stringify(value) === toText;
const isOf = (size: number) => (value: unknown) =>
  (typeof value === "number" ? value : (value as Uint8Array).byteLength) === size;

const CASES: readonly NodeCase[] = [
  {
    name: "json",
    title: "GET, 731 bytes of JSON, 16 in flight",
    inFlight: 16,
    contenders: gettingJSON(`${origin}/json`),
    accepts: isDocument,
  },
  {
    name: "post",
    title: "POST, 731 bytes of JSON each way, 16 in flight",
    inFlight: 16,
    contenders: posting(`${origin}/json`),
    accepts: isDocument,
  },
  {
    name: "medium",
    title: "GET, 100 KiB, 16 in flight",
    inFlight: 16,
    contenders: gettingBytes(`${origin}/medium`),
    accepts: isOf(MEDIUM_BODY.length),
  },
  {
    name: "large",
    title: "GET, 10 MiB, 2 in flight",
    inFlight: 2,
    contenders: gettingBytes(`${origin}/large`),
    accepts: isOf(LARGE_BODY.length),
  },
  {
    name: "stream",
    title: "GET, 10 MiB as a stream, 2 in flight",
    inFlight: 2,
    contenders: streaming(`${origin}/large`),
    accepts: isOf(LARGE_BODY.length),
  },
  {
    name: "download",
    title: "download of 10 MiB, 2 in flight",
    inFlight: 2,
    contenders: downloading(`${origin}/large`),
    accepts: isOf(LARGE_BODY.length),
  },
];

const found: NodeResults[] = [];
for (const one of CASES.filter(({ name }) => only === "" || name === only)) {
  const { name, title } = one;
  found.push({ name, title, results: await measure(one, JSON.parse(effort) as Effort) });
}
console.log(JSON.stringify(found));
process.exit(); // some peers leave timers behind
