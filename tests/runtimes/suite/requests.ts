/**
 * What goes out: methods, bodies, headers and URLs.
 *
 * @module
 */

import { HTTPClient, NetworkingError } from "@codomyrmex/networking";
import { equal, failure, match, ok, rejection } from "./assert.ts";
import { type Case, type Context, feature, QUICK } from "./case.ts";

/** What the server says that it was sent, when it is told nothing else. */
interface Account {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A client whose requests are answered with an account of them. */
function clientOf({ url }: Context): HTTPClient {
  return new HTTPClient({ ...QUICK, baseUrl: url("/") });
}

/** The cases. */
export const requests: readonly Case[] = feature("requests", {
  async "each verb arrives as its method"(context) {
    const client = clientOf(context);
    const answers = [
      await client.get("x"),
      await client.options("x"),
      await client.delete("x"),
      await client.post("x", "b"),
      await client.put("x", "b"),
      await client.patch("x", "b"),
      await client.query("x", "b"),
      await client.request("PROPFIND", "x"),
    ];
    equal(
      answers.map((answer) => answer.json<Account>().method),
      ["GET", "OPTIONS", "DELETE", "POST", "PUT", "PATCH", "QUERY", "PROPFIND"],
    );
  },
  // R3.2
  async "baseUrl is a path of the page, and elsewhere says what to write"() {
    const { location } = globalThis as { location?: { origin: string } };
    const make = () => new HTTPClient({ ...QUICK, baseUrl: "/told" });
    if (location === undefined) {
      const error = await failure(TypeError, Promise.resolve().then(make));
      match(error.message, /write new URL\("\/told", "https:/);
    } else {
      const { path } = (await make().get("x")).json<Account>();
      equal([make().url, path], [`${location.origin}/told`, "/x"]);
    }
  },
  async "head() gives the head alone"({ url, answer }) {
    await answer("/x", { headers: { etag: '"v1"' }, body: "a body" });
    const response = await new HTTPClient().head(url("/x"));
    equal([response.statusCode, response.headers.get("etag"), response.text], [200, '"v1"', ""]);
  },
  async "a value goes out as JSON, with its type"(context) {
    const account = (await clientOf(context).post("x", { a: [1, "ä"] })).json<Account>();
    equal(JSON.parse(account.body), { a: [1, "ä"] });
    equal(account.headers["content-type"], "application/json");
  },
  async "text goes out as it is, as UTF-8"(context) {
    const account = (await clientOf(context).post("x", "grüße")).json<Account>();
    equal(account.body, "grüße");
    match(account.headers["content-type"], /^text\/plain; *charset=utf-8$/i);
  },
  async "a form is encoded as browsers do it"(context) {
    const form = { q: "a b&c", tag: ["1", "2"] };
    const account = (await clientOf(context).post("x", undefined, { form })).json<Account>();
    equal(account.body, "q=a+b%26c&tag=1&tag=2");
    match(account.headers["content-type"], /^application\/x-www-form-urlencoded/);
  },
  async "multipart has fields and files"(context) {
    const file = new File(["some text"], "notes.txt", { type: "text/plain" });
    const multipart = { title: "Notes", file };
    const account = (await clientOf(context).post("x", undefined, { multipart })).json<Account>();
    const [, boundary] = /boundary="?([^";]+)/.exec(account.headers["content-type"] ?? "") ?? [];
    const parts = account.body.split(`--${boundary}`);
    equal([parts.length, parts.at(-1)], [4, "--\r\n"]);
    match(parts[1], /name="title"\r\n\r\nNotes\r\n$/);
    match(parts[2], /name="file"; filename="notes\.txt"\r\n/);
    match(parts[2], /content-type: text\/plain(?:; ?charset=utf-8)?\r\n\r\nsome text\r\n$/i);
  },
  async "bytes come back as they went, all values of them"({ url, answer }) {
    await answer("/x", { echo: true });
    const bytes = Uint8Array.from({ length: 512 }, (_, index) => index % 256);
    const response = await new HTTPClient().put(url("/x"), bytes);
    equal([...response.content], [...bytes]);
  },
  async "a Blob goes out with its type"({ url, answer }) {
    await answer("/x", { echo: true });
    const blob = new Blob(["a,b"], { type: "text/csv" });
    const response = await new HTTPClient().post(url("/x"), blob);
    equal([response.text, response.headers.get("content-type")], ["a,b", "text/csv"]);
  },
  async "a stream goes out as a body"(context) {
    const stream = new Blob(["streamed"]).stream();
    equal((await clientOf(context).put("x", stream)).json<Account>().body, "streamed");
  },
  async "a stream of a known size goes out with its length"(context) {
    const data = () => ({ stream: new Blob(["streamed"]).stream(), size: 8 });
    const { headers, body } = (await clientOf(context).put("x", data)).json<Account>();
    equal([headers["content-length"], body], ["8", "streamed"]);
    const nothing = () => ({ stream: new Blob([]).stream(), size: 0 });
    const empty = (await clientOf(context).put("x", nothing)).json<Account>();
    equal([empty.headers["content-length"], empty.body], ["0", ""]);
    for (const size of [7, 9]) {
      const other = () => ({ ...data(), size });
      ok(await rejection(clientOf(context).put("x", other)) instanceof RangeError, `${size}`);
    }
  },
  async "an upload ends with its call, and its stream is let go"({ url, answer }) {
    await answer("/x", { status: 401, early: true });
    const source = { pulls: 0, cancels: 0 };
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      async pull(controller) {
        source.pulls++;
        await new Promise((resolve) => setTimeout(resolve, 1));
        if (source.cancels === 0) controller.enqueue(new Uint8Array(8192));
      },
      cancel: () => void source.cancels++,
    });
    equal((await new HTTPClient().put(url("/x"), stream)).statusCode, 401);
    const { pulls } = source;
    await new Promise((resolve) => setTimeout(resolve, 50));
    equal(source, { pulls, cancels: 1 });
  },
  async "an upload to a port where nobody listens is a refused connection"({ closed }) {
    const stream = () =>
      new ReadableStream<Uint8Array<ArrayBuffer>>({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          controller.enqueue(new Uint8Array(100));
        },
      });
    const error = await failure(NetworkingError, new HTTPClient(QUICK).put(closed, stream));
    equal([error.code, error.attempts.length], ["connection_refused", 4]);
  },
  async "a polluted prototype changes no request"(context) {
    const polluted: Record<string, unknown> = {
      method: "DELETE",
      body: "polluted",
      headers: { "x-polluted": "1" },
      mode: "same-origin",
      credentials: "include",
    };
    for (const [name, value] of Object.entries(polluted)) {
      const property = { value, configurable: true, writable: true };
      Object.defineProperty(Object.prototype, name, property);
      const call = clientOf(context).post("x", "mine");
      const get = clientOf(context).get("x");
      for (let turn = 0; turn < 100; turn++) await undefined;
      delete (Object.prototype as unknown as Record<string, unknown>)[name];
      const [sent, got] = [(await call).json<Account>(), (await get).json<Account>()];
      equal([sent.method, sent.body, got.method, got.body], ["POST", "mine", "GET", ""]);
      equal(got.headers["x-polluted"], undefined);
    }
  },
  async "an upload tells how far it is"(context) {
    const told: number[] = [];
    const onProgress = ({ transferred }: { readonly transferred: number }) =>
      void told.push(transferred);
    const response = await clientOf(context).post("x", "x".repeat(1000), { onProgress });
    equal([told.at(-1), response.json<Account>().body.length], [1000, 1000]);
  },
  async "params are encoded, lists repeated, and undefined ones left out"(context) {
    const params = { q: "a b&c", tag: ["x", "y"], none: undefined };
    const account = (await clientOf(context).get("x?z=1", { params })).json<Account>();
    const { searchParams } = new URL(account.path, "http://localhost");
    equal([...searchParams], [["z", "1"], ["q", "a b&c"], ["tag", "x"], ["tag", "y"]]);
  },
  async "the base URL is a directory that URLs stay below"(context) {
    const client = new HTTPClient({ ...QUICK, baseUrl: context.url("/v1") });
    equal((await client.get("users")).json<Account>().path, "/v1/users");
    equal((await client.get("/users")).json<Account>().path, "/v1/users");
    for (const outside of ["../v2", context.other("/v1/users")]) {
      equal((await failure(NetworkingError, client.get(outside))).code, "invalid_url");
    }
    equal((await context.requests()).length, 2);
  },
  async "headers of the call replace the client's, and undefined removes one"(context) {
    const client = clientOf(context).extend({ headers: { "x-a": "1", "x-b": "1", "x-c": "1" } });
    const headers = { "X-B": "2", "x-c": undefined };
    const account = (await client.get("x", { headers })).json<Account>();
    const { "x-a": a, "x-b": b, "x-c": c } = account.headers;
    equal([a, b, c], ["1", "2", undefined]);
  },
  async "user and password in a URL become credentials, and are in no URL after that"({ url }) {
    const given = url("/x").replace("http://", "http://ada:engine@");
    const response = await new HTTPClient().get(given);
    equal(response.json<Account>().headers.authorization, `Basic ${btoa("ada:engine")}`);
    equal(response.url, url("/x"));
  },
  async "an option that does not exist is refused before anything is sent"(context) {
    const options = { timout: 5 } as object;
    const error = await failure(TypeError, clientOf(context).get("x", options));
    ok(error.message.includes("timeout"), "the message has the name that was meant");
    equal(await context.requests(), []);
  },
});
