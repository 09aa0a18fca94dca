/**
 * Messages as JSON, checked by an optional schema.
 *
 * @module
 */

import { DecodeError } from "../../http_errors.ts";
import { type StandardSchema, validate } from "../../formats/standard_schema.ts";
import { refuseNumber } from "../../formats/json_value.ts";
import type { WebSocketCodec } from "./options.ts";

/**
 * Returns a codec for messages of JSON text. A message that is not JSON, or that the schema refuses, is an `error`
 * event with the raw message. Without a handler for `error`, `receive()` rejects with the error. The connection
 * stays open.
 *
 * @example
 * ```ts
 * import { jsonCodec, WebSocketClient } from "@codomyrmex/networking";
 *
 * const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = ({ data }) => socket.send(data);
 *   return response;
 * });
 * await using client = new WebSocketClient(`ws://127.0.0.1:${server.addr.port}`, {
 *   codec: jsonCodec<{ n: number }>(),
 * });
 * await client.connect();
 * await client.send({ n: 1 });
 * console.log((await client.receive())?.n); // 1
 * await client.close();
 * await server.shutdown();
 * ```
 */
export function jsonCodec(): WebSocketCodec<unknown, unknown>;
/**
 * Returns a codec for messages of a type that the caller states.
 *
 * @typeParam In The type of received messages; nothing checks it.
 * @typeParam Out The type of sent messages.
 */
export function jsonCodec<In, Out = In>(): WebSocketCodec<In, Out>;
/**
 * Returns a codec that checks each received message by a schema.
 *
 * @typeParam In The type of received messages: the output of the schema.
 * @typeParam Out The type of sent messages.
 * @param schema A synchronous schema of any library that implements Standard Schema.
 */
export function jsonCodec<In, Out = In>(
  schema: StandardSchema<unknown, In>,
): WebSocketCodec<In, Out>;
export function jsonCodec<In, Out>(
  schema?: StandardSchema<unknown, In>,
): WebSocketCodec<In, Out> {
  return {
    encode(value) {
      const text: string | undefined = JSON.stringify(value);
      if (text === "null") refuseNumber(value, "a message");
      if (text !== undefined) return text;
      throw new TypeError(`Cannot send a ${typeof value} as JSON: it has no JSON form`);
    },
    decode(message) {
      const text = typeof message === "string" ? message : new TextDecoder().decode(message);
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch (cause) {
        const problem = `Cannot decode a message of ${text.length} characters as JSON`;
        throw new DecodeError(problem, { cause, snippet: text.slice(0, 200) });
      }
      return schema === undefined ? value as In : validate(schema, value, "a message", {});
    },
  };
}
