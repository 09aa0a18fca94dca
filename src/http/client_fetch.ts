/**
 * The client as a `fetch`: the interface of the Fetch Standard with the client's attempts, timeouts, limits
 * and credentials. The first call of `client.fetch` loads it.
 *
 * @module
 */

import { NetworkingError } from "../errors.ts";
import { describeURL } from "../redact.ts";
import { RedirectError } from "../refusal_errors.ts";
import { isBrowser } from "../runtime/browser.ts";
import { isRedirect } from "./call/call_state.ts";
import type { Pipeline } from "./call/pipeline.ts";
import type { Config } from "./client_config.ts";
import { type FetchInput, readInput } from "./fetch/input.ts";
import { hasIntegrity, readIntegrity } from "./fetch/integrity.ts";
import { toPlatform } from "./fetch/output.ts";
import { mergeHeaders } from "./request/headers.ts";
import { checkMethod } from "./request/method.ts";
import type { StreamingResponse } from "./response/streaming_response.ts";
import { resolveCall } from "./settings/resolve_call.ts";
import type { Settings } from "./settings/settings.ts";

/** The Cache-Control that a fetch cache mode sends, if the client has a cache. */
const CACHE_CONTROL: Readonly<Record<string, string>> = {
  "no-store": "no-store",
  "reload": "no-cache",
  "no-cache": "no-cache",
  "force-cache": "max-stale",
  "only-if-cached": "only-if-cached",
};

/**
 * Fetches with the options of a client.
 *
 * @throws {TypeError} If an argument cannot be used, or no response arrived; then `cause` is the library's
 * error. The reason of an abort, and errors of the caller's own code, pass through unchanged.
 */
export async function fetchAs(
  { config, pipeline }: { readonly config: Config; readonly pipeline: Pipeline },
  input: unknown,
  init: RequestInit | null | undefined,
): Promise<globalThis.Response> {
  let signals = config.settings.signals;
  const toFailure = (thrown: unknown): unknown =>
    signals.some(({ aborted, reason }) => aborted && reason === thrown) ||
      !(thrown instanceof NetworkingError)
      ? thrown
      : new TypeError(thrown.message, { cause: thrown });
  try {
    const parsed = await readInput(input, init, config.transport.sendsHost === true);
    const resolved = resolveCall(config, checkMethod(parsed.method), parsed.url, parsed.options);
    const settings = settingsFor(parsed, resolved.settings);
    signals = settings.signals;
    if (resolved.userinfo !== undefined) {
      throw new TypeError(
        `Cannot fetch ${
          describeURL(resolved.request.url)
        }: the URL has a user and password; use auth`,
      );
    }
    let { request } = resolved;
    if (parsed.isSentOnce) {
      request = request.copy({ body: { ...request.body!, replayable: false } });
    }
    const { cache } = settings;
    const control = cache && CACHE_CONTROL[parsed.cache];
    if (control !== undefined && !("cache-control" in request.headers)) {
      request = request.copy({
        headers: mergeHeaders(request.headers, { "cache-control": control }),
      });
    }
    const response = await pipeline.run(request, settings, true) as StreamingResponse;
    const isRedirected = response.history.length > 0 ||
      (isBrowser() && response.url !== request.url); // there the platform follows redirects
    if (parsed.redirect === "error" && (isRedirected || isRedirect(response.statusCode))) {
      await response.cancel();
      throw refusedRedirect(response);
    }
    const integrity = readIntegrity(parsed.integrity);
    const content = integrity && await response.bytes();
    if (integrity !== undefined && !await hasIntegrity(content!, integrity)) {
      throw wrongContent(response);
    }
    return await toPlatform(response, content, isRedirected, signals, toFailure);
  } catch (thrown) {
    throw toFailure(thrown);
  }
}

function settingsFor({ redirect, credentials }: FetchInput, settings: Settings): Settings {
  return {
    ...settings,
    ...(redirect !== "follow" && { maxRedirects: 0 }),
    ...(credentials === "omit" && { auth: undefined, cookies: undefined }),
  };
}

function refusedRedirect({ method, url, statusCode, attempts }: StreamingResponse): RedirectError {
  return new RedirectError(
    `Cannot ${method} ${
      describeURL(url)
    }: the server redirects (${statusCode}), and redirect is "error"`,
    { method, url, statusCode, attempts },
  );
}

function wrongContent({ method, url, attempts }: StreamingResponse): NetworkingError {
  return new NetworkingError(
    "checksum_mismatch",
    `Cannot ${method} ${describeURL(url)}: the body does not match integrity`,
    { method, url, attempts },
  );
}
