/**
 * Serves the inspector's page on 127.0.0.1. Who does not know the token in the path, or asks for another
 * host, is told nothing.
 *
 * The token is in the path and not in a cookie: cookies are sent to every port of a host (RFC 6265 8.5),
 * so that any other server on this machine would get it.
 *
 * @module
 */

import { randomHex } from "../../formats/hex.ts";
import {
  type LoopbackRequest,
  type LoopbackResponse,
  serveLoopback,
} from "../../runtime/loopback_server.ts";
import type { HARFile } from "../../recording/har_file.ts";
import type { Board } from "../inspect/board.ts";
import { pageHTML } from "./page.ts";
import { PageReader } from "./page_reader.ts";

/** What the page shows. */
export interface Shown {
  readonly board: Board;
  /** What was on the wire. */
  har(): HARFile;
  /** Whether that has bodies. */
  readonly hasBodies: boolean;
  /** Milliseconds since the inspector was made. */
  now(): number;
}

/** The page, while it is served. */
export interface PageServer {
  /** Its URL, with the token. */
  readonly url: string;
  /** Ends it. */
  close(): Promise<void>;
}

/** 128 random bits. */
const TOKEN_BYTES = 16;
/** Pages that may be open at a time. */
const MOST_READERS = 4;

const COMMON: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
};

/**
 * Serves the page.
 *
 * @param port The port of 127.0.0.1; 0 is any free one.
 */
export async function servePage(port: number, shown: Shown): Promise<PageServer> {
  const { board } = shown;
  const base = `/${randomHex(TOKEN_BYTES)}/`;
  const readers = new Set<PageReader>();
  let hosts: readonly unknown[] = [];
  const handle = (request: LoopbackRequest, response: LoopbackResponse): void => {
    const { host, origin } = request.headers;
    const isOurs = hosts.includes(host) && (origin === undefined || origin === `http://${host}`);
    const route = isOurs && request.method === "GET" && request.url?.startsWith(base)
      ? request.url.slice(base.length)
      : undefined;
    if (route === "") return answerPage(response, shown.hasBodies);
    if (route === "har") return answerJSON(response, shown.har());
    const [, call] = /^bodies\/(\d{1,15})$/.exec(route ?? "") ?? [];
    if (call !== undefined) return answerJSON(response, bodiesOf(shown.har(), Number(call)));
    if (route === "events" && readers.size < MOST_READERS) return stream(response);
    const status = route === "events" ? 503 : 404;
    response.writeHead(status, { ...COMMON, "content-type": "text/plain" });
    response.end(status === 503 ? `At most ${MOST_READERS} pages can be open.\n` : "Not found.\n");
  };
  const stream = (response: LoopbackResponse): void => {
    response.writeHead(200, { ...COMMON, "content-type": "text/event-stream" });
    response.write("retry: 500\n\n");
    const reader = new PageReader(board, response, () => shown.now());
    readers.add(reader);
    response.on("close", () => {
      reader.close();
      readers.delete(reader);
    });
  };
  const server = await listen(port, handle);
  hosts = [`127.0.0.1:${server.port}`, `localhost:${server.port}`];
  return {
    url: `http://127.0.0.1:${server.port}${base}`,
    close: async () => {
      for (const reader of readers) reader.close();
      await server.close();
    },
  };
}

async function listen(port: number, handle: Parameters<typeof serveLoopback>[1]) {
  try {
    return await serveLoopback(port, handle, { isBackground: true });
  } catch (cause) {
    const { message } = cause as Error;
    throw new Error(
      `Cannot serve the inspector's page on 127.0.0.1:${port}: ${message}; set another port, and ` +
        "--allow-net=127.0.0.1 on Deno",
      { cause },
    );
  }
}

function answerPage(response: LoopbackResponse, hasBodies: boolean): void {
  const nonce = randomHex(TOKEN_BYTES);
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "img-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  response.writeHead(200, {
    ...COMMON,
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy,
  });
  response.end(pageHTML(nonce, hasBodies));
}

function answerJSON(response: LoopbackResponse, value: unknown): void {
  response.writeHead(200, { ...COMMON, "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

/** The bodies of a call, a pair for each request. */
function bodiesOf({ log: { entries } }: HARFile, call: number) {
  return entries.filter(({ _callId }) => _callId === call).map(({ request, response }) => ({
    sent: request.postData?.text,
    received: response.content.text,
  }));
}
