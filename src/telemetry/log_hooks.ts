/**
 * Logs requests, responses, retries and failures as lines for people, without secrets.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- this logs

import type { HookEvent, Hooks } from "../hooks.ts";
import { shownURL } from "../http/request/request_value.ts";
import { type OptionTable, withMethods } from "../options/checks.ts";
import { oneOf } from "../options/one_of.ts";
import { readOptions } from "../options/read_options.ts";

/** The level of a line. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Writes lines: `console`, a logger of LogTape, or any other with these methods. */
export type LogSink = {
  readonly [Level in LogLevel]: (line: string, fields: Readonly<Record<string, unknown>>) => void;
};

/** Options of {@linkcode logHooks}. */
export interface LogHooksOptions {
  /**
   * The lowest level that is logged: requests and responses are `debug`, redirects `info`, retries
   * `warn`, failures `error`.
   *
   * @default {"info"}
   */
  readonly level?: LogLevel;
  /** Writes the lines; `console`, without the fields, when left out. */
  readonly sink?: LogSink;
}

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];
const TABLE = {
  level: oneOf(...LEVELS),
  sink: withMethods<LogSink>(`an object with the functions ${LEVELS.join(", ")}`, ...LEVELS),
} satisfies OptionTable<LogHooksOptions>;

/**
 * Returns hooks that log one line for each event, with its fields.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { logHooks } from "@codomyrmex/networking/telemetry";
 * import { MockTransport } from "@codomyrmex/networking/testing";
 *
 * const transport = new MockTransport().on("GET", "/", { status: 503 }, { body: "hello" });
 * await using client = new HTTPClient({ transport, hooks: logHooks(), retryBackoff: 0 });
 * await client.get("http://a.example/?token=s3cret");
 * // retry GET http://a.example/?token=[redacted] attempt=2 waitedMs=0 statusCode=503
 * ```
 *
 * @param options The level and the sink.
 * @throws {TypeError} If an option cannot be used.
 */
export function logHooks(options?: LogHooksOptions): Hooks {
  const { level = "info", sink = CONSOLE } = readOptions("log", options, TABLE);
  const log = (
    at: LogLevel,
    event: string,
    { request, attempt }: HookEvent,
    more: Readonly<Record<string, unknown>>,
  ): void => {
    const { method } = request;
    const url = shownURL(request);
    const fields = Object.fromEntries(
      Object.entries({ attempt, ...more }).filter(([, value]) => value !== undefined),
    );
    const shown = Object.entries(fields).map(([name, value]) => ` ${name}=${value}`).join("");
    sink[at](`${event} ${method} ${url}${shown}`, { event, method, url, ...fields });
  };
  const isOn = (at: LogLevel) => LEVELS.indexOf(at) >= LEVELS.indexOf(level);
  return {
    ...(isOn("debug") && {
      onRequest: (event) => log("debug", "request", event, { hop: event.hop }),
      onResponse: (event) =>
        log("debug", "response", event, {
          statusCode: event.response.statusCode,
          elapsedMs: Math.round(event.elapsedMs),
        }),
    }),
    ...(isOn("info") && {
      onRedirect: (event) => {
        const { statusCode, location } = event;
        log("info", "redirect", event, { statusCode, location: shownURL(event.request, location) });
      },
    }),
    ...(isOn("warn") && {
      onRetry: (event) => {
        const { waitedMs, statusCode, errorCode } = event;
        log("warn", "retry", event, { waitedMs: Math.round(waitedMs), statusCode, errorCode });
      },
    }),
    onError: (event) => {
      const { code, attempts } = event.error;
      const elapsedMs = Math.round(event.elapsedMs);
      log("error", "failed", event, { errorCode: code, attempts: attempts.length, elapsedMs });
    },
  };
}

const CONSOLE: LogSink = {
  debug: (line) => console.debug(line),
  info: (line) => console.info(line),
  warn: (line) => console.warn(line),
  error: (line) => console.error(line),
};
