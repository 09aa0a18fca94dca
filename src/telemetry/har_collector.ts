/**
 * Keeps the exchanges of a client as they happen: every attempt, redirect and authentication retry, and responses
 * of the cache.
 *
 * @module
 */

import type { OpenedBody } from "../http/body/body_types.ts";
import type { HTTPRequest } from "../http/request/http_request.ts";
import { changed, RequestValue } from "../http/request/request_value.ts";
import { Response } from "../http/response/response.ts";
import type { StreamingResponse } from "../http/response/streaming_response.ts";
import type {
  ExchangeMiddleware,
  MiddlewareLists,
  OperationMiddleware,
} from "../http/settings/middleware.ts";
import { type Attempt, NetworkingError } from "../errors.ts";
import { flag, type OptionTable, wholeNumber } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";
import { contentOf, type Exchange } from "../recording/exchange.ts";
import type { HARFile } from "../recording/har_file.ts";
import { toHAR } from "../recording/to_har.ts";
import { writeOwn } from "../recording/own_file.ts";
import { type SecretRules, secretRules } from "../recording/secret_rules.ts";
import { SecretKeeper } from "../recording/secrets.ts";
import {
  failureOf,
  recordedResponse,
  sentContent,
  tapStream,
  withBody,
} from "../recording/tapped_body.ts";
import { isPromiseLike } from "../runtime/promise_like.ts";

/** Options of {@linkcode har}. */
export interface HAROptions {
  /**
   * The most exchanges that are kept; the oldest are dropped first.
   *
   * @default {1000}
   */
  readonly maxEntries?: number;
  /**
   * The most bytes of a body that are kept.
   *
   * @default {65536}
   */
  readonly maxBody?: number;
  /**
   * Whether bodies are kept.
   *
   * @default {true}
   */
  readonly bodies?: boolean;
  /** Further secrets, added to those that the library knows. */
  readonly redact?: SecretRules;
}

const TABLE = {
  maxEntries: wholeNumber({ min: 1 }),
  maxBody: wholeNumber(),
  bodies: flag,
  redact: secretRules,
} satisfies OptionTable<HAROptions>;

/** Collects exchanges; pass it to `use` of a client. */
export interface HAR extends MiddlewareLists {
  /** For `use.operation`. */
  readonly operation: readonly OperationMiddleware[];
  /** For `use.exchange`. */
  readonly exchange: readonly ExchangeMiddleware[];
  /** Returns the collected exchanges, without secrets. Requests without a response yet are left out. */
  toJSON(): HARFile;
  /**
   * Writes the HAR file atomically. A new file is readable by its owner alone.
   *
   * @param path The path of the file.
   */
  write(path: string): Promise<void>;
  /** Drops the collected exchanges. */
  clear(): void;
}

type Draft = { -readonly [Name in keyof Exchange]: Exchange[Name] };

/** A call and its exchanges. */
interface Collected {
  readonly call: number;
  readonly drafts: Draft[];
}

/** Keeps exchanges. */
export class HARCollector implements HAR {
  readonly operation: readonly OperationMiddleware[] = [
    (request, next) => this.#operation(request, next),
  ];
  readonly exchange: readonly ExchangeMiddleware[] = [
    (request, next) => this.#exchange(request, next),
  ];
  readonly #mostEntries: number;
  readonly #mostBody: number;
  readonly #keeper: SecretKeeper;
  #drafts: Draft[] = [];
  #pending = new Set<Promise<void>>();
  #count = 0;
  /** The calls by a value in the context of their requests, which middleware may copy. */
  readonly #calls = new WeakMap<object, Collected>();
  readonly #mark = Symbol("call");

  constructor(given: HAROptions | undefined) {
    const { maxEntries = 1000, maxBody = 65_536, bodies = true, redact } = readOptions(
      "collect HAR",
      given,
      TABLE,
    );
    this.#mostEntries = maxEntries;
    this.#mostBody = bodies ? maxBody : 0;
    this.#keeper = new SecretKeeper(redact);
  }

  toJSON(): HARFile {
    const done = this.#drafts.filter(({ response, failure }) => response ?? failure);
    const stripped = done.map((draft) => this.#keeper.strip(draft));
    return toHAR(stripped.map((exchange) => this.#keeper.hide(exchange)));
  }

  async write(path: string): Promise<void> {
    await Promise.all(this.#pending);
    const text = `${JSON.stringify(this.toJSON(), null, 2)}\n`;
    await writeOwn(path, text, "write a HAR file");
  }

  clear(): void {
    this.#drafts = [];
  }

  #add(draft: Draft): void {
    this.#drafts.push(draft);
    if (this.#drafts.length <= this.#mostEntries) return;
    this.#keeper.strip(this.#drafts.shift()!); // what it had for secret stays known
  }

  async #operation(
    request: HTTPRequest,
    next: (request: HTTPRequest) => Promise<Response | StreamingResponse>,
  ): Promise<Response | StreamingResponse> {
    const collected: Collected = { call: ++this.#count, drafts: [] };
    const call = {};
    this.#calls.set(call, collected);
    const context = { ...request.context, [this.#mark]: call };
    const startedAt = Date.now();
    try {
      const response = await next(changed(request, { context }));
      const { cache, deduplicated, attempts, retrySkipped } = response;
      if (collected.drafts.length === 0) {
        this.#addOwn(request, startedAt, collected, { response: this.#answer(response) });
      }
      this.#note(collected, attempts, { retrySkipped, cache, deduplicated });
      return response;
    } catch (error) {
      const { attempts, retrySkipped } = error instanceof NetworkingError
        ? error
        : { attempts: [], retrySkipped: undefined };
      if (collected.drafts.length === 0) this.#addOwn(request, startedAt, collected, {});
      for (const draft of collected.drafts) {
        if (draft.response === undefined) draft.failure ??= failureOf(error);
      }
      this.#note(collected, attempts, { retrySkipped });
      throw error;
    }
  }

  #callOf({ context }: HTTPRequest): object {
    return (context as Readonly<Record<symbol, object>>)[this.#mark] ?? {};
  }

  /** A call without an exchange: the cache responded, or nothing was sent. */
  #addOwn(
    request: HTTPRequest,
    startedAt: number,
    { call, drafts }: Collected,
    outcome: Pick<Exchange, "response" | "failure">,
  ): void {
    const { method, url, headers } = request;
    const draft: Draft = {
      request: { method, url, headers: Object.entries(headers) },
      startedAt,
      facts: { call, attempt: 1, hop: 0 },
      ...outcome,
    };
    drafts.push(draft);
    this.#add(draft);
  }

  #answer(response: Response | StreamingResponse): Exchange["response"] {
    const { statusCode: status, reason: statusText, headers } = response;
    const content = response instanceof Response ? response.content : new Uint8Array();
    const kept = content.slice(0, this.#mostBody);
    return {
      ...{ status, statusText },
      headers: [...headers],
      ...this.#mostBody > 0 && { body: contentOf(kept) },
      ...content.length !== kept.length && { size: content.length },
    };
  }

  /** Adds the waits of each attempt to its first exchange, at the end of a call. */
  #note(
    { drafts }: Collected,
    attempts: readonly Attempt[],
    last: Partial<NonNullable<Exchange["facts"]>>,
  ): void {
    for (const { number, waitedMs, waitReason, queuedMs } of attempts) {
      const first = drafts.find(({ facts }) => facts?.attempt === number);
      if (first !== undefined) first.facts = { ...first.facts!, waitedMs, waitReason, queuedMs };
    }
    const end = drafts.at(-1);
    if (end !== undefined) end.facts = { ...end.facts!, attempts, ...last };
  }

  async #exchange(
    request: HTTPRequest,
    next: (request: HTTPRequest) => Promise<globalThis.Response>,
  ): Promise<globalThis.Response> {
    const { method, url, headers, attempt, hop, resentFor, body } = request;
    if (request instanceof RequestValue) this.#keeper.add(request.sensitive);
    const { call, drafts } = this.#calls.get(this.#callOf(request)) ??
      { call: ++this.#count, drafts: [] };
    const draft: Draft = {
      request: { method, url, headers: Object.entries(headers) },
      startedAt: Date.now(),
      facts: { call, attempt, hop, resentFor },
    };
    drafts.push(draft);
    this.#add(draft);
    const startedMs = performance.now();
    try {
      const sent = body && changed(request, {
        body: {
          ...body,
          replayable: body.replayable,
          contentType: body.contentType,
          open: () => {
            const opened = body.open();
            return isPromiseLike(opened)
              ? opened.then((one) => this.#sent(one, draft))
              : this.#sent(opened, draft);
          },
        },
      });
      const web = await next(sent ?? request);
      draft.waitMs = performance.now() - startedMs;
      draft.response = recordedResponse(web, undefined);
      if (web.body === null) return web;
      const { stream } = tapStream(web.body, this.#mostBody, (tapped) => {
        const { body, ...response } = recordedResponse(web, tapped, request);
        draft.response = this.#mostBody > 0 ? { ...response, body } : response;
        draft.receiveMs = tapped.receiveMs;
      });
      return withBody(web, stream);
    } catch (error) {
      draft.waitMs = performance.now() - startedMs;
      draft.failure = failureOf(error);
      throw error;
    }
  }

  /** Keeps the sent body: immediately if it is buffered, else while it is streamed. */
  #sent(opened: OpenedBody, draft: Draft): OpenedBody {
    const { body, contentType, size } = opened;
    const { request } = draft;
    const hasType = contentType === undefined ||
      request.headers.some(([name]) => name === "content-type");
    const headers = hasType
      ? request.headers
      : [...request.headers, ["content-type", contentType] as const];
    draft.request = { ...request, headers, ...size !== undefined && { size } };
    if (this.#mostBody === 0) return opened;
    if (!(body instanceof ReadableStream)) {
      const reading = sentContent(body, this.#mostBody).then(
        (sent) => void (draft.request = { ...draft.request, ...sent }),
      );
      const pending = reading.finally(() => this.#pending.delete(pending));
      this.#pending.add(pending);
      return opened;
    }
    const { stream } = tapStream(body, this.#mostBody, ({ bytes, size }) => {
      draft.request = { ...draft.request, body: contentOf(bytes), size };
    });
    return { ...opened, body: stream };
  }
}
