/**
 * What a case of the suite is, and what it is given: a server that answers as the case says, and tells
 * what it was sent. Nothing here or in the cases belongs to one runtime; where a case needs files it
 * takes them from `files.ts`, which fails where there are none.
 *
 * @module
 */

import type { FakeAnswer } from "@codomyrmex/networking/testing";

/** Where the servers are: origins without a slash at the end. */
export interface Servers {
  /** Serves the page, answers as it is told, and speaks WebSocket. */
  readonly main: string;
  /** The same, as another origin. */
  readonly other: string;
  /** Breaks connections off. */
  readonly broken: string;
  /** Nothing listens there. */
  readonly closed: string;
}

/** What the server is told to answer. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The body as bytes, instead of `body`. */
  readonly bytes?: readonly number[];
  readonly json?: unknown;
  /** Whether the body goes out compressed with gzip, and says so. */
  readonly gzip?: boolean;
  /** How long the head takes. */
  readonly delayMs?: number;
  /** A body that comes bit by bit, instead of `body`. */
  readonly drip?: { readonly chunk: string; readonly everyMs: number; readonly count: number };
  /** Whether the answer comes before the body of the request, which is not read. */
  readonly early?: boolean;
  /** Whether the body of the request comes back, with its type. */
  readonly echo?: boolean;
}

/** A request that the server was sent. */
export interface Seen {
  readonly method: string;
  /** Below the case's own part of the path, such as `/users?page=2`. */
  readonly path: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Whether the client left before the body of the answer was over. */
  readonly left: boolean;
}

/** What a case is given. Every URL is the case's own, so that cases do not meet. */
export interface Context {
  /** The URL of a path at the server; `ws:` for sockets. */
  url(path: string, protocol?: "http:" | "ws:"): string;
  /** The same path on another origin. */
  other(path: string): string;
  /** The same path at the server that breaks connections off. */
  broken(path: string, protocol?: "http:" | "ws:"): string;
  /** A URL where nothing listens. */
  readonly closed: string;
  /** Says what a path answers, on both origins, request by request; the last one again and again. */
  answer(path: string, ...answers: Answer[]): Promise<void>;
  /** The same at the server that breaks connections off. */
  fail(path: string, ...answers: FakeAnswer[]): Promise<void>;
  /** What the servers were sent at this case's URLs, in order. */
  requests(): Promise<Seen[]>;
}

/** One case. */
export interface Case {
  readonly feature: string;
  /** A sentence about behaviour; no two are the same. */
  readonly name: string;
  readonly run: (context: Context) => Promise<void>;
}

/** What a case came to. */
export interface Result {
  readonly feature: string;
  readonly name: string;
  /** What went wrong; left out when nothing did. */
  readonly failure?: string;
}

/** The cases of a feature, from their names. */
export function feature(
  name: string,
  cases: Readonly<Record<string, Case["run"]>>,
): readonly Case[] {
  return Object.entries(cases).map(([title, run]) => ({ feature: name, name: title, run }));
}

/** The options of a client that does not make its tests wait. */
export const QUICK = { retryBackoff: { milliseconds: 1 } } as const;
