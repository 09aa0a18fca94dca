/**
 * The connections of `nodeTransport()`: a dispatcher of undici for each route.
 *
 * @module
 */

import { type Route, withRoute } from "../http/transport/route.ts";
import type { AddressesOf, Transport } from "../http/transport/transport.ts";
import { describeURL } from "../redact.ts";
import type { Answer } from "../runtime/answer.ts";
import { bare } from "../runtime/bare.ts";
import type { HandshakeInit, MakeSocket, WebSocketLike } from "../runtime/web_socket.ts";
import { checkConnection, shownRoute, withoutUserinfo } from "./connection_options.ts";
import { pinnedLookup } from "./pinned_lookup.ts";
import { proxyChoice } from "./proxy_choice.ts";
import type { Dispatcher, Undici } from "./undici.ts";
import { exchange } from "./undici_exchange.ts";
import { toResponse } from "./web_response.ts";

/** The options of `nodeTransport()`, checked. */
export interface ConnectionSettings {
  readonly proxy?: string | URL;
  readonly noProxy?: readonly string[];
  readonly unixSocket?: string;
  readonly http2?: boolean;
  readonly connections?: number;
  /** In milliseconds. */
  readonly poolIdleTimeout?: number;
  readonly localAddress?: string;
  readonly allowHost?: boolean;
  /** The trusted certificate authorities, for servers and proxies. */
  readonly trust: object;
  /** The trusted authorities and the client's certificate, for servers. */
  readonly tls: object;
  /** Whether there is a client certificate. */
  readonly hasCertificate: boolean;
}

/** A transport over connections of its own. */
export interface NodeConnections extends Transport {
  readonly webSocket: MakeSocket;
  close(): Promise<void>;
}

/** The connections of one route, and the route for messages. */
interface Path {
  readonly dispatcher: Dispatcher;
  readonly route: Route;
}

/**
 * Makes a transport.
 *
 * @param addressesOf Returns the addresses of names that no proxy resolves; the system resolves them when left out.
 */
export function connectBy(
  undici: Undici,
  settings: ConnectionSettings,
  addressesOf?: AddressesOf,
): NodeConnections {
  const { proxy, noProxy, unixSocket, allowHost, hasCertificate } = settings;
  const choose = proxyChoice(proxy, noProxy);
  const paths = new Map<string, Path>();
  let closed = false;
  const pathTo = (url: string, action: string): Path => {
    checkConnection(url, action, closed);
    const via = choose(url);
    const isSocket = /^ws/i.test(url);
    const name = `${via} ${isSocket}`;
    let path = paths.get(name);
    if (path === undefined) {
      const dispatcher = via === undefined
        ? direct(undici, settings, isSocket, addressesOf)
        : through(undici, settings, isSocket, via);
      const route: Route = {
        hasCertificate,
        ...via !== undefined && { proxy: describeURL(String(via)) },
        ...unixSocket !== undefined && { socket: unixSocket },
      };
      paths.set(name, path = { dispatcher, route });
    }
    return path;
  };
  const send = async (url: string, init: RequestInit): Promise<Answer> => {
    const { dispatcher, route } = pathTo(url, init.method ?? "GET");
    try {
      return await exchange(url, init, dispatcher, sendsHost);
    } catch (error) {
      throw withRoute(error, route);
    }
  };
  const transport = async (url: string, init: RequestInit): Promise<globalThis.Response> =>
    toResponse(await send(url, init));
  const webSocket = (url: string, { headers, protocols }: HandshakeInit): WebSocketLike => {
    const { dispatcher, route } = pathTo(url, "connect to");
    const made = new undici.WebSocket(url, bare({ headers, protocols, dispatcher }));
    return Object.assign(made, { via: shownRoute(route) });
  };
  const close = async (): Promise<void> => {
    closed = true;
    const open = [...paths.values()];
    paths.clear();
    await Promise.all(open.map(({ dispatcher }) => dispatcher.destroy()));
  };
  const sendsHost = allowHost === true;
  return Object.assign(transport, { close, send, webSocket, sendsHost });
}

/**
 * Returns the common options of all dispatchers. The client has the timeouts. WebSockets never use HTTP/2: undici
 * would retry over HTTP/1.1 and hide the outcome.
 */
function common(
  { http2, connections, poolIdleTimeout, localAddress }: ConnectionSettings,
  isSocket: boolean,
): object {
  return {
    headersTimeout: 0,
    bodyTimeout: 0,
    connectTimeout: 0,
    allowH2: http2 !== false && !isSocket,
    ...connections !== undefined && { connections },
    ...poolIdleTimeout !== undefined && { keepAliveTimeout: poolIdleTimeout },
    ...localAddress !== undefined && { localAddress },
  };
}

function direct(
  undici: Undici,
  settings: ConnectionSettings,
  isSocket: boolean,
  addressesOf: AddressesOf | undefined,
): Dispatcher {
  const { tls, unixSocket } = settings;
  return new undici.Agent({
    ...common(settings, isSocket),
    connect: {
      ...tls,
      timeout: 0,
      autoSelectFamily: true,
      ...unixSocket !== undefined && { socketPath: unixSocket },
      ...addressesOf !== undefined && { lookup: pinnedLookup(addressesOf) },
    },
  });
}

function through(
  undici: Undici,
  settings: ConnectionSettings,
  isSocket: boolean,
  proxy: string | URL,
): Dispatcher {
  const { trust, tls } = settings;
  const { url, username, password } = withoutUserinfo(proxy);
  const hasLogin = username !== "" || password !== "";
  if (url.startsWith("socks")) {
    return new undici.Socks5ProxyAgent(url.replace(/^socks5h:/, "socks5:"), {
      ...common(settings, isSocket),
      ...hasLogin && { username, password },
      requestTls: tls,
    });
  }
  return new undici.ProxyAgent({
    ...common(settings, isSocket),
    uri: url,
    ...hasLogin && { token: `Basic ${btoa(utf8(`${username}:${password}`))}` },
    // The client's certificate is for the server; the proxy only has the same trusted authorities.
    requestTls: tls,
    proxyTls: trust,
    // A proxy does not forward an upgrade: WebSockets need a tunnel, also without TLS.
    ...isSocket && { proxyTunnel: true },
  });
}

/** Returns the UTF-8 bytes of a text as characters, for btoa(). */
function utf8(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}
