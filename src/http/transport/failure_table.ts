/**
 * The failures of `fetch` and of body reads in Deno, Node and Bun. Deno describes them in `cause.message`,
 * Node in `cause.code`, Bun in `error.code`.
 *
 * @module
 */

import type { NetworkingErrorCode } from "../../errors.ts";

/** The codes of connection failures. */
export type ConnectionCode = Extract<
  NetworkingErrorCode,
  | `${"dns" | "tls" | "connection"}_failed`
  | `${"connection" | "proxy"}_refused`
  | "connection_reset"
  | "protocol_error"
  | "port_blocked"
  | "body_truncated"
>;

const SERVER_REFUSED =
  "the server refused the connection; check that something listens on {address}";

/** The explanation of a code, if its row in the table has none. */
export const EXPLANATIONS: ReadonlyMap<ConnectionCode, string> = new Map([
  ["dns_failed", "no address was found for {host}; check the name, and that the network is up"],
  ["connection_refused", SERVER_REFUSED],
  [
    "connection_reset",
    "the connection was closed before the response; the server may have acted on " +
    "the request, so check before sending it again",
  ],
  [
    "proxy_refused",
    "the proxy {proxy} did not open a connection to {address}; check that it may reach " +
    "the address, and the credentials for the proxy",
  ],
  ["tls_failed", "the TLS handshake failed; check the TLS settings of {address}"],
  ["protocol_error", "the response is not valid HTTP; check that {address} is an HTTP server"],
  ["port_blocked", "fetch never connects to port {port}, which another protocol uses; use another"],
]);

const BAD_HEADER = "the runtime does not accept a request header; remove control characters";
const BAD_ENCODING = "the body does not match its Content-Encoding; send the request header " +
  "accept-encoding: identity";
const TOO_MANY_FIELDS =
  "the response has more or longer header fields than Deno accepts (100 fields); " +
  "make the server send fewer";
const HEAD_TOO_LARGE =
  "the response headers are larger than the runtime accepts; make the server " +
  "send fewer";
const EXPIRED =
  "the certificate of {address} has expired; renew it, or correct the clock of this machine";
const OTHER_NAME = "the certificate of {address} is for another name; check the URL";
const UNTRUSTED = "the certificate of {address} is not signed by a trusted authority; pass the " +
  "authority's certificate to the transport as caCerts";
const IS_AUTHORITY =
  "the certificate of {address} is that of an authority (CA:TRUE), which a server must " +
  "not use; give the server a certificate with CA:FALSE that the authority has signed";
export const WANTS_CERTIFICATE: string =
  "{address} requires a client certificate; pass cert and key to the transport";
export const REFUSES_CERTIFICATE: string =
  "{address} does not accept the client certificate; check cert and key of the transport";
const HANDSHAKE_REFUSED =
  "{address} refused the TLS handshake; it may require a client certificate " +
  "(cert and key of the transport), or other TLS versions";
export const ENDED_BELOW_TLS: string =
  "the connection to {address} ended before the response without closing TLS; the server " +
  "may have refused a client certificate";
const NO_SOCKET = "there is no socket {socket}; check the path, and that its server runs";
export const WRONG_LENGTH: string =
  "the response does not have its announced length; check the server";
// RFC 9110 15.5.14: a server may close the connection to stop a body that it refuses.
export const UPLOAD_RESET: string =
  "the connection was closed while the body was sent, or before the response; the " +
  "server may have refused the body, or have acted on the request, so check before sending it " +
  "again";
const NOT_TLS = "{address} does not speak TLS; check the port, or use http:";
// RFC 9113 8.7: a refused stream was not processed at all.
const NOT_TAKEN = "the server refused the request without processing it; try again later";
export const UNREACHABLE: string = "the network has no route to {address}; check the network";
export const NO_ANSWER: string =
  "{address} did not answer the connection request; check the network";
export const PROXY_SILENT: string =
  "the proxy {proxy} did not open a connection to {address}; check that it runs";

/**
 * One known failure. `where` selects the field of the error and its causes: `code` and `name`, or the
 * message.
 */
export type Row = readonly [where: "code" | "text", RegExp, ConnectionCode, explanation?: string];

/**
 * The first matching row decides. Text patterns contain a space or match the whole message, so no URL that
 * a runtime quotes can match them. "Deno" is 2.9, "Node" 22 and 24, "Bun" 1.4.
 */
export const TABLE: readonly Row[] = [
  // Refused before anything was sent.
  ["text", /^Fetch failed: Requests to port \d+ are blocked$|^bad port$/, "port_blocked"], // Deno, Node
  ["text", /^Invalid header (?:value|name): /, "protocol_error", BAD_HEADER], // Deno
  ["text", /^failed to parse header value$/, "protocol_error", BAD_HEADER], // Deno
  ["text", / is an invalid header (?:value|name)\.$/, "protocol_error", BAD_HEADER], // Node
  // undici uses the code of a wrong argument for the first row; transports produce its text too.
  ["text", /^Proxy (?:Authentication Required|response) \(\d+\)/, "proxy_refused"], // Node
  ["code", /^UND_ERR_INVALID_ARG$/, "protocol_error", BAD_HEADER], // Node
  ["text", /^Header '[^']*' has invalid value$/, "protocol_error", BAD_HEADER], // Bun

  // TLS. Deno has the messages of rustls, Node and Bun have the codes of OpenSSL.
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
  ["text", /\(Connect\): Connection refused$/, "connection_refused", SERVER_REFUSED], // Deno, SOCKS
  ["code", /^UND_ERR_SOCKS5_REPLY_5$/, "connection_refused", SERVER_REFUSED], // Node
  ["text", /\(Connect\): Connection refused/, "connection_refused"], // Deno, a Unix socket
  ["text", /\(Connect\): No such file or directory/, "connection_refused", NO_SOCKET], // Deno
  ["code", /^ENOENT$/, "connection_refused", NO_SOCKET], // Node, Bun
  // Deno does not distinguish 403 and 502. Most are refusals, which a retry does not change.
  ["text", /\(Connect\): (?:proxy authentication|unsuccessful tunnel)/, "proxy_refused"], // Deno
  ["code", /^ERR_PROXY_TUNNEL$/, "proxy_refused"], // Bun
  ["text", /\(Connect\): (?:No acceptable auth methods|Password auth failure)/, "proxy_refused"], // Deno
  ["text", /\(Connect\): (?:General SOCKS|Connection not allowed by|TTL exp)/, "proxy_refused"], // Deno
  ["text", /\(Connect\): (?:Network|Host) unreachable$/, "proxy_refused"], // Deno, SOCKS
  ["code", /^UND_ERR_SOCKS5/, "proxy_refused"], // Node
  ["text", /\(Connect\): unexpected eof while tunneling/, "connection_failed", PROXY_SILENT], // Deno
  ["text", /\(Connect\): Proxy server unreachable/, "connection_refused", PROXY_SILENT], // Deno, SOCKS
  ["text", /\(Connect\): tls handshake eof/, "connection_reset"], // Deno

  // Invalid HTTP on a connection.
  ["text", /: message head is too large$/, "protocol_error", TOO_MANY_FIELDS], // Deno
  ["code", /^UND_ERR_HEADERS_OVERFLOW$/, "protocol_error", HEAD_TOO_LARGE], // Node
  ["text", /client error \(SendRequest\): invalid /, "protocol_error"], // Deno
  ["text", /^stream error received: endpoint requires HTTP/, "protocol_error"], // Deno, HTTP/2
  ["code", /^(?:HTTPParserError|HPE_\w+)$/, "protocol_error"], // Node; 24 has the name only
  ["code", /^UND_ERR_RES_CONTENT_LENGTH_MISMATCH$/, "protocol_error", WRONG_LENGTH], // Node
  ["text", /^bad upgrade$/, "protocol_error"], // Node: a 101 that was not requested
  ["code", /^(?:Malformed_HTTP_Response|InvalidHTTPResponse)$/, "protocol_error"], // Bun
  ["code", /^(?:InvalidContentLength|UnsupportedTransferEncoding)$/, "protocol_error"], // Bun
  ["code", /^UnrequestedUpgrade$/, "protocol_error"], // Bun

  // In the body. Deno does not distinguish a reset, an incomplete body and invalid chunks.
  ["text", /^(?:Invalid gzip header|brotli error)$/, "protocol_error", BAD_ENCODING], // Deno
  ["text", /^(?:deflate decompression error|CRC computed) ?/, "protocol_error", BAD_ENCODING], // Deno
  ["code", /^(?:Z_DATA_ERROR|ERR__ERROR_\w+)$/, "protocol_error", BAD_ENCODING], // Node
  ["code", /^(?:Zlib|BrotliDecompression)Error$/, "protocol_error", BAD_ENCODING], // Bun
  ["text", /^error reading a body from connection/, "body_truncated"], // Deno
  ["text", /^unexpected end of file$/, "protocol_error", BAD_ENCODING], // Deno: the coding ends early
  ["text", /^terminated$/, "body_truncated"], // Node, around what the next rows describe

  // The connection broke before the response.
  ["text", /: connection closed before message completed$/, "connection_reset"], // Deno
  ["text", /(?:^|: )(?:Connection reset by peer|Broken pipe)/, "connection_reset"], // Deno
  [
    "text",
    /(?:^|: )peer closed connection without sending TLS/,
    "connection_reset",
    ENDED_BELOW_TLS,
  ],
  ["text", /^(?:connection (?:reset|closed)$|stream error received: )/, "connection_reset"], // Deno, HTTP/2
  ["code", /^(?:ECONNRESET|EPIPE|UND_ERR_SOCKET|ERR_HTTP2_\w+)$/, "connection_reset"], // Node, Bun
  ["text", /^HTTP\/2: "(?:GOAWAY|stream)/, "connection_reset"], // Node
];
