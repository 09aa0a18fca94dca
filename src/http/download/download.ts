/**
 * Downloads: writes a body to a file, a stream or a writer, completely or not at all. A broken transfer
 * is resumed if the server proves that the content is unchanged, and restarted otherwise.
 *
 * @module
 */

import {
  completeError,
  ConnectionError,
  NetworkingError,
  type NetworkingErrorOptions,
  type RetrySkipped,
} from "../../errors.ts";
import { DecodeError, ResponseTooLargeError } from "../../http_errors.ts";
import { describeURL } from "../../redact.ts";
import { attempts } from "../../retry/attempts.ts";
import type { RetryAccount } from "../../retry/retry_budget.ts";
import { decideRetry } from "../../retry/decide_retry.ts";
import { ProgressMeter } from "../body/progress_meter.ts";
import { mergeHeaders, NO_HEADERS } from "../request/headers.ts";
import type { RequestValue } from "../request/request_value.ts";
import { firstBytes } from "../response/body_chunks.ts";
import { isCompressed, remainingCoding } from "../response/content_coding.ts";
import { HTTPError } from "../response/response.ts";
import type { StreamingResponse } from "../response/streaming_response.ts";
import type { Settings } from "../settings/settings.ts";
import { type Hash, hashFunction, matches } from "./checksum.ts";
import { Account, brokenOff } from "./download_account.ts";
import type { Download, DownloadOptions } from "./download_options.ts";
import { type DownloadTarget, openTarget } from "./download_target.ts";
import { continuation, rangeHeaders, type TransferState } from "./partial_content.ts";
import { resumeKey } from "./resume_key.ts";
import type { Sink } from "./sink.ts";
import { abortable } from "@std/async/abortable";
import { lazy } from "../../runtime/lazy.ts";
import { isPromiseLike } from "../../runtime/promise_like.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Decodes codings that the runtime does not decode. */
const DECODING = lazy(() => import("./decoded_body.ts"));

/** The client of a download. */
export interface Downloader {
  readonly request: RequestValue;
  readonly settings: Settings;
  readonly budget: RetryAccount | undefined;
  /** Ends waits when the call is aborted or the client is closed. */
  readonly signal: AbortSignal;
  /** Sends a request; a status other than 2xx is an {@linkcode HTTPError}. */
  readonly send: (request: RequestValue) => Promise<StreamingResponse>;
}

/** Thrown, but not an error: a transfer broke, and another follows. */
class BrokenTransfer {
  /** Whether it brought enough bytes to reset the number of retries. */
  readonly hasProgress: boolean;

  constructor(hasProgress: boolean) {
    this.hasProgress = hasProgress;
  }
}

/** Downloads to the target. */
export async function download(
  client: Downloader,
  target: DownloadTarget,
  options: Pick<DownloadOptions, "onProgress" | "resume" | "checksum">,
): Promise<Download> {
  const { request: { headers, url }, signal } = client;
  if ("range" in headers) {
    throw new TypeError("Cannot download with a Range header: use get() or stream()");
  }
  const key = options.resume ? await resumeKey(url) : undefined;
  const sink = await openTarget(target, key, signal);
  return await new Transfers(client, sink, options).run();
}

/**
 * A transfer that brought this number of bytes, or this share of the whole, resets the number of retries.
 */
const PROGRESS_BYTES = 1024 * 1024;
const PROGRESS_SHARE = 0.01;

/** The transfers of one download. */
class Transfers {
  readonly #client: Downloader;
  readonly #sink: Sink;
  readonly #meter: ProgressMeter;
  readonly #checksum: DownloadOptions["checksum"];
  readonly #newHash: (() => Hash) | undefined;
  readonly #account = new Account();
  #hash: Hash | undefined;
  #state: TransferState = { written: 0 };
  /** The most bytes that the target ever had; bytes below it after a restart are not progress. */
  #furthest = 0;
  /** The number of broken transfers since the last one with progress, including that one. */
  #failures = 0;
  #transfers = 0;

  constructor(
    client: Downloader,
    sink: Sink,
    { onProgress, checksum }: Pick<DownloadOptions, "onProgress" | "checksum">,
  ) {
    this.#client = client;
    this.#sink = sink;
    this.#meter = new ProgressMeter(onProgress, () => performance.now());
    this.#checksum = checksum;
    this.#newHash = hashFunction(checksum);
    this.#hash = this.#newHash?.();
  }

  async run(): Promise<Download> {
    const { signal } = this.#client;
    try {
      const earlier = await this.#sink.resume?.((chunk) => this.#hash?.update(chunk));
      if (earlier !== undefined) {
        this.#state = earlier;
        this.#furthest = earlier.written;
        this.#meter.startAt(earlier.written);
      }
      const { url, headers } = await this.#untilWhole();
      this.#verify();
      const reported = this.#meter.end();
      if (isPromiseLike(reported)) await abortable(Promise.resolve(reported), signal);
      await abortable(this.#sink.finish(), signal);
      return { url, headers, size: this.#state.written, transfers: this.#transfers };
    } catch (error) {
      const isWrong = error instanceof NetworkingError && error.code === "checksum_mismatch";
      await this.#sink.abandon(error, this.#state.validator !== undefined && !isWrong);
      throw error;
    }
  }

  /** Transfers until the content is complete, or the retries are used up. */
  async #untilWhole(): Promise<StreamingResponse> {
    const { settings: { policy }, signal } = this.#client;
    let progress: BrokenTransfer | undefined;
    for (;;) {
      // After a transfer with progress a new round begins, with the backoff and all retries.
      const first = progress;
      const isRetriable = (thrown: unknown) =>
        thrown instanceof BrokenTransfer && (thrown === first || !thrown.hasProgress);
      try {
        return await attempts(() => this.#transfer(), policy, isRetriable, signal, first);
      } catch (thrown) {
        if (!(thrown instanceof BrokenTransfer)) throw thrown;
        progress = thrown;
      }
    }
  }

  /** Reads one response to its end. */
  async #transfer(): Promise<StreamingResponse> {
    this.#transfers++;
    if (this.#state.written > 0 && this.#state.validator === undefined) {
      await this.#restart("the server sent no strong ETag or Last-Modified to resume with");
    }
    let next = await this.#request(rangeHeaders(this.#state));
    if (next.kind === "refuse" && this.#state.written > 0) {
      await this.#restart(next.reason);
      next = await this.#request({});
    }
    if (next.kind === "refuse") throw this.#fail("resume_failed", next.reason);
    const { response } = next;
    try {
      if (next.restarts) await this.#restart("the content has changed");
      this.#state = next.state;
      this.#meter.total = next.state.total;
      if (next.state.validator !== undefined) await this.#sink.note?.(next.state);
      await this.#receive(response, next.skip);
      this.#account.end({ statusCode: response.statusCode });
      return response;
    } finally {
      await response.cancel();
    }
  }

  /** Requests the rest or the whole, and compares the response with the state. */
  async #request(range: Record<string, string>) {
    const { request, send } = this.#client;
    const headers = { "accept-encoding": "identity", ...request.headers, ...range };
    this.#account.begin();
    let response: StreamingResponse;
    try {
      response = await send(request.copy({ headers: mergeHeaders(NO_HEADERS, headers) }));
    } catch (error) {
      this.#account.failed(error);
      const isOut = error instanceof HTTPError && error.statusCode === 416;
      if (!isOut || this.#state.written === 0) {
        const earlier = this.#transfers - 1;
        if (error instanceof NetworkingError && earlier > 0) {
          error.message += `; ${this.#brought(earlier)}`;
        }
        throw error;
      }
      return { kind: "refuse", reason: "the server no longer has that range" } as const;
    }
    this.#account.answered(response.attempts);
    const decision = continuation(response.statusCode, response.headers, this.#state);
    if (decision.kind === "refuse") {
      this.#account.end({ statusCode: response.statusCode });
      await response.cancel();
    }
    return { ...decision, response };
  }

  /** Discards the written bytes. */
  async #restart(reason: string): Promise<void> {
    if (this.#sink.restart === undefined) {
      throw this.#fail(
        "resume_failed",
        `${reason}, and the target cannot be rewound; download to a file path`,
      );
    }
    await this.#sink.restart();
    this.#state = { written: 0 };
    this.#hash = this.#newHash?.();
    this.#meter.startAt(0);
  }

  /** Writes the body from its byte `skip` on. */
  async #receive(response: StreamingResponse, skip: number): Promise<void> {
    const broke = (error: unknown): never => {
      throw this.#transferFailure(error);
    };
    const reader = (await this.#contentOf(response, broke)).getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read().catch(broke);
        if (done) break;
        if (skip < value.length) await this.#write(value.subarray(skip));
        skip = Math.max(0, skip - value.length);
      }
    } finally {
      // The reader may belong to a decoder, which holds memory. Its error was thrown above.
      await reader.cancel().catch(() => {});
    }
    const { written, total = written } = this.#state;
    if (skip === 0 && written === total) return;
    const { method, url } = this.#client.request;
    const message = `Cannot ${method} ${describeURL(url)}: the body ended before it was complete`;
    broke(new ConnectionError("body_truncated", message, { method, url }));
  }

  /** Returns the decoded body; the runtime may not have decoded it. */
  async #contentOf(
    { headers, body }: StreamingResponse,
    broke: (error: unknown) => never,
  ): Promise<ReadableStream<Bytes>> {
    if (!isCompressed(headers)) return body;
    const { first, rest, isWhole } = await firstBytes(body).catch(broke);
    const coding = remainingCoding(headers, first, isWhole);
    if (coding === undefined) return rest;
    const { decodedBody } = DECODING.now ?? await DECODING.load();
    const decoded = await decodedBody(rest, coding, this.#client.request).catch(broke);
    if (decoded !== undefined) return decoded;
    throw this.#fail(
      "decode_failed",
      `this runtime cannot decode the Content-Encoding ${coding.slice(0, 100)}; use stream() for ` +
        "the encoded bytes",
    );
  }

  async #write(chunk: Bytes): Promise<void> {
    const { settings: { maxResponseSize }, request: { method, url }, signal } = this.#client;
    const { written } = this.#state;
    if (written + chunk.length > maxResponseSize) {
      throw this.#withAttempts(
        new ResponseTooLargeError(
          `Cannot download ${describeURL(url)}: it is longer than maxResponseSize, ` +
            `${maxResponseSize} bytes; raise it, or set it to false`,
          { method, url, limitBytes: maxResponseSize },
        ),
      );
    }
    await abortable(this.#sink.write(chunk), signal);
    this.#hash?.update(chunk);
    this.#state = { ...this.#state, written: written + chunk.length };
    const reported = this.#meter.add(chunk.length);
    if (isPromiseLike(reported)) await abortable(Promise.resolve(reported), signal);
  }

  /** Returns the error of a body, or a {@linkcode BrokenTransfer} if another transfer follows. */
  #transferFailure(thrown: unknown): unknown {
    if (!(thrown instanceof NetworkingError)) return thrown;
    this.#account.end({ errorCode: thrown.code });
    const { written, total } = this.#state;
    const brought = Math.max(0, written - this.#furthest);
    this.#furthest += brought;
    if (!BODY_FAILURES.has(thrown.code)) return this.#withAttempts(thrown);
    const share = total === undefined ? Infinity : total * PROGRESS_SHARE;
    const hasProgress = brought > 0 && brought >= Math.min(PROGRESS_BYTES, share);
    this.#failures = hasProgress ? 1 : this.#failures + 1;
    const retrySkipped = this.#whyNoRetry();
    if (retrySkipped === undefined) return new BrokenTransfer(hasProgress);
    return this.#withAttempts(brokenOff(thrown, this.#brought(this.#transfers)), { retrySkipped });
  }

  /** Describes the bytes that arrived in a number of transfers. */
  #brought(transfers: number): string {
    const { written, total } = this.#state;
    const came = total === undefined ? `${written} bytes` : `${written} of ${total} bytes`;
    return `${came} arrived in ${transfers} transfer${transfers === 1 ? "" : "s"}`;
  }

  /** Returns why no other transfer follows; undefined if one does, after a withdrawal from the budget. */
  #whyNoRetry(): RetrySkipped | undefined {
    const { request: { method, url }, settings: { policy }, budget } = this.#client;
    const decision = decideRetry(policy, {
      number: this.#failures,
      method,
      idempotencyKey: false,
      replayable: true,
      remainingMs: Infinity,
    }, { errorCode: "body_truncated" });
    if (!decision.retry) return decision.skipped ?? "max_retries";
    const paid = budget === undefined || budget.withdraw(new URL(url).origin, false) !== undefined;
    return paid ? undefined : "retry_budget";
  }

  /** @throws {NetworkingError} If the content has another checksum. */
  #verify(): void {
    if (this.#hash === undefined || this.#checksum === undefined) return;
    const { algorithm, value } = this.#checksum;
    const digest = [this.#hash.copy().digest("hex"), this.#hash.digest("base64")];
    if (!matches(value, digest)) {
      throw this.#fail("checksum_mismatch", `its ${algorithm} is ${digest[0]}`);
    }
  }

  #fail(code: "resume_failed" | "checksum_mismatch" | "decode_failed", why: string) {
    const { method, url } = this.#client.request;
    const message = `Cannot download ${describeURL(url)}: ${why}`;
    return this.#withAttempts(
      code === "decode_failed"
        ? new DecodeError(message, { method, url, snippet: "" })
        : new NetworkingError(code, message, { method, url }),
    );
  }

  /** Adds the attempts of all transfers to an error. */
  #withAttempts<E extends NetworkingError>(
    error: E,
    facts: Pick<NetworkingErrorOptions, "retrySkipped"> = {},
  ): E {
    this.#account.end({ errorCode: error.code });
    return completeError(error, { attempts: this.#account.attempts, ...facts });
  }
}

const BODY_FAILURES: ReadonlySet<string> = new Set([
  "body_truncated",
  "connection_reset",
  "connection_failed",
  "idle_timeout",
]);
