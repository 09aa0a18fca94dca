/**
 * State that several clients, isolates or processes share: one small interface over memory, Deno KV or
 * Redis. Limiters, breakers, retry budgets, tokens and sessions accept it as their `store`.
 *
 * ```ts
 * import { memoryState } from "@codomyrmex/networking/shared-state";
 *
 * const state = memoryState();
 * await state.set(["greetings", "en"], "hello", { expireIn: 60 });
 * const entry = await state.get(["greetings", "en"]);
 * console.log(entry?.value); // hello
 * ```
 *
 * ## Where can the state live?
 *
 * | state                                  | for                                          | expiry follows the clock of |
 * | -------------------------------------- | -------------------------------------------- | --------------------------- |
 * | `memoryState()`                        | the clients of one process, and tests        | the process                 |
 * | `kvState(await Deno.openKv())`         | isolates of Deno Deploy, processes of Deno   | each process                |
 * | `redisState(client)`                   | any processes, with Redis 5 or later         | the server                  |
 *
 * `redisState()` takes a client of ioredis, of node-redis or of Bun. Any object with the methods of
 * {@linkcode SharedState} works as well.
 *
 * ## How do I change a value that other processes change too?
 *
 * `compareAndSet()` writes only if the value still has the version that you read. If another writer was faster, it
 * returns `undefined`: read the value again and retry.
 *
 * ```ts
 * import { memoryState } from "@codomyrmex/networking/shared-state";
 *
 * const state = memoryState();
 * const increment = async () => {
 *   while (true) {
 *     const entry = await state.get("count");
 *     const next = Number(entry?.value ?? 0) + 1;
 *     const { version } = entry ?? {};
 *     const written = await state.compareAndSet("count", version, next);
 *     if (written !== undefined) return next;
 *   }
 * };
 * await Promise.all([increment(), increment(), increment()]);
 * console.log((await state.get("count"))?.value); // 3
 * ```
 *
 * ## How do I make sure that only one process does something?
 *
 * `lease()` waits until the lease of that name is free, and takes it. A lease ends when it is released, or after the time
 * `for` without a renewal. Each later holder has a later `version`: pass it to the service that does the work, so that
 * the service can refuse an older holder.
 *
 * ```ts
 * import { memoryState } from "@codomyrmex/networking/shared-state";
 *
 * const state = memoryState();
 * const lease = await state.lease("nightly report", { for: 60 });
 * try {
 *   console.log(await lease.renew()); // true: held for another 60 seconds
 * } finally {
 *   await lease.release();
 * }
 * ```
 *
 * ## How do many isolates share one token?
 *
 * `kvTokenStore()` of `./auth/oauth2` keeps the tokens in Deno KV, and a lease makes one isolate refresh them. This edge
 * function puts retries and a token in front of an API, and passes its event streams on. Locally it runs with
 * `deno serve --unstable-kv --allow-net --allow-env edge.ts`.
 *
 * ```ts ignore
 * import { HTTPClient, NetworkingError } from "@codomyrmex/networking";
 * import { kvTokenStore, oauth2 } from "@codomyrmex/networking/auth/oauth2";
 *
 * const env = (name: string) => Deno.env.get(name)!;
 * const kv = await Deno.openKv(Deno.env.get("KV_PATH"));
 * const store = kvTokenStore(kv, ["tokens", env("CLIENT_ID")]);
 * const api = new HTTPClient({
 *   baseUrl: env("API_URL"),
 *   totalTimeout: 20, // retries included
 *   auth: oauth2({
 *     tokenEndpoint: env("TOKEN_URL"),
 *     clientId: env("CLIENT_ID"),
 *     clientSecret: env("CLIENT_SECRET"),
 *     store,
 *   }),
 * });
 *
 * export default {
 *   async fetch(request: Request): Promise<Response> {
 *     const { pathname, search } = new URL(request.url);
 *     const path = `${pathname.slice(1)}${search}`;
 *     try {
 *       if (request.headers.get("accept")?.includes("text/event-stream")) {
 *         const { body, statusCode } = await api.stream("GET", path);
 *         const headers = { "content-type": "text/event-stream" };
 *         return new Response(body, { status: statusCode, headers });
 *       }
 *       return (await api.get(path)).toWeb();
 *     } catch (error) {
 *       if (!(error instanceof NetworkingError)) throw error;
 *       return Response.json({ error: error.code }, { status: 502 });
 *     }
 *   },
 * };
 * ```
 *
 * ## Limits and errors
 *
 * - Values must be valid JSON. A store in memory returns the value itself: do not change it.
 * - The clocks of processes differ: hold a lease some seconds longer than needed.
 * - The name of a lease must not be the name of a value.
 * - The store's own errors are thrown to its caller. A limiter, breaker or budget continues without a store that fails.
 *
 * ## Related entries
 *
 * {@linkcode [limits]} shares a rate, open breakers and retry tokens; {@linkcode [reliable]} stores sessions and messages; {@linkcode [auth/oauth2]}
 * stores tokens.
 *
 * @module
 */

export { type KeyValueOperation, type KeyValueStore, kvState } from "./kv_state.ts";
export { type Lease, type LeaseOptions } from "./state.ts";
export { memoryState } from "./memory_state.ts";
export { type RedisClient, redisState, type RedisStateOptions } from "./redis_state.ts";
export type { ExpiryOptions, SharedState, StateEntry, StateKey, WallClock } from "./state.ts";
export type { Duration, DurationParts } from "../options/duration.ts";
