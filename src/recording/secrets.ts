/**
 * Removes secrets from recordings. A secret is found by the name of its place, and its value is then
 * replaced everywhere by the same mark. A token from a login thus stays the token that the next request
 * sends.
 *
 * @module
 */

import type { SecretFinder } from "../formats/secret_text.ts";
import type { Content, Exchange, Pairs } from "./exchange.ts";
import { KnownSecrets } from "./known_secrets.ts";
import { SecretPlaces } from "./secret_places.ts";
import type { SecretRules } from "./secret_rules.ts";

/** Finds and remembers secrets. */
export class SecretKeeper {
  readonly #known = new KnownSecrets();
  readonly #places: SecretPlaces;
  readonly #text: (text: string) => string;

  constructor({ names = [], values = [], text = (text) => text }: SecretRules = {}) {
    this.#places = new SecretPlaces(this.#known, names);
    this.#text = text;
    for (const value of values) this.#known.learn(value, true);
  }

  /** Adds secret names, in lower case. */
  add(names: readonly string[]): void {
    for (const name of names) this.#places.names.add(name);
  }

  /** Returns the exchange without secrets in places with a secret name; they are known from then on. */
  strip(exchange: Exchange): Exchange {
    const { request, response, socket } = exchange;
    const places = this.#places;
    return {
      ...exchange,
      request: {
        ...request,
        url: places.stripURL(request.url),
        headers: places.stripFields(request.headers),
        body: request.body && places.stripContent(request.body, request.headers),
      },
      ...response !== undefined && {
        response: {
          ...response,
          headers: places.stripFields(response.headers),
          body: response.body && places.stripContent(response.body, response.headers),
          chunks: response.chunks?.map(({ ms, text }) => ({ ms, text: places.stripText(text) })),
        },
      },
      ...socket !== undefined && {
        socket: {
          ...socket,
          protocols: places.stripProtocols(socket.protocols),
          frames: socket.frames.map((frame) => ({
            ...frame,
            data: places.stripContent(frame.data, []),
          })),
        },
      },
    };
  }

  /** Returns the exchange without the known values, changed by the caller's function. */
  hide(exchange: Exchange, finder?: SecretFinder): Exchange {
    const { request, response, socket, failure } = exchange;
    const text = (given: string) => this.hideText(given, finder);
    const content = (given: Content | undefined) => given && this.#hideContent(given, finder);
    const fields = (pairs: Pairs): Pairs =>
      pairs.map(([name, value]) => [name, name === "content-type" ? value : text(value)] as const);
    const broken = response?.end;
    return {
      ...exchange,
      request: {
        ...request,
        url: text(request.url),
        headers: fields(request.headers),
        body: content(request.body),
      },
      ...response !== undefined && {
        response: {
          ...response,
          headers: fields(response.headers),
          body: content(response.body),
          chunks: response.chunks?.map((chunk) => ({ ...chunk, text: text(chunk.text) })),
          end: typeof broken === "object" ? { ...broken, message: text(broken.message) } : broken,
        },
      },
      ...failure !== undefined && { failure: { ...failure, message: text(failure.message) } },
      ...socket !== undefined && {
        socket: {
          ...socket,
          protocols: socket.protocols.map(text),
          protocol: text(socket.protocol),
          frames: socket.frames.map((frame) => ({ ...frame, data: content(frame.data)! })),
          close: socket.close && { ...socket.close, reason: text(socket.close.reason) },
        },
      },
    };
  }

  /** Returns a finder for the secrets since its last call; `undefined` if there are none. */
  takeNew(): SecretFinder | undefined {
    return this.#known.takeNew();
  }

  /** Returns text without the known values, changed by the caller's function. */
  hideText(text: string, finder?: SecretFinder): string {
    return this.#text(this.#known.hideText(text, finder));
  }

  #hideContent(content: Content, finder?: SecretFinder): Content {
    const hidden = this.#known.hideContent(content, finder);
    return typeof hidden === "string" ? this.#text(hidden) : hidden;
  }
}
