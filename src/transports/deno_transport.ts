/**
 * A transport with the connection options of Deno: proxy, certificates, sockets, pool. Only it and the default
 * transport use `Deno.createHttpClient`.
 *
 * @module
 */

import { bare } from "../runtime/bare.ts";
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
import { type Route, withRoute } from "../http/transport/route.ts";
import type { HandshakeInit, MakeSocket, WebSocketLike } from "../runtime/web_socket.ts";
import {
  CERTIFICATES,
  checkConnection,
  checkTogether,
  ipAddress,
  isProxyURL,
  shownRoute,
  throughProxy,
  withoutUserinfo,
} from "./connection_options.ts";
import { hostPatterns } from "../hosts/host_patterns.ts";
import type { Transport } from "../http/transport/transport.ts";

/** An unencrypted socket that replaces the connections to servers. */
export type ClearTransport =
  | { readonly transport: "tcp"; readonly hostname: string; readonly port: number }
  | { readonly transport: "unix"; readonly path: string }
  | { readonly transport: "vsock"; readonly cid: number; readonly port: number };

/** The options of {@linkcode denoTransport}. */
export interface DenoTransportOptions {
  /**
   * The proxy: an `http:`, `https:`, `socks5:` or `socks5h:` URL, whose userinfo goes to the proxy
   * only. Or an unencrypted socket for all connections.
   */
  readonly proxy?: string | URL | ClearTransport;
  /** Hosts to connect to without the proxy: names with all subdomains, addresses, ranges. */
  readonly noProxy?: readonly string[];
  /** Path of a Unix socket for all connections; needs `--allow-read` and `--allow-write`. */
  readonly unixSocket?: string;
  /**
   * Whether `https:` requests may go unencrypted over a Unix, vsock or TCP socket.
   *
   * @default {false}
   */
  readonly allowClearHTTPS?: boolean;
  /** Certificate authorities to trust in addition to the usual ones, in PEM. */
  readonly caCerts?: readonly string[];
  /** The client's certificate, in PEM; needs `key`. */
  readonly cert?: string;
  /** The key of the client's certificate, in PEM. */
  readonly key?: string;
  /**
   * Whether HTTP/1.1 may be used.
   *
   * @default {true}
   */
  readonly http1?: boolean;
  /**
   * Whether HTTP/2 may be used.
   *
   * @default {true}
   */
  readonly http2?: boolean;
  /** Maximum number of idle connections for each host. */
  readonly poolMaxIdlePerHost?: number;
  /** How long an idle connection is kept, in seconds; `false` for no limit. */
  readonly poolIdleTimeout?: Duration | false;
  /** The local address of connections. */
  readonly localAddress?: string;
  /**
   * Whether requests may have a `host` header, which replaces the URL's host.
   *
   * @default {false}
   */
  readonly allowHost?: boolean;
}

/** The transport that {@linkcode denoTransport} returns. */
export interface DenoTransport extends Transport {
  /** Makes a WebSocket over the same connections; the option `transport` of a WebSocketClient calls it. */
  readonly webSocket: MakeSocket;
  /** Closes its connections. A client closes its transport when it is closed. */
  close(): void;
}

/** The part of `Deno.HttpClient` that is used. */
interface PlatformClient {
  close(): void;
}

interface DenoLike {
  readonly createHttpClient?: (options: object) => PlatformClient;
}

/** The checks of the options; Deno accepts and ignores many wrong values. */
const TABLE = {
  proxy: that<string | URL | ClearTransport>(
    isProxy,
    "an http:, https:, socks5: or socks5h: URL, or a tcp, unix or vsock transport",
  ),
  noProxy: list(text, "an array of hosts"),
  unixSocket: someText,
  allowClearHTTPS: flag,
  ...CERTIFICATES,
  http1: flag,
  http2: flag,
  poolMaxIdlePerHost: wholeNumber(),
  poolIdleTimeout: duration("poolIdleTimeout", { off: true }),
  allowHost: flag,
  localAddress: ipAddress,
} satisfies OptionTable<DenoTransportOptions>;
const CLEAR: ReadonlySet<unknown> = new Set(["tcp", "unix", "vsock"]);

function isProxy(value: unknown): boolean {
  if (typeof value === "string" || value instanceof URL) return isProxyURL(value);
  return CLEAR.has((value as ClearTransport | null)?.transport);
}

/** The options of each transport, to make one with another proxy. */
const OPTIONS = new WeakMap<Transport, DenoTransportOptions>();

/**
 * Creates a transport with its own connections and the options of `Deno.createHttpClient`.
 *
 * @param options Options that differ from those of `fetch`.
 * @throws {TypeError} If an option cannot be used, or this runtime is not Deno.
 */
export function denoTransport(options: DenoTransportOptions = {}): DenoTransport {
  const read = readOptions("create denoTransport", options, TABLE, undefined, "", HTTP_HABITS);
  const { cert, key, proxy, unixSocket, noProxy, allowClearHTTPS, poolIdleTimeout, ...rest } = read;
  checkTogether("denoTransport", read);
  const { createHttpClient } = (globalThis as { readonly Deno?: DenoLike }).Deno ?? {};
  if (createHttpClient === undefined) {
    throw new TypeError(
      "Cannot create denoTransport: this runtime has no Deno.createHttpClient; use the default transport",
    );
  }
  const exempt = hostPatterns("noProxy", noProxy ?? [], true);
  const via = unixSocket === undefined ? proxy : { transport: "unix", path: unixSocket } as const;
  const clear = via !== undefined && CLEAR.has((via as ClearTransport).transport)
    ? (via as ClearTransport).transport
    : undefined;
  const base = {
    ...rest,
    ...(cert !== undefined && { cert, key }),
    ...(poolIdleTimeout !== undefined &&
      { poolIdleTimeout: poolIdleTimeout === Infinity ? false : poolIdleTimeout }),
  };

  const clients = new Map<string, PlatformClient>();
  let closed = false;
  /** Returns the client for a request: through the proxy or not, on a kept or a new connection. */
  const clientFor = (direct: boolean, fresh: boolean): PlatformClient => {
    const kind = `${direct} ${fresh}`;
    let client = clients.get(kind);
    if (client === undefined) {
      client = createHttpClient(bare({
        ...base,
        ...(via !== undefined && !direct && { proxy: platformProxy(via) }),
        ...(fresh && { poolMaxIdlePerHost: 0 }),
      }));
      clients.set(kind, client);
    }
    return client;
  };
  try {
    clientFor(false, false); // created now, so that invalid certificates fail here
  } catch (error) {
    const cause = redactCause(error);
    throw new TypeError(`Cannot create denoTransport: Deno refused the options: ${cause}`, {
      cause,
    });
  }

  const hasCertificate = cert !== undefined;
  const route: Route = { ...routeOf(via), hasCertificate };
  /** Whether a connection goes directly to its server; throws if it must not be made. */
  const isDirect = (url: string, action: string): boolean => {
    const direct = noProxy !== undefined && exempt.has(new URL(url).hostname);
    checkConnection(url, action, closed, direct || allowClearHTTPS ? undefined : clear);
    return direct;
  };
  const transport = async (url: string, init: RequestInit): Promise<globalThis.Response> => {
    const direct = isDirect(url, init.method ?? "GET");
    // By a client in the init, fetchInit requests a new connection, so that the request is sent once.
    const client = clientFor(direct, "client" in init);
    const taken = direct ? { hasCertificate } : route;
    try {
      return throughProxy(await fetch(url, bare({ ...init, client }) as RequestInit), taken);
    } catch (error) {
      throw withRoute(error, taken);
    }
  };
  const webSocket = (url: string, init: HandshakeInit): WebSocketLike => {
    const direct = isDirect(url, "connect to");
    const own = bare({ ...init, client: clientFor(direct, false) });
    const made: unknown = new WebSocket(url, own as never);
    // Deno sends the handshake of ws: to an HTTP proxy as a GET, and most proxies do not forward its upgrade.
    const how = /^ws:/i.test(url) && /^http/.test(route.proxy ?? "")
      ? " (without a tunnel, which wss: has)"
      : "";
    const name = shownRoute(route);
    const shown = direct || name === undefined ? undefined : name + how;
    return Object.assign(made as WebSocketLike, { via: shown });
  };
  const close = (): void => {
    closed = true;
    for (const client of clients.values()) client.close();
    clients.clear();
  };
  const made = Object.assign(transport, { close, webSocket, sendsHost: read.allowHost === true });
  OPTIONS.set(made, bare({ ...options }));
  return made;
}

/** Returns the options of a transport of this module, if its connections go directly to servers. */
export function directOptions(transport: Transport): DenoTransportOptions | undefined {
  const options = OPTIONS.get(transport);
  return options?.proxy === undefined && options?.unixSocket === undefined ? options : undefined;
}

/** Returns the proxy or socket for messages, without credentials. */
function routeOf(via: DenoTransportOptions["proxy"]): Route {
  if (via === undefined) return {};
  if (via instanceof URL || typeof via === "string") return { proxy: describeURL(String(via)) };
  if (via.transport === "unix") return { socket: via.path };
  return { proxy: via.transport === "tcp" ? `${via.hostname}:${via.port}` : `vsock ${via.cid}` };
}

/** Returns the proxy for Deno, with its userinfo separate and decoded. */
function platformProxy(given: NonNullable<DenoTransportOptions["proxy"]>): object {
  if (!(given instanceof URL) && typeof given !== "string") return given;
  const { url, username, password } = withoutUserinfo(given);
  const basicAuth = (username || password) && bare({ username, password });
  return bare({ url, ...(basicAuth && { basicAuth }) });
}
