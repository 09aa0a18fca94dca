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
import { redactCause } from "../redact.ts";
import type { AddressesOf, Transport } from "../http/transport/transport.ts";
import { bare } from "../runtime/bare.ts";
import { builtinModule } from "../runtime/builtin_modules.ts";
import type { MakeSocket } from "../runtime/web_socket.ts";
import { CERTIFICATES, checkTogether, ipAddress, isProxyURL } from "./connection_options.ts";
import { connectBy } from "./undici_transport.ts";
import { connectOnBun } from "./bun_transport.ts";
import { loadUndici } from "./undici.ts";

/** The part of `node:tls` that is used. */
interface TLS {
  readonly rootCertificates: readonly string[];
  createSecureContext(options: object): unknown;
}

/** The options of {@linkcode nodeTransport}; options with the same name mean the same for `denoTransport()`. */
export interface NodeTransportOptions {
  /**
   * The proxy: an `http:`, `https:`, `socks5:` or `socks5h:` URL, whose userinfo goes to the proxy only. Or
   * `"environment"`: reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY, in upper or lower case, when the transport is made.
   */
  readonly proxy?: string | URL;
  /** Hosts to connect to without the proxy: names with all subdomains, addresses, ranges. */
  readonly noProxy?: readonly string[];
  /** Path of a Unix socket for all connections; `https:` uses TLS over it. */
  readonly unixSocket?: string;
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
  /** Maximum number of connections for each origin; no limit when left out. */
  readonly connections?: number;
  /** How long an idle connection is kept, in seconds; 4 when left out. A server may request less. */
  readonly poolIdleTimeout?: Duration;
  /** The local address of connections. */
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
  ...CERTIFICATES,
  http2: flag,
  connections: wholeNumber({ min: 1 }),
  poolIdleTimeout: duration("poolIdleTimeout"),
  allowHost: flag,
  localAddress: ipAddress,
} satisfies OptionTable<NodeTransportOptions>;

/**
 * Creates a transport with its own connections over undici 8, an optional peer dependency that needs Node 22.19.
 * On Bun it uses Bun's fetch with the options that Bun supports. Certificates are always checked.
 *
 * @param options Options that differ from those of `fetch`.
 * @throws {TypeError} If an option cannot be used, undici is missing, or this runtime is neither Node nor Bun.
 */
export function nodeTransport(options: NodeTransportOptions = {}): NodeTransport {
  const read = readOptions("create nodeTransport", options, TABLE, undefined, "", HTTP_HABITS);
  checkTogether("nodeTransport", read);
  const onBun = "Bun" in globalThis;
  const undici = onBun ? undefined : loadUndici();
  const { rootCertificates, createSecureContext } = builtinModule<TLS>("node:tls")!;
  const { caCerts, cert, key } = read;
  const trust = bare({
    rejectUnauthorized: true, // overrides NODE_TLS_REJECT_UNAUTHORIZED
    ...caCerts !== undefined && { ca: [...rootCertificates, ...caCerts] },
  });
  const tls = bare({ ...trust, ...cert !== undefined && { cert, key } });
  try {
    createSecureContext({ ...tls }); // now, so that invalid certificates fail here
  } catch (error) {
    const cause = redactCause(error);
    throw new TypeError(`Cannot create nodeTransport: the certificates were refused: ${cause}`, {
      cause,
    });
  }
  const settings = { ...read, trust, tls, hasCertificate: cert !== undefined };
  const make = (addressesOf?: AddressesOf) =>
    undici === undefined
      ? connectOnBun(settings, addressesOf)
      : connectBy(undici, settings, addressesOf);
  return Object.assign(make(), { pinned: make });
}
