import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertNotStrictEquals,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import {
  ConnectionError,
  type NetworkingError,
  type NetworkingErrorCode,
} from "../../../src/errors.ts";
import { PermissionError } from "../../../src/refusal_errors.ts";
import { ResponseTooLargeError } from "../../../src/http_errors.ts";
import { classifyFetchFailure } from "../../../src/http/transport/fetch_failure.ts";
import { type Route, withRoute } from "../../../src/http/transport/route.ts";
import { selfSigned } from "../../support/certificate.ts";
import { type FakeAnswer, FakeServer } from "../../../src/testing/mod.ts";
import { assertLinear } from "../../support/linear.ts";

const SECRET = "s3cr3t";
const URL_SENT = `https://u:${SECRET}@api.example:8443/p?q=1&token=${SECRET}`;
const REQUEST = { method: "GET", url: URL_SENT };

// Errors as the runtimes make them.
const deno = (text: string) => new TypeError("fetch failed", { cause: new Error(text) });
const denoConnect = (text: string) =>
  deno(`error sending request for url (${URL_SENT}): client error (Connect): ${text}`);
const denoSend = (text: string) =>
  deno(
    `error sending request from 127.0.0.1:51068 for ${URL_SENT} (127.0.0.1:8443): ` +
      `client error (SendRequest): ${text}`,
  );
const node = (code: string | undefined, message: string, name = "Error") =>
  new TypeError("fetch failed", { cause: Object.assign(new Error(message), { name, code }) });
const nodeBody = (...cause: Parameters<typeof node>) =>
  new TypeError("terminated", { cause: node(...cause).cause });
const bun = (
  code: string,
  message = `${code} fetching "${URL_SENT}". For more information, pass`,
) => Object.assign(new TypeError(message), { code, path: URL_SENT, errno: 0 });

type Recorded = [
  code: NetworkingErrorCode,
  when: string,
  source: string,
  thrown: Error,
  /** Words of the message beyond those of the code. */
  says?: string,
];

// Recorded on these releases; where a row names "Node", both said the same.
const DENO = "Deno 2.9.6";
const NODE = "Node 22.23.3 and 24.21.0";
const [NODE_22, NODE_24] = ["Node 22.23.3", "Node 24.21.0"];
const BUN = "Bun 1.4.5";
const BUN_UNABLE = ": Unable to connect. Is the computer able to access the url?";
const BUN_CLOSED = "ECONNRESET: The socket connection was closed unexpectedly. For more";
const BUN_TLS = "EPROTO: The TLS handshake failed. Does the server speak TLS on this port?";
const NODE_PARSER = "Response does not match the HTTP/1.1 protocol ";
const NODE_ALT = "Hostname/IP does not match certificate's altnames: Host: localhost. is not in " +
  "the cert's altnames: DNS:other.example";
const NODE_SSL = "402DACFE857F0000:error:0A00010B:SSL routines:tls_validate_record_header:wrong " +
  "version number:../deps/openssl/openssl/ssl/record/methods/tlsany_meth.c:77:\n";
const DENO_NAME = 'certificate not valid for name "localhost"; certificate is only valid for ' +
  'DnsName("other.example")';

// deno-fmt-ignore: a row a line
const BEFORE_THE_BODY: readonly Recorded[] = [
  ["dns_failed", "an unknown name", DENO, denoConnect("dns error: failed to lookup address information: Name or service not known"), "no address was found for api.example;"],
  ["dns_failed", "an unknown name", NODE, node("ENOTFOUND", "getaddrinfo ENOTFOUND api.example")],
  ["dns_failed", "an unknown name", BUN, bun("ENOTFOUND", "getaddrinfo ENOTFOUND api.example")],

  ["connection_refused", "no listener", DENO, denoConnect("tcp connect error: Connection refused (os error 111)"), "listens on api.example:8443"],
  ["connection_refused", "no listener", NODE, node("ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:9999")],
  ["connection_refused", "no listener on two addresses", NODE, node("ECONNREFUSED", "", "AggregateError")],
  ["connection_refused", "no listener", BUN, bun("ECONNREFUSED", `ECONNREFUSED${BUN_UNABLE}`)],
  ["connection_refused", "HTTP/2 REFUSED_STREAM", DENO, deno("stream error received: refused stream before processing any application logic"), "without processing it"],

  ["connection_failed", "no route", DENO, denoConnect("tcp connect error: No route to host (os error 113)"), "the network has no route to api.example:8443"],
  ["connection_failed", "no network", DENO, denoConnect("tcp connect error: Network is unreachable (os error 101)"), "the network has no route to"],
  ["connection_failed", "no route", NODE, node("EHOSTUNREACH", "connect EHOSTUNREACH 2001:db8::1:80"), "the network has no route to"],
  ["connection_failed", "no network", NODE, node("ENETUNREACH", "connect ENETUNREACH 255.255.255.255:80"), "the network has no route to"],
  ["connection_failed", "no network", BUN, bun("ENETUNREACH", "ENETUNREACH: Was there a typo in the url or port?"), "the network has no route to"],
  ["connection_failed", "connecting is not answered", DENO, denoConnect("tcp connect error: Connection timed out (os error 110)"), "did not answer"],
  ["connection_failed", "connecting is not answered", NODE, node("UND_ERR_CONNECT_TIMEOUT", "Connect Timeout Error (attempted address: 127.0.0.1:9995, timeout: 10000ms)", "ConnectTimeoutError"), "did not answer"],
  ["connection_failed", "connecting is not answered", BUN, bun("ETIMEDOUT", `ETIMEDOUT${BUN_UNABLE}`), "did not answer"],
  ["proxy_refused", "a proxy that answers 407", DENO, denoConnect("proxy authentication required"), "the proxy did not open"],
  ["proxy_refused", "a proxy that answers 403 or 502", DENO, denoConnect("unsuccessful tunnel"), "the proxy did not open"],
  ["proxy_refused", "a proxy that answers 407, no tunnel", "undici 8.13.1", node("UND_ERR_INVALID_ARG", "Proxy Authentication Required (407)", "InvalidArgumentError"), "the proxy did not open"],
  ["proxy_refused", "a proxy that answers 407", "undici 8.13.1", node("UND_ERR_ABORTED", "Proxy response (407) !== 200 when HTTP Tunneling", "AbortError"), "the proxy did not open"],
  ["proxy_refused", "a proxy that answers 403", "undici 8.13.1", node("UND_ERR_ABORTED", "Proxy response (403) !== 200 when HTTP Tunneling", "AbortError"), "the proxy did not open"],
  ["proxy_refused", "a proxy that answers 407", BUN, bun("ERR_PROXY_TUNNEL", "Proxy refused to open a tunnel: 407 Proxy Authentication Required"), "the proxy did not open"],
  ["proxy_refused", "a SOCKS proxy that wants credentials", DENO, denoConnect("No acceptable auth methods"), "the proxy did not open"],
  ["proxy_refused", "a SOCKS proxy that wants others", DENO, denoConnect("Password auth failure, code: 2"), "the proxy did not open"],
  ["proxy_refused", "a SOCKS proxy that finds no host", DENO, denoConnect("General SOCKS server failure"), "the proxy did not open"],
  ["proxy_refused", "a SOCKS proxy that finds no way", DENO, denoConnect("Host unreachable"), "the proxy did not open"],
  ["proxy_refused", "a SOCKS proxy that wants credentials", NODE, node("UND_ERR_SOCKS5_AUTH_REJECTED", "No acceptable authentication method", "Socks5ProxyError"), "the proxy did not open"],
  ["proxy_refused", "a SOCKS proxy that finds no host", NODE, node("UND_ERR_SOCKS5_REPLY_1", "SOCKS5 connection failed: General SOCKS server failure", "Socks5ProxyError"), "the proxy did not open"],
  ["connection_refused", "a server behind a SOCKS proxy", DENO, denoConnect("Connection refused"), "something listens on api.example:8443"],
  ["connection_refused", "a server behind a SOCKS proxy", NODE, node("UND_ERR_SOCKS5_REPLY_5", "SOCKS5 connection failed: Connection refused", "Socks5ProxyError"), "something listens on api.example:8443"],
  ["connection_failed", "a proxy that ends the connection", DENO, denoConnect("unexpected eof while tunneling"), "the proxy did not open"],
  ["connection_refused", "a SOCKS proxy that is not there", DENO, denoConnect("Proxy server unreachable"), "the proxy did not open"],
  ["connection_refused", "a Unix socket that is missing", DENO, denoConnect("No such file or directory (os error 2)"), "there is no socket"],
  ["connection_refused", "a Unix socket that is missing", NODE, node("ENOENT", "connect ENOENT /none"), "there is no socket"],
  ["connection_refused", "a file that is no socket", DENO, denoConnect("Connection refused (os error 111)")],
  ["connection_failed", "anything", "Chrome (documented)", new TypeError("Failed to fetch"), "CORS"],
  ["connection_failed", "anything", "Safari (documented)", new TypeError("Load failed"), "CORS"],
  ["connection_failed", "anything", "Firefox (documented)", new TypeError("NetworkError when attempting to fetch resource."), "CORS"],

  ["port_blocked", "port 1", DENO, new TypeError("Fetch failed: Requests to port 1 are blocked")],
  ["port_blocked", "port 1", NODE, node(undefined, "bad port")],

  ["tls_failed", "a self-signed certificate", DENO, denoConnect("invalid peer certificate: UnknownIssuer"), "not signed by a trusted authority"],
  ["tls_failed", "an authority's own certificate", DENO, denoConnect("invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))"), "(CA:TRUE)"],
  ["tls_failed", "a client certificate is wanted, TLS 1.3", DENO, deno("received fatal alert: CertificateRequired"), "requires a client certificate; pass cert and key"],
  ["tls_failed", "a client certificate is wanted, TLS 1.2", DENO, denoConnect("received fatal alert: HandshakeFailure"), "it may require a client certificate"],
  ["tls_failed", "the client certificate is refused", DENO, deno("received fatal alert: UnknownCA"), "does not accept the client certificate"],
  ["tls_failed", "the client certificate is refused", DENO, deno("received fatal alert: BadCertificate"), "does not accept the client certificate"],
  ["tls_failed", "a client certificate is wanted, TLS 1.2", NODE_22, node("ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE", "C08CE5BC9F7F0000:error:0A000410:SSL routines:ssl3_read_bytes:ssl/tls alert handshake failure"), "it may require a client certificate"],
  ["tls_failed", "a client certificate is wanted", "OpenSSL (documented)", node("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "tlsv13 alert certificate required"), "requires a client certificate"],
  ["tls_failed", "the client certificate is refused", "OpenSSL (documented)", node("ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "tlsv1 alert unknown ca"), "does not accept the client certificate"],
  ["connection_reset", "TLS ends without close_notify", DENO, deno("peer closed connection without sending TLS close_notify: https://docs.rs/rustls/latest/rustls/manual/_03_howto/index.html#unexpected-eof"), "without closing TLS"],
  ["connection_reset", "written to a closed connection", DENO, deno("Broken pipe (os error 32)"), "before the response"],
  ["connection_reset", "written to a closed connection", DENO, denoSend("Broken pipe (os error 32)"), "before the response"],
  ["tls_failed", "an expired certificate", DENO, denoConnect("invalid peer certificate: Expired"), "of api.example:8443 has expired"],
  ["tls_failed", "a certificate for another name", DENO, denoConnect(`invalid peer certificate: ${DENO_NAME}`), "is for another name"],
  ["tls_failed", "a certificate wrong in another way", "rustls (documented)", denoConnect("invalid peer certificate: BadSignature")],
  ["tls_failed", "plain HTTP on an https port", DENO, denoConnect("received corrupt message of type InvalidContentType"), "api.example:8443 does not speak TLS"],
  ["tls_failed", "a server with TLS 1.1 only", DENO, denoConnect("received fatal alert: ProtocolVersion")],
  ["tls_failed", "a client certificate is wanted", DENO, deno("received fatal alert: CertificateRequired")],
  ["tls_failed", "a self-signed certificate", NODE_22, node("DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate"), "not signed by a trusted authority"],
  ["tls_failed", "a self-signed certificate", NODE_24, node("DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate; if the root CA is installed locally, try"), "not signed by a trusted authority"],
  ["tls_failed", "a self-signed certificate", BUN, bun("DEPTH_ZERO_SELF_SIGNED_CERT", "self signed certificate"), "not signed by a trusted authority"],
  ["tls_failed", "an unknown authority", "OpenSSL (documented)", node("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unable to verify the first certificate"), "not signed by a trusted authority"],
  ["tls_failed", "an expired certificate", NODE, node("CERT_HAS_EXPIRED", "certificate has expired"), "has expired"],
  ["tls_failed", "a certificate for another name", NODE, node("ERR_TLS_CERT_ALTNAME_INVALID", NODE_ALT), "is for another name"],
  ["tls_failed", "plain HTTP on an https port", NODE, node("ERR_SSL_WRONG_VERSION_NUMBER", NODE_SSL), "does not speak TLS"],
  ["tls_failed", "a server with TLS 1.1 only", NODE, node("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "…:tlsv1 alert protocol version:…")],
  ["tls_failed", "plain HTTP on an https port, TLS 1.1 only", BUN, bun("EPROTO", BUN_TLS)],

  ["connection_reset", "closed", DENO, denoSend("connection closed before message completed"), "the server may have acted on the request"],
  ["connection_reset", "reset", DENO, deno("Connection reset by peer (os error 104)")],
  ["connection_reset", "closed in the TLS handshake", DENO, denoConnect("tls handshake eof")],
  ["connection_reset", "an HTTP/2 connection that ends", DENO, deno("connection reset")],
  ["connection_reset", "an HTTP/2 connection that is closed", DENO, deno("connection closed")],
  ["connection_reset", "HTTP/2 INTERNAL_ERROR", DENO, deno("stream error received: unexpected internal error encountered")],
  ["connection_refused", "HTTP/2 REFUSED_STREAM", NODE, node("ERR_HTTP2_STREAM_ERROR", "Stream closed with error code NGHTTP2_REFUSED_STREAM", "Error"), "without processing it"],
  ["connection_reset", "HTTP/2 INTERNAL_ERROR", NODE, node("ERR_HTTP2_STREAM_ERROR", "Stream closed with error code NGHTTP2_INTERNAL_ERROR", "Error")],
  ["connection_reset", "HTTP/2 GOAWAY", NODE, node("UND_ERR_INFO", 'HTTP/2: "GOAWAY" frame received with code 0', "InformationalError")],
  ["connection_reset", "closed", NODE, node("UND_ERR_SOCKET", "other side closed", "SocketError")],
  ["connection_reset", "reset", NODE, node("ECONNRESET", "read ECONNRESET")],
  ["connection_reset", "closed or reset", BUN, bun("ECONNRESET", BUN_CLOSED)],

  ["protocol_error", "a malformed status line", DENO, denoSend("invalid HTTP version parsed")],
  ["protocol_error", "two lengths", DENO, denoSend("invalid content-length parsed")],
  ["protocol_error", "headers too large", DENO, denoSend("message head is too large"), "more or longer header fields than Deno accepts (100 fields)"],
  ["protocol_error", "HTTP/2 HTTP_1_1_REQUIRED", DENO, deno("stream error received: endpoint requires HTTP/1.1")],
  ["protocol_error", "a malformed status line", NODE_22, node("HPE_INVALID_CONSTANT", `${NODE_PARSER}(Expected HTTP/)`, "HTTPParserError")],
  ["protocol_error", "a malformed status line", NODE_24, node(undefined, `${NODE_PARSER}(Expected HTTP/, RTSP/ or ICE/)`, "HTTPParserError")],
  ["protocol_error", "headers too large", NODE, node("UND_ERR_HEADERS_OVERFLOW", "Headers Overflow Error", "HeadersOverflowError"), "the response headers are larger"],
  ["protocol_error", "two lengths, or a length and chunks", NODE, node("UND_ERR_RES_CONTENT_LENGTH_MISMATCH", "Response body length does not match content-length header")],
  ["protocol_error", "a 101 that nobody asked for", NODE, node("UND_ERR_SOCKET", "bad upgrade", "SocketError")],
  ["protocol_error", "a malformed status line", BUN, bun("Malformed_HTTP_Response")],
  ["protocol_error", "two lengths", BUN, bun("InvalidContentLength")],
  ["protocol_error", "an unknown transfer coding", BUN, bun("UnsupportedTransferEncoding")],
  ["protocol_error", "a 101 that nobody asked for", BUN, bun("UnrequestedUpgrade")],
  ["protocol_error", "a line break in a header", DENO, new TypeError(`Invalid header value: "Bearer ${SECRET}\n"`), "does not accept a request header"],
  ["protocol_error", "a line break in a header", BUN, new TypeError("Header 'Authorization' has invalid value"), "does not accept a request header"],
  ["protocol_error", "a control character in a header", DENO, new TypeError("failed to parse header value"), "does not accept a request header"],
  ["protocol_error", "a line break in a header", NODE, new TypeError(`Headers.append: "Bearer ${SECRET}\n" is an invalid header value.`), "does not accept a request header"],
  ["protocol_error", "a control character in a header", NODE, node("UND_ERR_INVALID_ARG", "invalid authorization header", "InvalidArgumentError"), "does not accept a request header"],
];

const UNDECODABLE = "does not match its Content-Encoding";

// deno-fmt-ignore: a row a line
const IN_THE_BODY: readonly Recorded[] = [
  ["body_truncated", "closed, reset or badly chunked", DENO, new TypeError("error reading a body from connection")],
  ["protocol_error", "the end of gzip is missing", DENO, new TypeError("unexpected end of file")],
  ["body_truncated", "closed", NODE, nodeBody("UND_ERR_SOCKET", "other side closed", "SocketError")],
  ["body_truncated", "reset", NODE, nodeBody("ECONNRESET", "read ECONNRESET")],
  ["body_truncated", "closed or reset", BUN, bun("ECONNRESET", BUN_CLOSED)],
  ["body_truncated", "closed or reset", "Chrome", new TypeError("Failed to fetch"), "ended before"],
  ["body_truncated", "closed or reset", "Firefox (documented)", new TypeError("Error in input stream")],

  ["body_truncated", "fewer bytes than Content-Length, with Connection: close", NODE, nodeBody("UND_ERR_RES_CONTENT_LENGTH_MISMATCH", "Response body length does not match content-length header", "ResponseContentLengthMismatchError")],
  ["protocol_error", "badly chunked", NODE_22, nodeBody("HPE_INVALID_CHUNK_SIZE", `${NODE_PARSER}(Invalid character in chunk size)`, "HTTPParserError")],
  ["protocol_error", "badly chunked", NODE_24, nodeBody(undefined, `${NODE_PARSER}(Invalid character in chunk size)`, "HTTPParserError")],
  ["protocol_error", "badly chunked", BUN, bun("InvalidHTTPResponse")],
  ["protocol_error", "not gzip", DENO, new TypeError("Invalid gzip header"), UNDECODABLE],
  ["protocol_error", "broken gzip", DENO, new TypeError("deflate decompression error: invalid code lengths set"), UNDECODABLE],
  ["protocol_error", "gzip with a wrong sum", DENO, new TypeError("CRC computed does not match"), UNDECODABLE],
  ["protocol_error", "not brotli", DENO, new TypeError("brotli error"), UNDECODABLE],
  ["protocol_error", "not gzip", NODE, nodeBody("Z_DATA_ERROR", "incorrect header check"), UNDECODABLE],
  ["protocol_error", "not brotli", NODE, nodeBody("ERR__ERROR_FORMAT_PADDING_1", "Decompression failed"), UNDECODABLE],
  ["protocol_error", "not gzip, or its end is missing", BUN, bun("ZlibError"), UNDECODABLE],
  ["protocol_error", "not brotli", BUN, bun("BrotliDecompressionError"), UNDECODABLE],
];

const BROWSERS = /^(?:Chrome|Safari|Firefox)/;

/** Runs `use` where the globals are a browser's. */
async function inBrowser<T>(use: () => Promise<T>): Promise<T> {
  const stand = { navigator: { userAgent: "Mozilla/5.0" }, process: undefined };
  const before = Object.keys(stand).map((name) =>
    [name, Object.getOwnPropertyDescriptor(globalThis, name)!] as const
  );
  try {
    for (const [name, value] of Object.entries(stand)) {
      Object.defineProperty(globalThis, name, { value, configurable: true });
    }
    return await use();
  } finally {
    for (const [name, own] of before) Object.defineProperty(globalThis, name, own);
  }
}

Deno.test("a browser is not told by its words: a double of the network on Node throws them too", async () => {
  for (const [, , source, thrown] of BEFORE_THE_BODY.filter(([, , from]) => BROWSERS.test(from))) {
    const { code, message } = await classifyFetchFailure(thrown, REQUEST);
    assertEquals(code, "connection_failed", source);
    assertFalse(message.includes("browser"), message);
    assertStringIncludes(message, "the cause has what the runtime says about it");
  }
  // A transport of the caller's, in a browser.
  const { message } = await inBrowser(() => classifyFetchFailure(new Error("ours"), REQUEST));
  assertFalse(message.includes("browser"), message);
});

for (const [reading, table] of [["head", BEFORE_THE_BODY], ["body", IN_THE_BODY]] as const) {
  // R8.11, R9.2
  Deno.test(`a failure in the ${reading} gets its code on every runtime, and shows no secret`, async (t) => {
    for (const [code, when, source, thrown, says = ""] of table) {
      await t.step(`${code}: ${when}, ${source}`, async () => {
        const tell = () => classifyFetchFailure(thrown, REQUEST, reading);
        const error = await (BROWSERS.test(source) ? inBrowser(tell) : tell());
        assertInstanceOf(error, ConnectionError);
        assertEquals(error.code, code);
        assert(error.message.startsWith("Cannot GET https://api.example:8443/p: "), error.message);
        assertStringIncludes(error.message, says);
        assertFalse(error.message.includes("{"), error.message);
        assertFalse(`${Deno.inspect(error)} ${JSON.stringify(error)}`.includes(SECRET));
      });
    }
  });
}

Deno.test("Deno and Node tell by their words that it was the body", async (t) => {
  for (const [code, when, source, thrown] of IN_THE_BODY) {
    if (source !== BUN && source !== "Chrome" && !source.startsWith("Firefox")) {
      await t.step(`${code}: ${when}, ${source}`, async () => {
        assertEquals((await classifyFetchFailure(thrown, REQUEST)).code, code);
      });
    }
  }
});

Deno.test("a missing permission is a PermissionError that names the flag", async (t) => {
  const wants = (what: string, flag: string) =>
    `Requires ${what}, run again with the --allow-${flag} flag`;
  const rows = [
    {
      text: wants('net access to "api.example:8443"', "net"),
      flag: "--allow-net=api.example:8443",
    },
    { text: wants('net access to "[::1]:8000"', "net"), flag: "--allow-net=[::1]:8000" },
    { text: wants('read access to "/run/a.sock"', "read"), flag: "--allow-read=/run/a.sock" },
    { text: wants("net access", "net"), flag: "--allow-net" },
  ];
  for (const { text, flag } of rows) {
    // With --deny-net=127.0.0.1 Deno finds out after DNS, and tells it in the cause.
    for (const thrown of [new Error(text), denoConnect(text)]) {
      await t.step(`${flag}, ${thrown.message.slice(0, 12)}`, async () => {
        const error = await classifyFetchFailure(thrown, REQUEST);
        assertInstanceOf(error, PermissionError);
        assertEquals([error.code, error.flag], ["permission_denied", flag]);
        assertStringIncludes(error.message, `run it with ${flag}`);
      });
    }
  }
});

Deno.test("an error that is ours already comes back unchanged", async () => {
  const ours = new ResponseTooLargeError("Cannot GET /: too large", { limitBytes: 1 });
  assertStrictEquals(await classifyFetchFailure(ours, REQUEST), ours);
});

Deno.test("the cause is the very error when nothing secret is in it, else a redacted copy", async () => {
  const harmless = node("ECONNRESET", "read ECONNRESET");
  assertStrictEquals((await classifyFetchFailure(harmless, REQUEST)).cause, harmless);

  const telling = denoConnect("dns error");
  const { cause } = await classifyFetchFailure(telling, REQUEST);
  assertNotStrictEquals(cause, telling);
  assertInstanceOf(cause, Error);
  assertEquals([cause.name, cause.message], ["TypeError", "fetch failed"]);
  assertEquals(cause.stack, telling.stack);
  assertInstanceOf(cause.cause, Error);
  assertEquals(
    cause.cause.message,
    "error sending request for url (https://api.example:8443/p?q=1&token=[redacted] " +
      "client error (Connect): dns error",
  );
});

Deno.test("the cause shows neither header values, nor a response, nor what a text says", async (t) => {
  const parser = node(undefined, "Response does not match", "HTTPParserError");
  Object.assign(parser.cause as Error, { data: `set-cookie: ${SECRET}` });
  const rows: { thrown: unknown; shown: string }[] = [
    {
      thrown: new TypeError(`Invalid header value: "Bearer "${SECRET}"\n"`),
      shown: "Invalid header value: [redacted]",
    },
    {
      thrown: new TypeError(`Headers.append: "${SECRET}\n" is an invalid header value.`),
      shown: "Headers.append: [redacted] is an invalid header value.",
    },
    { thrown: `no answer from ${URL_SENT}`, shown: "token=[redacted]" },
    { thrown: parser, shown: "Response does not match" },
    { thrown: new DOMException(`no answer from ${URL_SENT}`), shown: "token=[redacted]" },
  ];
  for (const { thrown, shown } of rows) {
    await t.step(shown, async () => {
      const seen = Deno.inspect((await classifyFetchFailure(thrown, REQUEST)).cause);
      assertStringIncludes(seen, shown);
      assertFalse(seen.includes(SECRET), seen);
    });
  }
});

Deno.test("whatever is thrown becomes a NetworkingError", async (t) => {
  const cyclic = new Error("a");
  cyclic.cause = cyclic;
  const thrown = [
    undefined,
    null,
    0,
    "text",
    Symbol("s"),
    { message: 1 },
    {},
    Object.create(null),
    cyclic,
    () => {},
  ];
  for (const value of thrown) {
    await t.step(typeof value, async () => {
      const error = await classifyFetchFailure(value, { method: "GET", url: "not a URL" });
      assertEquals(error.code, "connection_failed");
      assertStringIncludes(error.message, "Cannot GET not a URL: ");
    });
  }
  await t.step("a text is looked at like a message", async () => {
    assertEquals(
      (await classifyFetchFailure("Failed to fetch", REQUEST)).code,
      "connection_failed",
    );
    assertEquals((await classifyFetchFailure("terminated", REQUEST)).code, "body_truncated");
  });
});

Deno.test("a URL cannot make a failure look like another one", async () => {
  const tricks = [
    "client error (Connect): dns error",
    'Requires net access to "evil.example", run again with',
    "ECONNREFUSED",
    "invalid peer certificate: Expired",
  ];
  for (const trick of tricks) {
    const { href } = new URL(`http://api.example/${trick}?${trick}`);
    const text = `error sending request for url (${href}): client error (SendRequest): new words`;
    const error = await classifyFetchFailure(deno(text), { method: "GET", url: href });
    assertEquals(error.code, "connection_failed", trick);
  }
});

Deno.test("classifying a hostile text takes linear time", async () => {
  for (const piece of ["client error (Connect): Requires net access to ", '"', "http://a@", "x "]) {
    const input = (size: number) => deno(piece.repeat(size));
    await assertLinear(piece, input, (error) => classifyFetchFailure(error, REQUEST));
  }
});

/** Fetches, and classifies what goes wrong before or in the body. */
async function failureOf(url: string, init?: RequestInit): Promise<NetworkingError> {
  let reading: "head" | "body" = "head";
  try {
    const response = await fetch(url, init);
    reading = "body";
    await response.bytes();
  } catch (thrown) {
    const error = await classifyFetchFailure(
      thrown,
      { method: init?.method ?? "GET", url },
      reading,
    );
    assertFalse(Deno.inspect(error).includes(SECRET));
    return error;
  }
  throw new Error(`${url} did not fail`);
}

Deno.test("what a server does wrong gets its code from a real fetch", async (t) => {
  const head = "HTTP/1.1 200 OK\r\n";
  const answer = (raw: string): FakeAnswer => ({ raw, fault: "disconnect_after_response" });
  const rows: { when: string; answer: FakeAnswer; code: NetworkingErrorCode }[] = [
    {
      when: "closed before the response",
      answer: { fault: "disconnect_after_request" },
      code: "connection_reset",
    },
    {
      when: "reset before the response",
      answer: { fault: "reset_after_request" },
      code: "connection_reset",
    },
    {
      when: "closed in the head",
      answer: answer(`${head}content-le`),
      code: "connection_reset",
    },
    {
      when: "reset in the body",
      answer: { body: "0123456789", fault: "reset_during_response_body" },
      code: "body_truncated",
    },
    {
      when: "shorter than its Content-Length",
      answer: answer(`${head}content-length: 10\r\n\r\nabc`),
      code: "body_truncated",
    },
    {
      when: "chunked without a last chunk",
      answer: answer(`${head}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n`),
      code: "body_truncated",
    },
    { when: "not HTTP", answer: answer("220 mail.example ESMTP\r\n\r\n"), code: "protocol_error" },
    { when: "a malformed status", answer: answer("HTTP/1.1 OK\r\n\r\n"), code: "protocol_error" },
    { when: "a malformed header", answer: answer(`${head}a b\r\n\r\n`), code: "protocol_error" },
    {
      when: "two lengths",
      answer: answer(`${head}content-length: 1\r\ncontent-length: 2\r\n\r\nab`),
      code: "protocol_error",
    },
    {
      when: "headers too large",
      // Far above the limit: Deno looks at it between reads, which may be of a megabyte.
      answer: answer(`${head}a: ${"x".repeat(4_000_000)}\r\n\r\n`),
      code: "protocol_error",
    },
    {
      when: "not gzip",
      answer: answer(`${head}content-encoding: gzip\r\n\r\n${"not gzip".repeat(10)}`),
      code: "protocol_error",
    },
  ];
  for (const { when, answer, code } of rows) {
    await t.step(when, async () => {
      await using server = (await FakeServer.start()).enqueue(answer);
      const error = await failureOf(`${server.url}p?token=${SECRET}`);
      assertEquals(error.code, code, String(error.cause));
      assert(error.message.startsWith(`Cannot GET ${server.url}p: `), error.message);
    });
  }
});

Deno.test("a port that nothing listens on is connection_refused", async () => {
  const server = await FakeServer.start();
  await server.close();
  const error = await failureOf(`${server.url}?token=${SECRET}`, { method: "PUT", body: "x" });
  assertEquals(error.code, "connection_refused");
  assertEquals(
    error.message,
    `Cannot PUT ${server.url}: the server refused the connection; check that something listens ` +
      `on ${server.origin.slice("http://".length)}`,
  );
});

Deno.test("a name that does not exist is dns_failed", async () => {
  // RFC 6761 6.4: resolvers answer at once, without a query.
  const error = await failureOf(`http://no-such-name.invalid/p?token=${SECRET}`);
  assertEquals(error.code, "dns_failed");
});

Deno.test("a blocked port is port_blocked", async () => {
  const error = await failureOf(`http://127.0.0.1:1/p?token=${SECRET}`);
  assertEquals(error.code, "port_blocked");
  assertStringIncludes(error.message, "port 1,");
});

Deno.test(
  "a missing permission is permission_denied",
  { permissions: { net: false } },
  async () => {
    const error = await failureOf(`http://127.0.0.1:8000/p?token=${SECRET}`);
    assertInstanceOf(error, PermissionError);
    assertEquals(error.flag, "--allow-net=127.0.0.1:8000");
  },
);

Deno.test("what is wrong with TLS is tls_failed, and the message says it", async (t) => {
  const current = await selfSigned("localhost");
  const expired = await selfSigned("localhost", new Date(Date.now() - 60_000));
  const other = await selfSigned("other.example");
  const rows = [
    {
      when: "not trusted",
      certificate: current,
      trusted: [],
      says: "not signed by a trusted authority",
    },
    { when: "expired", certificate: expired, trusted: [expired.cert], says: "has expired" },
    { when: "another name", certificate: other, trusted: [other.cert], says: "for another name" },
    { when: "no TLS", certificate: {}, trusted: [], says: "does not speak TLS" },
  ];
  for (const { when, certificate, trusted, says } of rows) {
    await t.step(when, async () => {
      const options = { hostname: "127.0.0.1", port: 0, onListen() {}, ...certificate };
      await using server = Deno.serve(options, () => new Response());
      using client = Deno.createHttpClient({ caCerts: trusted });
      const url = `https://localhost:${server.addr.port}/?token=${SECRET}`;
      const error = await failureOf(url, { client } as RequestInit);
      assertEquals(error.code, "tls_failed", String(error.cause));
      assertStringIncludes(error.message, says);
    });
  }
});

Deno.test("plain HTTP to the port of a TLS server is protocol_error", async () => {
  const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
  const certificate = await selfSigned("localhost");
  await using server = Deno.serve({ ...options, ...certificate }, () => new Response());
  const error = await failureOf(`http://localhost:${server.addr.port}/?token=${SECRET}`);
  assertEquals(error.code, "protocol_error");
});

Deno.test("a transport adds what it knows of the connection", async (t) => {
  const refused = () => denoConnect("tcp connect error: Connection refused (os error 111)");
  const rows: [string, Error, Route, NetworkingErrorCode, string][] = [
    [
      "a proxy",
      refused(),
      { proxy: "http://p:3128" },
      "connection_refused",
      "the proxy http://p:3128 cannot be reached",
    ],
    [
      "a proxy without a name",
      denoConnect("dns error: x"),
      { proxy: "http://p:3128" },
      "dns_failed",
      "no address was found for the proxy http://p:3128",
    ],
    [
      "a proxy without a route",
      denoConnect("tcp connect error: No route to host"),
      { proxy: "http://p:3128" },
      "connection_failed",
      "the proxy http://p:3128 cannot be reached",
    ],
    [
      "a SOCKS proxy",
      denoConnect("Proxy server unreachable"),
      { proxy: "socks5://p:1" },
      "connection_refused",
      "the proxy socks5://p:1 cannot be reached",
    ],
    [
      "a server behind a SOCKS proxy",
      denoConnect("Connection refused"),
      { proxy: "socks5://p:1" },
      "connection_refused",
      "the server refused the connection",
    ],
    [
      "a proxy that refuses",
      denoConnect("unsuccessful tunnel"),
      { proxy: "http://p:3128" },
      "proxy_refused",
      "the proxy http://p:3128 did not open a connection to api.example:8443",
    ],
    [
      "a socket",
      denoConnect("Connection refused (os error 111)"),
      { socket: "/run/a.sock" },
      "connection_refused",
      "nothing listens on the socket /run/a.sock",
    ],
    [
      "a missing socket",
      denoConnect("No such file or directory (os error 2)"),
      { socket: "/run/a.sock" },
      "connection_refused",
      "there is no socket /run/a.sock",
    ],
    [
      "a certificate",
      deno("received fatal alert: CertificateRequired"),
      { hasCertificate: true },
      "tls_failed",
      "does not accept the client certificate",
    ],
    [
      "a certificate",
      deno("peer closed connection without sending TLS close_notify"),
      { hasCertificate: true },
      "connection_reset",
      "check cert and key of the transport",
    ],
    ["nothing", refused(), {}, "connection_refused", "something listens on api.example:8443"],
  ];
  for (const [name, thrown, route, code, says] of rows) {
    await t.step(name, async () => {
      const error = await classifyFetchFailure(withRoute(thrown, route), REQUEST);
      assertEquals(error.code, code);
      assertStringIncludes(error.message, says);
    });
  }
});

Deno.test("a reset while a body is sent says that the server may have refused it", async () => {
  const broken = deno("Broken pipe (os error 32)");
  const error = await classifyFetchFailure(broken, { ...REQUEST, body: {} });
  assertEquals(error.code, "connection_reset");
  assertStringIncludes(error.message, "the server may have refused the body");
});
