/**
 * The errors of the state machine that end a connection. `name` is the URL without its query.
 *
 * @module
 */

import { ConnectionError, type NetworkingError, TimeoutError } from "../../errors.ts";
import { WebSocketError } from "../../websocket_error.ts";
import type { Ending } from "./reconnect_policy.ts";

/** Returns the error for a connection that ended with a close code. */
export function endedError(name: string, { code, reason }: Ending): NetworkingError {
  const shown = reason === "" ? "" : `, reason ${JSON.stringify(reason)}`;
  return new WebSocketError(
    "connection_closed",
    `Cannot use ${name}: the connection ended with close code ${code}${shown}; connect() again`,
    { url: name, closeCode: code, closeReason: reason },
  );
}

/** Returns the error for a handshake that took longer than `timeout`. */
export function handshakeTimeout(name: string, limitMs: number, tookMs: number): TimeoutError {
  return new TimeoutError(
    `Cannot connect to ${name} within ${limitMs} ms (timeout): the handshake did not finish`,
    { url: name, clock: "attempt", limitMs, elapsedMs: Math.max(limitMs, tookMs) },
  );
}

/** Returns the error for a peer that did not respond to the heartbeat. */
export function heartbeatMissed(name: string, limitMs: number, elapsedMs: number): TimeoutError {
  return new TimeoutError(
    `Cannot use ${name}: nothing came for ${
      Math.round(elapsedMs)
    } ms, not even a response to the heartbeat`,
    { url: name, clock: "idle", limitMs, elapsedMs },
  );
}

/** Returns the error after `count` handshake failures without a reason. */
export function unexplainedError(name: string, count: number, cause: unknown): ConnectionError {
  const why =
    `${count} handshakes in a row failed quickly, and this runtime reports no reason; check the ` +
    "credentials";
  return new ConnectionError("connection_failed", `Cannot connect to ${name}: ${why}`, {
    url: name,
    cause,
  });
}
