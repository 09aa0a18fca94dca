/**
 * The address policy, for URLs that come from others.
 *
 * @module
 */

import { addressPolicy } from "@codomyrmex/networking/address-policy";
import { AddressError, HTTPClient } from "@codomyrmex/networking";
import { equal, failure } from "./assert.ts";
import { type Case, feature } from "./case.ts";

/** The cases. */
export const addresses: readonly Case[] = feature("address policy", {
  async "addresses that are not public are refused, however they are spelled"({ url, requests }) {
    const client = new HTTPClient({ addressPolicy: addressPolicy() });
    const hosts = ["127.0.0.1", "0x7f.1", "2130706433", "[::1]", "[::ffff:10.0.0.1]", "10.1.2.3"];
    for (const host of [...hosts, "169.254.169.254", "[fd00::1]", "localhost"]) {
      const error = await failure(AddressError, client.get(`http://${host}/`));
      equal([host, error.code], [host, "address_refused"]);
    }
    await failure(AddressError, client.get(url("/x")));
    equal(await requests(), []);
  },
  // R8.17
  async "what a URL says by itself is judged first: private names, a user name, a password"() {
    const resolve = () => Promise.resolve(["93.184.216.34"]);
    const names = ["metadata.google.internal", "METADATA.", "instance-data", "ip6-localhost."];
    for (const place of [...names, "127.0.0.1@api.invalid", ":x@api.invalid"]) {
      for (const rule of [{ resolve }, { resolve: false as const }, {}]) {
        const client = new HTTPClient({ maxRetries: 0, addressPolicy: addressPolicy(rule) });
        const error = await failure(AddressError, client.get(`http://${place}/`));
        equal([place, error.code], [place, "address_refused"]);
      }
    }
  },
  async "private addresses are reached where the policy allows them"({ url }) {
    const client = new HTTPClient({ addressPolicy: addressPolicy({ private: "allow" }) });
    equal((await client.get(url("/x"))).statusCode, 200);
  },
  async "hosts, schemes and ports are rules of their own"({ url }) {
    const rules = [
      { allowHosts: ["api.example"] },
      { denyHosts: ["127.0.0.0/8"] },
      { schemes: ["https" as const] },
      { ports: [443] },
    ];
    for (const rule of rules) {
      const client = new HTTPClient({
        addressPolicy: addressPolicy({ private: "allow", ...rule }),
      });
      await failure(AddressError, client.get(url("/x")));
    }
  },
  async "every address of a name is judged"() {
    const resolve = () => Promise.resolve(["93.184.216.34", "127.0.0.1"]);
    const client = new HTTPClient({ addressPolicy: addressPolicy({ resolve }) });
    await failure(AddressError, client.get("http://rebinding.example/"));
  },
  // R8.19
  async "a name leads to the address that was judged, whatever it leads to by itself"(
    { url, requests },
  ) {
    const given = new URL(url("/x"));
    given.hostname = "nothing.invalid";
    const client = new HTTPClient({
      maxRetries: 0,
      addressPolicy: addressPolicy({
        ...{ private: "allow", denyHosts: ["10.0.0.0/8"] },
        resolve: () => Promise.resolve([new URL(url("/")).hostname]),
      }),
    });
    equal((await client.get(given)).statusCode, 200);
    equal((await client.post(given, "x")).url, given.href);
    const host = given.host;
    equal((await requests()).map(({ method, headers }) => [method, headers.host]), [
      ["GET", host],
      ["POST", host],
    ]);
    await client.close();
  },
  async "a redirect is judged like the request"({ url, other, answer, requests }) {
    await answer("/x", { status: 302, headers: { location: other("/y") } });
    const ports = [Number(new URL(url("/")).port)];
    const client = new HTTPClient({
      maxRetries: 0,
      addressPolicy: addressPolicy({ private: "allow", ports }),
    });
    await failure(AddressError, client.get(url("/x")));
    equal((await requests()).length, 1);
  },
});
