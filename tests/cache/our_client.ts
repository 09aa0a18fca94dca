/**
 * This library's client with its cache, as the cases of cache-tests see it.
 *
 * @module
 */

import { httpCache } from "../../src/cache/mod.ts";
import { NetworkingError } from "../../src/errors.ts";
import { HTTPClient } from "../../src/http/http_client.ts";
import { type CachingClient, GONE, headersOf, HOST, type Origin, type Pairs } from "./harness.ts";

function pairsOf(headers: HeadersInit | undefined): Pairs {
  return [...new Headers(headers)];
}

/** This library's. */
export function ourClient(origin: Origin, shared: boolean): CachingClient {
  const transport = (url: string, init: RequestInit): Promise<Response> => {
    const { pathname, search } = new URL(url);
    const { method = "GET" } = init;
    const sent = origin({ method, path: pathname + search, headers: pairsOf(init.headers) });
    if (sent === undefined) return Promise.reject(new TypeError("connection closed"));
    const { status, reason: statusText, headers, body } = sent;
    const hasBody = status !== 204 && status !== 304 && method !== "HEAD";
    const content = hasBody ? body : null;
    return Promise.resolve(
      new Response(content, { status, statusText, headers: headersOf(headers) }),
    );
  };
  const cache = httpCache({ shared });
  const client = new HTTPClient({
    baseUrl: HOST,
    transport,
    cache,
    maxRetries: 0,
    maxRedirects: 0,
  });
  return {
    async send(method, path, headers, data) {
      try {
        const options = { headers, ...(data !== undefined && { data }) };
        const response = await client.request(method, path, options);
        return { status: response.status, headers: response.headers, text: response.text };
      } catch (error) {
        if (error instanceof NetworkingError) return GONE;
        throw error;
      }
    },
    close: () => client.close(),
  };
}
