/**
 * What all spans of this room share: the name of the instrumentation, the server, and how they end.
 *
 * @module
 */

import { type Attributes, type Span, SpanStatusCode } from "@opentelemetry/api";

/** The name of the instrumentation. */
export const NAME = "@codomyrmex/networking";

/** The server of a URL, as the conventions name it; nothing for a client whose URL is a function. */
export function serverOf(url: string): Attributes {
  if (!URL.canParse(url)) return {};
  const { hostname, port, protocol } = new URL(url);
  const isSecure = protocol === "https:" || protocol === "wss:";
  return { "server.address": hostname, "server.port": Number(port) || (isSecure ? 443 : 80) };
}

/** Ends a span with its outcome; one with an `error.type` is an error. */
export function endSpan(span: Span | undefined, outcome: Attributes, at?: number): void {
  span?.setAttributes(outcome);
  if (outcome["error.type"] !== undefined) span?.setStatus({ code: SpanStatusCode.ERROR });
  span?.end(at);
}
