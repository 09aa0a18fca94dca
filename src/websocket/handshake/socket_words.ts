/**
 * Recognises the error texts of Deno, Bun and Node for a failed WebSocket. Browsers report nothing useful,
 * and never load this.
 *
 * @module
 */

import { ConnectionError, type NetworkingErrorCode } from "../../errors.ts";
import { PermissionError } from "../../refusal_errors.ts";
import { builtinModule } from "../../runtime/builtin_modules.ts";
import { lazy } from "../../runtime/lazy.ts";
import { WebSocketError } from "../../websocket_error.ts";
import type { SocketWords } from "../connection/socket_types.ts";
import type { DiagnosticsChannels } from "./node_handshake.ts";

/** workerd names 101 as the expected status. */
const STATUS = /(?:status code:?|received|response:) (?!101)(\d{3})\b/;

const PROXY_REFUSED =
  "the proxy did not open a connection; check that it may reach the host, and its credentials";

/** Texts of Deno 2.9 and Bun 1.4, and codes of Node. */
const CAUSES: readonly (readonly [RegExp, NetworkingErrorCode, string])[] = [
  [/dns error|ENOTFOUND|EAI_/, "dns_failed", "no address was found for its host"],
  [
    /tcp connect error|Failed to connect|Connection refused|No such file|ENOENT|server unreachable|ECONNREFUSED/,
    "connection_refused",
    "nothing accepts connections there",
  ],
  [
    /[Pp]roxy (?:auth|connection failed)|unsuccessful tunnel|HTTP Tunneling|SOCKS|auth (?:methods|failure)|by ruleset|(?:Network|Host) unreachable|TTL expired/,
    "proxy_refused",
    PROXY_REFUSED,
  ],
  [
    /peer certificate|TLS handshake failed|corrupt message|fatal alert: (?!NoApp)|CERT|_SSL_|_TLS_|UNABLE_TO|EPROTO/,
    "tls_failed",
    "the TLS handshake failed",
  ],
  [
    /reset by peer|[Uu]nexpected E(?:OF|nd)|connection closed before|ECONNRESET|UND_ERR_SOCKET/,
    "connection_reset",
    "the connection broke",
  ],
  [
    /Invalid (?:close code|UTF-8)|[Tt]oo large|HTTPParserError|HPE_/,
    "protocol_error",
    "the peer sent invalid data",
  ],
  [/TIMEDOUT|_TIMEOUT|EHOSTUNREACH|ENETUNREACH/, "connection_failed", "the host did not respond"],
];
/** The watch of handshakes on Node. */
const NODE_HANDSHAKES = /* @__PURE__ */ lazy(() => import("./node_handshake.ts"));
/** The watch of handshakes on workerd. */
const WORKERD_HANDSHAKES = /* @__PURE__ */ lazy(() => import("./workerd_handshake.ts"));

/** Turns error texts into errors of this library. */
export const SOCKET_WORDS: SocketWords = {
  explain(thrown, { message, shown, known = {} }, facts) {
    const { code: itsCode, name, message: itsMessage } = Object(thrown) as Record<string, unknown>;
    const words = [message, itsCode, name, itsMessage].join(" ");
    const text = words.replaceAll(/'wss?:[^']*'/g, ""); // Bun quotes the URL
    const cannot = `Cannot connect to ${shown}: `;
    const { statusCode = Number(STATUS.exec(text)?.[1]), retryAfterMs } = known;
    if (statusCode === 407) { // RFC 9110 15.5.8: only a proxy sends it
      return new ConnectionError("proxy_refused", cannot + PROXY_REFUSED, facts);
    }
    if (!Number.isNaN(statusCode)) {
      const why = `the server sent status ${statusCode} to the handshake instead of 101`;
      return new WebSocketError("handshake_rejected", cannot + why, {
        ...facts,
        statusCode,
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      });
    }
    const [, code, why] = CAUSES.find(([pattern]) => pattern.test(text)) ?? [];
    return code === undefined ? undefined : new ConnectionError(code, cannot + why, facts);
  },
  permissionError(thrown, name, facts) {
    const { name: kind, message } = Object(thrown) as { name?: unknown; message?: unknown };
    if (kind !== "NotCapable") return undefined;
    const target = /net access to "([^"]+)"/.exec(String(message))?.[1];
    const flag = `--allow-net${target === undefined ? "" : `=${target}`}`;
    const why = `the program has no permission for it; run it with ${flag}`;
    return new PermissionError(`Cannot connect to ${name}: ${why}`, { ...facts, flag });
  },
  async watch(isNative) {
    // First: on Deno, reading `process` loads a module, and there is nothing to find.
    if ("Deno" in globalThis) return undefined;
    if (isNative && "WebSocketPair" in globalThis) {
      const { watchOnWorkerd } = WORKERD_HANDSHAKES.now ?? await WORKERD_HANDSHAKES.load();
      return watchOnWorkerd();
    }
    const channels = builtinModule<DiagnosticsChannels>("node:diagnostics_channel");
    if (channels === undefined) return undefined;
    const { watchOnNode } = NODE_HANDSHAKES.now ?? await NODE_HANDSHAKES.load();
    return watchOnNode(channels);
  },
};
