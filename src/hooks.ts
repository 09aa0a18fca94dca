/**
 * The one list of hooks, which every protocol calls where the event happens. Hooks observe; what is
 * to change requests or responses is middleware. A hook that throws fails the call with its error.
 *
 * @module
 */

import type { NetworkingError, NetworkingErrorCode } from "./errors.ts";

/** What hooks see of a request. `console.log` and `JSON.stringify` show it without secrets. */
export interface RequestFacts {
  /** The method, in upper case. */
  readonly method: string;
  /** The absolute URL, without userinfo. */
  readonly url: string;
  /** The header fields by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the caller gave as `context`. */
  readonly context: Readonly<Record<string, unknown>>;
  /** What the caller gave as `urlTemplate`, such as `/users/{id}`. */
  readonly urlTemplate?: string | undefined;
}

/** What hooks see of a response. `console.log` and `JSON.stringify` show it without secrets. */
export interface ResponseHead {
  /** The status code. */
  readonly statusCode: number;
  /** The header fields. */
  readonly headers: Headers;
  /** The URL that answered. */
  readonly url: string;
}

/** What every event says. */
export interface HookEvent {
  /** The request that the event is about. */
  readonly request: RequestFacts;
  /** The attempt, from 1. For `onRetry` the one about to start. */
  readonly attempt: number;
  /** The redirect hop, 0 for the request as the caller made it. */
  readonly hop: number;
  /** Milliseconds since the call began. */
  readonly elapsedMs: number;
  /** What is left of `totalTimeout`, in milliseconds; `Infinity` when it is off. */
  readonly remainingMs: number;
}

/** A response arrived; its body is not read yet. */
export interface ResponseEvent extends HookEvent {
  /** Status and header fields. */
  readonly response: ResponseHead;
}

/** Another attempt is about to start. */
export interface RetryEvent extends HookEvent {
  /** The status that the attempt before ended with, if it had one. */
  readonly statusCode?: number;
  /** The code of the error that it ended with, if it had no status. */
  readonly errorCode?: NetworkingErrorCode;
  /** The wait that the server asked for, in milliseconds, if it named one. */
  readonly retryAfterMs?: number;
  /** How long the client waited, in milliseconds. */
  readonly waitedMs: number;
  /** Why: the backoff, or the longer time that the server asked for. */
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

/** A function that is called with an event. Asynchronous ones are awaited, within the clocks. */
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
  /** Once, when a call that was begun fails with a {@linkcode NetworkingError}. */
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

/** The hooks of a client and its calls, in order of their calling. */
export type HookLists = { readonly [Name in keyof Hooks]?: readonly NonNullable<Hooks[Name]>[] };

/** No hook at all. Like every {@linkcode HookLists}, it inherits nothing. */
export const NO_HOOKS: HookLists = Object.freeze(Object.create(null));

/** `lists` with the functions of `hooks` behind. */
export function addHooks(lists: HookLists, hooks: Hooks): HookLists {
  const merged: Record<string, readonly unknown[]> = Object.assign(Object.create(null), lists);
  for (const name of HOOK_NAMES) {
    const hook = hooks[name];
    if (hook !== undefined) merged[name] = [...(lists[name] ?? []), hook];
  }
  return merged as HookLists;
}
