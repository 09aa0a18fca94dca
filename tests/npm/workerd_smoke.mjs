// The package where only Cloudflare's runtime is: `workerd test` runs this, bundled, against the server of
// workerd.ts. No assertions of Node's: there is no node: module here.

import {
  EventSourceClient,
  HTTPClient,
  NetworkingError,
  TimeoutError,
  WebSocketClient,
} from "@codomyrmex/networking";
import { MockTransport } from "@codomyrmex/networking/testing";

function equal(found, expected, what) {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${what}: ${left} is not ${right}`);
}

async function failure(promise) {
  return await promise.then(() => undefined, (error) => error);
}

const CHECKS = {
  async "a call"(baseUrl) {
    const client = new HTTPClient({ baseUrl, headers: { "x-one": "1" } });
    const got = await client.get("/echo", { params: { a: 1 } });
    equal(
      [got.statusCode, got.json()],
      [200, { method: "GET", url: "/echo?a=1", one: "1" }],
      "get",
    );
    const posted = await client.post("/echo", { name: "Ada" });
    equal(posted.json().body, '{"name":"Ada"}', "post");
    await client.close();
  },
  async "a retry"(baseUrl) {
    const client = new HTTPClient({ baseUrl, retryBackoff: { milliseconds: 1 } });
    const { statusCode, attempts } = await client.get(`/once-503/${crypto.randomUUID()}`);
    equal([statusCode, attempts.map((one) => one.statusCode)], [200, [503, 200]], "attempts");
    await client.close();
  },
  async "a timeout"(baseUrl) {
    const client = new HTTPClient({ baseUrl, timeout: { milliseconds: 100 }, maxRetries: 0 });
    const error = await failure(client.get("/never"));
    equal([error instanceof TimeoutError, error?.code], [true, "attempt_timeout"], "error");
    await client.close();
  },
  async "a stream"(baseUrl) {
    const client = new HTTPClient({ baseUrl });
    const response = await client.stream("GET", "/lines");
    const lines = [];
    for await (const line of response.lines()) lines.push(line);
    equal(lines, ["one", "two"], "lines");
    await client.close();
  },
  async "an event stream"(baseUrl) {
    const client = new EventSourceClient(`${baseUrl}/events`);
    await client.connect();
    equal((await client.receive())?.data, "hello", "event");
    await client.close();
  },
  async "a port where nobody listens"() {
    const client = new HTTPClient({ maxRetries: 0 });
    const error = await failure(client.get("http://127.0.0.1:1/"));
    equal(error instanceof NetworkingError, true, `${error}`);
  },
  async "a WebSocket"(baseUrl) {
    const client = new WebSocketClient(baseUrl.replace("http", "ws") + "/socket");
    equal(await client.connect(), true, "connect()");
    equal([await client.send("hi"), await client.receive()], [true, "hi"], "echo");
    await client.close();
  },
  async "doubles"() {
    const transport = new MockTransport().on("GET", "/", { json: [1] });
    const client = new HTTPClient({ transport });
    equal((await client.get("http://a.example/")).json(), [1], "answer");
  },
};

export default {
  async test(_, { baseUrl }) {
    const failures = [];
    for (const [name, check] of Object.entries(CHECKS)) {
      const late = new Promise((_, reject) =>
        setTimeout(() => reject(new Error("it did not end")), 5000)
      );
      const error = await failure(Promise.race([check(baseUrl), late]));
      if (error !== undefined) failures.push(`${name}: ${error?.stack ?? error}`);
    }
    if (failures.length > 0) throw new Error(failures.join("\n"));
  },
};
