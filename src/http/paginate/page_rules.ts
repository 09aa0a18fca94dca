/**
 * Decides where the credentials of a pagination may go, since the server chooses the URLs of its pages.
 *
 * @module
 */

import { mergeHeaders, NO_HEADERS } from "../request/headers.ts";
import { withoutCredentials } from "../settings/binding.ts";
import { authFor } from "../settings/auth_for.ts";
import type { RequestOptions } from "../settings/options.ts";
import type { PageRules, ResolvedCall } from "../settings/resolve_call.ts";
import { mergeSettings, type Settings, withAuth, withoutAuth } from "../settings/settings.ts";

/** Returns the rules for the pages of a list that begins with a call. */
export function pageRules({ request, settings: { auth }, userinfo }: ResolvedCall): PageRules {
  const { origin } = new URL(request.url);
  // A scheme that is bound to baseUrl is not sent to lists that begin on another origin.
  const isFor = auth?.scheme.origins !== undefined || authFor(auth, origin) !== undefined;
  const own = isFor ? auth : undefined;
  return {
    optionsFor: (url, client, call) =>
      new URL(url).origin === origin ? call : strangersOptions(client, call),
    settle(resolved, settings) {
      const target = resolved.url.origin;
      return [
        { ...resolved, userinfo: target === origin ? userinfo : undefined },
        own === undefined
          ? withoutAuth(settings)
          : { ...withAuth(settings, own), auth: authFor(own, target) },
      ];
    },
  };
}

/** Returns the options of a call to an untrusted URL on an origin that may not receive the credentials. */
function strangersOptions(settings: Settings, call: RequestOptions): RequestOptions {
  const { sensitiveHeaders } = mergeSettings(settings, {
    sensitiveHeaders: call.sensitiveHeaders ?? [],
  });
  const headers = mergeHeaders(settings.headers, call.headers ?? NO_HEADERS);
  const kept = withoutCredentials(headers, sensitiveHeaders);
  const removed = Object.keys(headers).filter((name) => !(name in kept));
  return {
    ...call,
    headers: [...Object.entries(kept), ...removed.map((name) => [name, null] as const)],
    params: Array.from(settings.params.keys(), (name) => [name, null] as const),
  };
}
