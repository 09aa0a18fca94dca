/**
 * `--inspect`: a page that shows the calls of a command, until Ctrl+C.
 *
 * @module
 */

import type { Inspector } from "../../telemetry/inspect.ts";
import type { Tell } from "../terminal/screen.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { UsageError } from "../terminal/usage_error.ts";

/** The flag. */
export const INSPECT_FLAG = { inspect: { type: "boolean" } } as const;

/** Keeps the process alive. */
const LONG_MS = 2 ** 30;

/**
 * Serves the page, and tells its URL. The program then waits for Ctrl+C when the command has ended.
 *
 * @throws {UsageError} If the page cannot be served.
 */
export async function startInspector(terminal: Terminal, tell: Tell): Promise<Inspector> {
  const { inspect } = await import("../../telemetry/inspect.ts");
  const inspector = inspect({ port: 0, onListen() {} });
  try {
    tell("Inspector: ", ["bold", await inspector.url]);
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
  terminal.lasting.push(async () => {
    await untilInterrupted(terminal, tell);
    await inspector.close();
  });
  return inspector;
}

async function untilInterrupted(terminal: Terminal, tell: Tell): Promise<void> {
  const interruption = terminal.interruption();
  if (interruption.aborted) return;
  tell(["dim", "The inspector's page stays open; Ctrl+C ends it"]);
  const timer = setInterval(() => {}, LONG_MS);
  await new Promise((resolve) => interruption.addEventListener("abort", resolve, { once: true }));
  clearInterval(timer);
}
