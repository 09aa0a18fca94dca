/**
 * Records what is said on the wire, and replays it.
 *
 * @module
 */

import { define } from "../../redact.ts";
import { lazy } from "../../runtime/lazy.ts";
import { type Cassette, type CassetteOptions, readSettings } from "./options.ts";
import { socketMaker } from "./socket.ts";
import { Tape } from "./tape.ts";

const RECORDER = /* @__PURE__ */ lazy(() => import("./recorder.ts"));
const REPLAY = /* @__PURE__ */ lazy(() => import("./replayed_response.ts"));

/**
 * Returns a transport that records requests and responses in a file the first time, and answers from that
 * file afterwards, without the network. Event streams and WebSockets are recorded as well.
 *
 * Secrets do not reach the file: credentials, cookies, tokens and members with secret names are replaced
 * by marks such as `REDACTED-1`. A request matches whatever it has in their place, so that tests run
 * without the credentials. Look at a new file before you commit it, and name with `redact` what the
 * library cannot know.
 *
 * A request without a recording fails with code `no_recording`: the message has the nearest recording and
 * what differs. With `auto` nothing is recorded in CI.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { cassette, MockTransport } from "@codomyrmex/networking/testing";
 *
 * const path = `${await Deno.makeTempDir()}/users.json`;
 * // In place of a network; without `transport` it is fetch.
 * const transport = new MockTransport().on("GET", "/users", { json: [{ name: "Ada" }] });
 * for (const mode of ["record", "replay"] as const) {
 *   await using client = new HTTPClient({ transport: cassette(path, { mode, transport }) });
 *   const users = await client.get("https://api.example/users?token=s3cret");
 *   console.log(users.json()); // [{ name: "Ada" }], twice
 * }
 * console.log((await Deno.readTextFile(path)).includes("s3cret")); // false
 * ```
 *
 * @example A recipe for tests
 * ```ts ignore
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { cassette } from "@codomyrmex/networking/testing";
 *
 * Deno.test("lists users", async () => {
 *   await using client = new HTTPClient({ transport: cassette("tests/fixtures/users.json") });
 *   const users = (await client.get("https://api.example/users")).json();
 * });
 * // deno test -N -R -W --allow-env=CI,CASSETTE   records; CASSETTE=refresh records again
 * // deno test -R                                 replays
 * ```
 *
 * @example In Vitest, Jest or node:test
 * ```ts ignore
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { cassette } from "@codomyrmex/networking/testing";
 *
 * const tape = cassette("fixtures/users.json", {
 *   match: { url: (url) => url.replace(/:\d+/, "") }, // whatever port
 *   redact: { names: ["x-team"], text: (text) => text.replaceAll(/[\w.]+@[\w.]+/g, "a@b.example") },
 * });
 * const client = new HTTPClient({ transport: tape });
 * // after the tests:
 * await client.close();
 * ```
 *
 * @param path The file; with the name `….har` it is a HAR file, of developer tools for example.
 * @param options What it does, and when a request is one that was recorded.
 * @throws {TypeError} If an option cannot be used.
 */
export function cassette(path: string | URL, options?: CassetteOptions): Cassette {
  const settings = readSettings(options);
  const tape = new Tape(path, settings);
  const isTimed = settings.timing === "recorded";
  const { transport } = settings;
  /** What still runs, and is kept as far as it came when the cassette is closed. */
  const open = new Set<() => void | Promise<void>>();
  const send = async (url: string, init: RequestInit = {}): Promise<globalThis.Response> => {
    init.signal?.throwIfAborted();
    const mode = await tape.start();
    const { record, readRequest } = await RECORDER.load();
    if (mode !== "replay") return await record(url, init, tape, transport, open);
    const { replay } = await REPLAY.load();
    const { asked } = await readRequest(url, init, false);
    init.signal?.throwIfAborted();
    return await replay(tape.find(asked), isTimed, init.signal, () => tape.cutOff(asked));
  };
  const close = async (): Promise<void> => {
    for (const leave of open) await leave();
    await tape.close();
    await transport?.close?.();
  };
  const made = Object.assign(send, {
    close,
    webSocket: socketMaker(tape, isTimed, transport?.webSocket, open),
    sendsHost: transport?.sendsHost ?? false,
  });
  for (const name of ["mode", "unused", "changed"] as const) {
    Object.defineProperty(made, name, { get: () => tape[name], enumerable: true });
  }
  define(made, Symbol.asyncDispose, close);
  return made as unknown as Cassette;
}
