/**
 * Native fetch whose connections go to given addresses, on Node and Bun. The names stay in the URL's place:
 * for the certificate, and for the `host` field.
 *
 * @module
 */

import { parseAddress } from "../hosts/ip_address.ts";
import type { AddressesOf, Transport } from "../http/transport/transport.ts";
import { bare } from "../runtime/bare.ts";
import type { HandshakeInit, WebSocketLike } from "../runtime/web_socket.ts";
import { pinnedLookup } from "../transports/pinned_lookup.ts";
import { NATIVE_DISPATCHER } from "../transports/undici.ts";

/** The pool of connections that Node's fetch uses. */
interface Agent {
  destroy(): Promise<void>;
}

/** Native fetch to the addresses of `addressesOf`; undefined if the runtime cannot. */
export function pinnedFetch(addressesOf: AddressesOf): Transport | undefined {
  return "Bun" in globalThis ? pinnedOnBun(addressesOf) : pinnedOnNode(addressesOf);
}

/**
 * On Node: over an agent like the one that fetch uses by itself. Not where the program has set another
 * (`setGlobalDispatcher()`, a proxy from the environment): what that one does would be lost.
 */
function pinnedOnNode(addressesOf: AddressesOf): Transport | undefined {
  new Headers(); // Node makes its agent when it is first needed
  const used = Reflect.get(globalThis, NATIVE_DISPATCHER) as
    | (Agent & Record<symbol, { readonly connect?: unknown }>)
    | undefined;
  if (used?.constructor.name !== "Agent") return undefined;
  const options = Object.getOwnPropertySymbols(used).find((one) => one.description === "options");
  if (options === undefined || used[options]?.connect !== undefined) return undefined;
  const connect = { lookup: pinnedLookup(addressesOf), autoSelectFamily: true };
  const dispatcher = new (used.constructor as new (options: object) => Agent)({ connect });
  return Object.assign(
    (url: string, init: RequestInit) => fetch(url, bare({ ...init, dispatcher }) as RequestInit),
    {
      close: () => dispatcher.destroy(),
      webSocket: (url: string, init: HandshakeInit) =>
        new WebSocket(url, bare({ ...init, dispatcher }) as never) as unknown as WebSocketLike,
    },
  );
}

/** On Bun: to the URL of the address, with the name as `host` and for the certificate. */
function pinnedOnBun(addressesOf: AddressesOf): Transport {
  const send = async (given: string, init: RequestInit): Promise<globalThis.Response> => {
    const { hostname, host } = new URL(given);
    const addresses = addressesOf(hostname) ?? [];
    const headers = new Headers(init.headers);
    if (!headers.has("host")) headers.set("host", host);
    let refused: unknown = new TypeError(`${hostname} is not pinned to an address`);
    for (const address of addresses) {
      try {
        const tls = { serverName: hostname };
        return await fetch(atAddress(given, address), bare({ ...init, headers, tls }) as never);
      } catch (error) {
        if (Object(error).code !== "ConnectionRefused") throw error;
        refused = error; // nothing was sent: the next may be up
      }
    }
    throw refused;
  };
  return Object.assign(send, {
    webSocket: (url: string, { headers, protocols }: HandshakeInit): WebSocketLike => {
      const { hostname, host } = new URL(url);
      const [address] = addressesOf(hostname) ?? [];
      if (address === undefined) throw new TypeError(`${hostname} is not pinned to an address`);
      const init = { protocols, headers: { host, ...headers }, tls: { serverName: hostname } };
      return new WebSocket(
        atAddress(url, address),
        bare(init) as never,
      ) as unknown as WebSocketLike;
    },
  });
}

/** The URL with the address as its host. */
function atAddress(given: string, address: string): string {
  const url = new URL(given);
  url.hostname = parseAddress(address)?.length === 16 ? `[${address}]` : address;
  return url.href;
}
