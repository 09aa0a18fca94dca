/**
 * One answer of a `MockTransport`: a response or a failure.
 *
 * @module
 */

import { ConnectionError, type NetworkingError, type NetworkingErrorOptions } from "../errors.ts";
import { PermissionError } from "../refusal_errors.ts";
import { duration, type OptionTable, that, wholeNumber } from "../options/checks.ts";
import { oneOf } from "../options/one_of.ts";
import type { Duration } from "../options/duration.ts";
import { readOptions } from "../options/read_options.ts";
import { describeURL } from "../redact.ts";
import { JSON_VALUE } from "./recorded.ts";

/** The codes of failures that come from the network or the runtime. Timeouts come from clocks. */
export type MockFailure =
  | "dns_failed"
  | "connection_refused"
  | "connection_reset"
  | "tls_failed"
  | "protocol_error"
  | "body_truncated"
  | "port_blocked"
  | "connection_failed"
  | "proxy_refused"
  | "permission_denied";

/** The header fields of an answer, in the forms that the platform takes. */
export type MockHeaders =
  | Readonly<Record<string, string>>
  | Headers
  | [name: string, value: string][];

/** The body of an answer, in the forms that the platform takes. */
export type MockBody =
  | string
  | URLSearchParams
  | FormData
  | Blob
  | ArrayBuffer
  | ArrayBufferView<ArrayBuffer>
  | ReadableStream<Uint8Array<ArrayBuffer>>;

/** One answer of a route: a response, or with `fail` a failure. */
export interface MockAnswer {
  /**
   * The status code.
   *
   * @default {200}
   */
  readonly status?: number;
  /** The header fields. */
  readonly headers?: MockHeaders;
  /** The body as a JSON value, instead of `body`. */
  readonly json?: unknown;
  /** The body as anything that fetch takes: text, bytes, a form, a stream (which is read once). */
  readonly body?: MockBody;
  /**
   * The code of the failure, or an error to throw. With `body_truncated` the response begins, and its
   * body fails at the end.
   */
  readonly fail?: MockFailure | Error;
  /** The delay of the answer, in seconds; "forever" waits until the call is aborted. */
  readonly delay?: Duration | "forever";
  /**
   * How many calls get this answer before the next one follows; `Infinity` for all.
   *
   * @default {1}
   */
  readonly times?: number;
}

/** Does not compile when one is missing. */
const FAILURES = {
  ...{ dns_failed: 0, connection_refused: 0, connection_reset: 0, tls_failed: 0 },
  ...{ protocol_error: 0, body_truncated: 0, port_blocked: 0, connection_failed: 0 },
  ...{ proxy_refused: 0, permission_denied: 0 },
} satisfies Record<MockFailure, 0>;
const checkFailure = oneOf(...Object.keys(FAILURES) as MockFailure[]);
const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;
const DELAY = duration("delay", { zero: true });

const TABLE = {
  status: wholeNumber({ min: 200, max: 599 }),
  headers: that<MockHeaders>(isObject, "an object, Headers, or a list of pairs"),
  json: JSON_VALUE,
  body: that<MockBody | null>(
    (value) => value === null || typeof value === "string" || isObject(value),
    "what fetch takes",
  ),
  fail: (name: string, value: unknown) =>
    value instanceof Error ? value : checkFailure(name, value),
  delay: (name: string, value: unknown): number =>
    value === "forever" ? Infinity : DELAY(name, value),
  times: wholeNumber({ min: 1, infinite: true }),
} satisfies OptionTable<MockAnswer>;

/** Checks an answer; returns its `delay` in milliseconds. */
export function checkAnswer(answer: MockAnswer): { readonly delay?: number } {
  const { status, headers, delay, json, body, fail } = readOptions("answer", answer, TABLE);
  const hasJSON = json !== undefined;
  if (hasJSON && body !== undefined) {
    throw new TypeError("Cannot answer with json and body: set one of them");
  }
  const hasBody = hasJSON || (body ?? null) !== null || fail === "body_truncated";
  // Throws what the platform refuses: a status, a field, a body with 204, 205 or 304.
  new Response(hasBody ? "" : null, { status, headers });
  return delay === undefined ? {} : { delay };
}

/** The call that is answered. */
interface Called {
  readonly method: string;
  readonly url: string;
}

/** The response of an answer, or its failure. */
export function respond(answer: MockAnswer, call: Called): globalThis.Response {
  const { status = 200, headers: given, json, fail } = answer;
  if (fail instanceof Error) throw fail;
  if (fail !== undefined && fail !== "body_truncated") throw failure(fail, call);
  const headers = new Headers(given);
  if (json !== undefined && !headers.has("content-type")) {
    headers.set("content-type", "application/json");
  }
  const body = json === undefined ? answer.body : JSON.stringify(json);
  const response = new Response(body, { status, headers });
  if (fail === undefined) return response;
  const flush = () => Promise.reject(failure(fail, call));
  const cut = (response.body ?? new Blob().stream()).pipeThrough(new TransformStream({ flush }));
  return new Response(cut, response);
}

function failure(code: MockFailure, { method, url }: Called): NetworkingError {
  const message = `Cannot ${method} ${describeURL(url)}: the MockTransport answers ${code}`;
  const facts: NetworkingErrorOptions = { method, url };
  return code === "permission_denied"
    ? new PermissionError(message, { ...facts, flag: `--allow-net=${new URL(url).host}` })
    : new ConnectionError(code, message, facts);
}
