/**
 * The arguments of hooks: objects that `console.log` and `JSON.stringify` show without secrets.
 *
 * @module
 */

import type { HookEvent, RequestFacts, ResponseHead } from "../../hooks.ts";
import { redactURL, showOnly } from "../../redact.ts";
import { redactHeaders } from "../../redact_headers.ts";
import { type RequestValue, shownURL } from "./request_value.ts";

/** The head of a response. */
export class ResponseHeadValue implements ResponseHead {
  static {
    showOnly(this, "ResponseHead", (head) => ({
      statusCode: head.statusCode,
      url: redactURL(head.url, head.#sensitive),
      headers: redactHeaders(head.headers, head.#sensitive),
    }));
  }

  declare readonly statusCode: number;
  declare readonly headers: Headers;
  declare readonly url: string;

  readonly #sensitive: readonly string[];

  constructor(
    response: Pick<globalThis.Response, "status" | "headers">,
    { url, sensitive }: RequestValue,
  ) {
    this.statusCode = response.status;
    this.headers = response.headers;
    this.url = url;
    this.#sensitive = sensitive;
  }
}

/** An event; fields of particular events are assigned to it. */
export class EventValue implements HookEvent {
  static {
    showOnly<EventValue & { location?: string }>(this, "HookEvent", (event) => ({
      ...event,
      ...(event.location !== undefined && { location: shownURL(event.request, event.location) }),
    }));
  }

  declare readonly request: RequestFacts;
  declare readonly attempt: number;
  declare readonly hop: number;
  declare readonly elapsedMs: number;
  declare readonly remainingMs: number;

  constructor(facts: HookEvent) {
    Object.assign(this, facts);
  }
}
