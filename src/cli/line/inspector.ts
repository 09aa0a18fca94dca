/**
 * `--inspect`: shows the calls of a command on a page, until Ctrl+C.
 *
 * @module
 */

import type { Inspector } from "../../telemetry/inspect.ts";
import type { Report } from "../terminal/screen.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { UsageError } from "../terminal/usage_error.ts";

/** The flag. */
export const INSPECT_FLAG = { inspect: { type: "boolean" } } as const;

/** The interval of a timer that keeps the process alive. */
const LONG_MS = 2 ** 30;

/**
 * Serves the page, and prints its URL. After the command, the program waits for Ctrl+C.
 *
 * @throws {UsageError} If the page cannot be served.
 */
export async function startInspector(terminal: Terminal, report: Report): Promise<Inspector> {
  const { inspect } = await import("../../telemetry/inspect.ts");
  const inspector = inspect({ port: 0, onListen() {} });
  try {
    report("Inspector: ", ["bold", await inspector.url]);
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
  terminal.lasting.push(async () => {
    await untilInterrupted(terminal, report);
    await inspector.close();
  });
  return inspector;
}

async function untilInterrupted(terminal: Terminal, report: Report): Promise<void> {
  const interruption = terminal.interruption();
  if (interruption.aborted) return;
  report(["dim", "The inspector's page stays open; Ctrl+C ends it"]);
  const timer = setInterval(() => {}, LONG_MS);
  await new Promise((resolve) => interruption.addEventListener("abort", resolve, { once: true }));
  clearInterval(timer);
}
