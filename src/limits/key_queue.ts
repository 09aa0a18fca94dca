/**
 * The requests of one key: those on the wire, those that wait, and the timer that starts the next one.
 *
 * @module
 */

import { NetworkingError } from "../errors.ts";
import type { FieldReader, Place, StageRequest } from "../http/settings/stages.ts";
import { Alarm } from "../options/alarm.ts";
import { describeURL } from "../redact.ts";
import { readRetryAfter } from "../retry/rate_limit_fields.ts";
import type { Feedback, LimitedKey } from "./limited_key.ts";
import type { SharedRate } from "./shared_rate.ts";
import { readQuota } from "./rate_fields.ts";

/** The state of a key. */
export interface LimiterState {
  /** The number of requests on the wire. */
  readonly onWire: number;
  /** The number of requests that wait. */
  readonly queued: number;
  /** How long the server's refusal still blocks the key, in milliseconds; 0 if it does not. */
  readonly closedForMs: number;
}

interface Waiter {
  readonly holdsPlace: boolean;
  go(): void;
}

/** The limiter, for follow-up requests with another key. */
export interface OtherKeys {
  hasKey(request: StageRequest): boolean;
  enter(request: StageRequest, signal: AbortSignal): Promise<Place>;
}

/** The requests of one key. */
export class KeyQueue {
  readonly #otherKeys: OtherKeys;
  readonly #key: string;
  readonly #machine: LimitedKey;
  readonly #maxQueue: number;
  readonly #shared: SharedRate | undefined;
  /** In order of arrival; an aborted request leaves from any position. */
  readonly #waiting = new Set<Waiter>();
  /** Follow-ups that keep the place of the request before them. They go first, since they hold that place. */
  readonly #followUps = new Set<Waiter>();
  readonly #alarm = new Alarm(() => this.pump());

  constructor(
    otherKeys: OtherKeys,
    key: string,
    machine: LimitedKey,
    maxQueue: number,
    shareRate?: (changed: () => void) => SharedRate,
  ) {
    this.#shared = shareRate?.(() => this.pump());
    this.#otherKeys = otherKeys;
    this.#key = key;
    this.#machine = machine;
    this.#maxQueue = maxQueue;
  }

  get state(): LimiterState {
    const closedForMs = Math.max(0, this.#machine.gateUntil - performance.now());
    return { onWire: this.#machine.onWire, queued: this.#waiting.size, closedForMs };
  }

  get isUnused(): boolean {
    return this.#waiting.size === 0 && this.#machine.isIdle(performance.now());
  }

  tryEnter(cost: number, holdsPlace = false): Place | undefined {
    const isFirst = this.#followUps.size === 0 && (holdsPlace || this.#waiting.size === 0);
    const now = performance.now();
    return isFirst && this.#waitMs(now, holdsPlace) === 0
      ? this.#start(cost, now, now, holdsPlace)
      : undefined;
  }

  async enter(
    request: StageRequest,
    cost: number,
    signal: AbortSignal,
    holdsPlace = false,
  ): Promise<Place> {
    const place = this.tryEnter(cost, holdsPlace);
    if (place !== undefined) return place;
    if (this.#waiting.size >= this.#maxQueue && !holdsPlace) throw this.#fullError(request);
    return await this.#wait(cost, performance.now(), signal, holdsPlace);
  }

  /** Starts the requests that may go, and sets the alarm for the next one. */
  pump(): void {
    for (const queue of [this.#followUps, this.#waiting]) {
      for (const waiter of queue) {
        const now = performance.now();
        const waitMs = this.#waitMs(now, waiter.holdsPlace);
        if (waitMs > 0) {
          this.#alarm.at = now + waitMs;
          return;
        }
        queue.delete(waiter);
        waiter.go();
      }
    }
    this.#alarm.at = Infinity;
  }

  #wait(
    cost: number,
    queuedAt: number,
    signal: AbortSignal,
    holdsPlace: boolean,
  ): Promise<Place> {
    const queue = holdsPlace ? this.#followUps : this.#waiting;
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        queue.delete(waiter);
        if (this.#followUps.size + this.#waiting.size === 0) this.#alarm.at = Infinity;
        reject(signal.reason);
      };
      const waiter: Waiter = {
        holdsPlace,
        go: () => {
          signal.removeEventListener("abort", giveUp);
          resolve(this.#start(cost, queuedAt, performance.now(), holdsPlace));
        },
      };
      signal.addEventListener("abort", giveUp, { once: true });
      queue.add(waiter);
      this.pump();
    });
  }

  /** Checks the key's own rules first, so that a request that may not go yet takes no shared tokens. */
  #waitMs(now: number, holdsPlace: boolean): number {
    return this.#machine.waitMs(now, holdsPlace) || (this.#shared?.waitMs(now) ?? 0);
  }

  #start(cost: number, queuedAt: number, startedAt: number, holdsPlace: boolean): Place {
    const started = this.#machine.start(startedAt, cost, holdsPlace);
    this.#shared?.use(startedAt, cost);
    let holds = true;
    const leave = () => {
      if (!holds) return;
      holds = false;
      this.#machine.leave();
      this.pump();
    };
    return {
      queuedMs: startedAt - queuedAt,
      answered: (status, headers) => {
        const feedback = this.#machine.learns ? readFeedback(status, headers) : NO_FEEDBACK;
        this.#machine.responded(feedback, started, performance.now());
        this.pump();
      },
      next: async (request, signal) => {
        if (!holds || !this.#otherKeys.hasKey(request)) {
          leave();
          return await this.#otherKeys.enter(request, signal);
        }
        holds = false; // the follow-up holds it now
        try {
          signal.throwIfAborted();
          return await this.enter(request, cost, signal, true);
        } catch (reason) { // aborted while it waited
          this.#machine.leave();
          this.pump();
          throw reason;
        }
      },
      covers: (request) => this.#otherKeys.hasKey(request),
      leave,
    };
  }

  #fullError({ method, url }: StageRequest): NetworkingError {
    return new NetworkingError(
      "queue_full",
      `Cannot ${method} ${
        describeURL(url)
      }: ${this.#waiting.size} requests wait in the limiter's queue ` +
        `for ${this.#key}, and maxQueue is ${this.#maxQueue}; send fewer at a time, or increase maxQueue`,
      { method, url },
    );
  }
}

const NO_FEEDBACK: Feedback = { isRefusal: false, retryAfterMs: undefined, quota: undefined };

function readFeedback(status: number, headers: FieldReader): Feedback {
  const now = Date.now();
  const mayRefuse = status === 429 || status === 503;
  const retryAfterMs = mayRefuse ? readRetryAfter(status, headers, now) : undefined;
  const isRefusal = status === 429 || retryAfterMs !== undefined;
  return { isRefusal, retryAfterMs, quota: readQuota(headers, now) };
}
