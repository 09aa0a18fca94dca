/**
 * The words of Deno, Node and Bun for a failure of `fetch`, or of reading its body, and what they mean:
 * Deno says it in prose in `cause.message`, Node in `cause.code`, Bun in `error.code`. Loaded with the
 * first failure, and never in a browser, which does not say. Pure; what to do about a failure is for
 * `retry_policy.ts` to say.
 *
 * @module
 */

import type { NetworkingErrorCode, NetworkingErrorOptions } from "../../errors.ts";
import { PermissionError } from "../../refusal_errors.ts";
import { describeURL } from "../../redact.ts";
import { type Route, routeOf } from "./route.ts";

/** What a failure of the connection can be. */
type ConnectionCode = Extract<
  NetworkingErrorCode,
  | `${"dns" | "tls" | "connection"}_failed`
  | `${"connection" | "proxy"}_refused`
  | "connection_reset"
  | "protocol_error"
  | "port_blocked"
  | "body_truncated"
>;

/** What a code says when its row in the table does not say more. */
const EXPLANATIONS: ReadonlyMap<ConnectionCode, string> = new Map([
  ["dns_failed", "no address was found for {host}; check the name, and that the network is up"],
  [
    "connection_refused",
    "the server refused the connection; check that something listens on {address}",
  ],
  [
    "connection_reset",
    "the connection was closed before the response; the server may have acted on " +
    "the request, so check before sending it again",
  ],
  [
    "proxy_refused",
    "the proxy {proxy} did not open a connection to {address}; check that it may reach " +
    "that, and the credentials for the proxy",
  ],
  ["tls_failed", "the TLS handshake failed; check the TLS settings of {address}"],
  ["protocol_error", "the response is not valid HTTP; check that {address} is an HTTP server"],
  ["port_blocked", "fetch never connects to port {port}, which is another protocol's; use another"],
]);

const BAD_HEADER = "the runtime does not accept a request header; take control characters out";
const BAD_ENCODING = "the body is not what its Content-Encoding says; send the request header " +
  "accept-encoding: identity";
const TOO_MANY_FIELDS = "the response has more header fields than Deno accepts, which is 100, or " +
  "longer ones; have the server send fewer";
const HEAD_TOO_LARGE =
  "the response headers are larger than the runtime accepts; have the server " +
  "send fewer";
const EXPIRED = "the certificate of {address} has expired; renew it, or set the clock here right";
const OTHER_NAME = "the certificate of {address} is for another name; check the URL";
const UNTRUSTED = "the certificate of {address} is not signed by an authority that is trusted " +
  "here; give the authority's certificate to the transport as caCerts";
const IS_AUTHORITY =
  "the certificate of {address} is an authority's own (CA:TRUE), and a server must " +
  "not use one; give the server a certificate with CA:FALSE that the authority has signed";
const WANTS_CERTIFICATE =
  "{address} asks for a client certificate; give cert and key to the transport";
const REFUSES_CERTIFICATE =
  "{address} does not accept the client certificate; check cert and key of the transport";
const HANDSHAKE_REFUSED =
  "{address} refused the TLS handshake; it may ask for a client certificate " +
  "(cert and key of the transport), or for other TLS versions";
const ENDED_BELOW_TLS =
  "the connection to {address} ended without a goodbye before the response; a " +
  "server that refuses a client certificate does so too";
const NO_SOCKET =
  "there is no socket {socket}; check the path, and that the server which makes it runs";
const WRONG_LENGTH = "the response does not have the length that it announces; check the server";
// RFC 9110 15.5.14: a server may close to stop a body that it does not want.
const UPLOAD_RESET =
  "the connection was closed while the body was sent, or before the response; the " +
  "server may have refused the body before it read all, or have acted on the request, so check " +
  "before sending it again";
const NOT_TLS = "{address} does not speak TLS; check the port, or use http:";
// RFC 9113 8.7: a refused stream was not processed at all.
const NOT_TAKEN = "the server refused the request before it looked at it; try again later";
const UNREACHABLE = "the network has no route to {address}; check the network";
const NO_ANSWER = "{address} did not answer when asked for a connection; check the network";
const PROXY_SILENT = "the proxy {proxy} did not open a connection to {address}; check that it runs";

/** Where to look, in an error and its causes: at `code` and `name`, or at the message. */
type Row = readonly [where: "code" | "text", RegExp, ConnectionCode, explanation?: string];

/**
 * The first row that fits decides. Texts have a space in them, or stand for the whole message: no
 * URL that a runtime quotes can imitate them. "Deno" is 2.9, "Node" 22 and 24, "Bun" 1.4.
 */
const TABLE: readonly Row[] = [
  // Refused before anything was sent.
  ["text", /^Fetch failed: Requests to port \d+ are blocked$|^bad port$/, "port_blocked"], // Deno, Node
  ["text", /^Invalid header (?:value|name): /, "protocol_error", BAD_HEADER], // Deno
  ["text", /^failed to parse header value$/, "protocol_error", BAD_HEADER], // Deno
  ["text", / is an invalid header (?:value|name)\.$/, "protocol_error", BAD_HEADER], // Node
  // undici has the code of a wrong argument for the first.
  ["text", /^Proxy (?:Authentication Required|response) \(\d+\)/, "proxy_refused"], // Node
  ["code", /^UND_ERR_INVALID_ARG$/, "protocol_error", BAD_HEADER], // Node
  ["text", /^Header '[^']*' has invalid value$/, "protocol_error", BAD_HEADER], // Bun

  // TLS. Deno has the words of rustls, Node and Bun have the codes of OpenSSL.
  ["text", /invalid peer certificate: (?:Expired|certificate expired: )/, "tls_failed", EXPIRED],
  ["text", /invalid peer certificate: certificate not valid for name/, "tls_failed", OTHER_NAME],
  ["text", /invalid peer certificate: .*CaUsedAsEndEntity/, "tls_failed", IS_AUTHORITY],
  ["text", /invalid peer certificate: (?:UnknownIssuer|Other)/, "tls_failed", UNTRUSTED],
  ["text", /invalid peer certificate: /, "tls_failed"],
  ["text", /received corrupt message of type InvalidContentType/, "tls_failed", NOT_TLS],
  ["text", /received fatal alert: CertificateRequired$/, "tls_failed", WANTS_CERTIFICATE],
  ["text", /received fatal alert: HandshakeFailure$/, "tls_failed", HANDSHAKE_REFUSED],
  [
    "text",
    /received fatal alert: (?:\w*Certificate\w*|UnknownCA|AccessDenied)$/,
    "tls_failed",
    REFUSES_CERTIFICATE,
  ],
  ["text", /received (?:corrupt message|fatal alert)/, "tls_failed"],
  ["code", /^CERT_HAS_EXPIRED$/, "tls_failed", EXPIRED],
  ["code", /^ERR_TLS_CERT_ALTNAME_INVALID$/, "tls_failed", OTHER_NAME],
  ["code", /^(?:DEPTH_ZERO_SELF|SELF)_SIGNED_CERT/, "tls_failed", UNTRUSTED],
  ["code", /^UNABLE_TO_(?:GET_ISSUER|VERIFY_LEAF)/, "tls_failed", UNTRUSTED],
  ["code", /^ERR_SSL_WRONG_VERSION_NUMBER$/, "tls_failed", NOT_TLS], // Node
  ["code", /^ERR_SSL_\S*ALERT_CERTIFICATE_REQUIRED$/, "tls_failed", WANTS_CERTIFICATE], // Node
  ["code", /^ERR_SSL_\S*ALERT_HANDSHAKE_FAILURE$/, "tls_failed", HANDSHAKE_REFUSED], // Node
  [
    "code",
    /^ERR_SSL_\S*ALERT_(?:\w*CERTIFICATE\w*|UNKNOWN_CA|ACCESS_DENIED)$/,
    "tls_failed",
    REFUSES_CERTIFICATE,
  ],
  ["code", /^(?:ERR_TLS_|ERR_SSL_|CERT_|EPROTO$)/, "tls_failed"], // EPROTO: Bun, for all of these

  // No connection.
  ["text", /client error \(Connect\): dns error/, "dns_failed"], // Deno
  ["code", /^(?:ENOTFOUND|EAI_\w+)$/, "dns_failed"], // Node, Bun
  ["text", /\(Connect\): tcp connect error: Connection refused/, "connection_refused"], // Deno
  ["code", /^ECONNREFUSED$/, "connection_refused"], // Node, Bun
  ["text", /^stream error received: refused stream/, "connection_refused", NOT_TAKEN], // Deno, HTTP/2
  ["text", /^Stream closed with error code NGHTTP2_REFUSED/, "connection_refused", NOT_TAKEN], // Node
  ["text", /tcp connect error: (?:No route|Network)/, "connection_failed", UNREACHABLE], // Deno
  ["code", /^(?:EHOSTUNREACH|ENETUNREACH)$/, "connection_failed", UNREACHABLE], // Node, Bun
  ["text", /tcp connect error: Connection timed out/, "connection_failed", NO_ANSWER], // Deno
  ["code", /^(?:ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/, "connection_failed", NO_ANSWER], // Bun, Node
  ["text", /\(Connect\): Connection refused/, "connection_refused"], // Deno, a Unix socket
  ["text", /\(Connect\): No such file or directory/, "connection_refused", NO_SOCKET], // Deno
  // Deno says the same of 403 and 502. Most are refusals, and asking again changes nothing.
  ["text", /\(Connect\): (?:proxy authentication|unsuccessful tunnel)/, "proxy_refused"], // Deno
  ["code", /^ERR_PROXY_TUNNEL$/, "proxy_refused"], // Bun
  ["text", /\(Connect\): unexpected eof while tunneling/, "connection_failed", PROXY_SILENT], // Deno
  ["text", /\(Connect\): Proxy server unreachable/, "connection_refused", PROXY_SILENT], // Deno, SOCKS
  ["text", /\(Connect\): tls handshake eof/, "connection_reset"], // Deno

  // A connection, but not what HTTP says.
  ["text", /: message head is too large$/, "protocol_error", TOO_MANY_FIELDS], // Deno
  ["code", /^UND_ERR_HEADERS_OVERFLOW$/, "protocol_error", HEAD_TOO_LARGE], // Node
  ["text", /client error \(SendRequest\): invalid /, "protocol_error"], // Deno
  ["text", /^stream error received: endpoint requires HTTP/, "protocol_error"], // Deno, HTTP/2
  ["code", /^(?:HTTPParserError|HPE_\w+)$/, "protocol_error"], // Node; 24 has the name only
  ["code", /^UND_ERR_RES_CONTENT_LENGTH_MISMATCH$/, "protocol_error", WRONG_LENGTH], // Node
  ["text", /^bad upgrade$/, "protocol_error"], // Node: a 101 that nobody asked for
  ["code", /^(?:Malformed_HTTP_Response|InvalidHTTPResponse)$/, "protocol_error"], // Bun
  ["code", /^(?:InvalidContentLength|UnsupportedTransferEncoding)$/, "protocol_error"], // Bun
  ["code", /^UnrequestedUpgrade$/, "protocol_error"], // Bun

  // In the body. Deno says the same of one that is reset, cut off or badly chunked.
  ["text", /^(?:Invalid gzip header|brotli error)$/, "protocol_error", BAD_ENCODING], // Deno
  ["text", /^(?:deflate decompression error|CRC computed) ?/, "protocol_error", BAD_ENCODING], // Deno
  ["code", /^(?:Z_DATA_ERROR|ERR__ERROR_\w+)$/, "protocol_error", BAD_ENCODING], // Node
  ["code", /^(?:Zlib|BrotliDecompression)Error$/, "protocol_error", BAD_ENCODING], // Bun
  ["text", /^error reading a body from connection/, "body_truncated"], // Deno
  ["text", /^unexpected end of file$/, "protocol_error", BAD_ENCODING], // Deno: the coding ends early
  ["text", /^terminated$/, "body_truncated"], // Node, around what the next rows describe

  // Broken off before the response.
  ["text", /: connection closed before message completed$/, "connection_reset"], // Deno
  ["text", /(?:^|: )(?:Connection reset by peer|Broken pipe)/, "connection_reset"], // Deno
  [
    "text",
    /(?:^|: )peer closed connection without sending TLS/,
    "connection_reset",
    ENDED_BELOW_TLS,
  ],
  ["text", /^(?:connection reset$|stream error received: )/, "connection_reset"], // Deno, HTTP/2
  ["code", /^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET|ERR_HTTP2_\w+)$/, "connection_reset"], // Node, Bun
  ["text", /^HTTP\/2: "(?:GOAWAY|stream)/, "connection_reset"], // Node
];

/** Deno: thrown by fetch, or told in the cause when the address is known only after DNS. */
const NOT_CAPABLE =
  /^(?:.*client error \(Connect\): )?Requires (\w+) access(?: to "([^"\n]+)")?, run again with/;

/** What the table looks at in one error. */
type Link = Readonly<Record<Row[0], string[]>>;

/** What is known of a failure. */
export interface Failed {
  /** What failed, for messages. */
  readonly action: string;
  /** What errors say of the request. */
  readonly facts: NetworkingErrorOptions;
  readonly url: string;
  /** How far the response came. Bun and browsers do not tell a cut body apart. */
  readonly reading: "head" | "body";
  /** Whether the request had a body. */
  readonly hasBody: boolean;
}

/** What a failure means. */
export interface Meaning {
  readonly code: ConnectionCode;
  /** What happened, and what to do; undefined where the code says it. */
  readonly why?: string | undefined;
}

/** What the words of a runtime mean, or `undefined` where it said nothing that is known. */
export function explainFailure(
  error: unknown,
  { action, facts, url, reading, hasBody }: Failed,
): Meaning | PermissionError | undefined {
  const links = chain(error);
  const route = routeOf(error);
  for (const text of links.flatMap((link) => link.text)) {
    const [, permission, target] = NOT_CAPABLE.exec(text) ?? [];
    if (permission === undefined) continue;
    const flag = `--allow-${permission}${target === undefined ? "" : `=${target}`}`;
    const why = `the program has no permission for it; run it with ${flag}`;
    return new PermissionError(`${action}: ${why}`, { ...facts, flag });
  }
  const [, , code, explained] =
    TABLE.find(([where, pattern]) =>
      links.some((link) => link[where].some((value) => pattern.test(value)))
    ) ?? [];
  if (code === undefined) return undefined;
  // Node calls it a mismatch. Of a body that is read there can only be too little.
  const isShort = explained === WRONG_LENGTH &&
    (reading === "body" || links.some(({ text }) => text.includes("terminated")));
  if (isShort || (reading === "body" && code === "connection_reset")) {
    return { code: "body_truncated" };
  }
  let why = onRoute(code, explained, route);
  if (code === "connection_reset" && hasBody) why ??= UPLOAD_RESET;
  why ??= EXPLANATIONS.get(code);
  return { code, why: why && filledIn(why, url, route) };
}

/** The error and its causes, outermost first. */
function chain(error: unknown): Link[] {
  const links: Link[] = [];
  // Eight is more than any runtime nests, and ends a cycle.
  for (let link = error; link !== undefined && link !== null && links.length < 8;) {
    const { name, code, message = link, cause } = Object(link) as Record<string, unknown>;
    links.push({ code: [code, name].filter(isString), text: [message].filter(isString) });
    link = cause;
  }
  return links;
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

/** What an explanation becomes when the connection goes somewhere else than to the server. */
function onRoute(
  code: ConnectionCode,
  explanation: string | undefined,
  { proxy, socket, hasCertificate }: Route,
): string | undefined {
  if (hasCertificate && explanation === WANTS_CERTIFICATE) return REFUSES_CERTIFICATE;
  if (hasCertificate && explanation === ENDED_BELOW_TLS) {
    return `${ENDED_BELOW_TLS}: check cert and key of the transport`;
  }
  const toPeer = explanation === undefined || explanation === UNREACHABLE ||
    explanation === NO_ANSWER || explanation === PROXY_SILENT;
  if (!toPeer) return explanation;
  if (socket !== undefined && code === "connection_refused") {
    return "nothing listens on the socket {socket}; check that its server runs";
  }
  if (proxy === undefined) return explanation;
  if (code === "dns_failed") return "no address was found for the proxy {proxy}; check its name";
  if (code === "connection_refused" || explanation !== undefined) {
    return "the proxy {proxy} cannot be reached; check that it runs, and its address";
  }
  return explanation;
}

function filledIn(explanation: string, url: string, { proxy, socket }: Route): string {
  const { protocol = "", hostname = describeURL(url), port = "" } = URL.parse(url) ?? {};
  const shownPort = port || (protocol === "https:" ? "443" : "80");
  return explanation
    .replace("{address}", () => `${hostname}:${shownPort}`)
    .replace("{proxy} ", () => proxy === undefined ? "" : `${proxy} `)
    .replace("{proxy}", () => proxy ?? "")
    .replace("{socket}", () => socket ?? "that was named")
    .replace("{host}", () => hostname)
    .replace("{port}", () => shownPort);
}
