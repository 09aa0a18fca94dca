/**
 * `--har FILE`: what a command sent and received, as a HAR file.
 *
 * @module
 */

import type { HAR } from "../../telemetry/har_collector.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** As much of a body is kept. */
const MOST_BODY = 16 * 1024 * 1024;

/**
 * Collects the requests of a command. The file is written now, so that a path that cannot be written fails
 * before anything is sent, and when the command has ended: also by a failure, and by Ctrl+C.
 */
export async function startHAR(path: string, terminal: Terminal): Promise<HAR> {
  const { har } = await import("../../telemetry/har.ts");
  const seen = har({ maxBody: MOST_BODY });
  await seen.write(path);
  terminal.lasting.push(() => seen.write(path));
  return seen;
}
