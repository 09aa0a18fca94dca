/**
 * One record for each finished operation, and an item for somebody's list where one needs somebody.
 *
 * @module
 */

import type { OperationMiddleware } from "../http/settings/middleware.ts";
import { callable, type OptionTable, withMethods } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";
import { IDEMPOTENT_METHODS } from "../retry/retry_policy.ts";
import { answered, begin, ended, type OutcomeRecord } from "./record.ts";

/** Something that needs somebody. */
export interface TodoItem {
  /** What happened, in a sentence. */
  readonly title: string;
  /** The operation that it is about; left out for a message. */
  readonly record?: OutcomeRecord;
}

/** Where items go: a file, a queue, a tracker of issues. */
export interface TodoQueue {
  /** Takes an item. */
  add(item: TodoItem): unknown;
}

/** Options of {@linkcode outcomes}. */
export interface OutcomesOptions {
  /** Gets the record of every finished operation. */
  readonly sink?: (record: OutcomeRecord) => unknown;
  /** Gets what needs somebody: a write of unknown fate, retries that were not enough, a dropped message. */
  readonly todo?: TodoQueue;
}

const TABLE = {
  sink: callable<(record: OutcomeRecord) => unknown>(),
  todo: withMethods<TodoQueue>("an object with a function add", "add"),
} satisfies OptionTable<OutcomesOptions>;

/** What drops messages and says so: a WebSocketClient. */
export interface DropSource {
  /** Where it leads, what may be secret hidden. */
  readonly url: string;
  /** Calls a handler for each message that is dropped. */
  on(
    event: "drop",
    handler: (event: { readonly from: string; readonly reason: string }) => void,
  ): () => void;
}

/** Tells of outcomes. */
export interface Outcomes {
  /** Goes to `use.operation` of a client. */
  readonly operation: OperationMiddleware;
  /** Tells of the messages that a client drops, until what it gives back is called. */
  watch(client: DropSource): () => void;
  /** How many records and items could not be told, since `sink` or `todo` failed. */
  readonly lost: number;
}

/** The server may have acted on a request that ended so. */
const UNKNOWN_FATE: ReadonlySet<string | undefined> = new Set([
  ...[
    "connection_reset",
    "body_truncated",
    "connection_failed",
    "protocol_error",
    "closed",
    "other",
  ],
  ...["attempt_timeout", "total_timeout", "idle_timeout", "response_too_large"],
]);

/**
 * Tells what became of operations. It holds nothing, and neither delays nor fails an operation: what
 * `sink` and `todo` throw is counted in `lost`.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { outcomes } from "@codomyrmex/networking/telemetry";
 * import { MockTransport } from "@codomyrmex/networking/testing";
 *
 * const transport = new MockTransport().on("POST", "/orders", { fail: "connection_reset" });
 * const todo = { add: ({ title }: { title: string }) => console.log(title) };
 * const told = outcomes({ sink: ({ outcome }) => console.log(outcome), todo }); // failed, and:
 * await using client = new HTTPClient({ transport, use: { operation: [told.operation] } });
 * await client.post("http://shop.example/orders", {}).catch(() => {});
 * // POST http://shop.example/orders ended with connection_reset: nobody knows whether it was carried out
 * ```
 *
 * @param options Where records and items go.
 * @throws {TypeError} If an option cannot be used.
 */
export function outcomes(options: OutcomesOptions): Outcomes {
  const { sink, todo } = readOptions("tell outcomes", options, TABLE);
  let lost = 0;
  /** Later, so that the operation does not wait; a failure is the teller's, not the operation's. */
  const tell = (give: () => unknown): void =>
    queueMicrotask(async () => {
      try {
        await give();
      } catch {
        lost++;
      }
    });
  const finish = (record: OutcomeRecord): void => {
    if (sink !== undefined) tell(() => sink(record));
    const title = todo && titleOf(record);
    if (title !== undefined) tell(() => todo!.add({ title, record }));
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
        tell(() => todo.add({ title: `A message ${what} ${url} was dropped: ${reason}` }));
      });
    },
    get lost() {
      return lost;
    },
  };
}

function titleOf(record: OutcomeRecord): string | undefined {
  const { method, url, outcome, errorCode, statusCode, attempts, retrySkipped } = record;
  const how = errorCode === undefined ? String(statusCode) : errorCode;
  const isUnknown = outcome === "cancelled" || outcome === "failed" && UNKNOWN_FATE.has(errorCode);
  if (isUnknown && !IDEMPOTENT_METHODS.has(method)) {
    return `${method} ${url} ended with ${
      outcome === "cancelled" ? "an abort" : how
    }: nobody knows whether it was carried out`;
  }
  if (retrySkipped === undefined || retrySkipped === "should_retry") return undefined;
  return `${method} ${url} ended with ${how} after ${attempts} ${
    attempts === 1 ? "attempt" : "attempts"
  } (${retrySkipped})`;
}
