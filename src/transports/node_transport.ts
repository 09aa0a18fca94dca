/**
 * A transport with the connection options of Node, over undici: proxy, certificates, sockets, pool.
 *
 * @module
 */

import type { Duration } from "../options/duration.ts";
import {
  duration,
  flag,
  list,
  type OptionTable,
  text,
  that,
  wholeNumber,
} from "../options/checks.ts";
import { someText } from "../options/some_text.ts";
import { HTTP_HABITS } from "../options/http_habits.ts";
import { readOptions } from "../options/read_options.ts";
import { describeURL, redactCause } from "../redact.ts";
import { hostPatterns } from "../hosts/host_patterns.ts";
import { type Route, withRoute } from "../http/transport/route.ts";
import type { Answer } from "../runtime/answer.ts";
import type { Transport } from "../http/transport/transport.ts";
import { bare } from "../runtime/bare.ts";
import { builtinModule } from "../runtime/builtin_modules.ts";
import type { HandshakeInit, MakeSocket, WebSocketLike } from "../runtime/web_socket.ts";
import {
  CERTIFICATES,
  checkConnection,
  checkTogether,
  ipAddress,
  isProxyURL,
  withoutUserinfo,
} from "./connection_options.ts";
import { type Dispatcher, loadUndici } from "./undici.ts";
import { exchange } from "./undici_exchange.ts";
import { toResponse } from "./web_response.ts";

/** The options of {@linkcode nodeTransport}; those of the same name mean what they mean for `denoTransport()`. */
export interface NodeTransportOptions {
  /**
   * The proxy: an `http:`, `https:`, `socks5:` or `socks5h:` URL, whose userinfo goes to the proxy only.
   * Or `"environment"`: what HTTP_PROXY, HTTPS_PROXY and NO_PROXY say, in either case, when the transport
   * is made.
   */
  readonly proxy?: string | URL;
  /** Hosts to reach without the proxy: names with all hosts below them, addresses, ranges. */
  readonly noProxy?: readonly string[];
  /** Path of a Unix socket that all connections go to. */
  readonly unixSocket?: string;
  /**
   * Whether `https:` requests may go unencrypted over a Unix socket.
   *
   * @default {false}
   */
  readonly allowClearHTTPS?: boolean;
  /** Certificate authorities to trust in addition to those of Node, in PEM. */
  readonly caCerts?: readonly string[];
  /** The client's certificate, in PEM; needs `key`. */
  readonly cert?: string;
  /** The key of the client's certificate, in PEM. */
  readonly key?: string;
  /**
   * Whether HTTP/2 may be used.
   *
   * @default {true}
   */
  readonly http2?: boolean;
  /** Maximum number of connections for each origin; as many as there are requests when left out. */
  readonly connections?: number;
  /** How long an idle connection is kept, in seconds; 4 when left out. A server may ask for less. */
  readonly poolIdleTimeout?: Duration;
  /** The local address that connections come from. */
  readonly localAddress?: string;
  /**
   * Whether requests may have a `host` header, which replaces the URL's host.
   *
   * @default {false}
   */
  readonly allowHost?: boolean;
}

/** The transport that {@linkcode nodeTransport} returns. */
export interface NodeTransport extends Transport {
  /** Makes a WebSocket over the same connections; the option `transport` of a WebSocketClient calls it. */
  readonly webSocket: MakeSocket;
  /** Closes its connections. A client closes its transport when it is closed. */
  close(): Promise<void>;
}

const TABLE = {
  proxy: that<string | URL>(
    (value) => value === "environment" || isProxyURL(value as string),
    'an http:, https:, socks5: or socks5h: URL, or "environment"',
  ),
  noProxy: list(text, "an array of hosts"),
  unixSocket: someText,
  allowClearHTTPS: flag,
  ...CERTIFICATES,
  http2: flag,
  connections: wholeNumber({ min: 1 }),
  poolIdleTimeout: duration("poolIdleTimeout"),
  allowHost: flag,
  localAddress: ipAddress,
} satisfies OptionTable<NodeTransportOptions>;

/**
 * Creates a transport with its own connections over undici 8, which is an optional peer dependency. It
 * needs Node 22.19. Certificates are always checked.
 *
 * @param options Options that differ from those of `fetch`.
 * @throws {TypeError} If an option cannot be used, undici is missing, or this runtime is not Node.
 */
export function nodeTransport(options: NodeTransportOptions = {}): NodeTransport {
  const read = readOptions("create nodeTransport", options, TABLE, undefined, "", HTTP_HABITS);
  const { cert, key, proxy, unixSocket, noProxy, allowClearHTTPS, poolIdleTimeout } = read;
  checkTogether("nodeTransport", read);
  const undici = loadUndici();
  const { rootCertificates } = builtinModule<{ rootCertificates: readonly string[] }>("node:tls")!;
  const trust = bare({
    rejectUnauthorized: true, // whatever NODE_TLS_REJECT_UNAUTHORIZED says
    ...read.caCerts !== undefined && { ca: [...rootCertificates, ...read.caCerts] },
  });
  const tls = bare({ ...trust, ...cert !== undefined && { cert, key } });
  const common = {
    // The clocks are those of the client.
    headersTimeout: 0,
    bodyTimeout: 0,
    connectTimeout: 0,
    allowH2: read.http2 !== false,
    ...read.connections !== undefined && { connections: read.connections },
    ...poolIdleTimeout !== undefined && { keepAliveTimeout: poolIdleTimeout },
    ...read.localAddress !== undefined && { localAddress: read.localAddress },
  };
  const direct = () =>
    new undici.Agent({
      ...common,
      connect: {
        ...tls,
        timeout: 0,
        autoSelectFamily: true,
        ...unixSocket !== undefined && { socketPath: unixSocket },
      },
    });
  const through = (given: string | URL, isSocket: boolean): Dispatcher => {
    const { url, username, password } = withoutUserinfo(given);
    if (!url.startsWith("socks")) {
      const token = username || password
        ? { token: `Basic ${btoa(utf8(`${username}:${password}`))}` }
        : {};
      // The client's certificate is for the server; the proxy is only trusted by the same authorities.
      // A proxy passes no upgrade on: sockets need a tunnel, also without TLS.
      const tunnel = isSocket ? { proxyTunnel: true } : {};
      const options = {
        ...common,
        uri: url,
        ...token,
        requestTls: tls,
        proxyTls: trust,
        ...tunnel,
      };
      return new undici.ProxyAgent(options);
    }
    const login = username || password ? { username, password } : {};
    return new undici.Socks5ProxyAgent(url.replace(/^socks5h:/, "socks5:"), {
      ...common,
      ...login,
      requestTls: tls,
    });
  };
  const choose = proxyChoice(proxy, noProxy);
  const dispatchers = new Map<string, Dispatcher>();
  let closed = false;
  const hasCertificate = cert !== undefined;
  /** The connections for a URL, and what messages say of the way. */
  const wayTo = (url: string, action: string): { dispatcher: Dispatcher; route: Route } => {
    const clear = unixSocket === undefined || allowClearHTTPS ? undefined : "unix";
    checkConnection(url, action, closed, clear);
    const via = choose(url);
    const isSocket = /^ws/i.test(url);
    const name = via === undefined ? "" : `${via} ${isSocket}`;
    let dispatcher = dispatchers.get(name);
    if (dispatcher === undefined) {
      dispatcher = via === undefined ? direct() : through(via, isSocket);
      dispatchers.set(name, dispatcher);
    }
    const route: Route = {
      hasCertificate,
      ...via !== undefined && { proxy: describeURL(String(via)) },
      ...unixSocket !== undefined && { socket: unixSocket },
    };
    return { dispatcher, route };
  };
  const sendsHost = read.allowHost === true;
  const send = async (url: string, init: RequestInit): Promise<Answer> => {
    const { dispatcher, route } = wayTo(url, init.method ?? "GET");
    try {
      return await exchange(url, init, { dispatcher, sendsHost });
    } catch (error) {
      throw withRoute(error, route);
    }
  };
  const transport = async (url: string, init: RequestInit): Promise<globalThis.Response> =>
    toResponse(await send(url, init));
  const webSocket = (url: string, { headers, protocols }: HandshakeInit): WebSocketLike => {
    const { dispatcher, route } = wayTo(url, "connect to");
    const made = new undici.WebSocket(url, bare({ headers, protocols, dispatcher }));
    const shown = route.proxy === undefined ? route.socket : `the proxy ${route.proxy}`;
    return Object.assign(made, { via: shown });
  };
  const close = async (): Promise<void> => {
    closed = true;
    const open = [...dispatchers.values()];
    dispatchers.clear();
    await Promise.all(open.map((dispatcher) => dispatcher.destroy()));
  };
  try {
    // Created now, so that certificates that cannot be used fail here.
    const { createSecureContext } = builtinModule<
      { createSecureContext(options: object): unknown }
    >(
      "node:tls",
    )!;
    createSecureContext({ ...tls });
  } catch (error) {
    const cause = redactCause(error);
    throw new TypeError(`Cannot create nodeTransport: Node refused the certificates: ${cause}`, {
      cause,
    });
  }
  return Object.assign(transport, { close, send, webSocket, sendsHost });
}

/** Which proxy a URL goes through. */
function proxyChoice(
  proxy: NodeTransportOptions["proxy"],
  noProxy: readonly string[] = [],
): (url: string) => string | URL | undefined {
  if (proxy === undefined) return () => undefined;
  if (proxy !== "environment") {
    const exempt = hostPatterns("noProxy", noProxy, true);
    return (url) => exempt.has(new URL(url).hostname) ? undefined : proxy;
  }
  const { env } = builtinModule<{ env: Readonly<Record<string, string | undefined>> }>(
    "node:process",
  )!;
  const read = (name: string) => env[name] ?? env[name.toUpperCase()] ?? "";
  const forScheme = (name: string): string | undefined => {
    const found = read(name);
    if (found === "") return undefined;
    if (isProxyURL(found)) return found;
    throw new TypeError(
      `Cannot create nodeTransport: the variable ${name} is not the URL of a proxy; unset it, or give proxy`,
    );
  };
  const [plain, secure] = [forScheme("http_proxy"), forScheme("https_proxy")];
  const listed = read("no_proxy").split(/[\s,]+/).filter((host) => host !== "");
  const everything = listed.includes("*");
  const patterns = listed.filter((host) => host !== "*").map((host) => host.replace(/^\*?\./, ""));
  const exempt = hostPatterns("noProxy", [...noProxy, ...patterns], true);
  return (url) => {
    if (everything || exempt.has(new URL(url).hostname)) return undefined;
    return /^(?:https|wss):/i.test(url) ? secure : plain;
  };
}

/** The UTF-8 bytes of a text, a character each, as btoa() takes them. */
function utf8(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}
