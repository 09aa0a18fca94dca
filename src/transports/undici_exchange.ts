/**
 * Sends one request over a dispatcher of undici, as `fetch` does: it adds header fields, blocks ports and decodes
 * content codings. The response is a plain object.
 *
 * @module
 */

import { parseAddress } from "../hosts/ip_address.ts";
import { bare } from "../runtime/bare.ts";
import type { Answer } from "../runtime/answer.ts";
import { codingsOf, DecodedBody } from "./decoded_body.ts";
import { PlainBody } from "./plain_body.ts";
import type { DispatchController, Dispatcher, DispatchHandler } from "./undici.ts";

/** Fetch Standard, "bad port". */
const BAD_PORTS: ReadonlySet<string> = new Set(
  ("1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 " +
    "117 119 123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 " +
    "563 587 601 636 989 990 993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 " +
    "6667 6668 6669 6679 6697 10080").split(" "),
);

/** RFC 9110 15.3.5, 15.3.6, 15.4.5. */
const NULL_BODY_STATUSES: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * Sends a request. It rejects with undici's error, or with the reason of an abort.
 *
 * @param sendsHost Whether a `host` header is sent.
 */
export function exchange(
  url: string,
  init: RequestInit,
  dispatcher: Dispatcher,
  sendsHost: boolean,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { origin, href, port, hostname } = new URL(url);
    if (BAD_PORTS.has(port)) throw new TypeError("bad port");
    const { method = "GET", signal } = init;
    if (signal?.aborted) throw signal.reason;
    const { body, contentType } = sentBody(init.body);
    const headers = sentHeaders(init.headers, origin, contentType);
    const handler = new Exchange(url, method, signal ?? undefined, resolve, reject);
    const [whole] = href.split("#", 1) as [string];
    const path = whole.slice(whole.indexOf("/", "https://".length));
    const options: Record<string, unknown> = { origin, path, method, headers, body };
    // The certificate must be for the URL's host, whatever the header contains.
    if (sendsHost && parseAddress(hostname) === undefined) options.servername = hostname;
    dispatcher.dispatch(options, handler);
  });
}

/** Returns the body for undici, and the type that fetch would set. */
function sentBody(body: RequestInit["body"]): { body?: unknown; contentType?: string } {
  if (body === undefined || body === null) return {};
  if (ArrayBuffer.isView(body) || body instanceof ArrayBuffer) return { body };
  if (body instanceof ReadableStream) return { body };
  if (typeof body === "string") return { body, contentType: "text/plain;charset=UTF-8" };
  if (body instanceof Blob) return { body, ...body.type && { contentType: body.type } };
  const made = new globalThis.Response(body); // parameters, a form
  const contentType = made.headers.get("content-type")!;
  return { body: body instanceof URLSearchParams ? String(body) : made.body, contentType };
}

/** Returns the caller's header fields and those that fetch adds, in a flat list. */
function sentHeaders(
  given: RequestInit["headers"],
  origin: string,
  contentType: string | undefined,
): string[] {
  const headers: string[] = [];
  const added: Record<string, string | undefined> = bare({
    "content-type": contentType,
    "accept": "*/*",
    "accept-language": "*",
    "user-agent": "node",
    "accept-encoding": origin.startsWith("https:") ? SECURE_CODINGS : CODINGS,
  });
  const pairs = Array.isArray(given)
    ? given as [string, string][]
    : given instanceof Headers
    ? given
    : Object.entries(given ?? {});
  for (const [name, value] of pairs) {
    headers.push(name, value);
    const lower = name.toLowerCase();
    if (lower in added) added[lower] = undefined;
    // Ranges count bytes of the stored representation, without a coding.
    else if (lower === "range") added["accept-encoding"] &&= "identity";
  }
  for (const name of Object.keys(added)) {
    const value = added[name];
    if (value !== undefined) headers.push(name, value);
  }
  return headers;
}

const CODINGS = "gzip, deflate";
const SECURE_CODINGS = "br, gzip, deflate, zstd";

const noBytes = () => Promise.resolve(new Uint8Array(0));

/** Handles the events of one request. */
class Exchange implements DispatchHandler {
  readonly #url: string;
  readonly #method: string;
  readonly #signal: AbortSignal | undefined;
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (error: unknown) => void;
  #controller: DispatchController | undefined;
  #body: PlainBody | undefined;

  constructor(
    url: string,
    method: string,
    signal: AbortSignal | undefined,
    resolve: (answer: Answer) => void,
    reject: (error: unknown) => void,
  ) {
    this.#url = url;
    this.#method = method;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    signal?.addEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = (): void => {
    const { reason } = this.#signal!;
    this.#reject(reason); // also while waiting for a connection
    this.#controller?.abort(reason);
  };

  onRequestStart(controller: DispatchController): void {
    this.#controller = controller;
    if (this.#signal?.aborted) controller.abort(this.#signal.reason);
  }

  onResponseStart(
    _controller: DispatchController,
    status: number,
    fields: Readonly<Record<string, string | string[]>>,
    statusText = "",
  ): void {
    if (status < 200) return; // an interim response such as 103
    const headers = new Headers();
    for (const name of Object.keys(fields)) {
      const value = fields[name]!;
      if (typeof value === "string") headers.append(name, value);
      else for (const one of value) headers.append(name, one);
    }
    const answer = { status, statusText, headers, url: this.#url, redirected: false };
    if (this.#method === "HEAD" || NULL_BODY_STATUSES.has(status)) {
      return this.#resolve({ ...answer, body: null, bytes: noBytes });
    }
    const codings = codingsOf(headers.get("content-encoding"));
    const body = this.#body = new PlainBody(this, Number(fields["content-length"] ?? NaN));
    this.#resolve(
      codings.length === 0
        ? { ...answer, body, bytes: () => body.bytes() }
        : { ...answer, body: new DecodedBody(body, codings) },
    );
  }

  onResponseData(controller: DispatchController, chunk: Uint8Array<ArrayBuffer>): void {
    if (this.#body === undefined) {
      controller.abort(new TypeError("the response must have no body, but has one"));
    } else if (!this.#body.push(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.#free();
    this.#body?.end();
  }

  onResponseError(_controller: DispatchController | null, error: unknown): void {
    this.#free();
    this.#reject(error);
    this.#body?.fail(error);
  }

  resume(): void {
    this.#controller?.resume();
  }

  stop(reason: unknown): void {
    this.#free();
    this.#controller?.abort(reason ?? new DOMException("the body was cancelled", "AbortError"));
  }

  #free(): void {
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }
}
