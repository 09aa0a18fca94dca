/**
 * A transport that answers from routes instead of the network. It uses no runtime and no sockets; the
 * `FakeServer` is for what happens to bytes on the wire.
 *
 * @module
 */

import { NetworkingError } from "../errors.ts";
import type { Transport } from "../http/transport/transport.ts";
import { redactURL } from "../redact.ts";
import { checkAnswer, type MockAnswer, respond } from "./mock_answer.ts";
import { readAll } from "../recording/read_all.ts";
import { recorded, type RecordedBody } from "./recorded.ts";
import { abortable } from "@std/async/abortable";
import { delay } from "@std/async/delay";

/** Makes the answer from the call, for every call once it is this one's turn. */
export type MockAnswerer = (
  call: MockCall,
) => MockAnswer | globalThis.Response | Promise<MockAnswer | globalThis.Response>;

/** The answers of a route, at least one. */
export type MockAnswers = readonly [MockAnswer | MockAnswerer, ...(MockAnswer | MockAnswerer)[]];

/**
 * The URLs of a route. A string is a path (`/users`) or a URL (`http://api.example/users`). The query
 * must match only if the string has one. A `*` at the end matches anything.
 */
export type MockURL = string | ((url: URL) => boolean);

/** A call that was made. */
export interface MockCall extends RecordedBody {
  /** The method. */
  readonly method: string;
  /** The absolute URL. */
  readonly url: string;
  /** The header fields, including the Content-Type of the body. */
  readonly headers: Headers;
}

interface Route {
  readonly name: string;
  matches(call: MockCall): boolean;
  /** The answers that are left, the next one first. */
  readonly answers: { readonly answer: MockAnswer | MockAnswerer; times: number }[];
  used: boolean;
}

/**
 * A transport that answers from routes. The first route that matches and has an answer left answers
 * the call. Answers are used in order, each once unless it has `times`. A call without a route fails
 * with an error that names the call and the routes.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { MockTransport } from "@codomyrmex/networking/testing";
 *
 * const transport = new MockTransport();
 * transport.on("POST", "/users", { fail: "connection_refused" }, { status: 201, json: { id: 7 } });
 *
 * const client = new HTTPClient({ transport, retryBackoff: 0 });
 * const response = await client.post("http://api.example/users", { name: "Ada" });
 * console.log(response.statusCode, response.attempts.length); // 201 2
 * console.log(transport.calls[0]?.json()); // { name: "Ada" }
 * transport.assertDone();
 * ```
 */
export interface MockTransport extends Transport {
  /** The calls in order, including those without a route. */
  readonly calls: readonly MockCall[];
  /**
   * Adds a route.
   *
   * @param method The method, or "*" for any.
   * @param url The URLs that it matches.
   * @param answers Its answers, in order.
   */
  on(method: string, url: MockURL, ...answers: MockAnswers): MockTransport;
  /** Throws if an answer was not used, or a call had no route. */
  assertDone(): void;
}

/** A class whose instances are functions: the one that the constructor is given. */
class Callable {
  constructor(action: Transport) {
    return Object.setPrototypeOf(action, new.target.prototype);
  }
}

class RoutingTransport extends Callable {
  readonly #routes: Route[] = [];
  readonly #calls: MockCall[] = [];
  readonly #unexpected: string[] = [];

  constructor() {
    super((url, init) => this.#answer(url, init));
  }

  get calls(): readonly MockCall[] {
    return this.#calls;
  }

  on(method: string, url: MockURL, ...answers: MockAnswers): this {
    const matchesURL = typeof url === "string" ? urlMatcher(url) : url;
    for (const answer of answers) {
      // Checked here: inside a call, a wrong answer would look like a failure of the network.
      if (typeof answer !== "function") checkAnswer(answer);
    }
    this.#routes.push({
      name: `${method} ${typeof url === "string" ? url : url.name || "(function)"}`,
      matches: (call) =>
        (method === "*" || method.toUpperCase() === call.method) && matchesURL(new URL(call.url)),
      answers: answers.map((answer) => ({
        answer,
        times: typeof answer === "function" ? Infinity : answer.times ?? 1,
      })),
      used: false,
    });
    return this;
  }

  assertDone(): void {
    const unused = this.#routes.filter(({ used, answers }) =>
      !used || answers.some(({ times }) => times !== Infinity)
    );
    const problems = [
      ...unused.map((route) => `unused route: ${describeRoute(route)}`),
      ...this.#unexpected.map((call) => `unexpected call: ${call}`),
    ];
    if (problems.length > 0) throw new Error(`MockTransport:\n  ${problems.join("\n  ")}`);
  }

  async #answer(url: string, init: RequestInit): Promise<globalThis.Response> {
    const { signal, ...rest } = init;
    signal?.throwIfAborted();
    const request = new Request(url, rest);
    const { method, headers } = request;
    const call = recorded(await readAll(request.body, signal), { method, url, headers });
    this.#calls.push(call);
    const route = this.#routes.find((route) => route.answers.length > 0 && route.matches(call));
    if (route === undefined) throw this.#unexpectedCall(call);
    const [next] = route.answers;
    route.used = true;
    if (--next!.times <= 0) route.answers.shift();
    const { answer } = next!;
    const given = typeof answer === "function" ? await answer(call) : answer;
    if (given instanceof Response) return given;
    await wait(checkAnswer(given).delay, signal);
    return respond(given, call);
  }

  #unexpectedCall({ method, url }: MockCall): NetworkingError {
    const routes = this.#routes.map((route) => `\n  ${describeRoute(route)}`).join("");
    this.#unexpected.push(`${method} ${redactURL(url)}`);
    // A code that is never retried, so that the test fails at once.
    return new NetworkingError(
      "invalid_url",
      `Cannot ${method} ${redactURL(url)}: the MockTransport has no answer for it; ` +
        (routes === "" ? "it has no routes" : `its routes are${routes}`),
      { method, url },
    );
  }
}

/** Creates a transport without routes. */
export const MockTransport: new () => MockTransport = RoutingTransport as unknown as new () =>
MockTransport;

function describeRoute({ name, answers }: Route): string {
  const left = answers.reduce((sum, { times }) => sum + times, 0);
  return `${name} (${left === Infinity ? "any number of answers" : `${left} left`})`;
}

function urlMatcher(pattern: string): (url: URL) => boolean {
  const isPrefix = pattern.endsWith("*");
  const isPath = pattern.startsWith("/");
  const hasQuery = pattern.includes("?");
  const part = (url: URL) =>
    (isPath ? "" : url.origin) + url.pathname + (hasQuery ? url.search : "");
  const text = isPrefix ? pattern.slice(0, -1) : pattern;
  const parsed = URL.parse(text, isPath ? "http://localhost" : undefined);
  if (parsed === null) {
    throw new TypeError(`Cannot add a route for "${pattern}": it must begin with / or http(s)://`);
  }
  const wanted = part(parsed);
  return (url) => isPrefix ? part(url).startsWith(wanted) : part(url) === wanted;
}

async function wait(ms: number | undefined, signal: AbortSignal | null = null): Promise<void> {
  if (ms === undefined) return;
  const ended = signal ?? new AbortController().signal;
  if (ms === Infinity) await abortable(new Promise<never>(() => {}), ended);
  else await delay(ms, { signal: ended });
}
