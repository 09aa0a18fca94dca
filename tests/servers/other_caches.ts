/**
 * Other caches, as the cases of cache-tests see them.
 *
 * @module
 */

import {
  type Answer,
  type CachingClient,
  GONE,
  headersOf,
  HOST,
  type Origin,
  type Pairs,
  type WireResponse,
} from "../cache/harness.ts";

/** What is used of undici, whose own types would bring another copy of those of Node. */
interface Undici {
  readonly Dispatcher: new () => { compose(interceptor: unknown): unknown };
  readonly interceptors: { cache(options: { readonly type: string }): unknown };
  readonly errors: { readonly SocketError: new (message: string) => Error };
  request(url: string, options: object): Promise<{
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
    readonly body: { text(): Promise<string> };
  }>;
}

/** What undici gives a dispatcher. */
interface Handler {
  onRequestStart?(controller: object, context: object): void;
  onResponseStart?(controller: object, status: number, headers: object, reason: string): void;
  onResponseData?(controller: object, chunk: Uint8Array): void;
  onResponseEnd?(controller: object, trailers: object): void;
  onResponseError?(controller: object, error: Error): void;
}

/** A request as http-cache-semantics takes it. */
interface PlainRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What is used of http-cache-semantics. */
interface CachePolicy {
  storable(): boolean;
  satisfiesWithoutRevalidation(request: PlainRequest): boolean;
  revalidationHeaders(request: PlainRequest): Record<string, string>;
  revalidatedPolicy(
    request: PlainRequest,
    response: object,
  ): { readonly policy: CachePolicy; readonly modified: boolean };
  responseHeaders(): Record<string, string>;
}

// Not literal, so that the types of neither are read.
const { default: undici } = await import("npm:undici@8.12.4" as string) as { default: Undici };
const { default: Policy } = await import("npm:http-cache-semantics@4.3.0" as string) as {
  default: new (request: PlainRequest, response: object, options: object) => CachePolicy;
};

class OriginDispatcher extends undici.Dispatcher {
  readonly #origin: Origin;

  constructor(origin: Origin) {
    super();
    this.#origin = origin;
  }

  dispatch(
    { method, path, headers = {} }: { method: string; path: string; headers?: unknown },
    handler: Handler,
  ): boolean {
    const given = Array.isArray(headers)
      ? Array.from(
        { length: headers.length / 2 },
        (_, at) => [String(headers[2 * at]), String(headers[2 * at + 1])] as const,
      )
      : Object.entries(headers as Record<string, string | string[]>).flatMap(([name, value]) =>
        [value].flat().map((one) => [name, one] as const)
      );
    const control = {
      ...{ aborted: false, paused: false, reason: null, rawHeaders: [], rawTrailers: [] },
      ...{ pause() {}, resume() {}, abort() {} },
    };
    const sent = this.#origin({ method, path, headers: given });
    queueMicrotask(() => {
      handler.onRequestStart?.(control, {});
      if (sent === undefined) {
        handler.onResponseError?.(control, new undici.errors.SocketError("other side closed"));
        return;
      }
      const fields: Record<string, string | string[]> = {};
      for (const [name, value] of sent.headers) {
        const key = name.toLowerCase();
        const before = fields[key];
        fields[key] = before === undefined ? value : [before, value].flat();
      }
      handler.onResponseStart?.(control, sent.status, fields, sent.reason);
      if (sent.body !== "") handler.onResponseData?.(control, new TextEncoder().encode(sent.body));
      handler.onResponseEnd?.(control, {});
    });
    return true;
  }
}

/** The cache of undici. */
export function undiciClient(origin: Origin, shared: boolean): CachingClient {
  const cache = undici.interceptors.cache({ type: shared ? "shared" : "private" });
  const dispatcher = new OriginDispatcher(origin).compose(cache);
  return {
    async send(method, path, headers, body = undefined) {
      try {
        const response = await undici.request(HOST + path, {
          dispatcher,
          method,
          headers: headers.flat(),
          ...(body !== undefined && { body }),
        });
        const pairs = Object.entries(response.headers).flatMap(([name, value]) =>
          [value ?? []].flat().map((one): [string, string] => [name, one])
        );
        const text = await response.body.text();
        return { status: response.statusCode, headers: headersOf(pairs), text };
      } catch {
        return GONE; // whatever its interceptors throw
      }
    },
    close: () => Promise.resolve(),
  };
}

interface Kept {
  readonly policy: CachePolicy;
  readonly body: string;
}

/** The cache that http-cache-semantics describes: one response a URL, since it chooses no variant. */
export function semanticsClient(origin: Origin, shared: boolean): CachingClient {
  const kept = new Map<string, Kept>();
  const plain = (pairs: Pairs): Record<string, string> => Object.fromEntries(headersOf(pairs));
  const answer = (policy: CachePolicy, status: number, body: string): Answer => ({
    ...{ status, text: body },
    headers: new Headers(policy.responseHeaders()),
  });
  return {
    // deno-lint-ignore require-await -- one shape for all clients
    async send(method, path, headers) {
      const request = { method, url: path, headers: plain(headers) };
      const held = kept.get(path);
      if (held?.policy.satisfiesWithoutRevalidation(request)) {
        return answer(held.policy, 200, held.body);
      }
      const asked = held === undefined ? request.headers : held.policy.revalidationHeaders(request);
      const sent = origin({ method, path, headers: Object.entries(asked) });
      if (sent === undefined) return GONE;
      const take = (policy: CachePolicy, { body, status, headers }: WireResponse): Answer => {
        if (policy.storable()) kept.set(path, { policy, body });
        return { status, headers: headersOf(headers), text: body };
      };
      if (held !== undefined) {
        const answered = { status: sent.status, headers: plain(sent.headers) };
        const { policy, modified } = held.policy.revalidatedPolicy(request, answered);
        if (!modified) {
          kept.set(path, { policy, body: held.body });
          return answer(policy, 200, held.body);
        }
        return take(policy, sent);
      }
      const response = { status: sent.status, headers: plain(sent.headers) };
      return take(new Policy(request, response, { shared }), sent);
    },
    close: () => Promise.resolve(),
  };
}
