/**
 * `--har FILE`: writes the requests and responses of a command to a HAR file.
 *
 * @module
 */

import type { HAR } from "../../telemetry/har_collector.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** The most bytes of a body in the file. */
const MOST_BODY = 16 * 1024 * 1024;

/**
 * Collects the requests of a command. It writes the file now, so that a wrong path fails before anything is sent.
 * It writes the file again when the command has ended, also by a failure or Ctrl+C.
 */
export async function startHAR(path: string, terminal: Terminal): Promise<HAR> {
  const { har } = await import("../../telemetry/har.ts");
  const seen = har({ maxBody: MOST_BODY });
  await seen.write(path);
  terminal.lasting.push(() => seen.write(path));
  return seen;
}
