/**
 * Requests and sockets of Bun to pinned addresses: the address is in the URL. The name is in the `host` field, and
 * the certificate is checked against it.
 *
 * @module
 */

import { parseAddress } from "../hosts/ip_address.ts";
import type { AddressesOf } from "../http/transport/transport.ts";
import { bare } from "../runtime/bare.ts";
import type { HandshakeInit, WebSocketLike } from "../runtime/web_socket.ts";

/** Calls Bun's fetch with the addresses of a URL's host, in their order. */
export async function fetchPinned(
  given: string,
  init: RequestInit & { readonly tls?: object },
  addressesOf: AddressesOf,
): Promise<globalThis.Response> {
  const { hostname, host } = new URL(given);
  const headers = new Headers(init.headers);
  if (!headers.has("host")) headers.set("host", host);
  const tls = { ...init.tls, serverName: hostname };
  let refused: unknown = notPinned(hostname);
  for (const address of addressesOf(hostname) ?? []) {
    try {
      return await fetch(atAddress(given, address), bare({ ...init, headers, tls }) as never);
    } catch (error) {
      if (Object(error).code !== "ConnectionRefused") throw error;
      refused = error; // nothing was sent: try the next address
    }
  }
  throw refused;
}

/** Makes a WebSocket of Bun to the first address of a URL's host. */
export function socketPinned(
  given: string,
  { headers, protocols, tls }: HandshakeInit & { readonly tls?: object },
  addressesOf: AddressesOf,
): WebSocketLike {
  const { hostname, host } = new URL(given);
  const [address] = addressesOf(hostname) ?? [];
  if (address === undefined) throw notPinned(hostname);
  const init = { protocols, headers: { host, ...headers }, tls: { ...tls, serverName: hostname } };
  return new WebSocket(atAddress(given, address), bare(init) as never) as unknown as WebSocketLike;
}

/** Returns the URL with the address as its host. */
function atAddress(given: string, address: string): string {
  const url = new URL(given);
  url.hostname = parseAddress(address)?.length === 16 ? `[${address}]` : address;
  return url.href;
}

function notPinned(hostname: string): TypeError {
  return new TypeError(`${hostname} is not pinned to an address`);
}
