/**
 * Records what is said on the wire, and replays it.
 *
 * @module
 */

import { define } from "../../redact.ts";
import { lazy } from "../../runtime/lazy.ts";
import type { HandshakeInit, WebSocketLike } from "../../runtime/web_socket.ts";
import type { Deck } from "./deck.ts";
import { type Cassette, type CassetteOptions, readSettings } from "./options.ts";
import { TapeSocket } from "./tape_socket.ts";

/** Tests without a cassette do not load it. */
const DECK = /* @__PURE__ */ lazy(() => import("./deck.ts"));

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
  const { transport, mode = "auto" } = settings;
  let deck: Deck | undefined;
  const start = async (): Promise<Deck> => {
    const { Deck } = await DECK.load();
    return deck ??= new Deck(path, settings);
  };
  const send = async (url: string, init: RequestInit = {}): Promise<globalThis.Response> => {
    init.signal?.throwIfAborted();
    return await (deck ?? await start()).send(url, init);
  };
  const close = async (): Promise<void> => {
    await deck?.close();
    await transport?.close?.();
  };
  const webSocket = (url: string, init: HandshakeInit): WebSocketLike => {
    const socket = new TapeSocket();
    if (deck !== undefined) deck.dial(socket, url, init);
    else start().then((deck) => deck.dial(socket, url, init)).catch((error) => socket.fail(error));
    return socket;
  };
  const made = Object.assign(send, { close, webSocket, sendsHost: transport?.sendsHost ?? false });
  const facts: { readonly [Name in "mode" | "unused" | "changed"]: () => Cassette[Name] } = {
    mode: () => deck?.tape.mode ?? mode,
    unused: () => deck?.tape.unused ?? [],
    changed: () => deck?.tape.changed ?? [],
  };
  for (const [name, get] of Object.entries(facts)) {
    Object.defineProperty(made, name, { get, enumerable: true });
  }
  define(made, Symbol.asyncDispose, close);
  return made as unknown as Cassette;
}
