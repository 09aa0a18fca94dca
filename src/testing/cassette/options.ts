/**
 * What a cassette can be told, and what it tells.
 *
 * @module
 */

import type { Transport } from "../../http/transport/transport.ts";
import { callable, flag, list, type OptionTable, text } from "../../options/checks.ts";
import { oneOf } from "../../options/one_of.ts";
import { options, readOptions } from "../../options/read_options.ts";
import { type SecretRules, secretRules } from "../../recording/secret_rules.ts";

/** What a cassette does with a request. */
export type CassetteMode = "auto" | "replay" | "record" | "refresh";

/** A request, as `match` sees it. */
export interface CassetteRequest {
  /** The method. */
  readonly method: string;
  /** The URL, as `match.url` made it. */
  readonly url: string;
}

/** When a request is one that was recorded. */
export interface CassetteMatch {
  /**
   * Names of header fields that must be equal as well.
   *
   * @default {[]}
   */
  readonly headers?: readonly string[];
  /** Changes both URLs before they are compared: to leave a port, a timestamp, a parameter out. */
  readonly url?: (url: string) => string;
  /**
   * Whether bodies must be equal; a function changes both before they are compared. JSON is compared by
   * value, form fields in any order, multipart bodies without their boundary.
   *
   * @default {true}
   */
  readonly body?: boolean | ((body: string, request: CassetteRequest) => string);
  /**
   * `any`: a request may come when it likes, and equal requests get their responses in recorded order.
   * `recorded`: requests must come in recorded order.
   *
   * @default {"any"}
   */
  readonly order?: "any" | "recorded";
}

/** Options of {@linkcode cassette}. */
export interface CassetteOptions {
  /**
   * `replay` answers from the file and never uses the network. `record` replaces the file. `refresh`
   * sends every request, and keeps recordings whose response has not changed. `auto` replays if the file
   * exists, or if `CI` is set, or if the environment may not be read, and else records.
   *
   * The environment variable `CASSETTE` replaces the mode, where the program may read it.
   *
   * @default {"auto"}
   */
  readonly mode?: CassetteMode;
  /** When a request is one that was recorded. */
  readonly match?: CassetteMatch;
  /** What is secret beyond what the library knows. */
  readonly redact?: SecretRules;
  /**
   * Whether the last response to a request answers all that follow, if equal ones were recorded.
   *
   * @default {false}
   */
  readonly repeat?: boolean;
  /**
   * `none` replays at once. `recorded` waits as long as the server did, by the timers of the program: also
   * those of a `FakeClock`.
   *
   * @default {"none"}
   */
  readonly timing?: "none" | "recorded";
  /**
   * Whether `close()` rejects if a recording was not used.
   *
   * @default {false}
   */
  readonly strict?: boolean;
  /** The transport that is recorded; native fetch if left out. */
  readonly transport?: Transport;
}

/** A cassette: a transport, and what became of its recordings. */
export interface Cassette extends Transport, AsyncDisposable {
  /** What it does; `auto` until the first request. */
  readonly mode: CassetteMode;
  /** The recordings that no request asked for, as `METHOD URL`. */
  readonly unused: readonly string[];
  /** With `refresh`: what changed, in a sentence each. */
  readonly changed: readonly string[];
  /** Writes what is still to be written. Clients call it when they are closed. */
  close(): Promise<void>;
}

/** Every mode. */
export const MODES: readonly CassetteMode[] = ["auto", "replay", "record", "refresh"];

const isBodyRule = callable<(body: string, request: CassetteRequest) => string>(
  "true, false or a function",
);

const TABLE = {
  mode: oneOf(...MODES),
  match: options(
    {
      headers: list(text, "a list of names"),
      url: callable<(url: string) => string>(),
      body: (name: string, value: unknown) =>
        typeof value === "boolean" ? value : isBodyRule(name, value),
      order: oneOf<"any" | "recorded">("any", "recorded"),
    } satisfies OptionTable<CassetteMatch>,
  ),
  redact: secretRules,
  repeat: flag,
  timing: oneOf<"none" | "recorded">("none", "recorded"),
  strict: flag,
  transport: callable<Transport>("a function like fetch"),
} satisfies OptionTable<CassetteOptions>;

/** Checks the options. */
export function readSettings(given: CassetteOptions | undefined): CassetteOptions {
  return readOptions("use a cassette", given, TABLE);
}
