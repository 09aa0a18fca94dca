/**
 * Keeps a client's session in a store, so that unacknowledged messages survive a restart. A message is
 * stored before it is sent, and a delivery before it is acknowledged: the store is never behind what
 * the server knows.
 *
 * The key of the client has the head (session, counters); below it is one value for each message.
 *
 * @module
 */

import { NetworkingError } from "../../errors.ts";
import { DecodeError } from "../../http_errors.ts";
import type { Half } from "./half.ts";
import { type Payload, readFrame, type Sendable } from "./wire.ts";

/** Keeps a client's session: the part of a shared state that it needs. */
export interface ReliableStore {
  /** Returns a value and its version, or `undefined` if there is none. */
  get(
    key: readonly string[],
  ): Promise<{ readonly value: unknown; readonly version: string } | undefined>;
  /** Writes a value unconditionally. All values can be represented in JSON. */
  set(key: readonly string[], value: unknown): Promise<void>;
  /**
   * Writes a value if the entry has this version (`undefined`: no entry), and returns the new version.
   * An `undefined` value removes the entry. Returns `undefined` if the entry has another version.
   */
  compareAndSet(
    key: readonly string[],
    version: string | undefined,
    value: unknown,
  ): Promise<string | undefined>;
}

/** The stored session without its messages. */
interface Head {
  readonly sid: string | null;
  /** Distinguishes the messages of this session from those of earlier ones. */
  readonly epoch: string;
  readonly acked: number;
  readonly rx: number;
}

/** A stored session. */
export interface KeptSession {
  readonly sid: string | null;
  readonly acked: number;
  readonly rx: number;
  /** The unacknowledged frames, in order. */
  readonly frames: readonly Payload[];
}

/** The session that a journal keeps. */
export interface JournalOwner {
  readonly sid: string | null;
  readonly half: Half<unknown>;
  /** Called if the store fails. */
  failed(error: unknown): void;
}

/** How many values are read or written at a time. */
const AT_A_TIME = 64;

/** The stored state of one session. */
interface Book {
  readonly epoch: string;
  /** Messages up to here are in the store. */
  seq: number;
  head: string;
  readonly versions: Map<number, string>;
}

function newBook(epoch: string = crypto.randomUUID(), seq = 0): Book {
  return { epoch, seq, head: "", versions: new Map() };
}

/** The kept session of one client. */
export class Journal {
  readonly #store: ReliableStore;
  readonly #key: readonly string[];
  readonly #owner: JournalOwner;
  #book: Book = newBook();
  #saving: Promise<void> | undefined;
  #isDirty = false;
  #isOver = false;
  #loads = 0;

  constructor(store: ReliableStore, key: readonly string[], owner: JournalOwner) {
    this.#store = store;
    this.#key = key;
    this.#owner = owner;
  }

  /** Loads the stored session, if there is one, and saves to it from now on. */
  async load(): Promise<KeptSession | undefined> {
    const load = ++this.#loads;
    await this.idle();
    const entry = await this.#store.get(this.#key);
    const head = entry && this.#headOf(entry.value);
    const book = newBook(head?.epoch, head?.acked);
    const frames = head === undefined ? [] : await this.#framesOf(book);
    if (load === this.#loads) { // otherwise the client has connected again since
      this.#isOver = false;
      this.#book = book;
    }
    return head && { sid: head.sid, acked: head.acked, rx: head.rx, frames };
  }

  /** Loads the messages that were not acknowledged. */
  async #framesOf(book: Book): Promise<Payload[]> {
    const frames: Payload[] = [];
    for (let isLast = false; !isLast;) {
      const numbers = Array.from({ length: AT_A_TIME }, (_, index) => book.seq + 1 + index);
      const found = await Promise.all(numbers.map((n) => this.#store.get(this.#keyOf(book, n))));
      for (const entry of found) {
        isLast ||= entry === undefined; // messages after it were never sent
        if (isLast) break;
        frames.push(this.#frameOf(entry!.value, ++book.seq));
        book.versions.set(book.seq, entry!.version);
      }
    }
    return frames;
  }

  /** @throws {DecodeError} If no journal wrote it. */
  #headOf(value: unknown): Head {
    const head = Object(value) as Partial<Head>;
    const { sid, epoch, acked, rx } = head;
    const isSession = (sid === null || typeof sid === "string") && typeof epoch === "string";
    if (isSession && isCount(acked) && isCount(rx)) return head as Head;
    throw this.#foreignError();
  }

  /** @throws {DecodeError} If it is not message `n` of a journal. */
  #frameOf(value: unknown, n: number): Payload {
    try {
      const payload = fromValue(value);
      const frame = readFrame(payload);
      if (frame.type === "data" && frame.n === n) return payload;
    } catch (cause) {
      throw this.#foreignError(cause);
    }
    throw this.#foreignError();
  }

  #foreignError(cause?: unknown): DecodeError {
    const key = JSON.stringify(this.#key);
    const text =
      `Cannot resume: the store has something other than a session under the key ${key}; ` +
      "remove it, or set another storeKey";
    return new DecodeError(text, { snippet: "", cause });
  }

  /** Starts another session, and removes the one before from the store. */
  async restart(): Promise<void> {
    const before = this.#book;
    this.#book = newBook();
    await this.save();
    await this.#removeMessages(before);
  }

  /** Saves soon, and notifies the half. */
  changed(): void {
    if (this.#isOver) return;
    this.#isDirty = true;
    this.#saving ??= this.#run();
  }

  /** Saves now. */
  async save(): Promise<void> {
    this.changed();
    await this.idle();
  }

  /** Resolves when nothing is left to save. */
  async idle(): Promise<void> {
    while (this.#saving !== undefined) await this.#saving;
  }

  /** Removes the session, which has ended by agreement. */
  async remove(): Promise<void> {
    this.#isOver = true;
    await this.idle();
    await this.#removeMessages(this.#book);
    const head = await this.#store.get(this.#key);
    if (head !== undefined) await this.#store.compareAndSet(this.#key, head.version, undefined);
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // messages of one turn are saved together
    try {
      while (this.#isDirty) {
        this.#isDirty = false;
        await this.#save(this.#book);
      }
    } catch (error) {
      this.#isOver = true;
      this.#owner.failed(error);
    } finally {
      this.#saving = undefined; // in the turn of the last check, so that later changes start another run
    }
  }

  async #save(book: Book): Promise<void> {
    const { half, sid } = this.#owner;
    const { seq, acked, rx } = half;
    const head = { sid, epoch: book.epoch, acked, rx } satisfies Head;
    const fresh = [...half.framesAfter(book.seq)];
    // The first head names the epoch of its messages; later ones follow the messages they acknowledge.
    if (book.head === "") await this.#saveHead(book, head);
    for (let at = 0; at < fresh.length; at += AT_A_TIME) {
      await Promise.all(
        fresh.slice(at, at + AT_A_TIME).map(async ({ n, data }) => {
          const value = toValue(data);
          const version = await this.#store.compareAndSet(this.#keyOf(book, n), undefined, value);
          if (version === undefined) throw this.#sharedError();
          book.versions.set(n, version);
        }),
      );
    }
    book.seq = Math.max(book.seq, seq);
    await this.#saveHead(book, head);
    if (book !== this.#book || half !== this.#owner.half) return; // lost meanwhile
    half.stored(seq, rx);
    await this.#removeMessages(book, acked);
  }

  async #saveHead(book: Book, head: Head): Promise<void> {
    const text = JSON.stringify(head);
    if (text === book.head) return;
    await this.#store.set(this.#key, head);
    book.head = text;
  }

  async #removeMessages(book: Book, upTo = Infinity): Promise<void> {
    for (const [n, version] of book.versions) {
      if (n > upTo) continue; // they are in the order of writing, not of numbers
      await this.#store.compareAndSet(this.#keyOf(book, n), version, undefined);
      book.versions.delete(n);
    }
  }

  #keyOf({ epoch }: Book, n: number): readonly string[] {
    return [...this.#key, epoch, String(n)];
  }

  #sharedError(): NetworkingError {
    const why = `another client uses the key ${JSON.stringify(this.#key)} of the store`;
    const text = `Cannot keep the session: ${why}; set a different storeKey for each client`;
    return new NetworkingError("closed", text);
  }
}

/** Bytes as base64, since JSON must hold the value. */
function toValue(frame: Sendable): unknown {
  if (typeof frame === "string") return frame;
  let binary = "";
  for (const byte of frame) binary += String.fromCharCode(byte);
  return { base64: btoa(binary) };
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function fromValue(value: unknown): Payload {
  if (typeof value === "string") return value;
  const binary = atob((value as { readonly base64: string }).base64);
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
