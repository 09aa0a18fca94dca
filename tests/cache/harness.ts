// deno-lint-ignore-file camelcase -- the cases have these names
/**
 * Runs the cases of http-tests/cache-tests against a cache: an origin that answers as each case says,
 * and the checks that its own engine makes. Both are in this process and on a fake clock, so that the
 * pauses of three seconds take no time. `tests/servers` calibrates it on a cache whose failures
 * are known.
 *
 * Two things differ from the engine of the project. It drives proxies, and ours is no proxy: where the
 * origin is gone, an error of the client counts as the 502 that a proxy would send. And interim
 * responses are not looked at, since `fetch` shows none.
 *
 * @module
 */

import { FakeClock } from "../../src/testing/fake_clock.ts";
import { readVectors } from "../support/vectors.ts";

export type Pairs = readonly (readonly [name: string, value: string])[];
type Written = readonly [name: string, value: string | number, isChecked?: boolean];

/** A request of a case. */
interface Step {
  readonly request_method?: string;
  readonly request_headers?: readonly Written[];
  readonly request_body?: string;
  readonly query_arg?: string;
  readonly filename?: string;
  readonly magic_ims?: boolean;
  readonly magic_locations?: boolean;
  readonly rfc850date?: readonly string[];
  readonly response_status?: readonly [number, string];
  readonly response_headers?: readonly Written[];
  readonly response_body?: string | null;
  readonly response_pause?: number;
  readonly disconnect?: boolean;
  readonly expected_type?: "cached" | "not_cached" | "lm_validated" | "etag_validated";
  readonly expected_status?: number | null;
  readonly expected_method?: string;
  readonly expected_request_headers?: readonly (string | readonly [string, string])[];
  readonly expected_request_headers_missing?: readonly (string | readonly [string, string])[];
  readonly expected_response_headers?: readonly (string | readonly (string | number)[])[];
  readonly expected_response_headers_missing?: readonly (string | readonly [string, string])[];
  readonly expected_response_text?: string | null;
  readonly check_body?: boolean;
  readonly setup?: boolean;
  readonly setup_tests?: readonly string[];
  readonly pause_after?: boolean;
}

/** A case. */
export interface Case {
  readonly id: string;
  readonly name: string;
  readonly kind?: "required" | "optimal" | "check";
  readonly requests: readonly Step[];
  readonly browser_only?: boolean;
  readonly browser_skip?: boolean;
  readonly cdn_only?: boolean;
  readonly depends_on?: readonly string[];
}

/** A request as it reaches the origin. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Pairs;
}

/** What the origin sends back. */
export interface WireResponse {
  readonly status: number;
  readonly reason: string;
  readonly headers: Pairs;
  readonly body: string;
}

/** The other end; undefined if it closes the connection. */
export type Origin = (request: WireRequest) => WireResponse | undefined;

/** What a client got. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A client with a cache. */
export interface CachingClient {
  send(method: string, path: string, headers: Pairs, body: string | undefined): Promise<Answer>;
  close(): Promise<void>;
}

/** How a case ended: passed, its setup failed, or why it failed. */
export type Result = { readonly passed: boolean; readonly isSetup: boolean; readonly why: string };

/** What stands for the status of an origin that got no conditional request, and should have. */
const NOT_CONDITIONAL = 598;
const PAUSE_S = 3;
const NO_BODY: ReadonlySet<number> = new Set([204, 304]);
const DATES: ReadonlySet<string> = new Set([
  ...["date", "expires", "last-modified", "if-modified-since", "if-unmodified-since"],
]);

/** Where the origin is. */
export const HOST = "http://origin.example";
/** What a proxy sends where the origin is gone. */
export const GONE: Answer = { status: 502, headers: new Headers(), text: "" };

/** Returns fields as the platform has them. */
export function headersOf(pairs: Pairs): Headers {
  return new Headers(pairs as [string, string][]);
}

/** All cases that a client of its own can be judged by. */
export async function readCases(): Promise<Case[]> {
  const groups = await readVectors<{ readonly tests: readonly Case[] }[]>("cache-tests/tests.json");
  return groups.flatMap(({ tests }) => tests);
}

class Unmet extends Error {
  readonly isSetup: boolean;
  constructor(isSetup: boolean, message: string) {
    super(message);
    this.isSetup = isSetup;
  }
}

function check(step: Step, member: string | true, isMet: boolean, message: string): void {
  if (isMet) return;
  const isSetup = member === true || step.setup === true ||
    step.setup_tests?.includes(member) === true;
  throw new Unmet(isSetup, message);
}

function httpDate(ms: number, isRFC850: boolean): string {
  const date = new Date(ms);
  const text = date.toUTCString();
  if (!isRFC850) return text;
  const [, day, month, year, time] = text.split(" ");
  const names = ["Sun", "Mon", "Tues", "Wednes", "Thurs", "Fri", "Satur"];
  return `${names[date.getUTCDay()]}day, ${day}-${month}-${year!.slice(2)} ${time} GMT`;
}

/** A field of a case, numbers turned into dates, and locations made absolute. */
function written(
  [name, value]: Written | readonly [string, string | number],
  step: Step,
  serverNow: number,
  base: string,
): string {
  const lower = name.toLowerCase();
  if (DATES.has(lower) && typeof value === "number") {
    return httpDate(serverNow + value * 1000, step.rfc850date?.includes(lower) === true);
  }
  if (step.magic_locations === true && /^(?:content-)?location$/.test(lower)) {
    return value === "" ? base : `${base}/${value}`;
  }
  return String(value);
}

/** What the origin noted of a request. */
interface Seen {
  readonly step: number;
  readonly method: string;
  readonly headers: Headers;
  readonly sent: readonly (readonly [name: string, value: string])[];
}

class CaseOrigin {
  readonly seen: Seen[] = [];
  readonly #steps: readonly Step[];
  readonly #token: string;
  readonly #pause: (seconds: number) => void;
  readonly #sent: Pairs[] = [];

  constructor(steps: readonly Step[], token: string, pause: (seconds: number) => void) {
    this.#steps = steps;
    this.#token = token;
    this.#pause = pause;
  }

  answer(request: WireRequest): WireResponse | undefined {
    const headers = new Headers(request.headers as [string, string][]);
    const number = Number(headers.get("req-num"));
    const step = this.#steps[number - 1]!;
    if (step.response_pause !== undefined) this.#pause(step.response_pause);
    const now = Date.now();
    const sent: [string, string][] = [];
    const shown: [string, string][] = [
      ["Server-Base-Url", request.path],
      ["Server-Request-Count", String(this.seen.length + 1)],
      ["Client-Request-Count", String(number)],
      ["Server-Now", String(now)],
    ];
    for (const field of step.response_headers ?? []) {
      const pair: [string, string] = [field[0], written(field, step, now, request.path)];
      shown.push(pair);
      if (field[2] !== false) sent.push(pair);
    }
    this.#sent[number - 1] = shown.slice();
    const has = (name: string) => shown.some(([other]) => other.toLowerCase() === name);
    if (!has("content-type")) shown.push(["Content-Type", "text/plain"]);
    if (!has("date")) shown.push(["Date", new Date(now).toUTCString()]);
    let [status, reason] = step.response_status ?? [200, "OK"];
    if (step.expected_type?.endsWith("validated")) {
      // What the origin would have sent, where the step before was answered from the cache.
      const before = this.#sent[number - 2] ?? this.#steps[number - 2]?.response_headers ?? [];
      const last = (name: string) =>
        before.findLast(([other]) => other.toLowerCase() === name)?.[1];
      const [modified, tag] = [last("last-modified"), last("etag")];
      const isSame = (modified !== undefined && headers.get("if-modified-since") === modified) ||
        (tag !== undefined && headers.get("if-none-match") === tag);
      [status, reason] = isSame ? [304, "Not Modified"] : [NOT_CONDITIONAL, "304 Not Generated"];
    }
    this.seen.push({ step: number, method: request.method, headers, sent });
    shown.push(["Request-Numbers", this.seen.map(({ step }) => step).join(" ")]);
    if (step.disconnect === true) return undefined;
    const isEmpty = NO_BODY.has(status) || request.method === "HEAD";
    return {
      status,
      reason,
      headers: shown,
      body: isEmpty ? "" : step.response_body || this.#token,
    };
  }
}

/** Runs one case. */
export async function runCase(
  given: Case,
  makeClient: (origin: Origin) => CachingClient,
  clock: FakeClock,
): Promise<Result> {
  const token = crypto.randomUUID();
  const origin = new CaseOrigin(given.requests, token, (seconds) => void clock.advance(seconds));
  const client = makeClient((request) => origin.answer(request));
  const answers: Answer[] = [];
  try {
    for (const [at, step] of given.requests.entries()) {
      const answer = await sendStep(client, given, step, at, `/test/${token}`, answers[at - 1]);
      answers.push(answer);
      checkAnswer(step, at + 1, answer, token);
      await clock.advance(step.pause_after === true ? PAUSE_S : 0);
    }
    checkSeen(given.requests, answers, origin.seen);
    return { passed: true, isSetup: false, why: "" };
  } catch (error) {
    if (!(error instanceof Unmet)) throw error;
    return { passed: false, isSetup: error.isSetup, why: error.message };
  } finally {
    await client.close();
  }
}

async function sendStep(
  client: CachingClient,
  { id, name }: Case,
  step: Step,
  at: number,
  base: string,
  previous: Answer | undefined,
): Promise<Answer> {
  const path = base + (step.filename === undefined ? "" : `/${step.filename}`) +
    (step.query_arg === undefined ? "" : `?${step.query_arg}`);
  const serverNow = Number(previous?.headers.get("server-now"));
  const headers = (step.request_headers ?? []).map((field): [string, string] => [
    field[0],
    step.magic_ims === true ? written(field, step, serverNow, "") : String(field[1]),
  ]);
  // The name is no field value where it has characters above 255.
  headers.push(["Test-Name", encodeURI(name)], ["Test-ID", id], ["Req-Num", String(at + 1)]);
  return await client.send(step.request_method ?? "GET", path, headers, step.request_body);
}

function checkAnswer(step: Step, number: number, { status, headers, text }: Answer, token: string) {
  const numbers = headers.get("request-numbers")?.split(" ") ?? [];
  check(step, true, numbers.length === new Set(numbers).size, "a request was sent again");
  const server = parseInt(headers.get("server-request-count") ?? "");
  if (step.expected_type === "cached" && !(status === 304 && Number.isNaN(server))) {
    check(step, "expected_type", server < number, `${number} does not come from the cache`);
  }
  if (step.expected_type === "not_cached") {
    check(step, "expected_type", server === number, `${number} comes from the cache`);
  }
  if (step.expected_status !== undefined) {
    const wanted = step.expected_status;
    check(step, "expected_status", wanted === null || status === wanted, `${number} has ${status}`);
  } else if (step.response_status !== undefined) {
    check(step, true, status === step.response_status[0], `${number} has ${status}`);
  } else if (status === NOT_CONDITIONAL) {
    check(step, "expected_type", false, `${number} should have been conditional`);
  } else check(step, true, status === 200, `${number} has ${status}`);
  for (const field of step.expected_response_headers ?? []) {
    const [name, second, third] = typeof field === "string" ? [field] : field;
    const value = headers.get(String(name));
    const member = "expected_response_headers";
    if (second === undefined || third !== undefined) {
      check(step, member, value !== null, `${number} has no ${name}`);
    }
    if (second === undefined) continue;
    if (third !== undefined) {
      const isMet = second === "="
        ? value === headers.get(String(third))
        : parseInt(value!) > Number(third);
      check(step, member, isMet, `${number} has ${name}: ${value}`);
    } else {
      const serverNow = Number(headers.get("server-now"));
      const base = headers.get("server-base-url") ?? "";
      const wanted = written([String(name), second], step, serverNow, base);
      check(step, member, value === wanted, `${number} has ${name}: ${value}, not ${wanted}`);
    }
  }
  for (const field of step.expected_response_headers_missing ?? []) {
    // The engine looks for the value of a pair where there never is one.
    if (typeof field !== "string") continue;
    check(step, "expected_response_headers_missing", !headers.has(field), `${number} has ${field}`);
  }
  if (step.check_body === false) return;
  if (step.expected_response_text !== undefined) {
    const wanted = step.expected_response_text;
    check(step, "expected_response_text", wanted === null || text === wanted, `body ${text}`);
  } else if (step.response_body !== undefined && step.response_body !== null) {
    check(step, true, text === step.response_body, `body ${text}`);
  } else if (!NO_BODY.has(status) && step.request_method !== "HEAD") {
    check(step, true, text === token, `body ${text}`);
  }
}

function checkSeen(steps: readonly Step[], answers: readonly Answer[], seen: readonly Seen[]) {
  let next = 0;
  for (const [at, step] of steps.entries()) {
    if (step.expected_type === "cached") continue;
    const number = at + 1;
    const found = seen[next++];
    if (step.expected_type === "not_cached") {
      check(step, "expected_type", found?.step === number, `${number} comes from the cache`);
    }
    const validator = step.expected_type === "etag_validated"
      ? "if-none-match"
      : step.expected_type === "lm_validated"
      ? "if-modified-since"
      : undefined;
    if (validator !== undefined) {
      check(step, "expected_type", found?.headers.has(validator) === true, `no ${validator}`);
    }
    for (const field of step.expected_request_headers ?? []) {
      const [name, value] = typeof field === "string" ? [field] : field;
      const got = found?.headers.get(name) ?? null;
      const isMet = value === undefined ? got !== null : got === value;
      check(step, "expected_request_headers", isMet, `request ${number} has ${name}: ${got}`);
    }
    for (const field of step.expected_request_headers_missing ?? []) {
      const [name, value] = typeof field === "string" ? [field] : field;
      const got = found?.headers.get(name) ?? null;
      const isMet = value === undefined ? got === null : got !== value;
      check(step, "expected_request_headers_missing", isMet, `request ${number} has ${name}`);
    }
    if (found === undefined) continue;
    const sent = new Map<string, string>();
    for (const [name, value] of found.sent) {
      const before = sent.get(name.toLowerCase());
      sent.set(name.toLowerCase(), before === undefined ? value : `${before}, ${value}`);
    }
    for (const [name, value] of sent) {
      if (name === "date") continue;
      const got = answers[at]!.headers.get(name);
      check(step, true, got === value, `response ${number} has ${name}: ${got}, not ${value}`);
    }
    if (step.expected_method !== undefined) {
      check(step, "expected_method", found.method === step.expected_method, `not ${found.method}`);
    }
  }
}

/** Makes a client with a cache, a shared one if asked for. */
export type MakeClient = (origin: Origin, shared: boolean) => CachingClient;

/** The cases that a client can be judged by, and how it ended each. */
export class Judgement {
  readonly results: Map<string, Result> = new Map();
  readonly #cases: readonly Case[];

  private constructor(cases: readonly Case[]) {
    this.#cases = cases;
  }

  /** Runs all cases but those for CDNs and browsers alone. */
  static async of(makeClient: MakeClient, shared: boolean): Promise<Judgement> {
    const cases = (await readCases()).filter(({ browser_only, cdn_only }) =>
      browser_only !== true && cdn_only !== true
    );
    const judgement = new Judgement(cases);
    const clock = new FakeClock();
    using _installed = clock.install();
    for (const one of cases) {
      const result = await runCase(one, (origin) => makeClient(origin, shared), clock);
      judgement.results.set(one.id, result);
    }
    return judgement;
  }

  /** The required cases that failed. */
  get failed(): string[] {
    return this.#required.filter(({ id }) => !this.#has(id)).map(({ id }) => id).sort();
  }

  /** The same as the engine of the cases counts: with their setup, and what they depend on. */
  get failedWithSetup(): string[] {
    const isMet = (id: string): boolean =>
      this.#has(id) && (this.#cases.find((one) => one.id === id)!.depends_on ?? []).every(isMet);
    const judged = this.#required.filter(({ id, depends_on = [] }) =>
      !this.results.get(id)!.isSetup && depends_on.every(isMet)
    );
    return judged.filter(({ id }) => !this.#has(id)).map(({ id }) => id).sort();
  }

  /** How many cases of each kind passed. */
  get passed(): Record<"required" | "optimal" | "check", number> {
    const found = { required: 0, optimal: 0, check: 0 };
    for (const { id, kind = "required" } of this.#cases) if (this.#has(id)) found[kind]++;
    return found;
  }

  get #required(): Case[] {
    return this.#cases.filter(({ kind = "required" }) => kind === "required");
  }

  #has(id: string): boolean {
    return this.results.get(id)!.passed;
  }
}
