/**
 * The life of a WebSocket connection as a state machine: events in, effects out. It has no socket
 * and no timer: the shell tells it the time, and calls again with a tick when `wakeAt` has come.
 *
 * ```text
 * idle → connecting → open → draining → closed
 *             ↑  ↓      ↓
 *            waiting ←──┘     (closed → connecting with the next connect())
 * ```
 *
 * Each attempt has a number, and what is said of any but the current one is ignored: a socket that
 * was given up may still speak.
 *
 * @module
 */

import { type NetworkingError, TimeoutError, WebSocketError } from "../../errors.ts";
import { longestBackoff } from "../../retry/retry_policy.ts";
import type { ConnectionEffect, ConnectionEvent, ConnectionSettings } from "./connection_types.ts";
import type { ConnectionState } from "../../messages/message_stream.ts";
import { type Ending, judgeClose, judgeFailure, type Verdict } from "./reconnect_policy.ts";

/** How long a close event may follow an error event; workerd sends none after too large a message. */
const CLOSE_GRACE_MS = 1000;
/** A timer this late means that the process slept: what has arrived meanwhile is read first. */
const LATE_MS = 1000;
const NO_CODE = { code: 1006, reason: "", wasClean: false } as const;

/** The machine. */
export class Connection {
  /** Where the connection is. */
  state: ConnectionState = "idle";
  /** When a tick is due; `Infinity` for never. */
  wakeAt: number = Infinity;
  readonly #settings: ConnectionSettings;
  readonly #random: () => number;
  #id = 0;
  #attempt = 0; // since the last stable connection
  #startedAt = 0;
  #openedAt: number | undefined;
  #everOpen = false;
  #refresh = false;
  #trouble: unknown;
  #troubledUntil = Infinity;
  #heardAt = 0;
  #pongDueAt: number | undefined;
  #graceGiven = false;
  #closing = { code: 1000, reason: "" };

  constructor(settings: ConnectionSettings, random: () => number = Math.random) {
    this.#settings = settings;
    this.#random = random;
  }

  /** Takes an event; the effects are to be carried out in order. */
  handle(event: ConnectionEvent, now: number): ConnectionEffect[] {
    if ("id" in event && (event.id !== this.#id || !this.#hasSocket)) return [];
    switch (event.type) {
      case "connect":
        return this.#connect(now);
      case "opened":
        return this.state === "connecting" ? this.#opened(now) : [];
      case "failed":
        return this.#failed(event.error, now);
      case "late":
        return this.#failed(this.#timeoutError("attempt", now), now);
      case "troubled":
        return this.#troubled(event.error, now);
      case "ended":
        return this.#ended(event, now);
      case "close":
        return this.#close(event, now);
      case "drained":
        return this.state === "draining" ? [{ type: "closeFrame", ...this.#closing }] : [];
      case "stop":
        return this.#stop(event.error, event.code);
      case "tick":
        return now < this.wakeAt ? [] : this.#tick(now);
    }
  }

  /** A message came. Called for each, so it does as little as possible. */
  heard(now: number): void {
    this.#heardAt = now;
    this.#pongDueAt = undefined;
    this.#graceGiven = false;
    if (this.state === "open") this.#planHeartbeat();
  }

  get #hasSocket(): boolean {
    return this.state === "connecting" || this.state === "open" || this.state === "draining";
  }

  #connect(now: number): ConnectionEffect[] {
    if (this.#hasSocket) return [];
    if (this.state !== "waiting") {
      this.#attempt = 0;
      this.#everOpen = this.#refresh = false;
    }
    this.state = "connecting";
    this.#startedAt = now;
    this.#openedAt = this.#pongDueAt = this.#trouble = undefined;
    this.#troubledUntil = Infinity;
    this.wakeAt = now + this.#settings.timeoutMs;
    const refresh = this.#refresh;
    return [{ type: "dial", id: ++this.#id, attempt: this.#attempt + 1, refresh }];
  }

  #opened(now: number): ConnectionEffect[] {
    const again = this.#everOpen;
    this.state = "open";
    this.#openedAt = now;
    this.#everOpen = true;
    this.wakeAt = Infinity;
    this.heard(now);
    return [{ type: "open", again }];
  }

  #failed(error: unknown, now: number): ConnectionEffect[] {
    const verdict = judgeFailure(error, this.#settings.policy);
    return [ABANDON, ...this.#decide(verdict, { ...NO_CODE, error }, now)];
  }

  /** An error is a diagnosis, the close is the decision; but some runtimes send no close. */
  #troubled(error: unknown, now: number): ConnectionEffect[] {
    if (this.state === "connecting") return this.#failed(error, now);
    this.#trouble ??= error;
    this.#troubledUntil = Math.min(this.#troubledUntil, now + CLOSE_GRACE_MS);
    this.wakeAt = Math.min(this.wakeAt, this.#troubledUntil);
    return [];
  }

  #ended({ code, reason, wasClean, error = this.#trouble }: Ending, now: number) {
    // Deno says 0 where the standard says 1006 (RFC 6455 7.1.5).
    const ending: Ending = {
      code: code === 0 ? 1006 : code,
      reason,
      wasClean,
      ...(error !== undefined && { error }),
    };
    if (this.state === "draining") return this.#over(ending, true);
    const { reconnect, codes } = this.#settings;
    if (this.state === "connecting") {
      const why = error ?? this.#closedError(ending);
      return this.#decide(
        judgeClose(ending, true, codes, this.#random),
        { ...ending, error: why },
        now,
      );
    }
    return this.#decide(judgeClose(ending, reconnect, codes, this.#random), ending, now);
  }

  /** Another attempt, or the end. */
  #decide(verdict: Verdict, ending: Ending, now: number): ConnectionEffect[] {
    const { policy, maxReconnects, stableAfterMs, shouldReconnect, canRefresh } = this.#settings;
    const openMs = this.#openedAt === undefined ? 0 : now - this.#openedAt;
    if (this.#openedAt !== undefined && openMs >= stableAfterMs) {
      this.#attempt = 0;
      this.#refresh = false;
    }
    this.#attempt++;
    const attempt = this.#attempt;
    let again = verdict.next === "again" ||
      (verdict.next === "refresh" && canRefresh && !this.#refresh);
    let delayMs: number | undefined;
    // `shouldReconnect` is about connections that were there; the first has maxRetries alone.
    if (this.#everOpen && this.#settings.reconnect && shouldReconnect !== undefined) {
      let answer: false | number | undefined;
      try {
        answer = shouldReconnect({ ...ending, attempt, openMs, proposed: again });
      } catch (error) { // the caller's own error, unchanged; there is nobody else to hear of it
        return this.#over({ ...ending, error }, false, error);
      }
      again = answer !== false;
      delayMs = answer === false ? undefined : answer;
    }
    const limit = this.#everOpen ? maxReconnects : policy.maxRetries;
    if (!again || attempt > limit || (this.#everOpen && !this.#settings.reconnect)) {
      const clean = verdict.next === "stop" && verdict.clean && this.#openedAt !== undefined;
      return this.#over(ending, false, clean ? undefined : ending.error ?? NO_ERROR);
    }
    this.state = "waiting";
    this.#refresh ||= verdict.next === "refresh";
    if (!this.#everOpen) {
      this.wakeAt = Infinity;
      return [{ type: "retry", error: ending.error }];
    }
    const floorMs = verdict.next === "again" ? verdict.floorMs : 0;
    delayMs ??= floorMs + this.#random() * longestBackoff(policy, attempt);
    this.wakeAt = now + delayMs;
    return [{ type: "lost", ending, attempt, delayMs }];
  }

  #close({ code, reason, ms }: { code: number; reason: string; ms: number }, now: number) {
    if (this.state === "draining" || this.state === "closed") return [];
    this.#closing = { code, reason };
    if (this.state !== "open") {
      const abandon = this.state === "connecting";
      return [...(abandon ? [ABANDON] : []), ...this.#over(NO_CODE, true)];
    }
    this.state = "draining";
    this.wakeAt = now + ms;
    return [{ type: "drain" } as const];
  }

  /** Ends it from this side without a closing handshake: abort, overflow, too large a message. */
  #stop(error: unknown, code = 1000): ConnectionEffect[] {
    if (this.state === "idle" || this.state === "closed") return [];
    const ending = { ...NO_CODE, code: code === 1000 ? 1006 : code, error };
    const abandon = { type: "abandon", code, reason: "" } as const;
    return [...(this.#hasSocket ? [abandon] : []), ...this.#over(ending, false, error)];
  }

  #tick(now: number): ConnectionEffect[] {
    switch (this.state) {
      case "waiting":
        return this.#connect(now);
      case "connecting":
        return this.#failed(this.#timeoutError("attempt", now), now);
      case "draining":
        return [{ type: "abandon", ...this.#closing }, ...this.#over(NO_CODE, true)];
      case "open":
        if (now >= this.#troubledUntil) {
          const ending = { ...NO_CODE, error: this.#trouble };
          return [ABANDON, ...this.#ended(ending, now)];
        }
        return this.#beat(now);
    }
    return [];
  }

  #beat(now: number): ConnectionEffect[] {
    const { timeoutMs } = this.#settings.heartbeat!;
    if (this.#pongDueAt === undefined) {
      this.#pongDueAt = now + timeoutMs;
      this.#planHeartbeat();
      return [{ type: "ping" }];
    }
    if (now - this.#pongDueAt > LATE_MS && !this.#graceGiven) {
      this.#graceGiven = true;
      this.#pongDueAt = now + LATE_MS;
      this.#planHeartbeat();
      return [];
    }
    // Never wait for the closing handshake of a dead link.
    const error = this.#timeoutError("idle", now);
    return [ABANDON, ...this.#ended({ ...NO_CODE, error }, now)];
  }

  #planHeartbeat(): void {
    const { heartbeat } = this.#settings;
    const beatAt = heartbeat === undefined
      ? Infinity
      : this.#pongDueAt ?? this.#heardAt + heartbeat.everyMs;
    this.wakeAt = Math.min(beatAt, this.#troubledUntil);
  }

  #over(ending: Ending, byCaller: boolean, error?: unknown): ConnectionEffect[] {
    this.state = "closed";
    this.wakeAt = Infinity;
    const why = error === NO_ERROR ? this.#closedError(ending) : error;
    return [{ type: "over", ending, byCaller, ...(why !== undefined && { error: why }) }];
  }

  #closedError({ code, reason }: Ending): NetworkingError {
    const { name } = this.#settings;
    const shown = reason === "" ? "" : `, reason ${JSON.stringify(reason)}`;
    return new WebSocketError(
      "connection_closed",
      `Cannot go on with ${name}: the connection ended with close code ${code}${shown}; connect() again`,
      { url: name, closeCode: code, closeReason: reason },
    );
  }

  #timeoutError(clock: "attempt" | "idle", now: number): TimeoutError {
    const { name, timeoutMs, heartbeat } = this.#settings;
    const [limitMs, elapsedMs] = clock === "attempt"
      ? [timeoutMs, Math.max(timeoutMs, now - this.#startedAt)]
      : [heartbeat!.everyMs + heartbeat!.timeoutMs, now - this.#heardAt];
    const what = clock === "attempt"
      ? `Cannot connect to ${name} within ${limitMs} ms (timeout): the handshake did not finish`
      : `Cannot go on with ${name}: nothing came for ${
        Math.round(elapsedMs)
      } ms, not even an answer to the heartbeat`;
    return new TimeoutError(what, { url: name, clock, limitMs, elapsedMs });
  }
}

const ABANDON = { type: "abandon", code: 1000, reason: "" } as const;
/** Stands for the error that a close code makes. */
const NO_ERROR = Symbol("closed");
