/**
 * Failures, as errors with a code.
 *
 * @module
 */

import { ConnectionError, HTTPClient, NetworkingError } from "@codomyrmex/networking";
import { equal, failure, ok } from "./assert.ts";
import { type Case, feature, QUICK } from "./case.ts";

const once = new HTTPClient({ maxRetries: 0 });

/** The cases. */
export const errors: readonly Case[] = feature("errors", {
  async "a connection that cannot be had is a ConnectionError, with every attempt"({ closed }) {
    const client = new HTTPClient({ ...QUICK, maxRetries: 2 });
    const error = await failure(ConnectionError, client.get(closed));
    ok(error instanceof NetworkingError && error.cause !== undefined, "it has a cause");
    equal([error.method, error.url], ["GET", closed]);
    equal(error.attempts.map(({ number, errorCode }) => [number, errorCode]), [
      [1, error.code],
      [2, error.code],
      [3, error.code],
    ]);
  },
  async "a refused connection has its code"({ closed }) {
    equal((await failure(ConnectionError, once.get(closed))).code, "connection_refused");
  },
  async "a connection that ends before the answer has its code"({ broken, fail }) {
    await fail("/x", { fault: "reset_after_request" });
    equal((await failure(ConnectionError, once.get(broken("/x")))).code, "connection_reset");
  },
  async "an answer that is not HTTP has its code"({ broken, fail }) {
    await fail("/x", { raw: "HTTP/1.1 abc\r\n\r\n" });
    equal((await failure(ConnectionError, once.get(broken("/x")))).code, "protocol_error");
  },
  async "a name without an address has its code"() {
    const error = await failure(ConnectionError, once.get("http://nothing.invalid/"));
    equal(error.code, "dns_failed");
  },
  async "a blocked port has its code"() {
    const error = await failure(ConnectionError, once.get("http://127.0.0.1:6000/"));
    equal(error.code, "port_blocked");
  },
  async "a body that is cut off has its code, however it is"({ broken, fail }) {
    for (const fault of ["disconnect", "reset"] as const) {
      await fail(`/${fault}`, { fault: `${fault}_during_response_body`, body: "0123456789" });
      const error = await failure(ConnectionError, once.get(broken(`/${fault}`)));
      equal([fault, error.code], [fault, "body_truncated"]);
    }
    await fail("/chunk", { fault: "bad_chunk", body: "0123456789" });
    await failure(ConnectionError, once.get(broken("/chunk")));
  },
  async "a URL that is none is an error before anything is sent"() {
    for (const url of ["http://", "nonsense", "ftp://127.0.0.1/"]) {
      equal((await failure(NetworkingError, once.get(url))).code, "invalid_url");
    }
  },
  async "a closed client says so, and its calls in flight end"({ url, answer }) {
    await answer("/x", { delayMs: 3000 });
    const client = new HTTPClient();
    const call = failure(NetworkingError, client.get(url("/x")));
    await client.close();
    equal((await call).code, "closed");
    equal((await failure(NetworkingError, client.get(url("/x")))).code, "closed");
  },
  async "secrets are not in an error"({ closed }) {
    const url = `${closed.replace("http://", "http://ada:hunter2@")}?token=hunter2`;
    const headers = { authorization: "Bearer hunter2", "x-api-key": "hunter2" };
    const error = await failure(NetworkingError, once.get(url, { headers }));
    const shown = `${error.message} ${error.stack} ${JSON.stringify(error)} ${error.url}`;
    ok(!shown.includes("hunter2"), `this shows none: ${shown}`);
  },
});
