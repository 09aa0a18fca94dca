/**
 * The state machine of a WebSocket connection: events in, effects out. It has no socket and no timer: the
 * client passes the time with each event, and sends a tick at `wakeAt`.
 *
 * ```text
 * idle → connecting → open → draining → closed
 *             ↑  ↓      ↓
 *            waiting ←──┘     (closed → connecting with the next connect())
 * ```
 *
 * Each attempt has a number. Events of any but the current attempt are ignored: an abandoned socket may
 * still report.
 *
 * @module
 */

import { nextAttempt, reconnectDelay } from "../../retry/reconnect.ts";
import {
  endedError,
  handshakeTimeout,
  heartbeatMissed,
  unexplainedError,
} from "./connection_errors.ts";
import type { ConnectionEffect, ConnectionEvent, ConnectionSettings } from "./connection_types.ts";
import type { ConnectionState } from "../../messages/message_stream.ts";
import {
  type Ending,
  isOrderly,
  judgeClose,
  judgeFailure,
  type Verdict,
} from "./reconnect_policy.ts";

/** The longest wait for a close event after an error event; workerd sends none after a too large message. */
const CLOSE_GRACE_MS = 1000;
/** The interval of checks whether the socket is closing: Node reports a close frame only when TCP ends. */
const LOOK_MS = 5000;
/** The most quick handshake failures in a row without a reason. With the default backoff: some minutes. */
export const MOST_UNEXPLAINED = 20;
/** A handshake that fails within this time was probably refused; a network that is down often takes longer. */
const AT_ONCE_MS = 10_000;
const NO_CODE = { code: 1006, reason: "", wasClean: false } as const;

/** The machine. */
export class Connection {
  /** The connection state. */
  state: ConnectionState = "idle";
  /** When a tick is due; `Infinity` for never. */
  wakeAt: number = Infinity;
  /** Whether a message came over this connection. */
  hadMessages: boolean = false;
  readonly #settings: ConnectionSettings;
  readonly #random: () => number;
  #id = 0;
  #attempt = 0; // since a connection that did well
  #unexplained = 0;
  #wasForced = false;
  #startedAt = 0;
  #openedAt: number | undefined;
  #everOpen = false;
  #refresh = false;
  #trouble: unknown;
  #heardAt = 0;
  #pongDueAt: number | undefined;
  #closing = { code: 1000, reason: "" };
  /** The deadline of the handshake, the wait or the close. */
  #dueAt = Infinity;
  /** When a failed or closing socket is abandoned. */
  #endsAt = Infinity;
  #lookAt = Infinity;

  constructor(settings: ConnectionSettings, random: () => number = Math.random) {
    this.#settings = settings;
    this.#random = random;
  }

  /** Takes an event, and returns the effects to carry out in order. */
  handle(event: ConnectionEvent, now: number): ConnectionEffect[] {
    if ("id" in event && (event.id !== this.#id || !this.#hasSocket)) return [];
    const effects = this.#take(event, now);
    this.#plan();
    return effects;
  }

  #take(event: ConnectionEvent, now: number): ConnectionEffect[] {
    switch (event.type) {
      case "connect":
        return this.#hasSocket ? [] : this.#dial(now, this.state === "waiting");
      case "opened":
        return this.state === "connecting" ? this.#opened(now) : [];
      case "failed":
        return this.#failed(event.error, now);
      case "troubled":
        return this.#troubled(event, now);
      case "ended":
        return this.#ended(event, now);
      case "closing":
        if (this.state !== "draining") {
          this.#endsAt = Math.min(this.#endsAt, now + this.#settings.closeTimeoutMs);
        }
        return [];
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

  /** Notes that a message came. Called for each message, so it does as little as possible. */
  heard(now: number): void {
    this.#heardAt = now;
    this.#pongDueAt = undefined;
    this.#plan();
  }

  get #hasSocket(): boolean {
    return this.state === "connecting" || this.state === "open" || this.state === "draining";
  }

  /** Sets `wakeAt` to the first deadline. */
  #plan(): void {
    const { heartbeat } = this.#settings;
    const beatAt = heartbeat !== undefined && this.state === "open"
      ? this.#pongDueAt ?? this.#heardAt + heartbeat.everyMs
      : Infinity;
    this.wakeAt = Math.min(this.#dueAt, this.#endsAt, this.#lookAt, beatAt);
  }

  #dial(now: number, wasForced: boolean): ConnectionEffect[] {
    if (this.state !== "waiting") {
      this.#attempt = this.#unexplained = 0;
      this.#everOpen = this.#refresh = false;
    }
    this.state = "connecting";
    this.#wasForced = wasForced;
    this.hadMessages = false;
    this.#startedAt = now;
    this.#openedAt = this.#pongDueAt = this.#trouble = undefined;
    this.#dueAt = now + this.#settings.timeoutMs;
    this.#lookAt = now + LOOK_MS;
    // The third of the handshakes that fail without a reason has fresh credentials: old ones may be the reason.
    const refresh = this.#refresh || (this.#settings.canRefresh && this.#unexplained === 2);
    return [{ type: "dial", id: ++this.#id, attempt: this.#attempt + 1, refresh }];
  }

  #opened(now: number): ConnectionEffect[] {
    const again = this.#everOpen;
    this.state = "open";
    this.#openedAt = now;
    this.#everOpen = true;
    this.#unexplained = 0;
    this.#dueAt = Infinity;
    this.heard(now);
    return [{ type: "open", again }];
  }

  #failed(error: unknown, now: number, isUnexplained = false): ConnectionEffect[] {
    const { name, policy } = this.#settings;
    const isMute = isUnexplained && now - this.#startedAt < AT_ONCE_MS;
    this.#unexplained = isMute ? this.#unexplained + 1 : 0;
    const isEnough = this.#unexplained >= MOST_UNEXPLAINED;
    const why = isEnough ? unexplainedError(name, this.#unexplained, error) : error;
    const verdict = isEnough ? STOP : judgeFailure(error, policy);
    return [ABANDON, ...this.#decide(verdict, { ...NO_CODE, error: why }, now)];
  }

  /** An error event only explains; the close event decides. But some runtimes send no close event. */
  #troubled({ error, isUnexplained }: { error: unknown; isUnexplained: boolean }, now: number) {
    if (this.state === "connecting") return this.#failed(error, now, isUnexplained);
    this.#trouble ??= error;
    this.#endsAt = Math.min(this.#endsAt, now + CLOSE_GRACE_MS);
    return [];
  }

  #ended({ code, reason, wasClean, error = this.#trouble }: Ending, now: number) {
    // Deno reports 0 instead of 1006 (RFC 6455 7.1.5).
    const ending: Ending = {
      code: code === 0 ? 1006 : code,
      reason,
      wasClean,
      ...(error !== undefined && { error }),
    };
    if (this.state === "draining") return this.#over(ending, true);
    const { reconnect, codes, name } = this.#settings;
    const isFirst = this.state === "connecting";
    const verdict = judgeClose(ending, isFirst || reconnect, codes, this.#random);
    const why = isFirst && { error: error ?? endedError(name, ending) };
    return this.#decide(verdict, { ...ending, ...why }, now);
  }

  /** Decides between another attempt and the end. */
  #decide(verdict: Verdict, ending: Ending, now: number): ConnectionEffect[] {
    const { policy, maxReconnects, stableAfterMs, shouldReconnect, canRefresh } = this.#settings;
    const openMs = this.#openedAt === undefined ? undefined : now - this.#openedAt;
    if (openMs !== undefined && openMs >= stableAfterMs) this.#refresh = false;
    const didWell = this.hadMessages && isOrderly(ending.code);
    const facts = { openMs, didWell, wasForced: this.#wasForced };
    const attempt = this.#attempt = nextAttempt(this.#attempt, facts, stableAfterMs);
    let again = verdict.next === "again" ||
      (verdict.next === "refresh" && canRefresh && !this.#refresh);
    let delayMs: number | undefined;
    // `shouldReconnect` is for lost connections; only maxRetries limits the first connection.
    if (this.#everOpen && this.#settings.reconnect && shouldReconnect !== undefined) {
      let answer: false | number | undefined;
      try {
        answer = shouldReconnect({ ...ending, attempt, openMs: openMs ?? 0, proposed: again });
      } catch (error) { // the caller's own error, unchanged; nothing else would report it
        return this.#over({ ...ending, error }, false, error);
      }
      again = answer !== false;
      delayMs = answer === false ? undefined : answer;
    }
    const limit = this.#everOpen ? maxReconnects : policy.maxRetries;
    if (!again || attempt > limit || (this.#everOpen && !this.#settings.reconnect)) {
      const clean = verdict.next === "stop" && verdict.clean && openMs !== undefined;
      return this.#over(ending, false, clean ? undefined : ending.error ?? NO_ERROR);
    }
    this.state = "waiting";
    this.#refresh ||= verdict.next === "refresh";
    const floorMs = verdict.next === "again" ? verdict.floorMs : 0;
    delayMs ??= reconnectDelay(policy, attempt, floorMs, this.#random);
    this.#endsAt = this.#lookAt = Infinity;
    this.#dueAt = now + delayMs;
    if (!this.#everOpen) return [{ type: "retry", error: ending.error }];
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
    this.#endsAt = this.#lookAt = Infinity;
    this.#dueAt = now + ms;
    return [{ type: "drain" } as const];
  }

  /** Ends the connection without a closing handshake: after an abort, overflow, or a too large message. */
  #stop(error: unknown, code = 1000): ConnectionEffect[] {
    if (this.state === "idle" || this.state === "closed") return [];
    const ending = { ...NO_CODE, code: code === 1000 ? 1006 : code, error };
    const abandon = { type: "abandon", code, reason: "" } as const;
    return [...(this.#hasSocket ? [abandon] : []), ...this.#over(ending, false, error)];
  }

  #tick(now: number): ConnectionEffect[] {
    const { name, timeoutMs } = this.#settings;
    if (this.state === "waiting") return this.#dial(now, false);
    if (this.state === "draining") {
      return [{ type: "abandon", ...this.#closing }, ...this.#over(NO_CODE, true)];
    }
    if (now >= this.#dueAt) {
      return this.#failed(handshakeTimeout(name, timeoutMs, now - this.#startedAt), now);
    }
    if (now >= this.#endsAt) return [ABANDON, ...this.#ended(NO_CODE, now)];
    if (now < this.#lookAt) return this.#beat(now);
    this.#lookAt = now + LOOK_MS;
    return [{ type: "look" }];
  }

  #beat(now: number): ConnectionEffect[] {
    const { name, heartbeat } = this.#settings;
    const { everyMs, timeoutMs } = heartbeat!;
    if (this.#pongDueAt === undefined) {
      this.#pongDueAt = now + timeoutMs;
      return [{ type: "ping" }];
    }
    // A dead link never completes a closing handshake.
    const error = heartbeatMissed(name, everyMs + timeoutMs, now - this.#heardAt);
    return [ABANDON, ...this.#ended({ ...NO_CODE, error }, now)];
  }

  #over(ending: Ending, byCaller: boolean, error?: unknown): ConnectionEffect[] {
    this.state = "closed";
    this.#dueAt = this.#endsAt = this.#lookAt = Infinity;
    const why = error === NO_ERROR ? endedError(this.#settings.name, ending) : error;
    return [{ type: "over", ending, byCaller, ...(why !== undefined && { error: why }) }];
  }
}

const ABANDON = { type: "abandon", code: 1000, reason: "" } as const;
const STOP: Verdict = { next: "stop", clean: false };
/** Means: make the error from the close code. */
const NO_ERROR = Symbol("closed");
