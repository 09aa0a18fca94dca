/**
 * Tells what a failure of native `fetch`, or of reading its body, means. The only place that knows
 * the wording of runtimes: Deno says it in prose in `cause.message`, Node in `cause.code`, Bun in
 * `error.code`, and browsers not at all. Pure; what to do about it is for `retry.ts` to say.
 *
 * @module
 */

import {
  ConnectionError,
  NetworkingError,
  type NetworkingErrorCode,
  PermissionError,
} from "../errors.ts";
import { describeURL, redactCause } from "../redact.ts";

/** The codes that a {@linkcode ConnectionError} from here can have. */
type ConnectionCode = keyof typeof EXPLANATIONS;

/** What a code says when its row in the table does not say more. */
const EXPLANATIONS = {
  dns_failed: "no address was found for {host}; check the name, and that the network is up",
  connection_refused:
    "the server refused the connection; check that something listens on {address}",
  connection_reset: "the connection was closed before the response; the server may have acted " +
    "on the request, so check before sending it again",
  tls_failed: "no secure connection was agreed on; check the TLS settings of {address}",
  protocol_error: "the response is not valid HTTP; check that {address} is an HTTP server",
  body_truncated: "the connection ended before the response body was complete; try again",
  port_blocked: "fetch never connects to port {port}, which is another protocol's; serve on " +
    "another port",
  connection_failed: "the connection failed for a reason that the runtime names in the cause, " +
    "if at all",
} as const satisfies Partial<Record<NetworkingErrorCode, string>>;

const BAD_HEADER = "the runtime refuses a header of the request; remove control characters";
const BAD_ENCODING = "the body is not what its Content-Encoding says; ask for it with the header " +
  "accept-encoding: identity";
const HEAD_TOO_LARGE = "the response headers are larger than the runtime allows; send fewer";
const EXPIRED = "the certificate of {address} has expired; renew it, or check the clock here";
const OTHER_NAME = "the certificate of {address} is for another name; check the URL";
const UNTRUSTED = "the certificate of {address} is not signed by an authority that is trusted " +
  "here; add that authority's certificate";
const NOT_TLS = "{address} does not speak TLS; check the port, or use http:";
const UNREACHABLE = "there is no way to {address} from here; check the network";
const NO_ANSWER =
  "{address} did not answer the attempt to connect; check the network and firewalls";
const PROXY = "the proxy did not open a connection to {address}; check the proxy and its " +
  "credentials";

/** What to look for: in `code` and `name` of an error or its causes, or in their messages. */
type Row =
  & { readonly is: ConnectionCode; readonly why?: string }
  & ({ readonly code: RegExp } | { readonly text: RegExp });

/**
 * The first row that fits decides. Texts have a space in them, or stand for the whole message: no
 * URL that a runtime quotes can imitate them. "Node" is 22 and 24, "Bun" 1.4, "Deno" 2.9.
 */
const TABLE: readonly Row[] = [
  // Refused before anything was sent.
  { text: /^Fetch failed: Requests to port \d+ are blocked$/, is: "port_blocked" }, // Deno
  { text: /^bad port$/, is: "port_blocked" }, // Node
  { text: /^Invalid header (?:value|name): /, is: "protocol_error", why: BAD_HEADER }, // Deno
  { text: /^failed to parse header value$/, is: "protocol_error", why: BAD_HEADER }, // Deno
  { text: / is an invalid header (?:value|name)\.$/, is: "protocol_error", why: BAD_HEADER }, // Node
  { code: /^UND_ERR_INVALID_ARG$/, is: "protocol_error", why: BAD_HEADER }, // Node

  // TLS. Deno: rustls; its text quotes the certificate, so these come before all other texts.
  { text: /invalid peer certificate: Expired/, is: "tls_failed", why: EXPIRED },
  { text: /invalid peer certificate: certificate not valid/, is: "tls_failed", why: OTHER_NAME },
  { text: /invalid peer certificate: (?:UnknownIssuer|Other)/, is: "tls_failed", why: UNTRUSTED },
  { text: /invalid peer certificate/, is: "tls_failed" },
  { text: /received corrupt message of type InvalidContentType/, is: "tls_failed", why: NOT_TLS },
  { text: /received (?:corrupt message|fatal alert): /, is: "tls_failed" },
  { text: /peer (?:is incompatible|misbehaved): /, is: "tls_failed" },
  { code: /^CERT_HAS_EXPIRED$/, is: "tls_failed", why: EXPIRED }, // Node and Bun: OpenSSL's codes
  { code: /^ERR_TLS_CERT_ALTNAME_INVALID$/, is: "tls_failed", why: OTHER_NAME },
  {
    code:
      /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_UNTRUSTED)$/,
    is: "tls_failed",
    why: UNTRUSTED,
  },
  { code: /^ERR_SSL_WRONG_VERSION_NUMBER$/, is: "tls_failed", why: NOT_TLS },
  { code: /^(?:ERR_TLS_|ERR_SSL_|CERT_|EPROTO$)/, is: "tls_failed" },

  // No connection.
  { text: /client error \(Connect\): dns error/, is: "dns_failed" }, // Deno
  { code: /^(?:ENOTFOUND|EAI_\w+)$/, is: "dns_failed" }, // Node, Bun
  { text: /tcp connect error: Connection refused/, is: "connection_refused" }, // Deno
  { code: /^ECONNREFUSED$/, is: "connection_refused" }, // Node, Bun
  // Deno over HTTP/2. RFC 9113 8.7: the server has done nothing with the request.
  {
    text: /stream error received: refused stream before/,
    is: "connection_refused",
    why: "the server refused the request before it looked at it; try again later",
  },
  {
    text: /tcp connect error: (?:No route to host|Network is unreachable|Host is unreachable)/,
    is: "connection_failed",
    why: UNREACHABLE,
  },
  { code: /^(?:EHOSTUNREACH|ENETUNREACH)$/, is: "connection_failed", why: UNREACHABLE }, // Node, Bun
  { text: /tcp connect error: Connection timed out/, is: "connection_failed", why: NO_ANSWER },
  { code: /^(?:ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/, is: "connection_failed", why: NO_ANSWER },
  {
    text: /client error \(Connect\): (?:proxy auth|Proxy server|unsuccessful tunnel)/, // Deno
    is: "connection_failed",
    why: PROXY,
  },
  { text: /client error \(Connect\): tls handshake eof/, is: "connection_reset" }, // Deno

  // A connection, but not what HTTP says.
  { text: /: message head is too large$/, is: "protocol_error", why: HEAD_TOO_LARGE }, // Deno
  { code: /^UND_ERR_HEADERS_OVERFLOW$/, is: "protocol_error", why: HEAD_TOO_LARGE }, // Node
  { text: /client error \(SendRequest\): invalid /, is: "protocol_error" }, // Deno
  { text: /stream error received: endpoint requires HTTP/, is: "protocol_error" }, // Deno
  { text: /error (?:received|detected): unspecific protocol error/, is: "protocol_error" }, // Deno
  { code: /^(?:HTTPParserError|HPE_\w+)$/, is: "protocol_error" }, // Node 24 has but the name
  { code: /^UND_ERR_RES_CONTENT_LENGTH_MISMATCH$/, is: "protocol_error" }, // Node
  { text: /^bad upgrade$/, is: "protocol_error" }, // Node: an unasked-for 101
  {
    code: /^(?:Malformed_HTTP_Response|InvalidHTTPResponse|InvalidContentLength)$/, // Bun
    is: "protocol_error",
  },
  { code: /^(?:UnsupportedTransferEncoding|UnrequestedUpgrade)$/, is: "protocol_error" }, // Bun

  // In the body.
  { text: /^(?:Invalid gzip header|brotli error)$/, is: "protocol_error", why: BAD_ENCODING }, // Deno
  {
    text: /^(?:deflate decompression error: |CRC computed )/,
    is: "protocol_error",
    why: BAD_ENCODING,
  },
  { code: /^(?:Z_\w+_ERROR|ERR__\w+)$/, is: "protocol_error", why: BAD_ENCODING }, // Node: zlib
  { code: /^(?:Zlib|Brotli|Zstd)\w*Error$/, is: "protocol_error", why: BAD_ENCODING }, // Bun
  // Deno says no more for a body that is reset, cut off or badly chunked, nor of a cut gzip body.
  { text: /^error reading a body from connection/, is: "body_truncated" },
  { text: /^unexpected end of file$/, is: "body_truncated" },
  { text: /^terminated$/, is: "body_truncated" }, // Node, around any of the next rows

  // Broken off before the response.
  { text: /connection closed before message completed/, is: "connection_reset" }, // Deno
  { text: /^connection reset$/, is: "connection_reset" }, // Deno over HTTP/2
  { text: /(?:^|: )Connection reset by peer/, is: "connection_reset" }, // Deno
  { text: /(?:Broken pipe|connection aborted) \(os error/, is: "connection_reset" }, // Deno
  { text: /^(?:stream|connection) error (?:received|detected): /, is: "connection_reset" }, // Deno
  { code: /^(?:ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET)$/, is: "connection_reset" }, // Node, Bun
];

/** Deno: thrown by fetch, or quoted in the cause when the address is only known after DNS. */
const NOT_CAPABLE =
  /^(?:.*client error \(Connect\): )?Requires (\w+) access(?: to "([^"\n]+)")?, run again with/;

/**
 * The error of ours for what `fetch`, or reading its body, threw. One that is ours already comes
 * back unchanged.
 *
 * @param error What was thrown.
 * @param request The request that failed.
 * @param reading How far the response came. Bun and browsers cannot say that a body was cut off.
 */
export function classifyFetchFailure(
  error: unknown,
  request: { readonly method: string; readonly url: string },
  reading: "head" | "body" = "head",
): NetworkingError {
  if (error instanceof NetworkingError) return error;
  const { method, url } = request;
  const facts = { method, url, cause: redactCause(error) };
  const action = `Cannot ${method} ${describeURL(url)}`;
  const links = chain(error);

  for (const { text } of links) {
    const [, permission, target] = NOT_CAPABLE.exec(text) ?? [];
    if (permission === undefined) continue;
    const flag = `--allow-${permission}${target === undefined ? "" : `=${target}`}`;
    const why = `this program has no permission to do so; run it with ${flag}`;
    return new PermissionError(`${action}: ${why}`, { ...facts, flag });
  }

  const row = TABLE.find((row) =>
    links.some((link) =>
      "text" in row
        ? row.text.test(link.text)
        : row.code.test(link.code) || row.code.test(link.name)
    )
  );
  let code: ConnectionCode = row?.is ?? "connection_failed";
  let why = row?.why ?? EXPLANATIONS[code];
  if (reading === "body" && (code === "connection_reset" || row === undefined)) {
    code = "body_truncated";
    why = EXPLANATIONS.body_truncated;
  }
  return new ConnectionError(code, `${action}: ${filledIn(why, url)}`, facts);
}

/** As much of an error as the table looks at. */
interface Link {
  readonly name: string;
  readonly code: string;
  readonly text: string;
}

/** The error and its causes, outermost first. */
function chain(error: unknown): Link[] {
  const links: Link[] = [];
  // Eight is more than any runtime nests, and ends a cycle.
  for (let link = error; link != null && links.length < 8;) {
    const { name, code, message, cause } = Object(link) as Record<string, unknown>;
    links.push({
      name: typeof name === "string" ? name : "",
      code: typeof code === "string" ? code : "",
      text: typeof message === "string" ? message : String(link),
    });
    link = cause;
  }
  return links;
}

function filledIn(explanation: string, url: string): string {
  const { protocol = "", hostname = describeURL(url), port = "" } = URL.parse(url) ?? {};
  const shownPort = port || (protocol === "https:" ? "443" : "80");
  return explanation
    .replace("{address}", () => `${hostname}:${shownPort}`)
    .replace("{host}", () => hostname)
    .replace("{port}", () => shownPort);
}
