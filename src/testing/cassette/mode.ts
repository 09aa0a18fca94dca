/**
 * What a cassette does: by its option, by the environment, and by what there is.
 *
 * @module
 */

import { environmentVariable } from "../../runtime/environment.ts";
import type { CassetteMode } from "./options.ts";

/** The mode by the environment, or else the one that was given. */
export function firstMode(given: CassetteMode): CassetteMode {
  return (environmentVariable("CASSETTE") || given) as CassetteMode;
}

/** The mode, also by whether the file exists. */
export function modeFor(given: CassetteMode, exists: boolean): CassetteMode {
  const mode = firstMode(given);
  if (mode !== "auto") return mode;
  const ci = environmentVariable("CI");
  const isUnknown = ci === false || environmentVariable("CASSETTE") === false;
  const isWatched = isUnknown || !(ci === undefined || /^(?:|0|false)$/.test(ci));
  return exists || isWatched ? "replay" : "record";
}

/** What to do to record, for messages. */
export function howToRecord(): string {
  return environmentVariable("CASSETTE") !== false
    ? `to record, run with CASSETTE=refresh, or give mode: "refresh"`
    : `to record, give mode: "refresh", or run with --allow-env=CASSETTE,CI and CASSETTE=refresh`;
}
