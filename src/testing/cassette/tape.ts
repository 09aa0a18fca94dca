/**
 * The recordings of a cassette: reads them, finds the one for a request, adds new ones, and writes them.
 *
 * @module
 */

import { NetworkingError } from "../../errors.ts";
import { type Files, runtimeFiles, unlessMissing } from "../../http/download/file_system.ts";
import type { Exchange } from "../../recording/exchange.ts";
import { readWhole, writeWhole } from "../../recording/own_file.ts";
import { SecretKeeper } from "../../recording/secrets.ts";
import { type Entry, Matching, shown } from "./matching.ts";
import { type CassetteMode, type CassetteOptions, MODES } from "./options.ts";
import { firstMode, howToRecord, modeFor } from "./mode.ts";
import { changeOf, nameOf, sizeOf, whyNot } from "./words.ts";
import { readTape } from "./read_tape.ts";
import { writeTape } from "./write_tape.ts";

const MIB = 1024 * 1024;
/** Of one exchange. */
export const MOST_BYTES: number = 10 * MIB;
/** A file below this length is written before the caller has the end of the body. */
const MOST_AT_ONCE = MIB / 4;
/** Of a file. */
const MOST_FILE = 100 * MIB;

/** A place for an exchange that runs, in the order in which they began. */
export interface Slot {
  exchange?: Exchange;
  used: number;
}

/** The recordings. */
export class Tape {
  readonly #url: URL | undefined;
  #path: string;
  readonly #options: CassetteOptions;
  readonly #keeper: SecretKeeper;
  readonly #matching: Matching;
  /** What the file has, and then what is recorded. */
  #slots: Slot[] = [];
  /** With `refresh`: what changed, in words. */
  readonly changed: string[] = [];
  mode: CassetteMode;
  #files: Files | undefined;
  #others: readonly string[] = [];
  #loading: Promise<CassetteMode> | undefined;
  /** The length of the file. */
  #written = 0;
  /** Why it could not be written, while nobody waited. */
  #lost: unknown;
  /** The file as this tape left it. */
  #mark: string | undefined;
  #saving: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | undefined;

  constructor(path: string | URL, options: CassetteOptions) {
    this.#url = path instanceof URL ? path : undefined;
    this.#path = String(path);
    this.#options = options;
    this.mode = options.mode ?? "auto";
    this.#keeper = new SecretKeeper(options.redact);
    this.#matching = new Matching(options.match ?? {}, options.redact?.text);
  }

  /** What the tape does; reads the file when first asked. */
  start(): Promise<CassetteMode> {
    return this.#loading ??= this.#load();
  }

  async #load(): Promise<CassetteMode> {
    const files = this.#files = runtimeFiles();
    if (files === undefined) throw this.#error("this runtime has no files");
    if (this.#url !== undefined) this.#path = files.pathOf(this.#url);
    const bytes = await this.#file("read", () => readWhole(files, this.#path));
    const mode = this.mode = modeFor(this.mode, bytes !== undefined);
    if (!MODES.includes(mode)) {
      throw this.#error(
        `the environment has CASSETTE=${mode}; it must be one of ${MODES.join(", ")}`,
      );
    }
    if (mode === "replay" && bytes === undefined) {
      throw this.#error(`it does not exist; ${howToRecord()}`);
    }
    if (bytes === undefined) return mode;
    this.#mark = await this.#stat();
    try {
      const { exchanges, others } = await readTape(
        new TextDecoder().decode(bytes),
        files.dirname(this.#path),
        files,
      );
      this.#others = others;
      if (mode !== "record") {
        const read = exchanges.map((exchange): Slot => ({ exchange, used: 0 }));
        this.#slots = [...read, ...this.#slots];
      }
    } catch (cause) {
      if (mode === "record") return mode; // it is replaced
      if (cause instanceof NetworkingError) throw cause;
      const why = cause instanceof TypeError ? cause.message : String(cause);
      throw this.#error(`${why}; delete it and record again`, cause);
    }
    return mode;
  }

  /** Whether the network is used, whatever the file has. */
  get isRecording(): boolean {
    return /^(?:record|refresh)$/.test(firstMode(this.mode));
  }

  /** The recordings that no request asked for. */
  get unused(): readonly string[] {
    return this.#slots.filter(({ exchange, used }) => exchange !== undefined && used === 0)
      .map(({ exchange }) => nameOf(exchange!));
  }

  get #entries(): readonly Entry[] {
    return this.#slots.filter((slot): slot is Slot & Entry => slot.exchange !== undefined);
  }

  /**
   * The recording for a request.
   *
   * @throws {NetworkingError} With code `no_recording`, if there is none.
   */
  find(asked: Exchange): Exchange {
    const entry = this.#matching.find(asked, this.#entries, this.#options.repeat ?? false);
    if (entry === undefined) throw this.noRecording(asked);
    entry.used++;
    return entry.exchange;
  }

  /** Whether a message is the one that was recorded. */
  fitsMessage(recorded: string, sent: string): boolean {
    return this.#matching.fitsMessage(recorded, sent);
  }

  /** The error for a request without a recording. */
  noRecording(asked: Exchange): NetworkingError {
    const shown = this.#keeper.hide(this.#keeper.strip(asked));
    const nearest = this.#matching.nearest(shown, this.#entries);
    if (nearest === undefined) {
      return this.#error(`it has no recordings; ${howToRecord()}`, undefined, asked);
    }
    const { entry, words } = nearest;
    const number = this.#entries.indexOf(entry) + 1;
    const found = `the nearest is number ${number}, ${nameOf(entry.exchange)}`;
    const why = words.length > 0
      ? `no recording matches; ${found}, and differs in ${words.join("; ")}`
      : `every recording that matches was used; ${found}; set repeat if it may answer again`;
    return this.#error(`${why}; ${howToRecord()}`, undefined, asked);
  }

  /** The error for what a recording does not have. */
  cutOff(asked: Exchange): NetworkingError {
    const why = "the recorded body ends here, because its reader left or the file does not have it";
    return this.#error(`${why}; ${howToRecord()}`, undefined, asked);
  }

  /** The error for a message that the recorded conversation does not have. */
  noMessage(asked: Exchange, recorded: string | undefined, sent: string): NetworkingError {
    const was = recorded === undefined ? "none" : shown(recorded);
    const why = `the next recorded message is ${was}, sent ${shown(this.#keeper.hideText(sent))}`;
    return this.#error(`${why}; ${howToRecord()}`, undefined, asked);
  }

  /** A place for an exchange that begins. */
  reserve(): Slot {
    const slot: Slot = { used: 1 };
    this.#slots.push(slot);
    return slot;
  }

  /** Forgets an exchange that was aborted. */
  drop(slot: Slot): void {
    this.#slots = this.#slots.filter((one) => one !== slot);
  }

  /** Keeps an exchange, without its secrets, and writes the file. */
  async keep(slot: Slot, exchange: Exchange): Promise<void> {
    await this.start();
    if (this.#lost !== undefined) throw this.#lost;
    const size = sizeOf(exchange);
    if (size > MOST_BYTES) {
      this.drop(slot);
      const mib = Math.round(MOST_BYTES / MIB);
      throw this.#error(
        `an exchange of more than ${mib} MiB cannot be recorded`,
        undefined,
        exchange,
      );
    }
    const stripped = this.#keeper.strip(exchange);
    if (this.mode === "refresh") this.#replace(slot, stripped);
    else slot.exchange = this.#keeper.hide(stripped);
    const finder = this.#keeper.takeNew();
    for (const one of finder === undefined ? [] : this.#slots) {
      if (one.exchange !== undefined) one.exchange = this.#keeper.hide(one.exchange, finder);
    }
    const saving = this.save();
    // Of a large file not every exchange waits: several share a writing.
    if (this.#written < MOST_AT_ONCE) await saving;
    else saving.catch((error) => this.#lost ??= error);
  }

  /** Puts an exchange in the place of the recording that it refreshes, if the response changed. */
  #replace(slot: Slot, stripped: Exchange): void {
    const exchange = this.#keeper.hide(stripped);
    const entry = this.#matching.find(exchange, this.#entries, false);
    if (entry === undefined) {
      slot.exchange = exchange;
      this.changed.push(`${nameOf(exchange)} is new`);
      return;
    }
    this.drop(slot);
    entry.used++;
    const change = changeOf(entry.exchange, exchange, this.#matching);
    if (change === undefined) return;
    this.changed.push(`${nameOf(exchange)}: ${change}`);
    (entry as Slot).exchange = exchange;
  }

  /** Writes the file; calls that come while it is written share the next writing. */
  save(): Promise<void> {
    // The caller that waited for it got the error.
    return this.#waiting ??= this.#saving.catch(() => {}).then(() => {
      this.#waiting = undefined;
      return this.#saving = this.#write();
    });
  }

  async #write(): Promise<void> {
    const files = this.#files!;
    if (await this.#stat() !== this.#mark) {
      throw this.#error(
        "another program has changed it since; give each program a file of its own",
      );
    }
    const { text, others } = writeTape(this.#path, this.#entries.map(({ exchange }) => exchange));
    const size = [...others.values()].reduce((sum, bytes) => sum + bytes.length, text.length);
    if (size > MOST_FILE) {
      throw this.#error(`it would have more than ${MOST_FILE / MIB} MiB; use several cassettes`);
    }
    await this.#file("write", async () => {
      const folder = files.dirname(this.#path);
      for (const [name, bytes] of others) {
        await writeWhole(files, files.resolve(folder, name), bytes);
      }
      await writeWhole(files, this.#path, text);
      for (const name of this.#others) {
        if (!others.has(name)) await files.fs.rm(files.resolve(folder, name), { force: true });
      }
      this.#others = [...others.keys()];
    });
    this.#written = size;
    this.#mark = await this.#stat();
  }

  /** What tells whether the file is still the one that was written; undefined if it does not exist. */
  async #stat(): Promise<string | undefined> {
    const { fs } = this.#files!;
    const status = await this.#file("read", () => unlessMissing(fs.stat(this.#path)));
    return status && `${status.dev} ${status.ino}`;
  }

  /** Waits until everything is written. */
  async close(): Promise<void> {
    await this.#waiting;
    await this.#saving;
    if (this.#lost !== undefined) throw this.#lost;
    const { unused } = this;
    if (this.#options.strict && unused.length > 0) {
      throw this.#error(`these recordings were not used: ${unused.join(", ")}; record it again`);
    }
  }

  async #file<T>(what: "read" | "write", work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw this.#error(whyNot(what, this.#path, cause), cause);
    }
  }

  #error(why: string, cause?: unknown, asked?: Exchange): NetworkingError {
    const { method, url } = asked?.request ?? {};
    const action = asked === undefined
      ? `Cannot use the cassette ${this.#path}`
      : `Cannot find ${nameOf(asked)} in the cassette ${this.#path}`;
    return new NetworkingError("no_recording", `${action}: ${why}`, {
      ...cause !== undefined && { cause },
      ...asked !== undefined && { method: method!, url: url! },
    });
  }
}
