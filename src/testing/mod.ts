/**
 * Test doubles for code that uses this library; its own tests use the same ones.
 *
 * - `MockTransport` replaces the network: routes, sequences of answers, failures, a history of calls.
 *   It runs everywhere.
 * - `cassette()` records the network in a file, and replays it: in every runtime with files, under every
 *   test runner.
 * - `FakeClock` replaces time: waits of minutes end at once, and always at the same point.
 * - `FakeServer` is a real server on loopback, for failures on the wire: resets, stalls, truncated
 *   bodies, bytes that are not HTTP. It needs Deno, Node or Bun.
 * - `toCurl()` shows a request as a curl command.
 *
 * Vitest needs no setup. Start Jest as `node --experimental-vm-modules node_modules/jest/bin/jest.js`, since
 * the package is ES modules. Its timers, and those of Vitest, can take the place of `FakeClock`. MSW in
 * front of native `fetch` works too.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { MockTransport } from "@codomyrmex/networking/testing";
 *
 * const transport = new MockTransport();
 * transport.on("GET", "/users", { status: 503 }, { json: [{ name: "Ada" }] });
 * const client = new HTTPClient({ transport, retryBackoff: 0 });
 *
 * const response = await client.get("http://api.example/users");
 * console.log(response.json()); // [{ name: "Ada" }]
 * transport.assertDone();
 * ```
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
