/**
 * A handshake as hooks and auth schemes see it: a GET request without visible secrets.
 *
 * @module
 */

import type { Attempt, NetworkingError } from "../../errors.ts";
import type {
  FailureEvent,
  Hook,
  HookEvent,
  HookLists,
  ResponseEvent,
  RetryEvent,
} from "../../hooks.ts";
import { EventValue, ResponseHeadValue } from "../../http/request/hook_values.ts";
import type { HeaderRecord } from "../../http/request/headers.ts";
import { RequestValue } from "../../http/request/request_value.ts";
import type { AuthScheme } from "../../http/settings/auth_scheme.ts";
import { bindAuth } from "../../http/settings/bound_auth.ts";
import { httpURL } from "../connection/http_url.ts";
import type { ConnectContext } from "../settings/options.ts";
import { authenticateHandshake } from "./handshake_auth.ts";

/** A handshake, with methods that call its hooks. */
export interface ShownHandshake {
  /** The URL, with the additions of an auth scheme. */
  readonly url: string;
  /** The header fields, with the additions of an auth scheme. */
  readonly headers: HeaderRecord;
  /** Calls the hooks when the handshake begins, after a wait since the attempt `last`. */
  begun(startedAt: number, waitedMs: number, last: Partial<Attempt> | undefined): Promise<void>;
  /** Calls the hooks when it is done. No runtime shows the header fields of the response. */
  done(protocol: string): Promise<void>;
  /** Calls the hooks when no attempt follows. */
  gaveUp(error: NetworkingError): Promise<void>;
}

/** Returns the handshake with the credentials of a scheme. */
export async function showHandshake(
  { url, headers }: Pick<ShownHandshake, "url" | "headers">,
  scheme: AuthScheme | undefined,
  hooks: HookLists,
  context: ConnectContext,
): Promise<ShownHandshake> {
  let request = new RequestValue({
    ...{
      method: "GET",
      url,
      headers,
      body: undefined,
      context: NO_CONTEXT,
      urlTemplate: undefined,
    },
    ...{ attempt: context.attempt, hop: 0, resends: 0 },
  }, scheme?.sensitiveNames);
  if (scheme !== undefined && URL.canParse(url)) {
    const bound = bindAuth(scheme, new URL(httpURL(url)).origin);
    request = request.copy(await authenticateHandshake(request, bound, context));
  }
  const { attempt } = context;
  let startedAt = 0;
  const call = async <Event extends HookEvent>(
    hooks: readonly Hook<Event>[] = [],
    own: Omit<Event, keyof HookEvent>,
  ) => {
    for (const hook of hooks) {
      const elapsedMs = performance.now() - startedAt;
      const event = new EventValue({ request, attempt, hop: 0, elapsedMs, remainingMs: Infinity });
      await hook(Object.assign(event, own) as unknown as Event);
    }
  };
  return {
    url: request.url,
    headers: request.headers,
    async begun(since, waitedMs, { statusCode, errorCode } = {}) {
      startedAt = since;
      if (attempt > 1) {
        await call<RetryEvent>(hooks.onRetry, {
          ...{ waitedMs, waitReason: "backoff" },
          ...(statusCode !== undefined && { statusCode }),
          ...(errorCode !== undefined && { errorCode }),
        });
      }
      await call<HookEvent>(hooks.onRequest, {});
    },
    done(protocol) {
      const headers = new Headers(protocol === "" ? {} : { "sec-websocket-protocol": protocol });
      const response = new ResponseHeadValue({ status: 101, headers }, request);
      return call<ResponseEvent>(hooks.onResponse, { response });
    },
    gaveUp: (error) => call<FailureEvent>(hooks.onError, { error }),
  };
}

const NO_CONTEXT = Object.freeze({});
