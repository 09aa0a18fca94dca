/**
 * What drives the sockets of a cassette: one is recorded, or one answers from a recording.
 *
 * @module
 */

import {
  type HandshakeInit,
  type MakeSocket,
  secondArgument,
  type SocketData,
  type WebSocketConstructor,
  type WebSocketLike,
} from "../../runtime/web_socket.ts";
import {
  type Exchange,
  type Frame,
  type RecordedSocket,
  textOf,
} from "../../recording/exchange.ts";
import type { CassetteOptions } from "./options.ts";
import type { Slot, Tape } from "./tape.ts";
import type { Driver, TapeSocket } from "./tape_socket.ts";
import { delay } from "@std/async/delay";

/** Starts a socket: records it, or answers from a recording. */
export function dial(
  socket: TapeSocket,
  tape: Tape,
  url: string,
  init: HandshakeInit,
  settings: CassetteOptions,
  open: Set<() => void | Promise<void>>,
): void {
  // Looked up for each socket: tests replace it.
  const native: MakeSocket = (url, init) =>
    new (globalThis.WebSocket as WebSocketConstructor)(url, secondArgument(init));
  const make = settings.transport?.webSocket ?? native;
  const { headers, protocols } = init;
  const asked: Exchange = {
    request: { method: "GET", url, headers: Object.entries(headers) },
    socket: { protocols, protocol: "", frames: [] },
  };
  const record = () => socket.drive(new Recorder(socket, tape, asked, make(url, init), open));
  const isTimed = settings.timing === "recorded";
  // At once if it can be: Node reports a failed handshake only if it began in this turn.
  if (tape.isRecording) return record();
  tape.start().then((mode) =>
    mode === "replay"
      ? socket.drive(new Player(socket, tape, asked, tape.find(asked), isTimed))
      : record()
  ).catch((error) => socket.fail(error));
}

/** Records a conversation. */
class Recorder implements Driver {
  readonly #native: WebSocketLike;
  readonly #frames: Frame[] = [];
  readonly #reading: Promise<void>[] = [];
  #openedMs = 0;
  #isOurs = false;

  constructor(
    socket: TapeSocket,
    tape: Tape,
    asked: Exchange,
    native: WebSocketLike,
    open: Set<() => void | Promise<void>>,
  ) {
    this.#native = native;
    const slot: Slot = tape.reserve();
    const startedAt = Date.now();
    let isKept = false;
    const keep = async (outcome: Partial<Exchange>, close?: RecordedSocket["close"]) => {
      if (isKept) return;
      isKept = true;
      open.delete(leave);
      await Promise.all(this.#reading);
      const conversation = { ...asked.socket!, protocol: socket.protocol, frames: this.#frames };
      await tape.keep(slot, {
        ...asked,
        startedAt,
        socket: { ...conversation, close },
        ...outcome,
      });
    };
    const leave = () => keep({});
    open.add(leave);
    native.binaryType = "arraybuffer";
    native.onopen = () => {
      this.#openedMs = performance.now();
      socket.readyState = 1;
      socket.protocol = native.protocol ?? "";
      socket.tell("onopen", {});
    };
    native.onmessage = ({ data }: { data: string | ArrayBuffer }) => {
      this.#add("server", typeof data === "string" ? data : new Uint8Array(data.slice(0)));
      socket.tell("onmessage", { data });
    };
    native.onerror = (event: { error?: unknown; message?: unknown }) => {
      if (socket.readyState > 0) return socket.tell("onerror", event);
      const { error = new Error(String(event.message || "the handshake failed")) } = event;
      // Written before the client learns of it, which may end the program.
      const { message } = error as { readonly message?: unknown };
      keep({ failure: { code: "connection_failed", message: String(message) } }).then(
        () => socket.tell("onerror", event),
        (late) => socket.fail(late),
      ).finally(() => socket.end(1006, "", false));
    };
    native.onclose = (
      { code, reason, wasClean }: { code: number; reason: string; wasClean: boolean },
    ) => {
      if (socket.readyState === 0) return;
      const by = this.#isOurs ? "client" : "server";
      keep({}, { by, code, reason }).then(
        () => socket.end(code, reason, wasClean),
        (late) => socket.fail(late),
      );
    };
  }

  #add(from: Frame["from"], data: Frame["data"]): void {
    this.#frames.push({ from, ms: performance.now() - this.#openedMs, data });
  }

  send(data: SocketData): void {
    if (data instanceof Blob) {
      const at = this.#frames.length;
      this.#add("client", new Uint8Array());
      this.#reading.push(
        data.arrayBuffer().then((bytes) => {
          this.#frames[at] = { ...this.#frames[at]!, data: new Uint8Array(bytes) };
        }),
      );
    } else this.#add("client", typeof data === "string" ? data : new Uint8Array(data));
    this.#native.send(data);
  }

  close(code?: number, reason?: string): void {
    this.#isOurs = true;
    this.#native.close(code, reason);
  }
}

/** Answers from a recorded conversation: what the server sent follows the message that it followed. */
class Player implements Driver {
  readonly #socket: TapeSocket;
  readonly #tape: Tape;
  readonly #asked: Exchange;
  readonly #recorded: RecordedSocket;
  readonly #isTimed: boolean;
  readonly #closed = new AbortController();
  #next = 0;
  #lastMs = 0;
  #isPlaying = false;

  constructor(
    socket: TapeSocket,
    tape: Tape,
    asked: Exchange,
    recording: Exchange,
    isTimed: boolean,
  ) {
    this.#socket = socket;
    this.#tape = tape;
    this.#asked = asked;
    this.#recorded = recording.socket!;
    this.#isTimed = isTimed;
    if (recording.failure !== undefined) {
      throw Object.assign(new Error(recording.failure.message), { code: recording.failure.code });
    }
    queueMicrotask(() => {
      if (socket.readyState !== 0) return;
      socket.readyState = 1;
      socket.protocol = this.#recorded.protocol;
      socket.tell("onopen", {});
      this.#play();
    });
  }

  /** Sends what the server sent, up to the next message of the client. */
  async #play(): Promise<void> {
    if (this.#isPlaying) return;
    this.#isPlaying = true;
    const { frames, close } = this.#recorded;
    try {
      for (let frame = frames[this.#next]; frame?.from === "server"; frame = frames[++this.#next]) {
        const { ms, data } = frame;
        await (this.#isTimed
          ? delay(ms - this.#lastMs, { signal: this.#closed.signal })
          : undefined);
        this.#lastMs = ms;
        if (this.#closed.signal.aborted) return;
        this.#socket.tell("onmessage", {
          data: typeof data === "string" ? data : data.slice().buffer,
        });
      }
    } catch (error) {
      if (!this.#closed.signal.aborted) throw error;
      return; // the wait was ended
    } finally {
      this.#isPlaying = false;
    }
    if (this.#next < frames.length || close?.by !== "server") return;
    await undefined;
    this.#socket.end(close.code, close.reason, close.code !== 1006);
  }

  send(data: SocketData): void {
    if (data instanceof Blob) {
      data.arrayBuffer().then((bytes) => this.send(new Uint8Array(bytes)));
      return;
    }
    const frame = this.#recorded.frames[this.#next];
    const sent = typeof data === "string" ? data : textOf(new Uint8Array(data));
    const recorded = frame?.from === "client" ? textOf(frame.data) : undefined;
    if (recorded === undefined || !this.#tape.fitsMessage(recorded, sent)) {
      this.#socket.fail(this.#tape.noMessage(this.#asked, recorded, sent));
      return;
    }
    this.#lastMs = frame!.ms;
    this.#next++;
    void this.#play();
  }

  close(code = 1005, reason = ""): void {
    this.#closed.abort();
    queueMicrotask(() => this.#socket.end(code, reason, true));
  }
}
