/**
 * Collects the exchanges of a client as a HAR file.
 *
 * @module
 */

import { type HAR, HARCollector, type HAROptions } from "./har_collector.ts";

/**
 * Collects the exchanges of a client as HAR 1.2, in bounded memory and without secrets. Each request on the wire
 * is an entry. `_callId`, `_attempt` and `_hop` join those of a call, and `timings.blocked` is the wait
 * before it. Developer tools of browsers open the file, and `cassette()` of `./testing` replays it.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { har } from "@codomyrmex/networking/telemetry";
 * import { MockTransport } from "@codomyrmex/networking/testing";
 *
 * const transport = new MockTransport().on("GET", "/", { status: 503 }, { body: "hello" });
 * const seen = har();
 * await using client = new HTTPClient({ transport, use: seen, retryBackoff: 0 });
 * await client.get("http://a.example/?token=s3cret");
 * const { entries } = seen.toJSON().log; // await seen.write("run.har") writes them
 * console.log(entries.map(({ response }) => response.status)); // [503, 200]
 * console.log(entries[0]?.request.url); // http://a.example/?token=REDACTED-1
 * ```
 *
 * @param options The bounds, and further secrets.
 * @throws {TypeError | RangeError} If an option cannot be used.
 */
export function har(options?: HAROptions): HAR {
  return new HARCollector(options);
}
