/**
 * The list of hooks that all protocols share. Hooks observe; use middleware to change requests or
 * responses. If a hook throws, the call fails with its error.
 *
 * @module
 */

import type { NetworkingError, NetworkingErrorCode } from "./errors.ts";

/** The parts of a request that hooks see. `console.log` and `JSON.stringify` show it without secrets. */
export interface RequestFacts {
  /** The method, in upper case. */
  readonly method: string;
  /** The absolute URL, without userinfo. */
  readonly url: string;
  /** The header fields by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** The `context` of the caller. */
  readonly context: Readonly<Record<string, unknown>>;
  /** The `urlTemplate` of the caller, such as `/users/{id}`. */
  readonly urlTemplate?: string | undefined;
}

/** The parts of a response that hooks see. `console.log` and `JSON.stringify` show it without secrets. */
export interface ResponseHead {
  /** The status code. */
  readonly statusCode: number;
  /** The header fields. */
  readonly headers: Headers;
  /** The URL that sent the response. */
  readonly url: string;
}

/** The facts in every event. */
export interface HookEvent {
  /** The request that the event is about. */
  readonly request: RequestFacts;
  /** The attempt, from 1; for `onRetry`, the attempt that is about to start. */
  readonly attempt: number;
  /** The redirect hop; 0 for the original request. */
  readonly hop: number;
  /** Milliseconds since the call began. */
  readonly elapsedMs: number;
  /** The rest of `totalTimeout`, in milliseconds; `Infinity` if it is off. */
  readonly remainingMs: number;
}

/** A response arrived; its body is not read yet. */
export interface ResponseEvent extends HookEvent {
  /** Status and header fields. */
  readonly response: ResponseHead;
}

/** Another attempt is about to start. */
export interface RetryEvent extends HookEvent {
  /** The status of the previous attempt, if it had one. */
  readonly statusCode?: number;
  /** The error code of the previous attempt, if it had no status. */
  readonly errorCode?: NetworkingErrorCode;
  /** The wait that the server asked for, in milliseconds, if it sent one. */
  readonly retryAfterMs?: number;
  /** How long the client waited, in milliseconds. */
  readonly waitedMs: number;
  /** Why it waited: the backoff, or the longer wait that the server asked for. */
  readonly waitReason: "backoff" | "retry_after";
}

/** A redirect is about to be followed; `request` is the one that was redirected. */
export interface RedirectEvent extends HookEvent {
  /** The status code of the redirect. */
  readonly statusCode: number;
  /** Where it leads, absolute and without userinfo. */
  readonly location: string;
}

/** The call is about to fail. */
export interface FailureEvent extends HookEvent {
  /** The error, complete with its attempts. */
  readonly error: NetworkingError;
}

/** A function that is called with an event. A returned promise is awaited, within the timeouts. */
export type Hook<Event> = (event: Event) => void | Promise<void>;

/** The hooks of a client or a call; both are called, the client's first. */
export interface Hooks {
  /** Before each request is put on the wire: first attempt, retry, redirect hop. */
  readonly onRequest?: Hook<HookEvent>;
  /** After the head of each response, redirects included. */
  readonly onResponse?: Hook<ResponseEvent>;
  /** After the wait, just before the next attempt. */
  readonly onRetry?: Hook<RetryEvent>;
  /** Before a redirect is followed. */
  readonly onRedirect?: Hook<RedirectEvent>;
  /** Once, when a call that has begun fails with a {@linkcode NetworkingError}. */
  readonly onError?: Hook<FailureEvent>;
}

/** Every hook, for checks of names. */
export const HOOK_NAMES: readonly (keyof Hooks)[] = [
  "onRequest",
  "onResponse",
  "onRetry",
  "onRedirect",
  "onError",
];

/** The hooks of a client and its calls, in the order in which they are called. */
export type HookLists = { readonly [Name in keyof Hooks]?: readonly NonNullable<Hooks[Name]>[] };

/** No hook at all. Like every {@linkcode HookLists}, it inherits nothing. */
export const NO_HOOKS: HookLists = Object.freeze(Object.create(null));

/** Returns `lists` with the functions of `hooks` appended. */
export function addHooks(lists: HookLists, hooks: Hooks): HookLists {
  const merged: Record<string, readonly unknown[]> = Object.assign(Object.create(null), lists);
  for (const name of HOOK_NAMES) {
    const hook = hooks[name];
    if (hook !== undefined) merged[name] = [...(lists[name] ?? []), hook];
  }
  return merged as HookLists;
}
