/**
 * Test doubles for code that uses this library; its own tests use the same ones.
 *
 * | you want | use | runs |
 * | --- | --- | --- |
 * | responses without a network: routes, sequences, failures, a history of calls | `MockTransport` | everywhere |
 * | the responses of a real service, recorded once and replayed | `cassette()` | where there are files |
 * | waits of minutes that end immediately | `FakeClock` | everywhere |
 * | failures on the wire: resets, stalls, half a body, bytes that are not HTTP | `FakeServer` | Deno, Node, Bun |
 * | a request as a curl command, for a report | `toCurl()` | everywhere |
 * | a server made from an API description | `mock()` of `./generate/mock` | everywhere |
 *
 * ## Responses from routes
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { MockTransport } from "@codomyrmex/networking/testing";
 *
 * const transport = new MockTransport();
 * const [busy, users] = [{ status: 503 }, { json: [{ name: "Ada" }] }];
 * transport.on("GET", "/users", busy, users);
 * const client = new HTTPClient({ transport, retryBackoff: 0 });
 *
 * const response = await client.get("http://api.example/users");
 * console.log(response.json()); // [{ name: "Ada" }]
 * transport.assertDone();
 * ```
 *
 * A URL is a path, a URL (its query counts if it has one), a prefix with `*` at its end, or a function. The first route
 * that matches and has an answer left responds. Each answer is used once, or `times` times; a function answers every
 * call. A call without a route fails immediately, and its error names the routes. `assertDone()` throws for such calls and
 * for unused answers.
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { MockTransport } from "@codomyrmex/networking/testing";
 *
 * const transport = new MockTransport()
 *   .on("POST", "/orders", ({ text }) => ({ json: { received: text } }))
 *   .on(
 *     "GET",
 *     "/orders/*",
 *     { fail: "connection_reset", times: 2 },
 *     { body: "half", fail: "body_truncated" },
 *   );
 * const client = new HTTPClient({
 *   baseUrl: "http://shop.example",
 *   transport,
 *   maxRetries: 0,
 * });
 * const order = await client.post("/orders", "tea");
 * console.log(order.json()); // { received: "tea" }
 * for (const id of [1, 2, 3]) {
 *   const error = await client.get(`/orders/${id}`).catch((error) => error);
 *   console.log(error.code);
 * } // connection_reset, connection_reset, body_truncated
 * const [first] = transport.calls;
 * console.log(first?.method, first?.url); // POST http://shop.example/orders
 * ```
 *
 * ## Waits that take no time
 *
 * ```ts
 * import { HTTPClient, TimeoutError } from "@codomyrmex/networking";
 * import { FakeClock, MockTransport } from "@codomyrmex/networking/testing";
 *
 * const clock = new FakeClock();
 * using _installed = clock.install(); // before the client is made
 * const transport = new MockTransport();
 * transport.on("GET", "/slow", { delay: "forever" });
 * const client = new HTTPClient({ transport, maxRetries: 0 });
 * const response = client.get("http://api.example/slow");
 * const call = response.catch((error) => error);
 * // Seconds: the timeout, and a tenth, by which a shared timer may be late.
 * await clock.advance(30.1);
 * console.log(await call instanceof TimeoutError); // true
 * ```
 *
 * The network does not wait for a fake clock: use a `MockTransport` or a cassette. The fake timers of Vitest and Jest can
 * replace `FakeClock`.
 *
 * ## A real service, recorded
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { cassette, MockTransport } from "@codomyrmex/networking/testing";
 *
 * const path = `${await Deno.makeTempDir({ dir: "/tmp" })}/users.json`;
 * // Takes the place of the service; leave it out to record the real one.
 * const service = new MockTransport();
 * service.on("GET", "/users", { json: ["Ada"] });
 * for (const mode of ["record", "replay"] as const) {
 *   const transport = cassette(path, { mode, transport: service });
 *   await using client = new HTTPClient({ transport });
 *   const url = "https://api.example/users?token=s3cret";
 *   console.log((await client.get(url)).json()); // ["Ada"], twice
 * }
 * console.log((await Deno.readTextFile(path)).includes("s3cret")); // false
 * ```
 *
 * | mode | what it does |
 * | --- | --- |
 * | `auto` | replays if the file exists, in `CI`, or without permission to read the environment; else records |
 * | `replay` | never uses the network |
 * | `record` | replaces the file |
 * | `refresh` | sends every request, and keeps unchanged recordings; `changed` lists the others |
 *
 * The environment variable `CASSETTE` replaces the mode. Each request on the wire is a recording: retries, redirects and
 * authentication too, event streams event by event, sockets message by message. A request without a recording fails with
 * `no_recording`, which names the nearest one and the differences; `match` ignores some differences (a port, a timestamp).
 *
 * **Secrets** are replaced by marks. Name secrets that no library can know in `redact`: the `sensitiveHeaders` of the
 * client, the fields of your own scheme, values that a server derives from a secret. **Files** are JSON for people to read, or HAR if
 * the name ends in `.har`; bytes above 4 KiB are in a file next to it. An exchange has at most 10 MiB, a file 100 MiB.
 *
 * ## Failures on the wire
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { FakeServer } from "@codomyrmex/networking/testing";
 *
 * await using server = await FakeServer.start();
 * server.enqueue({ fault: "reset_after_request" }, { json: ["Ada"] });
 * await using client = new HTTPClient({ retryBackoff: 0 });
 * const response = await client.get(server.origin);
 * console.log(response.attempts[0]?.errorCode); // connection_reset
 * console.log(response.json()); // ["Ada"]
 * ```
 *
 * | `fault` | what the client sees |
 * | --- | --- |
 * | `disconnect_at_start`, `stall_at_start` | the connection ends, or the server sends nothing, before a request is read |
 * | `disconnect_during_request_body` | it ends when half of the request's body is read |
 * | `answer_before_request_body` | the response, then the end; the body is not read |
 * | `disconnect_after_request`, `reset_after_request` | FIN or RST instead of a response |
 * | `half_close_after_request` | FIN instead of a response, while the server still reads |
 * | `no_response` | nothing |
 * | `disconnect_during_response_body`, `reset_during_response_body` | FIN or RST in the middle of the body |
 * | `stall_during_response_body` | half of the body, then nothing |
 * | `bad_chunk` | a chunked body whose second chunk has no size |
 * | `disconnect_after_response`, `half_close_after_response` | the whole response; the connection is not kept |
 *
 * An answer can also be late (`delay`), slow (`throttle`), chunked, or raw bytes (`raw`). If the queue is empty, the script
 * responds; without a script the client gets a 501 and `close()` throws.
 *
 * ## Test runners
 *
 * Vitest needs no setup. Start Jest as `node --experimental-vm-modules node_modules/jest/bin/jest.js`, because the package
 * consists of ES modules. MSW in front of native `fetch` works too. `deno test` needs `--allow-net=127.0.0.1` for `FakeServer`,
 * and read and write permissions for cassettes.
 *
 * @module
 */

export { cassette } from "./cassette/cassette.ts";
export type {
  Cassette,
  CassetteMatch,
  CassetteMode,
  CassetteOptions,
  CassetteRequest,
} from "./cassette/options.ts";
export type { SecretRules } from "../recording/secret_rules.ts";
export type { FakeAnswer, FakeConnection, FakeFault } from "./fake_answer.ts";
export { FakeClock, type InstalledClock } from "./fake_clock.ts";
export { type FakeScript, FakeServer } from "./fake_server.ts";
export type { MockAnswer, MockBody, MockFailure, MockHeaders } from "./mock_answer.ts";
export {
  type MockAnswerer,
  type MockAnswers,
  type MockCall,
  MockTransport,
  type MockURL,
} from "./mock_transport.ts";
export type { RecordedBody } from "./recorded.ts";
export { type CurlOptions, type CurlRequest, toCurl } from "./to_curl.ts";
export type { RecordedRequest } from "./wire.ts";
