/**
 * What the failure of a native WebSocket means: in the words of the runtimes, with what Node knows in addition.
 *
 * @module
 */

import { ConnectionError, NetworkingError, PermissionError, WebSocketError } from "../../errors.ts";
import { redactCause } from "../../redact.ts";
import type { HandshakeFacts, SocketTarget } from "./socket_types.ts";

const STATUS = /status code:? (\d{3})\b|received (\d{3}) instead|response: (\d{3})\b/;

/** As much of an error event as is used. */
export interface FailureEvent {
  readonly message?: unknown;
  readonly error?: unknown;
}

/** The error for what a constructor of sockets threw. */
export function refusal(thrown: unknown, { name, headers }: SocketTarget): unknown {
  if (thrown instanceof NetworkingError) return thrown;
  const { name: kind, message } = Object(thrown) as { name?: unknown; message?: unknown };
  const facts = { url: name, cause: redactCause(thrown) };
  if (kind === "NotCapable") {
    const target = /net access to "([^"]+)"/.exec(String(message))?.[1];
    const flag = `--allow-net${target === undefined ? "" : `=${target}`}`;
    const why = `the program has no permission for it; run it with ${flag}`;
    return new PermissionError(`Cannot connect to ${name}: ${why}`, { ...facts, flag });
  }
  if (Object.keys(headers).length > 0 && !/fragment|url|scheme/i.test(String(message))) {
    return new ConnectionError(
      "protocol_error",
      `Cannot connect to ${name} with headers: this runtime sends none on a handshake; put what is needed into the URL, a subprotocol, or a first message (onConnect)`,
      facts,
    );
  }
  return new NetworkingError(
    "invalid_url",
    `Cannot connect to ${name}: the runtime refuses the URL or the protocols; give a ws: or wss: URL without fragment, and protocols that are distinct tokens`,
    facts,
  );
}

/** Texts of Deno 2.9, Bun 1.4 and workerd, and codes of Node. Browsers say nothing that helps. */
const CAUSES = [
  [/dns error|ENOTFOUND|EAI_/, "dns_failed", "no address was found for its host"],
  [
    /tcp connect error|Failed to connect|Connection refused|No such file|server unreachable|ECONNREFUSED/,
    "connection_refused",
    "nothing accepts connections there",
  ],
  [/proxy auth|unsuccessful tunnel/, "proxy_refused", "the proxy did not open a connection"],
  [
    /peer certificate|TLS handshake failed|corrupt message|fatal alert: (?!NoApp)|CERT|_SSL_|_TLS_|UNABLE_TO|EPROTO/,
    "tls_failed",
    "no secure connection was agreed on",
  ],
  [
    /reset by peer|[Uu]nexpected E(?:OF|nd)|connection closed before|ECONNRESET|UND_ERR_SOCKET/,
    "connection_reset",
    "the connection broke",
  ],
  [
    /Invalid (?:close code|UTF-8)|[Tt]oo large|HTTPParserError|HPE_/,
    "protocol_error",
    "what came is not valid",
  ],
  [/TIMEDOUT|_TIMEOUT|EHOSTUNREACH|ENETUNREACH/, "connection_failed", "the host did not answer"],
] as const;
/** Deno over `wss:` as well: it reports its second try, over HTTP/2, and hides the first one's failure. */
const UNKNOWN = [
  ,
  "connection_failed",
  "the connection failed; the cause has what the runtime says",
] as const;

/** The error of ours for an error event; `isUnexplained` if the runtime does not say what failed. */
export function socketFailure(
  { message, error }: FailureEvent,
  name: string,
  shown: string,
  known: HandshakeFacts = {},
): { readonly error: NetworkingError; readonly isUnexplained: boolean } {
  const thrown = known.error ?? error ?? new Error(String(message || "no details"));
  const { code, name: kind, message: said } = Object(thrown) as Record<string, unknown>;
  const text = [message, code, kind, said].join(" ");
  const facts = { url: name, cause: redactCause(thrown) };
  const [, ...digits] = STATUS.exec(text) ?? [];
  const statusCode = known.statusCode ?? Number(digits.find(Boolean) ?? NaN);
  if (statusCode >= 0) {
    const { retryAfterMs } = known;
    const why = `the server answered the handshake with status ${statusCode} instead of 101`;
    const refused = new WebSocketError("handshake_rejected", `Cannot connect to ${shown}: ${why}`, {
      ...facts,
      statusCode,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
    return { error: refused, isUnexplained: false };
  }
  const { navigator } = globalThis as { readonly navigator?: { readonly onLine?: boolean } };
  const row = CAUSES.find(([pattern]) => pattern.test(text));
  const [, reason, why] = row ?? UNKNOWN;
  return {
    error: new ConnectionError(reason, `Cannot connect to ${shown}: ${why}`, facts),
    // A browser that is offline does not say so in the event.
    isUnexplained: row === undefined && navigator?.onLine !== false,
  };
}
