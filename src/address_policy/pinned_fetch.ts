/**
 * Native fetch whose connections go to given addresses, on Node and Bun. The names stay in the URL's place:
 * for the certificate, and for the `host` field.
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

function pinnedOnBun(addressesOf: AddressesOf): Transport {
  return Object.assign(
    (url: string, init: RequestInit) => fetchPinned(url, init, addressesOf),
    { webSocket: (url: string, init: HandshakeInit) => socketPinned(url, init, addressesOf) },
  );
}
