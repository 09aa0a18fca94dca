/**
 * Runs the calls of a cache: it applies the rules, stores the responses that they allow, and leaves all other
 * requests to the attempts of the call.
 *
 * @module
 */

import { ConnectionError, NetworkingError, TimeoutError } from "../errors.ts";
import type { HTTPRequest } from "../http/request/http_request.ts";
import type { RequestValue } from "../http/request/request_value.ts";
import type {
  AnyResponse,
  CallCache,
  CallLender,
  KnownCall,
  SharedCall,
} from "../http/settings/call_cache.ts";
import { redactURL } from "../redact.ts";
import { isPromiseLike } from "../runtime/promise_like.ts";
import {
  answerFrom,
  type Arrived,
  arrivedOf,
  discard,
  entryOf,
  gatewayTimeout,
  isWhole,
  keeping,
  withOutcome,
} from "./answers.ts";
import { type CacheEntry, fieldOf } from "./rules/cache_entry.ts";
import { decide, type Decision } from "./rules/decide.ts";
import { ageMs } from "./rules/freshness.ts";
import type { GuardedStore } from "./guarded_store.ts";
import { type Question, Questions, withConditions } from "./questions.ts";
import { invalidates, isUnsafe, storable, storedFields } from "./rules/storable.ts";
import { describesSame, freshen, freshened } from "./rules/validate.ts";
import { matches, variantId, varyNames, varyOf } from "./rules/vary.ts";

/** The most keys that are remembered as not storable; other calls do not wait for their responses. */
const MOST_UNSHARED = 1000;
/** RFC 5861 4. */
const SERVER_FAILED: ReadonlySet<number> = new Set([500, 502, 503, 504]);
/** Settings of the requests that the cache itself sends. */
const OF_ITS_OWN = { cache: undefined, dedupe: false, throwOnError: false } as const;
const MISS = { status: "miss" } as const;
const BYPASS = { status: "bypass" } as const;

/** One cache. */
export class CachedCalls implements CallCache {
  readonly #store: GuardedStore;
  readonly #questions: Questions;
  readonly #maxEntrySize: number;
  readonly #isShared: boolean;
  /** Requests on the wire that other calls wait for, by name. */
  readonly #fills = new Map<string, Promise<void>>();
  readonly #unshared = new Set<string>();
  readonly #refreshes = new Set<string>();

  constructor(store: GuardedStore, maxEntrySize: number, isShared: boolean) {
    this.#store = store;
    this.#questions = new Questions(store, isShared);
    this.#maxEntrySize = maxEntrySize;
    this.#isShared = isShared;
  }

  answer(request: HTTPRequest, call: SharedCall, lender: CallLender): Promise<AnyResponse> {
    return this.#answer(request as RequestValue, call as KnownCall, lender); // of the pipeline
  }

  async #answer(request: RequestValue, call: KnownCall, lender: CallLender): Promise<AnyResponse> {
    if (isUnsafe(request.method)) return await this.#change(request, call, lender);
    const asked = this.#questions.of(request, call, lender);
    const question = isPromiseLike(asked) ? await asked : asked;
    if (question === undefined) return withOutcome(await lender.attempts(request, call), BYPASS);
    while (true) {
      const read = this.#store.get(question);
      const stored = isPromiseLike(read) ? await read : read;
      const decision = decide(question.asked, stored, Date.now(), this.#isShared);
      if (decision.type === "hit" || decision.type === "stale") {
        return answerFrom(question.asked, decision.stored, decision.ageMs, decision.type);
      }
      if (decision.type === "miss" || decision.type === "revalidate") {
        const fill = this.#fills.get(question.name);
        if (fill !== undefined) {
          await this.#store.untilAborted(fill, call);
          continue; // reads what it stored
        }
      }
      return await this.#carryOut(decision, stored, question);
    }
  }

  async #carryOut(
    decision: Exclude<Decision, { readonly type: "hit" | "stale" }>,
    stored: readonly CacheEntry[],
    question: Question,
  ): Promise<AnyResponse> {
    const { request, call, lender, asked, name } = question;
    if (decision.type === "unsatisfiable") return gatewayTimeout(request);
    if (decision.type === "bypass") {
      return withOutcome(await lender.attempts(request, call), BYPASS);
    }
    if (decision.type === "refresh") {
      this.#refresh(decision.stored, question);
      return answerFrom(asked, decision.stored, decision.ageMs, "stale");
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const isFill = request.method === "GET" && !call.streams && !this.#unshared.has(name);
    if (isFill) this.#fills.set(name, promise);
    try {
      return decision.type === "miss"
        ? await this.#fetch(stored, question)
        : await this.#revalidate(decision, stored, question);
    } catch (error) {
      // Otherwise the waiting calls would fail one after the other.
      if (isFill && !call.signal.aborted) this.#noteUnshared(name);
      throw error;
    } finally {
      if (isFill) this.#fills.delete(name);
      resolve();
    }
  }

  /** Sends an unsafe request, and removes the stored responses that it makes invalid. */
  async #change(request: RequestValue, call: KnownCall, lender: CallLender): Promise<AnyResponse> {
    const response = await lender.attempts(request, call);
    const { status, headers } = response;
    for (const url of invalidates(request, { status, headers: [...headers] })) {
      await this.#store.invalidate(redactURL(url, request.sensitive), call);
    }
    return withOutcome(response, BYPASS);
  }

  /** Requests a response from the server, and stores it if that is allowed. */
  async #fetch(stored: readonly CacheEntry[], question: Question): Promise<AnyResponse> {
    const { request, call, lender } = question;
    return await this.#take(await lender.attempts(request, call), stored, question);
  }

  /** Stores a response, or updates the stored ones that it describes. */
  async #take(
    response: AnyResponse,
    stored: readonly CacheEntry[],
    question: Question,
  ): Promise<AnyResponse> {
    const { request, call, asked, name } = question;
    const arrived = arrivedOf(response, Date.now());
    if (request.method === "HEAD") await this.#noteHead(arrived, stored, question);
    else if (arrived.status === 304) await this.#note304(arrived, stored, question);
    else if (
      isWhole(response) && storable(asked, arrived, this.#isShared) && await this.#isSame(question)
    ) {
      this.#unshared.delete(name);
      const kept = await keeping(response, this.#maxEntrySize, async (body) => {
        await this.#store.put(question, entryOf(arrived, body, asked.headers), call);
      });
      return withOutcome(kept, MISS);
    } else this.#noteUnshared(name);
    return withOutcome(response, MISS);
  }

  /** Whether the credentials are still the same: a token or a cookie may have changed during the call. */
  async #isSame({ request, call, lender, name }: Question): Promise<boolean> {
    return (await this.#questions.of(request, call, lender))?.name === name;
  }

  #noteUnshared(name: string): void {
    if (this.#unshared.size >= MOST_UNSHARED) this.#unshared.clear();
    this.#unshared.add(name);
  }

  /** Asks the server whether a stored response is still valid. */
  async #revalidate(
    { stored: old, candidates, ifErrorMs }: Extract<Decision, { readonly type: "revalidate" }>,
    stored: readonly CacheEntry[],
    question: Question,
  ): Promise<AnyResponse> {
    const { request, call, lender, asked } = question;
    const conditional = withConditions(request, candidates);
    let response: AnyResponse | undefined;
    if (old !== undefined && ageMs(old, Date.now()) < ifErrorMs) {
      response = await this.#tryOnce(conditional, question);
      if (response === undefined || SERVER_FAILED.has(response.status)) {
        if (response !== undefined) await discard(response);
        return answerFrom(asked, old, ageMs(old, Date.now()), "stale", response?.attempts);
      }
    }
    response ??= await lender.attempts(conditional, call);
    if (response.status !== 304) return await this.#take(response, stored, question);
    const arrived = arrivedOf(response, Date.now());
    await discard(response);
    const isDirect = response.history.length === 0;
    const found = isDirect ? freshened(candidates, arrived.headers) : undefined;
    // The 304 is about none of the stored responses.
    if (found === undefined) return await this.#fetch(stored, question);
    const entry = await this.#freshen(found, arrived, question);
    return answerFrom(asked, entry, ageMs(entry, Date.now()), "revalidated", response.attempts);
  }

  /** Makes one attempt, since a stale response exists; undefined if the server cannot be reached. */
  async #tryOnce(
    request: RequestValue,
    { call, lender }: Question,
  ): Promise<AnyResponse | undefined> {
    const { policy, hooks } = call.settings;
    const settings = {
      ...call.settings,
      ...OF_ITS_OWN,
      policy: { ...policy, maxRetries: 0 },
      hooks: { ...hooks, onError: [] },
    };
    try {
      return await lender.start(request, settings, call.streams);
    } catch (error) {
      const isDown = error instanceof ConnectionError ||
        (error instanceof TimeoutError && error.clock === "attempt");
      if (isDown) return undefined;
      if (!(error instanceof NetworkingError)) throw error;
      call.attempts.push(...error.attempts);
      throw call.claimError(error);
    }
  }

  /** Stores an entry with the fields of a 304, as the requested variant. */
  async #freshen(
    stored: CacheEntry,
    { headers, requestTime, responseTime }: Arrived,
    question: Question,
  ): Promise<CacheEntry> {
    const fresh = freshen(stored, storedFields(headers), requestTime, responseTime);
    const names = varyNames(fieldOf(fresh.headers, "vary")) ?? [];
    const vary = varyOf(names, question.asked.headers);
    const entry = { ...fresh, vary, id: variantId(vary) };
    await this.#store.put(question, entry, question.call);
    return entry;
  }

  /** Updates the stored response with a 304 to the caller's own conditions. */
  async #note304(
    arrived: Arrived,
    stored: readonly CacheEntry[],
    question: Question,
  ): Promise<void> {
    if (fieldOf(arrived.headers, "etag") === undefined) return;
    const candidates = stored.filter((entry) => matches(entry, question.asked.headers));
    const found = freshened(candidates, arrived.headers);
    if (found !== undefined) await this.#freshen(found, arrived, question);
  }

  /** Updates or removes stored responses by a response to HEAD (RFC 9111 4.3.5). */
  async #noteHead(
    arrived: Arrived,
    stored: readonly CacheEntry[],
    question: Question,
  ): Promise<void> {
    if (arrived.status !== 200) return;
    for (const entry of stored) {
      if (!matches(entry, question.asked.headers)) continue;
      if (describesSame(entry, arrived.headers)) await this.#freshen(entry, arrived, question);
      else await this.#store.delete(question, entry.id, question.call);
    }
  }

  /** Refreshes a stored response in the background, with one request for each key. */
  #refresh(old: CacheEntry, question: Question): void {
    const { request, call: { settings }, lender, name } = question;
    const { isDraining, spare } = lender.clocks;
    if (isDraining || this.#refreshes.has(name)) return;
    this.#refreshes.add(name);
    const stop = new AbortController();
    const end = () => stop.abort();
    spare.add(end);
    const limits = { signals: [stop.signal], totalTimeoutMs: settings.timeoutMs };
    const own = { ...settings, ...OF_ITS_OWN, ...limits };
    const refresh = async () => {
      const response = await lender.start(withConditions(request, [old]), own, false);
      // The call that started it has ended.
      const lasting = { signal: stop.signal, attempts: [], claimError: <E>(error: E) => error };
      const call = { settings: own, streams: false, ...lasting };
      const later = { ...question, call };
      const arrived = arrivedOf(response, Date.now());
      if (response.status !== 304) await this.#take(response, [old], later);
      else if (freshened([old], arrived.headers) !== undefined) {
        await this.#freshen(old, arrived, later);
      }
    };
    // Hooks report its failure, which belongs to no call; the next call tries again.
    refresh().catch(() => {}).finally(() => {
      this.#refreshes.delete(name);
      spare.delete(end);
    });
  }
}
