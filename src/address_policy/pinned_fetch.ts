/**
 * Pins native fetch to the checked addresses, on Node and Bun. The certificate and the `host` field still use
 * the name.
 *
 * @module
 */

import type { AddressesOf, Transport } from "../http/transport/transport.ts";
import { bare } from "../runtime/bare.ts";
import type { HandshakeInit, WebSocketLike } from "../runtime/web_socket.ts";
import { fetchPinned, socketPinned } from "../transports/bun_pins.ts";
import { pinnedLookup } from "../transports/pinned_lookup.ts";
import { NATIVE_DISPATCHER } from "../transports/undici.ts";

/** The pool of connections that Node's fetch uses. */
interface Agent {
  destroy(): Promise<void>;
}

/** Returns native fetch to the addresses of `addressesOf`; undefined if the runtime cannot pin addresses. */
export function pinnedFetch(addressesOf: AddressesOf): Transport | undefined {
  return "Bun" in globalThis ? pinnedOnBun(addressesOf) : pinnedOnNode(addressesOf);
}

/**
 * Pins on Node, with an agent like the default one of fetch. Returns undefined if the program has set another
 * dispatcher (`setGlobalDispatcher()`, a proxy from the environment), whose effect would be lost.
 */
function pinnedOnNode(addressesOf: AddressesOf): Transport | undefined {
  new Headers(); // Node creates its agent on first use
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

function pinnedOnBun(addressesOf: AddressesOf): Transport {
  return Object.assign(
    (url: string, init: RequestInit) => fetchPinned(url, init, addressesOf),
    { webSocket: (url: string, init: HandshakeInit) => socketPinned(url, init, addressesOf) },
  );
}
