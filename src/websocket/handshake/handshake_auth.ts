/**
 * Applies an auth scheme of HTTP to a WebSocket handshake. Only its first request counts, since the response
 * to a handshake is not visible.
 *
 * @module
 */

import { NetworkingError } from "../../errors.ts";
import type { BoundAuth } from "../../http/settings/bound_auth.ts";
import { authFor } from "../../http/settings/auth_for.ts";
import { mergeHeaders, NO_HEADERS } from "../../http/request/headers.ts";
import type { HTTPRequest } from "../../http/request/http_request.ts";
import { describeURL } from "../../redact.ts";
import { lazy } from "../../runtime/lazy.ts";
import { httpURL } from "../connection/http_url.ts";
import type { ConnectContext } from "../settings/options.ts";

/** For schemes that send requests of their own; most do not. */
const SIDE_REQUESTS = /* @__PURE__ */ lazy(() => import("../../http/call/side_request.ts"));

/**
 * Returns the handshake with the scheme's credentials, or unchanged if the credentials are for another origin.
 * With `refresh` the scheme is passed a 401 for its first request.
 *
 * @throws {NetworkingError} `auth_failed` if the scheme waits for a challenge, which never comes.
 */
export async function authenticateHandshake(
  request: HTTPRequest,
  auth: BoundAuth,
  { refresh, signal }: Pick<ConnectContext, "refresh" | "signal">,
): Promise<Pick<HTTPRequest, "url" | "headers">> {
  const asHTTP = { ...request, url: httpURL(request.url) };
  const scheme = authFor(auth, new URL(asHTTP.url).origin)?.scheme;
  if (scheme === undefined) return request;
  const flow = scheme.authenticate(asHTTP, {
    signal,
    refresh,
    fetch: async (url, init) => {
      const { nativeSideRequest } = SIDE_REQUESTS.now ?? await SIDE_REQUESTS.load();
      return await nativeSideRequest(url, init, signal);
    },
  });
  try {
    let { value: sent } = await flow.next();
    if (refresh && sent) {
      const refused = { statusCode: 401, headers: new Headers(), url: asHTTP.url };
      sent = (await flow.next(refused)).value ?? sent;
    }
    if (!sent || (sent.url === asHTTP.url && sameHeaders(sent, asHTTP))) {
      throw new NetworkingError(
        "auth_failed",
        `Cannot connect to ${
          describeURL(request.url)
        }: ${scheme.name} needs a challenge, which a ` +
          "WebSocket handshake does not show; use a scheme without one, such as bearerAuth()",
        { method: "GET", url: request.url },
      );
    }
    return {
      url: sent.url.replace(/^http/i, "ws"),
      headers: mergeHeaders(NO_HEADERS, sent.headers),
    };
  } finally {
    await flow.return();
  }
}

function sameHeaders(one: HTTPRequest, other: HTTPRequest): boolean {
  const names = new Set([...Object.keys(one.headers), ...Object.keys(other.headers)]);
  return [...names].every((name) => one.headers[name] === other.headers[name]);
}
