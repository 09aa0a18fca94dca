/**
 * The parts of a client, and how options change them.
 *
 * @module
 */

import { type RetryAccount, RetryBudget } from "../retry/retry_budget.ts";
import { Pipeline } from "./call/pipeline.ts";
import { checkHost } from "./request/headers.ts";
import { parseBaseURL } from "./request/resolve_url.ts";
import { type LeftBehindByOrigin, moveSettings } from "./settings/binding.ts";
import { bindAuth } from "./settings/bound_auth.ts";
import { JOINED, type JoiningMiddleware, type MiddlewareLists } from "./settings/middleware.ts";
import type { HTTPClientOptions } from "./settings/options.ts";
import {
  DEFAULT_SETTINGS,
  mergeSettings,
  type Settings,
  withAuth,
  withCookies,
} from "./settings/settings.ts";
import { nativeFetch } from "./transport/fetch_transport.ts";
import type { AddressPolicy, Transport } from "./transport/transport.ts";

/** What a client is made of. */
export interface Config {
  readonly settings: Settings;
  readonly base: URL | undefined;
  /** Headers and params for other origins than that of `base`. */
  readonly left: LeftBehindByOrigin;
  readonly use: MiddlewareLists;
  readonly transport: Transport;
  /** Missing only in {@linkcode ROOT_CONFIG}. */
  readonly retryBudget?: RetryAccount | false;
  readonly addressPolicy: AddressPolicy | undefined;
  /** Whether the transport was passed to this client itself, which then closes it. */
  readonly ownsTransport: boolean;
}

/** The base of every client. */
export const ROOT_CONFIG: Config = {
  settings: DEFAULT_SETTINGS,
  base: undefined,
  left: new Map(),
  use: {},
  transport: nativeFetch,
  addressPolicy: undefined,
  ownsTransport: false,
};

/** Creates the pipeline that runs the calls of a client. */
export function pipelineOf(config: Config): Pipeline {
  const { use, transport, retryBudget, addressPolicy } = config;
  for (const layer of use.operation ?? []) (layer as JoiningMiddleware)[JOINED]?.(config);
  return new Pipeline(
    use,
    transport,
    retryBudget || undefined,
    addressPolicy?.guard(transport),
  );
}

/** Returns a client's own options on top of those of another client. */
export function configure(parent: Config, options: HTTPClientOptions): Config {
  const { baseUrl, transport, retryBudget, addressPolicy, cookies } = options;
  const { use } = options;
  const base = baseUrl === undefined ? parent.base : parseBaseURL(baseUrl);
  let { settings, left } = parent;
  const { auth, sensitiveHeaders } = options;
  if (parent.base !== undefined && base !== undefined && parent.base.origin !== base.origin) {
    if (sensitiveHeaders !== undefined) settings = mergeSettings(settings, { sensitiveHeaders });
    [settings, left] = moveSettings(settings, [parent.base.origin, base.origin], left);
  }
  settings = mergeSettings(settings, options);
  if (cookies !== undefined) settings = withCookies(settings, cookies || undefined);
  checkHost(settings.headers, transport ?? parent.transport);
  return {
    settings: auth ? withAuth(settings, bindAuth(auth, base?.origin)) : settings,
    base,
    left,
    use: {
      operation: [...parent.use.operation ?? [], ...use?.operation ?? []],
      exchange: [...parent.use.exchange ?? [], ...use?.exchange ?? []],
    },
    transport: transport ?? parent.transport,
    retryBudget: retryBudget ?? parent.retryBudget ?? new RetryBudget(),
    addressPolicy: addressPolicy ?? parent.addressPolicy,
    ownsTransport: transport !== undefined,
  };
}
