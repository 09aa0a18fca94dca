/**
 * Sends requests, and records what is said: bodies while they pass, so that nobody waits for more than
 * without the cassette.
 *
 * @module
 */

import { classifyFetchFailure } from "../../http/transport/fetch_failure.ts";
import { nativeFetch } from "../../http/transport/fetch_transport.ts";
import type { Transport } from "../../http/transport/transport.ts";
import { SentBlob } from "../../http/body/sent_blob.ts";
import { contentOf, type Exchange, field, type Pairs } from "../../recording/exchange.ts";
import { readAll } from "../../recording/read_all.ts";
import {
  failureOf,
  recordedResponse,
  type Tapped,
  tapStream,
  withBody,
} from "../../recording/tapped_body.ts";
import { MOST_BYTES, type Tape } from "./tape.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A request, and the init that sends it. */
interface Read {
  readonly asked: Exchange;
  readonly init: RequestInit;
  /** As much of the body as was sent. */
  sent(): Promise<Bytes | undefined>;
}

/** The method, the header fields and the body of an init. */
export async function readRequest(
  url: string,
  init: RequestInit,
  keepsStream: boolean,
): Promise<Read> {
  const { method = "GET", body } = init;
  const pairs: [string, string][] = [...new Headers(init.headers)];
  const request = { method, url, headers: pairs as Pairs };
  if (body === undefined || body === null) {
    return { asked: { request }, init, sent: () => Promise.resolve(undefined) };
  }
  const isSized = body instanceof SentBlob;
  const stream: ReadableStream<Bytes> | undefined = isSized
    ? body.stream()
    : body instanceof ReadableStream
    ? body as ReadableStream<Bytes>
    : undefined;
  if (stream !== undefined && keepsStream) {
    const { promise, resolve } = Promise.withResolvers<Tapped>();
    const { stream: tapped, leave } = tapStream(stream, MOST_BYTES + 1, resolve);
    return {
      asked: { request },
      init: { ...init, body: isSized ? new SentBlob(tapped, body.size) : tapped },
      // A server may answer before it has read all, and a runtime need not ask for the end.
      sent: async () => (await leave(), (await promise).bytes),
    };
  }
  // What a form or a Blob says of its type is sent too.
  const read = new Response(stream ?? body);
  const type = read.headers.get("content-type");
  if (type !== null && field(pairs, "content-type") === undefined) {
    pairs.push(["content-type", type]);
  }
  const bytes = await readAll(read.body, init.signal);
  return {
    asked: { request: { ...request, body: contentOf(bytes) } },
    init,
    sent: () => Promise.resolve(bytes),
  };
}

/** Sends a request, and keeps the exchange. */
export async function record(
  url: string,
  init: RequestInit,
  tape: Tape,
  transport: Transport | undefined,
  open: Set<() => void | Promise<void>>,
): Promise<globalThis.Response> {
  const { asked: { request }, init: tapped, sent } = await readRequest(url, init, true);
  const slot = tape.reserve();
  const [startedAt, startedMs] = [Date.now(), performance.now()];
  let waitMs = 0;
  const keep = async (outcome: Partial<Exchange>): Promise<void> => {
    const bytes = await sent();
    const content = bytes && contentOf(bytes);
    await tape.keep(slot, {
      request: { ...request, body: content },
      startedAt,
      waitMs,
      ...outcome,
    });
  };
  let web: globalThis.Response;
  try {
    web = await (transport ?? nativeFetch)(url, tapped);
  } catch (thrown) {
    if (init.signal?.aborted) {
      tape.drop(slot);
      throw thrown;
    }
    const error = await classifyFetchFailure(thrown, { method: request.method, url });
    await keep({ failure: failureOf(error) });
    throw thrown;
  }
  waitMs = performance.now() - startedMs;
  const headers = Object.fromEntries(request.headers);
  if (web.body === null) {
    await keep({ response: recordedResponse(web, undefined), receiveMs: 0 });
    return web;
  }
  const { stream, leave } = tapStream(web.body, MOST_BYTES + 1, async (tapped) => {
    open.delete(leave);
    const { receiveMs } = tapped;
    await keep({ response: recordedResponse(web, tapped, { headers }), receiveMs });
  }, async (error) => {
    // The caller, or one of its clocks, ended it, and not the server.
    if (init.signal?.aborted) return "left";
    return failureOf(await classifyFetchFailure(error, request, "body"));
  });
  open.add(leave);
  return withBody(web, stream);
}
