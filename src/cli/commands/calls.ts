/**
 * What the commands that send requests have in common: their options, and what those come to.
 *
 * @module
 */

import { basicAuth } from "../../auth/basic.ts";
import { bearerAuth } from "../../auth/bearer.ts";
import type { AuthScheme } from "../../http/settings/auth_scheme.ts";
import type { Attempt } from "../../errors.ts";
import type { Hooks, RequestFacts } from "../../hooks.ts";
import type { CommonOptions } from "../../http/settings/options.ts";
import { redactURL } from "../../redact.ts";
import { completeURL, type ItemOptions, readItems } from "./items.ts";
import { Screen, type Tell } from "../terminal/screen.ts";
import type { FlagKind, FlagValues, Terminal } from "../terminal/terminal.ts";
import { UsageError } from "../terminal/usage_error.ts";
import { readCount, readFlags, readNumber } from "../terminal/flags.ts";

/** The options of every such command. */
export const CALL_FLAGS = {
  auth: { type: "string", short: "a" },
  "auth-type": { type: "string", short: "A" },
  color: { type: "string" },
  "max-retries": { type: "string" },
  secrets: { type: "boolean" },
  timeout: { type: "string" },
  verbose: { type: "boolean", short: "v" },
} as const;

/** How they are explained. */
export const CALL_USAGE = `  -a, --auth USER:PASSWORD  or TOKEN with -A bearer, or @FILE that has it
  -A, --auth-type TYPE      basic, bearer or digest (basic)
      --timeout SECONDS     longest wait for an answer, and for more of it (30)
      --max-retries N       attempts after the first (3)
  -v, --verbose             tell of requests, redirects, attempts; no secrets
      --secrets             show secrets too
      --color WHEN          auto, always or never (auto)`;

type CallValues = FlagValues<typeof CALL_FLAGS>;

/** What a command line comes to. */
export interface CommandLine<Flags extends Readonly<Record<string, FlagKind>>> {
  readonly values: FlagValues<Flags>;
  readonly screen: Screen;
  readonly url: string;
  readonly items: ItemOptions;
  /** What clients of all protocols take; an idle time-out is HTTP's alone. */
  readonly common: Pick<
    CommonOptions,
    "auth" | "timeout" | "idleTimeout" | "maxRetries" | "signal" | "hooks"
  >;
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
  const own = values as CallValues & { readonly form?: boolean; readonly multipart?: boolean };
  if (address === undefined) {
    throw new UsageError(`Cannot run ${command}: give a URL; ${command} --help shows how`);
  }
  const { color, form, multipart, secrets, timeout, verbose, "max-retries": retries } = own;
  const screen = new Screen(terminal, color);
  const kind = multipart ? "multipart" : form ? "form" : "json";
  const auth = await readAuth(own, terminal);
  // As an object it is seconds for sure: whoever asks for 5000 of them means it.
  const seconds = timeout === undefined ? undefined : readNumber("--timeout", timeout);
  const clock = seconds === undefined ? undefined : seconds > 0 && { seconds };
  return {
    values,
    screen,
    url: completeURL(address, protocol),
    items: await readItems(rest, kind, terminal.readBytes),
    common: {
      ...auth !== undefined && { auth },
      ...clock !== undefined &&
        { timeout: clock, ...protocol === "http" && { idleTimeout: clock } },
      ...retries !== undefined && { maxRetries: readCount("--max-retries", retries) },
      ...verbose && { hooks: verboseHooks(screen, secrets) },
      signal: terminal.interruption(),
    },
  };
}

async function readAuth(values: CallValues, terminal: Terminal): Promise<AuthScheme | undefined> {
  const { auth, "auth-type": type = "basic" } = values;
  if (!["basic", "bearer", "digest"].includes(type)) {
    throw new UsageError(`Cannot use --auth-type ${type}: it must be basic, bearer or digest`);
  }
  if (auth === undefined) {
    if (values["auth-type"] === undefined) return undefined;
    throw new UsageError("Cannot use --auth-type alone: give --auth too");
  }
  const secret = auth.startsWith("@")
    ? new TextDecoder().decode(await terminal.readBytes(auth.slice(1))).replace(/\r?\n$/, "")
    : auth;
  if (type === "bearer") return bearerAuth(secret);
  const colon = secret.indexOf(":");
  if (colon < 0) {
    throw new UsageError(
      "Cannot use --auth: it must be USER:PASSWORD, or @FILE with that; for a token add -A bearer",
    );
  }
  const [user, password] = [secret.slice(0, colon), secret.slice(colon + 1)];
  if (type === "basic") return basicAuth(user, password);
  const { digestAuth } = await import("../../auth/digest.ts");
  return digestAuth(user, password);
}

/** Tells of each request as it goes out. */
function verboseHooks(screen: Screen, secrets: boolean | undefined): Hooks {
  return {
    onRequest({ request }) {
      // The JSON form is the redacted one.
      const shown: RequestFacts = secrets ? request : JSON.parse(JSON.stringify(request));
      screen.tell(["bold", `${shown.method} ${shown.url}`]);
      for (const [name, value] of Object.entries(shown.headers)) {
        screen.tell(["cyan", name], `: ${value}`);
      }
    },
    onRedirect({ statusCode, location }) {
      screen.tell(
        ["yellow", `${statusCode}`],
        ` leads to ${secrets ? location : redactURL(location)}`,
      );
    },
    onRetry({ waitedMs, waitReason }) {
      const why = waitReason === "backoff" ? "to give the server time" : "as the server asked for";
      screen.tell(["dim", `Waited ${Math.round(waitedMs)} ms, ${why}`]);
    },
  };
}

/** Tells what was tried, and what came of it. */
export function tellAttempts(attempts: readonly Attempt[], tell: Tell): void {
  for (const { number, elapsedMs, statusCode, errorCode, waitedMs } of attempts) {
    const isFine = statusCode !== undefined && statusCode < 400;
    const waited = waitedMs > 0 ? `, ${Math.round(waitedMs)} ms after the one before` : "";
    tell(
      ["dim", `attempt ${number}: `],
      [isFine ? "green" : "yellow", `${statusCode ?? errorCode}`],
      ["dim", ` in ${Math.round(elapsedMs)} ms${waited}`],
    );
  }
}
