/**
 * A store of responses in a file, with the SQLite of Node, Deno and Bun.
 *
 * @module
 */

import { builtinModule } from "../runtime/builtin_modules.ts";
import { type CacheEntry, type CacheKey, type CacheStore, sizeOf } from "./rules/cache_entry.ts";

/** A {@linkcode CacheStore} in a file. */
export interface SQLiteCacheStore extends CacheStore, Disposable {
  /** Closes the file. A cache then continues without the store. */
  close(): void;
}

/** The part of `node:sqlite` that is used. */
interface Database {
  exec(sql: string): void;
  prepare(sql: string): {
    all(...values: unknown[]): unknown[];
    get(...values: unknown[]): unknown;
    run(...values: unknown[]): unknown;
  };
  close(): void;
}

interface SQLite {
  readonly DatabaseSync: new (path: string) => Database;
}

interface FileSystem {
  openSync(path: string, flags: string, mode: number): number;
  closeSync(file: number): void;
}

/**
 * Opens or creates a store in a file. Several processes may use the file at the same time. Each entry is
 * written in one transaction, so a killed process loses at most the entry that it was writing. The file
 * contains responses but no credentials, and only its owner can read it.
 *
 * @param path The file.
 * @throws {TypeError} If the runtime has no `node:sqlite`, or the file is not a cache.
 */
export function sqliteCacheStore(path: string): SQLiteCacheStore {
  const sqlite = builtinModule<SQLite>("node:sqlite");
  if (sqlite === undefined) {
    throw new TypeError(
      "Cannot open a SQLite cache store: this runtime has no node:sqlite; use memoryCacheStore(), or " +
        "Node 22.13 or Deno 2.2 and later",
    );
  }
  const fs = builtinModule<FileSystem>("node:fs")!;
  // SQLite creates its other files with the mode of this one.
  if (path !== ":memory:") fs.closeSync(fs.openSync(path, "a", 0o600));
  const database = new sqlite.DatabaseSync(path);
  try {
    prepareFile(database);
  } catch (cause) {
    database.close();
    throw new TypeError(
      `Cannot open the cache store ${path}: it is not a cache of this library; choose another file`,
      { cause },
    );
  }
  return new SQLiteStore(database);
}

/** "netC": marks the file as a cache of this library. */
const APPLICATION = 0x6e657443;
const VERSION = 1;
/** The longest wait for another process that locks the file; it blocks this process. */
const BUSY_MS = 200;
/** The least time between two updates of an entry's last use, since an update is a write. */
const NOTE_EVERY_MS = 60_000;

function prepareFile(database: Database): void {
  database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
  const number = (sql: string): number =>
    Number(Object.values(database.prepare(sql).get() as Record<string, unknown>)[0]);
  const isNew = number("SELECT count(*) FROM sqlite_master") === 0;
  if (!isNew && number("PRAGMA application_id") !== APPLICATION) {
    throw new TypeError("The database belongs to another program");
  }
  if (!isNew && number("PRAGMA user_version") === VERSION) return;
  database.exec("PRAGMA journal_mode = WAL");
  database.exec(`
    BEGIN IMMEDIATE;
    PRAGMA application_id = ${APPLICATION};
    PRAGMA user_version = ${VERSION};
    DROP TABLE IF EXISTS entries;
    CREATE TABLE IF NOT EXISTS secret (value BLOB NOT NULL);
    INSERT INTO secret SELECT randomblob(32) WHERE NOT EXISTS (SELECT * FROM secret);
    CREATE TABLE entries (
      url TEXT NOT NULL, partition TEXT NOT NULL, id TEXT NOT NULL,
      head TEXT NOT NULL, body BLOB NOT NULL, size INTEGER NOT NULL, used INTEGER NOT NULL,
      PRIMARY KEY (url, partition, id)
    );
    CREATE INDEX oldest ON entries (used, size);
    COMMIT;
  `);
}

interface Row {
  readonly id: string;
  readonly head: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly used: number;
}

class SQLiteStore implements SQLiteCacheStore {
  readonly isLasting = true;
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.exec("PRAGMA synchronous = NORMAL");
  }

  secret(): Uint8Array<ArrayBuffer> {
    const row = this.#database.prepare("SELECT value FROM secret").get() as {
      readonly value: Uint8Array;
    };
    return new Uint8Array(row.value);
  }

  get({ url, partition }: CacheKey): readonly CacheEntry[] {
    const rows = this.#database
      .prepare("SELECT id, head, body, used FROM entries WHERE url = ? AND partition = ?")
      .all(url, partition) as Row[];
    const now = Date.now();
    if (rows.some(({ used }) => now - used > NOTE_EVERY_MS)) {
      this.#database
        .prepare("UPDATE entries SET used = ? WHERE url = ? AND partition = ?")
        .run(now, url, partition);
    }
    return rows.flatMap((row) => entryOf(row) ?? []);
  }

  put({ url, partition }: CacheKey, entry: CacheEntry, maxSize: number): void {
    const { id, body, ...head } = entry;
    const size = sizeOf(entry);
    if (size > maxSize) return this.delete({ url, partition }, id);
    const text = JSON.stringify({ ...head, length: body.byteLength });
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      this.#database
        .prepare("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)")
        .run(url, partition, id, text, body, size, Date.now());
      this.#evict(maxSize);
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  delete({ url, partition }: CacheKey, id: string): void {
    this.#database
      .prepare("DELETE FROM entries WHERE url = ? AND partition = ? AND id = ?")
      .run(url, partition, id);
  }

  invalidate(url: string): void {
    this.#database.prepare("DELETE FROM entries WHERE url = ?").run(url);
  }

  close(): void {
    this.#database.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Removes the least recently used entries until the rest fits. */
  #evict(maxSize: number): void {
    const { total } = this.#database
      .prepare("SELECT coalesce(sum(size), 0) AS total FROM entries").get() as { total: number };
    let over = Number(total) - maxSize;
    if (over <= 0) return;
    const oldest = this.#database
      .prepare("SELECT rowid AS row, size FROM entries ORDER BY used, rowid LIMIT 1");
    const remove = this.#database.prepare("DELETE FROM entries WHERE rowid = ?");
    while (over > 0) {
      const { row, size } = oldest.get() as { readonly row: number; readonly size: number };
      remove.run(row);
      over -= Number(size);
    }
  }
}

/** Returns the entry of a row; undefined if the row is damaged. */
function entryOf({ id, head, body }: Row): CacheEntry | undefined {
  let read: CacheEntry & { readonly length: number };
  try {
    read = JSON.parse(head);
  } catch {
    return undefined; // a miss, like any invalid row
  }
  const { status, reason, headers, requestTime, responseTime, vary, length } = Object(read);
  const isText = (value: unknown) => typeof value === "string";
  const isRight = Number.isInteger(status) && isText(reason) && Array.isArray(headers) &&
    headers.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isText)) &&
    Number.isFinite(requestTime) && Number.isFinite(responseTime) &&
    typeof vary === "object" && vary !== null &&
    Object.values(vary).every((value) => value === null || isText(value)) &&
    body instanceof Uint8Array && body.byteLength === length;
  if (!isRight) return undefined;
  return { id, status, reason, headers, requestTime, responseTime, vary, body };
}
