/**
 * The inspector: shows why a call waits, as lines on a terminal and as a page on this machine.
 *
 * @module
 */

import { NetworkingError } from "../errors.ts";
import type { HTTPRequest } from "../http/request/http_request.ts";
import { changed, RequestValue, shownURL } from "../http/request/request_value.ts";
import { Response } from "../http/response/response.ts";
import { HTTPResponseHead } from "../http/response/response_head.ts";
import {
  type ExchangeMiddleware,
  JOINED,
  type JoiningMiddleware,
  type MiddlewareLists,
  type OperationMiddleware,
} from "../http/settings/middleware.ts";
import type { MessageStream } from "../messages/message_stream.ts";
import { callable, flag, type OptionTable, wholeNumber } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";
import { redactHeaders } from "../redact_headers.ts";
import { lazy } from "../runtime/lazy.ts";
import { canServe } from "../runtime/loopback_server.ts";
import { standardError } from "../runtime/standard_error.ts";
import { Board } from "./inspect/board.ts";
import type { CallEnded } from "./inspect/call_events.ts";
import { HARCollector } from "./har_collector.ts";
import { LiveLines } from "./inspect/live_lines.ts";
import type { PageServer, Shown } from "./page/page_server.ts";
import { observeSocket } from "./inspect/observe_socket.ts";
import { answered, begin, ended, endedBy, type OutcomeRecord } from "./record.ts";

/** Options of {@linkcode inspect}. */
export interface InspectOptions {
  /** The port of the page on 127.0.0.1; 0 selects a free one. Without it there is no page. */
  readonly port?: number;
  /**
   * Whether calls are written to standard error, one line each; true unless there is a page.
   */
  readonly lines?: boolean;
  /**
   * The most calls that are kept; the oldest are dropped first.
   *
   * @default {500}
   */
  readonly maxCalls?: number;
  /**
   * Whether the page and its HAR file have bodies: the first 16 KiB of each, without secrets.
   *
   * @default {false}
   */
  readonly bodies?: boolean;
  /** Called with the URL of the page; without it the URL is written to standard error. */
  readonly onListen?: (url: string) => void;
}

/** An inspector of clients. It is also the `use` option of an HTTP client. */
export interface Inspector extends MiddlewareLists, AsyncDisposable {
  /** Middleware that sees each call. */
  readonly operation: readonly OperationMiddleware[];
  /** Middleware that sees each request on the wire. */
  readonly exchange: readonly ExchangeMiddleware[];
  /** The URL of the page, with its token; rejects if there is none. */
  readonly url: Promise<string>;
  /** Shows a WebSocketClient or an EventSourceClient; returns the client. */
  observe<Client extends MessageStream<unknown>>(client: Client): Client;
  /** Ends the page and the lines; it then shows no more calls. */
  close(): Promise<void>;
}

const TABLE = {
  port: wholeNumber({ max: 65_535 }),
  lines: flag,
  maxCalls: wholeNumber({ min: 1, max: 10_000 }),
  bodies: flag,
  onListen: callable<(url: string) => void>(),
} satisfies OptionTable<InspectOptions>;

/** The most bytes of a body that are kept. */
const MOST_BODY = 16_384;

/** Further bounds for a request: characters of its URL, fields, and characters of each. */
const [MOST_URL, MOST_FIELDS, MOST_FIELD] = [2_000, 100, 1_000];

const PAGE = /* @__PURE__ */ lazy(() => import("./page/page_server.ts"));

/**
 * Shows each call while it runs: its attempts, the waits between them and their reasons, the limiter's
 * queue, redirects, and the use of the cache. It shows no secret, and bodies only with `bodies`. It keeps the last 500
 * calls, and its page does not keep the process alive.
 *
 * @example Lines on the terminal
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { inspect } from "@codomyrmex/networking/telemetry";
 * import { MockTransport } from "@codomyrmex/networking/testing";
 *
 * const transport = new MockTransport().on("GET", "/users", { status: 503 }, { json: [] });
 * await using client = new HTTPClient({ transport, use: inspect(), retryBackoff: 0.01 });
 * await client.get("http://a.example/users"); // GET    /users  ▲ 503 ┄ 8 ms ┄ ● 200  9.6 ms
 * ```
 *
 * @example A page in the browser
 * ```ts
 * import { HTTPClient, WebSocketClient } from "@codomyrmex/networking";
 * import { inspect } from "@codomyrmex/networking/telemetry";
 *
 * await using inspector = inspect({ port: 0 }); // Inspector: http://127.0.0.1:49152/…/
 * await using client = new HTTPClient({ use: inspector });
 * const socket = inspector.observe(new WebSocketClient("wss://feed.example/"));
 * console.log(await inspector.url, client.url, socket.state);
 * ```
 *
 * The page is on 127.0.0.1 only, and its URL has a random token: anyone with the URL sees the calls.
 * Deno needs `--allow-net=127.0.0.1`.
 *
 * @param options Whether there is a page, and on which port.
 * @throws {TypeError | RangeError} If an option cannot be used, or this runtime cannot serve a page.
 */
export function inspect(options?: InspectOptions): Inspector {
  return new CallInspector(options);
}

/** A middleware of either level. */
type Layer<Result> = (
  request: HTTPRequest,
  next: (request: HTTPRequest) => Promise<Result>,
) => Promise<Result>;

/** The number of a call in its context, for the requests that are sent for it. */
type Numbered = Readonly<Record<symbol, number | undefined>>;

class CallInspector implements Inspector {
  readonly operation: readonly OperationMiddleware[];
  readonly exchange: readonly ExchangeMiddleware[];
  readonly #board: Board;
  readonly #beganAt = performance.now();
  readonly #number: symbol = Symbol("number of the call");
  readonly #lines: LiveLines | undefined;
  readonly #page: Promise<PageServer> | undefined;
  #hasLimiter = false;
  #isClosed = false;

  constructor(options: InspectOptions | undefined) {
    const given = readOptions("inspect calls", options, TABLE);
    const { port, maxCalls = 500, lines = port === undefined, bodies = false, onListen } = given;
    if (port !== undefined && !canServe()) {
      throw new TypeError(
        "Cannot serve the inspector's page: this runtime cannot listen on a port",
      );
    }
    const board = this.#board = new Board(maxCalls);
    const joined: JoiningMiddleware = Object.assign(this.#call, {
      [JOINED]: (client: Parameters<Board["addClient"]>[0]) => {
        this.#hasLimiter ||= client.settings.limit !== undefined;
        board.addClient(client);
      },
    });
    const collector = port === undefined
      ? undefined
      : new HARCollector({ maxEntries: 2 * maxCalls, maxBody: MOST_BODY, bodies });
    this.operation = [joined, ...collector?.operation ?? []].map((layer) => this.#whileOpen(layer));
    this.exchange = [this.#send, ...collector?.exchange ?? []].map((layer) =>
      this.#whileOpen(layer)
    );
    const output = standardError();
    if (lines) this.#lines = new LiveLines(board, output, () => this.#now());
    if (port === undefined || collector === undefined) return;
    this.#page = this.#serve(port, { board, har: () => collector.toJSON(), hasBodies: bodies });
    const tell = onListen ?? ((url: string) => output.write(`Inspector: ${url}\n`));
    this.#page.then(({ url }) => tell(url), ({ message }) => output.write(`${message}\n`));
  }

  get url(): Promise<string> {
    if (this.#page !== undefined) return this.#page.then(({ url }) => url);
    const why = "Cannot return the URL of the inspector's page: inspect() has no port; set port";
    return Promise.reject(new TypeError(why));
  }

  observe<Client extends MessageStream<unknown>>(client: Client): Client {
    observeSocket(client, this.#board, () => this.#now());
    return client;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#lines?.close();
    const page = await this.#page?.catch(() => undefined); // it was told when it failed
    await page?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #serve(port: number, shown: Omit<Shown, "now">): Promise<PageServer> {
    const { servePage } = await PAGE.load();
    return await servePage(port, { ...shown, now: () => this.#now() });
  }

  /** A layer that ignores calls after `close()`. */
  #whileOpen<Result>(layer: Layer<Result>): Layer<Result> {
    const open: Layer<Result> = (request, next) =>
      this.#isClosed ? next(request) : layer(request, next);
    return Object.assign(open, layer); // what it has beyond the function
  }

  #now(): number {
    return performance.now() - this.#beganAt;
  }

  readonly #call: OperationMiddleware = async (request, next) => {
    const beginning = begin(request);
    const { startedAt } = beginning;
    const { method } = request;
    const id = this.#board.beginCall({
      ...{
        type: "began",
        at: this.#now(),
        startedAt,
        method,
        url: cut(shownURL(request), MOST_URL),
      },
      isLimited: this.#hasLimiter,
    });
    const context = { ...request.context, [this.#number]: id };
    try {
      const response = await next(changed(request, { context }));
      this.#end(id, answered(beginning, response), response);
      return response;
    } catch (error) {
      this.#end(id, ended(beginning, error), error);
      throw error;
    }
  };

  #end(id: number, record: OutcomeRecord, result: unknown): void {
    const { outcome, statusCode, errorCode, retrySkipped } = record;
    this.#board.tell(id, {
      ...{ type: "ended", at: this.#now(), outcome, statusCode, errorCode, retrySkipped },
      ...factsOf(result),
    } as CallEnded);
  }

  readonly #send: ExchangeMiddleware = async (request, next) => {
    const id = (request.context as Numbered)[this.#number];
    if (id === undefined) return await next(request);
    const { method, attempt, hop, resentFor } = request;
    const sensitive = request instanceof RequestValue ? request.sensitive : [];
    const number = (this.#board.call(id)?.requests ?? 0) + 1;
    this.#board.tell(id, {
      ...{ type: "sent", at: this.#now(), request: number, attempt, hop, resentFor, method },
      url: cut(shownURL(request), MOST_URL),
      headers: shownFields(Object.entries(request.headers), sensitive),
    });
    try {
      const response = await next(request);
      const headers = shownFields(response.headers, sensitive);
      const statusCode = response.status;
      const facts = { at: this.#now(), request: number, statusCode, headers };
      this.#board.tell(id, { type: "answered", ...facts });
      return response;
    } catch (error) {
      const errorCode = endedBy(error);
      this.#board.tell(id, { type: "broke", at: this.#now(), request: number, errorCode });
      throw error;
    }
  };
}

/** Header fields without secrets, within bounds. */
function shownFields(
  headers: Iterable<readonly [string, string]>,
  sensitive: readonly string[],
): Record<string, string> {
  const fields = Object.entries(redactHeaders(headers, sensitive)).slice(0, MOST_FIELDS);
  return Object.fromEntries(fields.map(([name, value]) => [name, cut(value, MOST_FIELD)]));
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** Details of the end of a call besides its outcome. */
function factsOf(result: unknown): Pick<CallEnded, "attempts" | "message" | "cache" | "bytes"> {
  if (result instanceof NetworkingError) {
    return { attempts: result.attempts, message: result.message };
  }
  if (!(result instanceof HTTPResponseHead)) return { attempts: [] };
  const { attempts, cache, deduplicated: isShared } = result;
  const body = result instanceof Response
    ? { bytes: result.content.byteLength }
    : { isStream: true };
  return { attempts, cache, ...{ isShared, ...body } };
}
