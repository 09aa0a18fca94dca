/**
 * What is compared: native `fetch` in several forms, this library, and its peers, each with a
 * time-out of 30 s where it has one, and otherwise as its documentation shows it first.
 *
 * @module
 */

import { type BodyData, HTTPClient } from "../../mod.ts";
import { httpCache } from "../../src/cache/mod.ts";
import { AbortAddon, axios, got, ky, ofetch, wretch } from "./deps.ts";

/** A client as the cases use it. */
export interface Client {
  readonly name: string;
  /** GET of JSON, parsed. */
  getJSON(url: string): Promise<unknown>;
  /** POST of a value as JSON; the answer, parsed. */
  postJSON(url: string, value: unknown): Promise<unknown>;
  /** GET of a body, as bytes. */
  getBytes(url: string): Promise<ArrayBuffer | Uint8Array>;
}

const TIMEOUT_MS = 30_000;
const JSON_HEADERS = { "content-type": "application/json" };

/** Native fetch as most people call it. */
export const plainFetch: Client = {
  name: "fetch(url)",
  getJSON: async (url) => await (await fetch(url)).json(),
  async postJSON(url, value) {
    const body = JSON.stringify(value);
    return await (await fetch(url, { method: "POST", headers: JSON_HEADERS, body })).json();
  },
  getBytes: async (url) => await (await fetch(url)).bytes(),
};

/** A signal that could end every call, as a client with time-outs needs one. */
const { signal } = new AbortController();
const decoder = new TextDecoder();

/**
 * Native fetch with the init that this library needs, and its way of reading: a signal, redirects
 * by hand, the body as bytes, and a POST body that Deno does not send twice.
 */
export const sameInit: Client = {
  name: "fetch, our init",
  getJSON: async (url) => parse(await fetch(url, { redirect: "manual", signal })),
  postJSON: async (url, value) =>
    parse(
      await fetch(url, {
        redirect: "manual",
        signal,
        method: "POST",
        headers: [["content-type", "application/json"]],
        body: new Blob([JSON.stringify(value)]),
      }),
    ),
  getBytes: async (url) => await (await fetch(url, { redirect: "manual", signal })).bytes(),
};

async function parse(response: Response): Promise<unknown> {
  return JSON.parse(decoder.decode(await response.bytes()));
}

/** The same, but for reading with `json()`. */
export const sameInitJSON: Pick<Client, "name" | "getJSON"> = {
  name: "fetch, our init, .json()",
  getJSON: async (url) => await (await fetch(url, { redirect: "manual", signal })).json(),
};

/** Native fetch, the POST body a Blob. */
export const plainFetchBlob: Pick<Client, "name" | "postJSON"> = {
  name: "fetch(url), Blob",
  async postJSON(url, value) {
    const body = new Blob([JSON.stringify(value)], { type: "application/json" });
    return await (await fetch(url, { method: "POST", body })).json();
  },
};

/** Native fetch, read into one buffer of the announced length: the least that is needed for a known size. */
export const filledFetch: Pick<Client, "name" | "getBytes"> = {
  name: "fetch, our init, into one buffer",
  async getBytes(url) {
    const { headers, body } = await fetch(url, { redirect: "manual", signal });
    const length = Number(headers.get("content-length"));
    const reader = body!.getReader({ mode: "byob" });
    const options = { min: length };
    const given = [new Uint8Array(length), options] as unknown as [Uint8Array<ArrayBuffer>];
    const filled = await reader.read(...given);
    await reader.read(new Uint8Array(1)); // the end
    return filled.value!;
  },
};

/** Native fetch, bytes counted while they come, which is what any limit on unknown sizes needs. */
export const countedFetch: Pick<Client, "name" | "getJSON" | "getBytes"> = {
  name: "fetch, our init, counted",
  getJSON: async (url) => JSON.parse(decoder.decode(await countedFetch.getBytes(url))),
  async getBytes(url) {
    const { body } = await fetch(url, { redirect: "manual", signal });
    const chunks: Uint8Array[] = [];
    let size = 0;
    const reader = body!.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.byteLength;
      chunks.push(value);
    }
    if (chunks.length === 1) return chunks[0]!;
    const whole = new Uint8Array(size);
    let offset = 0;
    for (const chunk of chunks) {
      whole.set(chunk, offset);
      offset += chunk.byteLength;
    }
    return whole;
  },
};

const client = new HTTPClient({ hooks: {} });

/** This library: `client` under a name. */
export function clientOf(name: string, client: HTTPClient): Client {
  return {
    name,
    getJSON: async (url) => (await client.get(url)).json(),
    postJSON: async (url, value) => (await client.post(url, value as BodyData)).json(),
    getBytes: async (url) => (await client.get(url)).content,
  };
}

/** This library with its defaults: timeouts, retries, size limit; hooks could be there. */
export const ours: Client = clientOf("@codomyrmex/networking", client);

/** The same with a cache, for a body that stays fresh. */
export const oursCached: Client = clientOf(
  "the same, a hit of its cache",
  new HTTPClient({ cache: httpCache() }),
);

const kyClient = ky.create({ timeout: TIMEOUT_MS });
const ofetchClient = ofetch.create({ timeout: TIMEOUT_MS });
const wretchClient = wretch().addon(AbortAddon());
const gotClient = got.extend({ timeout: { request: TIMEOUT_MS } });

/** The peers. */
export const PEERS: readonly Client[] = [
  {
    name: "ky",
    getJSON: (url) => kyClient.get(url).json(),
    postJSON: (url, json) => kyClient.post(url, { json }).json(),
    getBytes: (url) => kyClient.get(url).arrayBuffer(),
  },
  {
    name: "ofetch",
    getJSON: (url) => ofetchClient(url),
    postJSON: (url, value) => ofetchClient(url, { method: "POST", body: value as object }),
    getBytes: (url) => ofetchClient(url, { responseType: "arrayBuffer" }),
  },
  {
    name: "wretch",
    getJSON: (url) => wretchClient.url(url).get().setTimeout(TIMEOUT_MS).json(),
    postJSON: (url, value) =>
      wretchClient.url(url).post(value as object).setTimeout(TIMEOUT_MS).json(),
    getBytes: (url) => wretchClient.url(url).get().setTimeout(TIMEOUT_MS).arrayBuffer(),
  },
  axiosWith("http", " (http adapter, its default)"),
  axiosWith("fetch", " (fetch adapter)"),
  {
    name: "got",
    getJSON: (url) => gotClient.get(url).json(),
    postJSON: (url, json) => gotClient.post(url, { json }).json(),
    getBytes: (url) => gotClient.get(url).buffer(),
  },
];

function axiosWith(adapter: "http" | "fetch", remark: string): Client {
  const instance = axios.create({ timeout: TIMEOUT_MS, adapter });
  return {
    name: `axios${remark}`,
    getJSON: async (url) => (await instance.get(url)).data,
    postJSON: async (url, value) => (await instance.post(url, value)).data,
    getBytes: async (url) => (await instance.get(url, { responseType: "arraybuffer" })).data,
  };
}

/** Ends what the clients hold. */
export async function closeClients(): Promise<void> {
  await client.close();
}
