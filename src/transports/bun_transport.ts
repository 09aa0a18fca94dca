/**
 * The connections of `nodeTransport()` on Bun: Bun's own fetch with its connection options.
 *
 * @module
 */

import { ConnectionError } from "../errors.ts";
import { type Route, withRoute } from "../http/transport/route.ts";
import { describeURL } from "../redact.ts";
import { parseAddress } from "../hosts/ip_address.ts";
import type { AddressesOf } from "../http/transport/transport.ts";
import { bare } from "../runtime/bare.ts";
import type { HandshakeInit, WebSocketLike } from "../runtime/web_socket.ts";
import { fetchPinned, socketPinned } from "./bun_pins.ts";
import {
  checkConnection,
  shownRoute,
  throughProxy,
  withoutUserinfo,
} from "./connection_options.ts";
import { proxyChoice } from "./proxy_choice.ts";
import type { ConnectionSettings, NodeConnections } from "./undici_transport.ts";

/** The options that Bun does not support. */
const MISSING = ["connections", "poolIdleTimeout", "localAddress"] as const;

/**
 * Makes a transport over Bun's fetch.
 *
 * @param addressesOf Returns the addresses of names that no proxy resolves; the system resolves them when left out.
 * @throws {TypeError} If Bun does not support an option.
 */
export function connectOnBun(
  settings: ConnectionSettings,
  addressesOf?: AddressesOf,
): NodeConnections {
  const refuse = (what: string, why: string) =>
    new TypeError(`Cannot create nodeTransport: Bun has no ${what}; ${why}`);
  const missing = MISSING.find((name) => settings[name] !== undefined);
  if (missing !== undefined) throw refuse(missing, "leave it out");
  const { proxy, noProxy, unixSocket, allowHost, http2, tls } = settings;
  const given = proxyChoice(proxy, noProxy);
  const choose = (url: string) => {
    const via = given(url);
    if (via !== undefined && /^socks/i.test(String(via))) {
      throw refuse("SOCKS proxies", "use an http: or https: proxy");
    }
    return via;
  };
  if (proxy !== undefined && proxy !== "environment") choose("http://proxied.invalid/");
  let closed = false;
  const routeTo = (url: string, action: string) => {
    checkConnection(url, action, closed);
    const via = choose(url);
    const route: Route = {
      hasCertificate: settings.hasCertificate,
      ...via !== undefined && { proxy: describeURL(String(via)) },
      ...unixSocket !== undefined && { socket: unixSocket },
    };
    return { via, route };
  };
  const own = bare({
    tls,
    timeout: false, // the client has the timeouts
    ...unixSocket !== undefined && { unix: unixSocket },
    ...http2 === false && { protocol: "http1.1" },
  });
  const transport = async (url: string, init: RequestInit): Promise<globalThis.Response> => {
    const { via, route } = routeTo(url, init.method ?? "GET");
    // Without the option, Bun's proxy of the environment must not be used.
    const proxied = { proxy: via !== undefined && { ...proxyOf(via), respectNoProxy: false } };
    const all = bare({ ...init, ...own, ...proxied }) as RequestInit;
    const isPinned = addressesOf !== undefined && via === undefined && unixSocket === undefined &&
      parseAddress(new URL(url).hostname) === undefined;
    try {
      const sent = isPinned ? fetchPinned(url, all, addressesOf) : fetch(url, all);
      return throughProxy(await sent, route);
    } catch (error) {
      throw withRoute(error, route);
    }
  };
  const webSocket = (url: string, { headers, protocols }: HandshakeInit): WebSocketLike => {
    const { via, route } = routeTo(url, "connect to");
    if (unixSocket !== undefined) {
      const made = socketOverUnix(url, unixSocket, { headers, protocols, tls });
      return Object.assign(made, { via: shownRoute(route) });
    }
    if (addressesOf !== undefined && via === undefined) {
      return socketPinned(url, { headers, protocols, tls }, addressesOf);
    }
    const init = { headers, protocols, tls, ...via !== undefined && { proxy: proxyOf(via) } };
    const made: unknown = new WebSocket(url, bare(init) as never);
    return Object.assign(made as WebSocketLike, { via: shownRoute(route) });
  };
  const close = (): Promise<void> => {
    closed = true;
    return Promise.resolve();
  };
  return Object.assign(transport, { close, webSocket, sendsHost: allowHost === true });
}

/** Characters that end a path in a `ws+unix:` URL, or that URLs escape. */
const UNSAFE = /^[^/]|[^\w./~+-]/;

/** Makes a WebSocket over a Unix socket. Its path is in Bun's own kind of URL; the certificate is for the URL's host. */
function socketOverUnix(
  url: string,
  path: string,
  { headers, protocols, tls }: HandshakeInit & { readonly tls: object },
): WebSocketLike {
  const refuse = (why: string, cause?: unknown) =>
    new ConnectionError("connection_failed", `Cannot connect to ${describeURL(url)}: ${why}`, {
      url,
      cause,
    });
  if (UNSAFE.test(path)) {
    throw refuse(
      `Bun cannot use the path ${path} for WebSockets; use an absolute path of A-Z a-z 0-9 . _ ~ + - /`,
    );
  }
  const { protocol, host, hostname, pathname, search } = new URL(url);
  const init = { protocols, headers: { host, ...headers }, tls: { ...tls, serverName: hostname } };
  const own = `${protocol.replace(":", "+unix:")}//${path}:${pathname}${search}`;
  try {
    return new WebSocket(own, bare(init) as never) as unknown as WebSocketLike;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw refuse(
      "this Bun does not support WebSockets over unixSocket; use Bun 1.4 or later",
      cause,
    );
  }
}

/** Returns a proxy with its credentials as a header field. */
function proxyOf(given: string | URL): object {
  const { url, username, password } = withoutUserinfo(given);
  if (username === "" && password === "") return { url };
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  const authorization = `Basic ${btoa(String.fromCharCode(...bytes))}`;
  return { url, headers: { "proxy-authorization": authorization } };
}
