/**
 * What the inspector is told of a call, and what it makes of that. Times are milliseconds since the
 * inspector was made. Everything here is redacted already.
 *
 * @module
 */

import type { Attempt, RetrySkipped } from "../../errors.ts";
import type { CacheOutcome } from "../../http/response/response_head.ts";

/** A call began. */
export interface CallBegan {
  readonly type: "began";
  readonly at: number;
  /** When it began, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly method: string;
  readonly url: string;
  /** Whether its client has a limiter, in whose queue it may wait. */
  readonly isLimited: boolean;
}

/** A request was put on the wire. */
export interface RequestSent {
  readonly type: "sent";
  readonly at: number;
  /** The number of the request among those of its call, from 1. */
  readonly request: number;
  readonly attempt: number;
  readonly hop: number;
  readonly resentFor?: "retry" | "redirect" | "auth" | undefined;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The head of its response came. */
export interface HeadCame {
  readonly type: "answered";
  readonly at: number;
  readonly request: number;
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** It had no response. */
export interface RequestBroke {
  readonly type: "broke";
  readonly at: number;
  readonly request: number;
  readonly errorCode: string;
}

/** The call ended; what is known of its attempts is exact now. */
export interface CallEnded {
  readonly type: "ended";
  readonly at: number;
  readonly outcome: "ok" | "status" | "failed" | "cancelled";
  readonly statusCode?: number;
  readonly errorCode?: string;
  /** The message of an error of the library. */
  readonly message?: string;
  readonly retrySkipped?: RetrySkipped;
  readonly attempts: readonly Attempt[];
  readonly cache?: CacheOutcome | undefined;
  readonly isShared?: boolean;
  /** Whether the body is handed over as a stream. */
  readonly isStream?: boolean;
  /** The length of a buffered body. */
  readonly bytes?: number;
}

/** What happened to a call, in the order in which it happened. */
export type CallEvent = CallBegan | RequestSent | HeadCame | RequestBroke | CallEnded;

/** What a call did for a while. */
export type PartKind = "before" | "queue" | "wait" | "request" | "body" | "cache" | "shared";

/** A part of the time of a call. */
export interface Part {
  readonly kind: PartKind;
  /** Milliseconds since the call began. */
  readonly startMs: number;
  /** Left out while it lasts. */
  readonly endMs?: number;
  /** What a person is told about it. */
  readonly words: string;
  /** The attempt that it belongs to, or that it waited for. */
  readonly attempt: number;
  /** A status, the code of a failure, or what the cache did. */
  readonly mark?: string;
  /** How `mark` is to be taken. */
  readonly tone?: "good" | "moved" | "bad";
  /** Why a request was sent, if it was not the first. */
  readonly resentFor?: RequestSent["resentFor"];
  /** Where its answer leads. */
  readonly leadsTo?: string;
  /** The place of the request among the call's exchanges. */
  readonly exchange?: number;
}

/** One request on the wire, with its header fields. */
export interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly statusCode?: number;
  readonly answer?: Readonly<Record<string, string>>;
}

/** A call, as people see it. */
export interface CallView {
  readonly id: number;
  readonly startMs: number;
  readonly startedAt: number;
  /** Left out while it runs. */
  readonly elapsedMs?: number;
  readonly method: string;
  readonly url: string;
  readonly origin: string;
  readonly path: string;
  readonly state: "running" | CallEnded["outcome"];
  readonly statusCode?: number;
  readonly errorCode?: string;
  readonly message?: string;
  /** Why there was no further attempt. */
  readonly retrySkipped?: RetrySkipped;
  /** The same in words. */
  readonly gaveUp?: string;
  readonly cache?: string;
  readonly bytes?: number;
  readonly isStream?: boolean;
  readonly isLimited: boolean;
  readonly attempts: number;
  /** How many requests were sent for it. */
  readonly requests: number;
  readonly parts: readonly Part[];
  readonly exchanges: readonly Exchange[];
  /** How many parts in the middle are not kept. */
  readonly lost: number;
}
