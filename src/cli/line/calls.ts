/**
 * The common options of commands that send requests, and the code that reads them.
 *
 * @module
 */

import { type Attempt, TimeoutError } from "../../errors.ts";
import type { Hooks, RequestFacts } from "../../hooks.ts";
import type { CommonOptions, HTTPClientOptions } from "../../http/settings/options.ts";
import type { ExchangeMiddleware } from "../../http/settings/middleware.ts";
import { describeURL, redactURL } from "../../redact.ts";
import { completeURL } from "./addresses.ts";
import { applyVerify, CONNECTION_FLAGS, CONNECTION_HELP, transportFor } from "./connection.ts";
import { startHAR } from "./har.ts";
import { startInspector } from "./inspector.ts";
import { type BodyKind, type ItemOptions, readItems } from "./items.ts";
import type { HAR } from "../../telemetry/har_collector.ts";
import type { Inspector } from "../../telemetry/inspect.ts";
import { AUTH_TYPES, readAuth, schemeOf } from "./schemes.ts";
import type { Session } from "./session.ts";
import { type Report, Screen } from "../terminal/screen.ts";
import type { FlagValues, Terminal } from "../terminal/terminal.ts";
import { asTyped, UsageError } from "../terminal/usage_error.ts";
import { type HelpRow, readCount, readFlags, readNumber } from "../terminal/flags.ts";

/** The options of all commands that send requests. */
export const CALL_FLAGS = {
  auth: { type: "string", short: "a", value: "USER:PASSWORD" },
  "auth-type": { type: "string", short: "A", value: "TYPE" },
  timeout: { type: "string", value: "SECONDS" },
  "total-timeout": { type: "string", value: "SECONDS" },
  "max-retries": { type: "string", value: "N" },
  verbose: { type: "boolean", short: "v" },
  secrets: { type: "boolean" },
  color: { type: "string", value: "WHEN" },
  inspect: { type: "boolean" },
} as const;

/** The help of these options. */
export const CALL_HELP: readonly HelpRow[] = [
  [["auth"], "or TOKEN with -A bearer; @FILE reads it from a file"],
  [["auth-type"], AUTH_TYPES],
  [["timeout"], "to the head, and between chunks of the body (30)"],
  [["total-timeout"], "for the whole command, with retries (no limit)"],
  [["max-retries"], "attempts after the first (3)"],
  [["verbose", "secrets"], "print requests, waits, attempts; show secrets"],
  [["color", "inspect"], "auto, always, never (auto); show calls on a page"],
];

const FILE_FLAGS = {
  session: { type: "string", value: "NAME" },
  har: { type: "string", value: "FILE" },
} as const;

/** The options of requests and event streams. */
export const HTTP_FLAGS: typeof FILE_FLAGS & typeof CONNECTION_FLAGS & typeof CALL_FLAGS = {
  ...FILE_FLAGS,
  ...CONNECTION_FLAGS,
  ...CALL_FLAGS,
};

/** The help of these options. */
export const HTTP_HELP: readonly HelpRow[] = [
  [["session", "har"], "keep credentials and cookies; write a HAR file"],
  ...CONNECTION_HELP,
  ...CALL_HELP,
];

type CallValues = FlagValues<typeof CALL_FLAGS>;

/** A command line, read. */
export interface CommandLine<Flags extends typeof CALL_FLAGS> {
  readonly values: FlagValues<Flags>;
  readonly screen: Screen;
  readonly url: string;
  readonly items: ItemOptions;
  readonly session: Session | undefined;
  /** Shows the calls, with `--inspect`. */
  readonly inspector: Inspector | undefined;
  /** Collects the calls, with `--har`. */
  readonly har: HAR | undefined;
  /** The name of the file that is the whole body, if there is one. */
  readonly bodyFile: string | undefined;
  /** The options that clients of all protocols have; only HTTP has an idle timeout. */
  readonly common: Pick<
    CommonOptions,
    "auth" | "timeout" | "idleTimeout" | "maxRetries" | "signal" | "hooks"
  >;
  /** Stops the timer of `--total-timeout`. */
  done(): void;
}

/** Reads options, URL and items. */
export async function readCommandLine<Flags extends typeof CALL_FLAGS>(
  command: string,
  args: readonly string[],
  flags: Flags,
  protocol: "http" | "ws",
  terminal: Terminal,
): Promise<CommandLine<Flags>> {
  const { values, positionals: [address, ...rest] } = readFlags(command, args, flags, terminal);
  const given = values as FlagValues<typeof HTTP_FLAGS> & {
    readonly form?: boolean;
    readonly multipart?: boolean;
  };
  if (address === undefined) {
    throw new UsageError(`Cannot run ${command}: the URL is missing; see ${command} --help`);
  }
  const { color, form, multipart, secrets, timeout, verbose, "max-retries": retries } = given;
  const screen = new Screen(terminal, color);
  const kind: BodyKind = multipart ? "multipart" : form ? "form" : "json";
  const url = completeURL(address, protocol);
  const items = await readItems(rest, kind, terminal.readBytes);
  const session = given.session === undefined || !URL.canParse(url)
    ? undefined
    : await (await import("./session.ts")).Session.open(given.session, url, terminal);
  const saved = await readAuth(given, terminal);
  if (session !== undefined && saved !== undefined) session.auth = saved;
  const auth = await schemeOf(saved ?? session?.auth);
  // As an object: a bare 5000 would be refused as probable milliseconds; a user of the command means seconds.
  const seconds = timeout === undefined ? undefined : readNumber("--timeout", timeout);
  const clock = seconds === undefined ? undefined : seconds > 0 && { seconds };
  const total = given["total-timeout"];
  const limit = total === undefined
    ? undefined
    : new TotalClock(readNumber("--total-timeout", total), url);
  const interruption = terminal.interruption();
  const har = given.har === undefined ? undefined : await startHAR(given.har, terminal);
  const inspector = given.inspect ? await startInspector(terminal, screen.report) : undefined;
  return {
    values,
    screen,
    url,
    items: session?.merge(items) ?? items,
    session,
    inspector,
    har,
    bodyFile: rest.find((item) => /^@(?!-$)/.test(item))?.slice(1),
    common: {
      ...auth !== undefined && { auth },
      ...clock !== undefined &&
        { timeout: clock, ...protocol === "http" && { idleTimeout: clock } },
      ...retries !== undefined && { maxRetries: readCount("--max-retries", retries) },
      hooks: verbose ? verboseHooks(screen, secrets) : { onRetry: () => screen.status() },
      signal: limit === undefined ? interruption : AbortSignal.any([interruption, limit.signal]),
    },
    done: () => limit?.end(),
  };
}

/** The timeout of a whole command. */
class TotalClock {
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;

  constructor(seconds: number, url: string) {
    if (seconds === 0 || seconds > 2_000_000) {
      throw new UsageError(
        `Cannot use --total-timeout ${seconds}: it must be more than 0 and at most 2000000 seconds`,
      );
    }
    const limitMs = seconds * 1000;
    this.#timer = setTimeout(() => {
      const message = `Cannot finish ${describeURL(url)}: it took longer than ${seconds} s`;
      const facts = { clock: "total", limitMs, elapsedMs: limitMs } as const;
      this.#controller.abort(new TimeoutError(message, facts));
    }, limitMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

/** Returns the options of the client that sends the requests of a command. */
export async function clientOptions(
  line: Pick<
    CommandLine<typeof HTTP_FLAGS>,
    "values" | "items" | "screen" | "session" | "inspector" | "har"
  >,
  terminal: Terminal,
  exchange: readonly ExchangeMiddleware[] = [],
): Promise<HTTPClientOptions> {
  const { values, items, screen, session, inspector, har } = line;
  applyVerify(values, screen.report);
  const transport = await asTyped(() => transportFor(values, items, terminal));
  return {
    ...transport !== undefined && { transport },
    ...session !== undefined && { cookies: session.cookies },
    use: {
      operation: [...inspector?.operation ?? [], ...har?.operation ?? []],
      exchange: [
        ...inspector?.exchange ?? [],
        failureStatus(screen),
        ...exchange,
        ...har?.exchange ?? [],
      ],
    },
  };
}

/** Shows on a terminal that a request failed, while the client waits for the next attempt. */
function failureStatus(screen: Screen): ExchangeMiddleware {
  let failures = 0;
  return async (request, next) => {
    try {
      const response = await next(request);
      if (response.status < 500 && response.status !== 429) screen.status();
      else screen.status(`Attempt ${++failures}: ${response.status}; retrying`);
      return response;
    } catch (error) {
      const { code = "failed" } = error as { readonly code?: string };
      screen.status(`Attempt ${++failures}: ${code}; retrying`);
      throw error;
    }
  };
}

/** Prints each request when it is sent. */
function verboseHooks(screen: Screen, secrets: boolean | undefined): Hooks {
  return {
    onRequest({ request }) {
      // The JSON form is the redacted one.
      const shown: RequestFacts = secrets ? request : JSON.parse(JSON.stringify(request));
      screen.report(["bold", `${shown.method} ${shown.url}`]);
      for (const [name, value] of Object.entries(shown.headers)) {
        screen.report(["cyan", name], `: ${value}`);
      }
    },
    onRedirect({ statusCode, location }) {
      screen.report(
        ["yellow", `${statusCode}`],
        ` redirects to ${secrets ? location : redactURL(location)}`,
      );
    },
    onRetry({ waitedMs, waitReason }) {
      const why = waitReason === "backoff" ? "the backoff of a retry" : "as the server requested";
      screen.report(["dim", `Waited ${Math.round(waitedMs)} ms, ${why}`]);
    },
  };
}

/** Prints the attempts and their outcomes. */
export function reportAttempts(attempts: readonly Attempt[], report: Report): void {
  for (const { number, elapsedMs, statusCode, errorCode, waitedMs } of attempts) {
    const isFine = statusCode !== undefined && statusCode < 400;
    const waited = waitedMs > 0 ? `, ${Math.round(waitedMs)} ms after the last` : "";
    report(
      ["dim", `attempt ${number}: `],
      [isFine ? "green" : "yellow", `${statusCode ?? errorCode}`],
      ["dim", ` in ${Math.round(elapsedMs)} ms${waited}`],
    );
  }
}
