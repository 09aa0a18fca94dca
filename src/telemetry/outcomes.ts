/**
 * One record for each finished operation, and an item for a to-do list if somebody has to look at it.
 *
 * @module
 */

import type { OperationMiddleware } from "../http/settings/middleware.ts";
import { callable, type OptionTable, withMethods } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";
import { IDEMPOTENT_METHODS } from "../retry/retry_policy.ts";
import { answered, begin, ended, type OutcomeRecord } from "./record.ts";

/** Something that somebody has to look at. */
export interface TodoItem {
  /** What happened, in a sentence. */
  readonly title: string;
  /** The operation; left out for a message. */
  readonly record?: OutcomeRecord;
}

/** Keeps items: a file, a queue, an issue tracker. */
export interface TodoQueue {
  /** Adds an item. */
  add(item: TodoItem): unknown;
}

/** Options of {@linkcode outcomes}. */
export interface OutcomesOptions {
  /** Called with the record of every finished operation. */
  readonly sink?: (record: OutcomeRecord) => unknown;
  /** Gets an item for a write of unknown fate, for retries that were not enough, for a dropped message. */
  readonly todo?: TodoQueue;
}

const TABLE = {
  sink: callable<(record: OutcomeRecord) => unknown>(),
  todo: withMethods<TodoQueue>("an object with a function add", "add"),
} satisfies OptionTable<OutcomesOptions>;

/** A client that reports the messages it drops: a WebSocketClient. */
export interface DropSource {
  /** The URL, with secrets redacted. */
  readonly url: string;
  /** Calls a handler for each dropped message. */
  on(
    event: "drop",
    handler: (event: { readonly from: string; readonly reason: string }) => void,
  ): () => void;
}

/** Reports outcomes. */
export interface Outcomes {
  /** Operation middleware, for `use.operation` of a client. */
  readonly operation: OperationMiddleware;
  /** Adds an item for each message that the client drops, and returns a function that stops it. */
  watch(client: DropSource): () => void;
  /** How many records and items were lost, since `sink` or `todo` failed. */
  readonly lost: number;
}

/** The server may have acted on a request that ended so. */
const UNKNOWN_FATE: ReadonlySet<string | undefined> = new Set([
  ...["connection_reset", "body_truncated", "connection_failed", "protocol_error", "closed"],
  ...["attempt_timeout", "total_timeout", "idle_timeout", "timeout", "response_too_large", "other"],
]);

/**
 * Reports the outcome of operations. It keeps nothing, and neither delays nor fails an operation:
 * errors of `sink` and `todo` are counted in `lost`.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { outcomes } from "@codomyrmex/networking/telemetry";
 * import { MockTransport } from "@codomyrmex/networking/testing";
 *
 * const transport = new MockTransport().on("POST", "/orders", { fail: "connection_reset" });
 * const todo = { add: ({ title }: { title: string }) => console.log(title) };
 * const report = outcomes({ sink: ({ outcome }) => console.log(outcome), todo }); // failed, and:
 * await using client = new HTTPClient({ transport, use: { operation: [report.operation] } });
 * await client.post("http://shop.example/orders", {}).catch(() => {});
 * // POST http://shop.example/orders ended with connection_reset: the server may have acted on it
 * ```
 *
 * @param options Where records and items go.
 * @throws {TypeError} If an option cannot be used.
 */
export function outcomes(options: OutcomesOptions): Outcomes {
  const { sink, todo } = readOptions("report outcomes", options, TABLE);
  let lost = 0;
  /** Runs later, so that the operation does not wait, and its errors do not reach it. */
  const report = (send: () => unknown): void =>
    queueMicrotask(async () => {
      try {
        await send();
      } catch {
        lost++;
      }
    });
  const finish = (record: OutcomeRecord): void => {
    if (sink !== undefined) report(() => sink(record));
    const title = todo && titleOf(record);
    if (title !== undefined) report(() => todo!.add({ title, record }));
  };
  return {
    async operation(request, next) {
      const beginning = begin(request);
      try {
        const response = await next(request);
        finish(answered(beginning, response));
        return response;
      } catch (error) {
        finish(ended(beginning, error));
        throw error;
      }
    },
    watch(client) {
      const { url } = client;
      return client.on("drop", ({ from, reason }) => {
        if (todo === undefined) return;
        const what = from === "outbox" ? "to" : "from";
        report(() => todo.add({ title: `A message ${what} ${url} was dropped: ${reason}` }));
      });
    },
    get lost() {
      return lost;
    },
  };
}

function titleOf(record: OutcomeRecord): string | undefined {
  const { method, url, outcome, errorCode, statusCode, attempts, retrySkipped } = record;
  const isCancelled = outcome === "cancelled";
  const what = `${method} ${url} ended with ${isCancelled ? "an abort" : errorCode ?? statusCode}`;
  const isUnknown = isCancelled || outcome === "failed" && UNKNOWN_FATE.has(errorCode);
  if (isUnknown && !IDEMPOTENT_METHODS.has(method)) {
    return `${what}: the server may have acted on it`;
  }
  if (retrySkipped === undefined || retrySkipped === "should_retry") return undefined;
  return `${what} after ${attempts} ${attempts === 1 ? "attempt" : "attempts"} (${retrySkipped})`;
}
