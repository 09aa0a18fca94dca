/**
 * Redirects by our rules. A browser hides them and follows them by its own.
 *
 * @module
 */

import { HTTPClient, RedirectError, TooManyRedirectsError } from "@codomyrmex/networking";
import { equal, failure } from "./assert.ts";
import { type Case, feature } from "./case.ts";

/** The cases. */
export const redirects: readonly Case[] = feature("redirects", {
  async "a redirect leads to its target"({ url, answer }) {
    await answer("/old", { status: 302, headers: { location: "new" } });
    await answer("/new", { body: "here" });
    const response = await new HTTPClient().get(url("/old"));
    equal([response.text, response.url], ["here", url("/new")]);
  },
  async "the hops are in the history"({ url, answer }) {
    await answer("/old", { status: 301, headers: { location: "new" } });
    const { history } = await new HTTPClient().get(url("/old"));
    equal(history.map(({ statusCode, url }) => [statusCode, url]), [[301, url("/old")]]);
  },
  async "credentials and API keys stay with their origin"({ url, other, answer, requests }) {
    await answer("/old", { status: 302, headers: { location: other("/new") } });
    const headers = { authorization: "Bearer t", "x-api-key": "k", "x-own": "o", "x-note": "n" };
    await new HTTPClient().get(url("/old"), { headers, sensitiveHeaders: ["x-own"] });
    const [first, second] = (await requests()).map(({ headers }) =>
      ["authorization", "x-api-key", "x-own", "x-note"].map((name) => headers[name])
    );
    equal(first, ["Bearer t", "k", "o", "n"]);
    equal(second, [undefined, undefined, undefined, "n"]);
  },
  async "307 keeps method and body, 303 makes it a GET"({ url, answer, requests }) {
    await answer("/307", { status: 307, headers: { location: "a" } });
    await answer("/303", { status: 303, headers: { location: "b" } });
    const client = new HTTPClient();
    await client.put(url("/307"), "body");
    await client.put(url("/303"), "body");
    equal((await requests()).map(({ method, path, body }) => [method, path, body]), [
      ["PUT", "/307", "body"],
      ["PUT", "/a", "body"],
      ["PUT", "/303", "body"],
      ["GET", "/b", ""],
    ]);
  },
  async "maxRedirects: 0 gives the redirect itself"({ url, answer }) {
    await answer("/old", { status: 302, headers: { location: "new" } });
    const response = await new HTTPClient().get(url("/old"), { maxRedirects: 0 });
    equal([response.statusCode, response.headers.get("location")], [302, "new"]);
  },
  async "more redirects than maxRedirects are an error"({ url, answer }) {
    await answer("/1", { status: 302, headers: { location: "2" } });
    await answer("/2", { status: 302, headers: { location: "3" } });
    const call = new HTTPClient().get(url("/1"), { maxRedirects: 1 });
    equal((await failure(TooManyRedirectsError, call)).code, "too_many_redirects");
  },
  async "a circle is refused when it closes"({ url, answer, requests }) {
    await answer("/1", { status: 302, headers: { location: "2" } });
    await answer("/2", { status: 302, headers: { location: "1" } });
    const error = await failure(RedirectError, new HTTPClient({ maxRetries: 0 }).get(url("/1")));
    equal([error.code, (await requests()).length], ["redirect_refused", 2]);
  },
  async "a body does not go to another origin unasked"({ url, other, answer, requests }) {
    await answer("/old", { status: 307, headers: { location: other("/new") } });
    const client = new HTTPClient();
    const error = await failure(RedirectError, client.post(url("/old"), "body"));
    equal([error.code, (await requests()).length], ["redirect_refused", 1]);
    const response = await client.post(url("/old"), "body", { allowCrossOriginBody: true });
    equal(response.json<{ body: string }>().body, "body");
  },
  async "another scheme than http is refused"({ url, answer }) {
    await answer("/old", { status: 302, headers: { location: "ftp://127.0.0.1/" } });
    const client = new HTTPClient({ maxRetries: 0 });
    equal((await failure(RedirectError, client.get(url("/old")))).statusCode, 302);
  },
});
