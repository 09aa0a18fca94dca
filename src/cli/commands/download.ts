/**
 * `--download`: saves to a file, with a progress bar.
 *
 * @module
 */

import type { HTTPClient } from "../../http/http_client.ts";
import type { RequestOptions } from "../../http/settings/options.ts";
import type { Progress } from "../../http/body/progress_meter.ts";
import { fileNameOf } from "../line/addresses.ts";
import type { Screen } from "../terminal/screen.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { asTyped, UsageError } from "../terminal/usage_error.ts";

/** Downloads to a file, and shows the progress. */
export async function download(
  client: HTTPClient,
  url: string,
  call: RequestOptions,
  { output, resume = false }: { readonly output?: string; readonly resume?: boolean },
  terminal: Terminal,
  screen: Screen,
): Promise<void> {
  const path = output ?? fileNameOf(url);
  if (output === undefined && await terminal.exists(path)) {
    throw new UsageError(
      `Cannot download to ${path}: the file already exists; use -o FILE to overwrite it`,
    );
  }
  try {
    const { size } = await asTyped(() =>
      client.download(url, path, {
        ...call,
        resume,
        onProgress: (progress) => screen.status(progressLine(progress)),
      })
    );
    screen.report(["green", `Saved ${inUnits(size)} to ${path}`]);
  } catch (error) {
    screen.status();
    throw error;
  }
}

const BAR_WIDTH = 20;

/** Returns the progress as one line. */
export function progressLine({ transferred, total, rate }: Progress): string {
  const speed = `${inUnits(rate)}/s`;
  if (total === undefined || total === 0) return `${inUnits(transferred)}  ${speed}`;
  const share = Math.min(transferred / total, 1);
  const bar = "#".repeat(Math.floor(share * BAR_WIDTH)).padEnd(BAR_WIDTH, ".");
  const seconds = rate > 0 ? Math.ceil((total - transferred) / rate) : Infinity;
  const left = seconds < 100_000
    ? `${Math.trunc(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} left`
    : "";
  const percent = `${Math.floor(share * 100)}`.padStart(3);
  return `${percent} % [${bar}] ${inUnits(transferred)} of ${inUnits(total)}  ${speed}  ${left}`
    .trimEnd();
}

/** Returns a number of bytes in a readable unit. */
export function inUnits(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let [count, unit] = [bytes, 0];
  while (count >= 1024 && unit < units.length - 1) [count, unit] = [count / 1024, unit + 1];
  return `${unit === 0 ? Math.round(count) : count.toFixed(1)} ${units[unit]}`;
}
