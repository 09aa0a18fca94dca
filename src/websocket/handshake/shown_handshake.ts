/**
 * A handshake as hooks and schemes see it: a GET request that shows no secrets.
 *
 * @module
 */

import type { HookEvent } from "../../hooks.ts";
import { EventValue, ResponseHeadValue } from "../../http/request/hook_values.ts";
import type { HeaderRecord } from "../../http/request/headers.ts";
import { RequestValue } from "../../http/request/request_value.ts";
import type { AuthScheme } from "../../http/settings/auth_scheme.ts";
import { bindAuth } from "../../http/settings/bound_auth.ts";
import { httpURL } from "../connection/http_url.ts";
import type { ConnectContext } from "../settings/options.ts";
import { authenticateHandshake } from "./handshake_auth.ts";

/** What hooks are told of a handshake. */
export interface ShownHandshake {
  /** The URL, with what a scheme adds. */
  readonly url: string;
  /** The header fields, with what a scheme adds. */
  readonly headers: HeaderRecord;
  /** An event. */
  event<Event extends HookEvent>(
    attempt: number,
    elapsedMs: number,
    own: Omit<Event, keyof HookEvent>,
  ): Event;
  /** The head of the answer; no runtime shows its header fields. */
  answer(protocol: string): ResponseHeadValue;
}

/** The handshake with the credentials of a scheme. */
export async function showHandshake(
  { url, headers }: Pick<ShownHandshake, "url" | "headers">,
  scheme: AuthScheme | undefined,
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
  return {
    url: request.url,
    headers: request.headers,
    event: (attempt, elapsedMs, own) => {
      const facts = { request, attempt, hop: 0, elapsedMs, remainingMs: Infinity };
      return Object.assign(new EventValue(facts), own) as never;
    },
    answer: (protocol) => {
      const headers = new Headers(protocol === "" ? {} : { "sec-websocket-protocol": protocol });
      return new ResponseHeadValue({ status: 101, headers }, request);
    },
  };
}

const NO_CONTEXT = Object.freeze({});
