/**
 * Everything that the inspector shows, in constant memory: the last calls and sockets, and what limits
 * each origin. Whoever watches is told what changed.
 *
 * @module
 */

import type { ClientParts } from "../../http/settings/middleware.ts";
import type { CallBegan, CallEvent, CallView } from "./call_events.ts";
import { beginCall, reduceCall } from "./call_view.ts";
import { reduceSocket, type SocketEvent, type SocketView } from "./socket_view.ts";
import { OriginCounts, Origins, type OriginView } from "./origins.ts";

/** Sockets that are kept; of more, closed ones go first, then the oldest. */
const MOST_SOCKETS = 50;

/** Is told what changes. */
export interface Watcher {
  call?(view: CallView): void;
  socket?(view: SocketView): void;
  /** A call is no longer kept. */
  forgot?(id: number): void;
}

/** What is shown. */
export class Board {
  readonly #calls = new Map<number, CallView>();
  readonly #sockets = new Map<number, SocketView>();
  readonly #polls = new Map<number, () => void>();
  readonly #watchers = new Set<Watcher>();
  readonly #origins = new Origins();
  readonly #maxCalls: number;
  #lastId = 0;
  #lastSocket = 0;

  constructor(maxCalls: number) {
    this.#maxCalls = maxCalls;
  }

  /** The calls, in the order in which they began. */
  get calls(): Iterable<CallView> {
    return this.#calls.values();
  }

  /** The sockets, in the order in which they were first seen. */
  get sockets(): Iterable<SocketView> {
    return this.#sockets.values();
  }

  /** How many calls have begun. */
  get begun(): number {
    return this.#lastId;
  }

  /** A call that is kept. */
  call(id: number): CallView | undefined {
    return this.#calls.get(id);
  }

  /** A socket that is kept. */
  socket(id: number): SocketView | undefined {
    return this.#sockets.get(id);
  }

  /** Tells a watcher what changes, until the function that this gives is called. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** A client uses the inspector. */
  addClient(parts: ClientParts): void {
    this.#origins.add(parts);
  }

  /** Asks the sockets for their states and queues, and gives what limits each origin. */
  look(): readonly OriginView[] {
    for (const poll of this.#polls.values()) poll();
    return this.#origins.views();
  }

  /** What limits one origin now. */
  originOf(origin: string): OriginView {
    return this.#origins.view(origin, NO_COUNTS);
  }

  /** A call began; gives its number. */
  beginCall(event: CallBegan): number {
    const id = ++this.#lastId;
    const view = beginCall(id, event);
    this.#calls.set(id, view);
    if (this.#calls.size > this.#maxCalls) this.#forgetCall();
    this.#origins.began(view.origin);
    this.#tellCall(view);
    return id;
  }

  /** Something happened to a call. */
  tell(id: number, event: CallEvent): void {
    const before = this.#calls.get(id);
    if (before === undefined) return;
    const view = reduceCall(before, event);
    if (view === before) return;
    this.#calls.set(id, view);
    if (event.type === "ended") this.#origins.ended(view);
    this.#tellCall(view);
  }

  /** A socket is watched. `poll` tells its state and queues. */
  addSocket(make: (id: number) => SocketView, poll: (id: number) => void): number {
    const id = ++this.#lastSocket;
    const view = make(id);
    this.#sockets.set(id, view);
    this.#polls.set(id, () => poll(id));
    if (this.#sockets.size > MOST_SOCKETS) this.#forgetSocket();
    this.#tellSocket(view);
    return id;
  }

  /** Something happened to a socket. */
  tellSocket(id: number, event: SocketEvent): void {
    const before = this.#sockets.get(id);
    if (before === undefined) return;
    const view = reduceSocket(before, event);
    if (view === before) return;
    this.#sockets.set(id, view);
    this.#tellSocket(view);
  }

  /** The oldest that has ended goes first. */
  #forgetCall(): void {
    const [oldest] = this.#calls.values();
    let found = oldest!;
    for (const call of this.#calls.values()) {
      if (call.state === "running") continue;
      found = call;
      break;
    }
    this.#calls.delete(found.id);
    if (found.state === "running") this.#origins.ended(found);
    for (const { forgot } of this.#watchers) forgot?.(found.id);
  }

  #forgetSocket(): void {
    const all = [...this.#sockets.values()];
    const { id } = all.find(({ state }) => state === "closed") ?? all[0]!;
    this.#sockets.delete(id);
    this.#polls.delete(id);
  }

  #tellCall(view: CallView): void {
    for (const { call } of this.#watchers) call?.(view);
  }

  #tellSocket(view: SocketView): void {
    for (const { socket } of this.#watchers) socket?.(view);
  }
}

const NO_COUNTS = new OriginCounts();
