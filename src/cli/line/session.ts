/**
 * `--session NAME`: keeps header fields, credentials and cookies for the next command to the same host, in a file
 * that only its owner may read.
 *
 * @module
 */

import { CookieJar } from "../../cookies/cookie_jar.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { UsageError } from "../terminal/usage_error.ts";
import type { ItemOptions } from "./items.ts";

/** In the working folder, so that `-R` and `-W` are the only permissions it needs. */
const FOLDER = ".networking";

/** A valid file name on every system, without folders, not hidden. */
const NAME = /^[A-Za-z0-9_][\w.-]{0,63}$/;

/** Header fields that belong to one message only. */
const OF_ONE_MESSAGE = /^(?:content-|if-|host$|range$)/i;

/** The values of `--auth` and `--auth-type`. */
export interface SavedAuth {
  /** The value of `--auth`; for a file, its content. */
  readonly secret: string;
  /** The value of `--auth-type`. */
  readonly type: string;
}

interface SavedSession {
  readonly version: 1;
  readonly headers: readonly (readonly [string, string])[];
  readonly auth?: SavedAuth;
  readonly cookies: unknown;
}

/** The session of a host. */
export class Session {
  /** The cookies, for the `cookies` option of a client. */
  readonly cookies: CookieJar;
  /** The credentials of an earlier command. */
  auth: SavedAuth | undefined;
  readonly #terminal: Terminal;
  readonly #path: string;
  #headers: readonly (readonly [string, string])[];

  private constructor(terminal: Terminal, path: string, saved: Partial<SavedSession>) {
    this.#terminal = terminal;
    this.#path = path;
    this.#headers = saved.headers ?? [];
    this.auth = saved.auth;
    this.cookies = saved.cookies === undefined ? new CookieJar() : CookieJar.from(saved.cookies);
  }

  /**
   * Reads the session; a new one is empty.
   *
   * @throws {UsageError} If the name is not valid, or the file is not a session.
   */
  static async open(name: string, url: string, terminal: Terminal): Promise<Session> {
    if (!NAME.test(name)) {
      throw new UsageError(
        `Cannot use --session ${name}: the name must be at most 64 letters, digits, "_", "-" and ".", ` +
          "and begin with a letter, a digit or _",
      );
    }
    const host = new URL(url).host.replaceAll(":", "_").replace(/[^\w.-]/g, "");
    const path = `${FOLDER}/sessions/${host}/${name}.json`;
    const text = await terminal.readFile(path);
    try {
      const saved: Partial<SavedSession> = text === undefined ? {} : JSON.parse(text);
      if (!Array.isArray(saved.headers ?? [])) throw new TypeError("headers must be a list");
      return new Session(terminal, path, saved);
    } catch (cause) {
      throw new UsageError(
        `Cannot use --session ${name}: ${path} is not a session (${
          (cause as Error).message
        }); delete it`,
        { cause },
      );
    }
  }

  /** Returns the items with the header fields of the session, and adds those of the items to the session. */
  merge(items: ItemOptions): ItemOptions {
    const given = [...items.headers as [string, string | null][] ?? []];
    const names = new Set(given.map(([name]) => name.toLowerCase()));
    const kept = this.#headers.filter(([name]) => !names.has(name.toLowerCase()));
    const added = given.filter((header): header is [string, string] =>
      header[1] !== null && !OF_ONE_MESSAGE.test(header[0])
    );
    this.#headers = [...kept, ...added];
    const headers = [...kept.map(([name, value]): [string, string] => [name, value]), ...given];
    return headers.length === 0 ? items : { ...items, headers };
  }

  /** Writes the file. */
  async save(): Promise<void> {
    // The content is secret and must not get into a repository.
    const ignore = `${FOLDER}/.gitignore`;
    if (!await this.#terminal.exists(ignore)) await this.#terminal.writePrivate(ignore, "*\n");
    const saved: SavedSession = {
      version: 1,
      headers: this.#headers,
      ...this.auth !== undefined && { auth: this.auth },
      cookies: this.cookies,
    };
    await this.#terminal.writePrivate(this.#path, `${JSON.stringify(saved, null, 2)}\n`);
  }
}
