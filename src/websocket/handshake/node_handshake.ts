/**
 * Finds out the status, the header fields and the error of a handshake on Node, whose WebSocket hides them.
 * undici publishes them on diagnostics channels, before the error event of the socket. Loaded on Node only.
 *
 * @module
 */

import { readRetryAfter } from "../../retry/rate_limit_fields.ts";
import type { HandshakeFacts, HandshakeWatch } from "../connection/socket_types.ts";

/** The part of `node:diagnostics_channel` that is used. */
export interface DiagnosticsChannels {
  subscribe(channel: string, listener: (message: never) => void): void;
  unsubscribe(channel: string, listener: (message: never) => void): unknown;
}

interface OfRequest {
  readonly request: object;
}
interface Answered extends OfRequest {
  /** The fields as bytes, names and values in turn. */
  readonly response: { readonly statusCode: number; readonly headers: readonly Uint8Array[] };
}
interface Failed extends OfRequest {
  readonly error: unknown;
}

/** Watches the handshake of any value that `make` makes. */
interface NodeWatch extends HandshakeWatch {
  make<T>(make: () => T): T;
}

/** Watches one handshake. */
export function watchOnNode(channels: DiagnosticsChannels): NodeWatch {
  const facts: { -readonly [Name in keyof HandshakeFacts]: HandshakeFacts[Name] } = {};
  let own: object | undefined;
  const listeners = {
    "undici:request:headers": ({ request, response: { statusCode, headers } }: Answered) => {
      if (request !== own || statusCode === 101) return;
      facts.statusCode = statusCode;
      facts.retryAfterMs = readRetryAfter(statusCode, fields(headers), Date.now());
    },
    "undici:request:error": ({ request, error }: Failed) => {
      if (request === own) facts.error = error;
    },
  };
  const each = (action: "subscribe" | "unsubscribe") => {
    for (const [name, listener] of Object.entries(listeners)) channels[action](name, listener);
  };
  let isWatching = false;
  return {
    facts,
    make(make) {
      // undici makes the request while the constructor runs: that one is the socket's own.
      const created = ({ request }: OfRequest) => own ??= request;
      channels.subscribe("undici:request:create", created);
      try {
        return make();
      } finally {
        channels.unsubscribe("undici:request:create", created);
        isWatching = own !== undefined;
        if (isWatching) each("subscribe");
      }
    },
    stop() {
      if (isWatching) each("unsubscribe");
      isWatching = false;
    },
  };
}

function fields(raw: readonly Uint8Array[]): Headers {
  const decoder = new TextDecoder("latin1");
  const headers = new Headers();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    headers.append(decoder.decode(raw[index]), decoder.decode(raw[index + 1]));
  }
  return headers;
}
