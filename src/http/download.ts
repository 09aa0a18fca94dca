/**
 * Downloads: a body to a file, a stream or a writer, whole or not at all. A transfer that breaks goes
 * on where it was when the server can prove that it is still the same content, else it begins anew.
 *
 * @module
 */

import { abortable } from "@std/async/abortable";
import { retry } from "@std/async/retry";
import { ConnectionError, NetworkingError, ResponseTooLargeError } from "../errors.ts";
import { ownOptions } from "../option_names.ts";
import { callable, type Check, flag, oneOf, type OptionTable, text } from "../options/checks.ts";
import { options, readPart } from "../options/read_options.ts";
import { describeURL } from "../redact.ts";
import { decideRetry } from "../retry.ts";
import type { RetryBudget } from "../retry_budget.ts";
import { BODY_OPTIONS } from "./body.ts";
import { builtinModule } from "./builtin.ts";
import { type DownloadTarget, openTarget } from "./download_target.ts";
import { mergeHeaders, NO_HEADERS } from "./headers.ts";
import { HTTPError } from "./http_error.ts";
import type { RequestOptions } from "./options.ts";
import { continuation, rangeHeaders, type TransferState } from "./partial_content.ts";
import { type ProgressListener, ProgressMeter } from "./progress.ts";
import type { RequestValue } from "./request.ts";
import { CALL_NAMES, type Settings } from "./settings.ts";
import type { StreamingResponse } from "./streaming_response.ts";

/** What the content must be. */
export interface Checksum {
  /** The hash function. SHA-1 and MD5 tell accidents, not attacks. */
  readonly algorithm: "SHA-256" | "SHA-384" | "SHA-512" | "SHA-1" | "MD5";
  /** The digest of the content, in hexadecimal or Base64. */
  readonly value: string;
}

/** Options of {@linkcode HTTPClient.download}. */
export interface DownloadOptions
  extends Omit<RequestOptions, "json" | "data" | "form" | "multipart"> {
  /** Told how far it is; the length is not known when the body is content-encoded. */
  readonly onProgress?: ProgressListener;
  /**
   * Whether what a failed download leaves (`PATH.part` and `PATH.part.json`) is kept, and the next one
   * to the same path goes on from there. Within a call a transfer goes on in any case.
   *
   * @default {false}
   */
  readonly resume?: boolean;
  /** What the content must be; needs a runtime with `node:crypto`: Deno, Node, Bun. */
  readonly checksum?: Checksum;
}

const BODY_NAMES: ReadonlySet<string> = new Set(BODY_OPTIONS);
const OWN = {
  onProgress: callable<ProgressListener>(),
  resume: flag,
  checksum: options(
    {
      algorithm: oneOf("SHA-256", "SHA-384", "SHA-512", "SHA-1", "MD5"),
      value: text,
    } satisfies OptionTable<Checksum>,
  ) as Check<Checksum>,
} satisfies OptionTable<Pick<DownloadOptions, "onProgress" | "resume" | "checksum">>;

const NAMES: ReadonlySet<string> = new Set(
  [...CALL_NAMES, ...Object.keys(OWN)].filter((name) => !BODY_NAMES.has(name)),
);
const ELSEWHERE = new Map(
  [...BODY_NAMES].map((name) => [name, "a request with a body, not to a download"]),
);

/** The options of a download, checked, and those of its calls. */
export function readDownload(
  given: DownloadOptions | undefined,
): Pick<DownloadOptions, "onProgress" | "resume" | "checksum"> & { readonly call: RequestOptions } {
  const { onProgress, resume, checksum, ...call } = ownOptions(
    "download",
    given,
    NAMES,
    ELSEWHERE,
  );
  const own = readPart({ onProgress, resume, checksum }, OWN);
  hashFunction(own.checksum); // what is wrong with it is told before anything is sent
  return { ...own, call };
}

/** What was downloaded. */
export interface Download {
  /** The URL that answered, after redirects. */
  readonly url: string;
  /** The header fields of the last response. */
  readonly headers: Headers;
  /** The length of the content, in bytes. */
  readonly size: number;
  /** How many transfers it took; more than one if it was continued or begun anew. */
  readonly transfers: number;
}

/** What a download needs of its client. */
export interface Downloader {
  readonly request: RequestValue;
  readonly settings: Settings;
  readonly budget: RetryBudget | undefined;
  /** Ends waits when the call is aborted or the client is closed. */
  readonly signal: AbortSignal;
  /** Asks for a response; other than 2xx is an {@linkcode HTTPError}. */
  readonly send: (request: RequestValue) => Promise<StreamingResponse>;
}

/** A transfer that broke and is to be followed by another. */
class Broken {
  readonly error: NetworkingError;

  constructor(error: NetworkingError) {
    this.error = error;
  }
}

/** Downloads to the target. */
export async function download(
  client: Downloader,
  target: DownloadTarget,
  { onProgress, resume = false, checksum }: DownloadOptions,
): Promise<Download> {
  const { request, settings: { policy, maxResponseSize }, signal } = client;
  const { method, url } = request;
  const fail = (code: "resume_failed" | "checksum_mismatch", why: string) =>
    new NetworkingError(code, `Cannot download ${describeURL(url)}: ${why}`, { method, url });
  if ("range" in request.headers) {
    throw new TypeError("Cannot download with a Range header of your own: use get() or stream()");
  }
  const newHash = hashFunction(checksum);
  let hash = newHash?.();
  const meter = new ProgressMeter(onProgress, () => performance.now());
  const sink = await openTarget(target, resume, resume ? await keyOf(url) : "");
  let state: TransferState = { written: 0 };
  let transfers = 0;

  /** Forgets what was written. */
  const begin = async (reason: string): Promise<void> => {
    if (sink.restart === undefined) {
      throw fail("resume_failed", `${reason}, and the target cannot take back what it has`);
    }
    await sink.restart();
    state = { written: 0 };
    hash = newHash?.();
    meter.startAt(0);
  };
  const take = async (chunk: Uint8Array<ArrayBuffer>): Promise<void> => {
    if (state.written + chunk.length > maxResponseSize) {
      throw new ResponseTooLargeError(
        `Cannot download ${
          describeURL(url)
        }: it is longer than maxResponseSize, ${maxResponseSize} bytes; raise it if that much is expected, or set it to false`,
        { method, url, limitBytes: maxResponseSize },
      );
    }
    await abortable(sink.write(chunk), signal);
    hash?.update(chunk);
    state = { ...state, written: state.written + chunk.length };
    const told = meter.add(chunk.length);
    if (told instanceof Promise) await abortable(told, signal);
  };
  /** Asks for the rest, or for the whole, and judges what comes. */
  const ask = async (range: Record<string, string>) => {
    const headers = { "accept-encoding": "identity", ...request.headers, ...range };
    let response: StreamingResponse;
    try {
      response = await client.send(request.copy({ headers: mergeHeaders(NO_HEADERS, headers) }));
    } catch (error) {
      if (!(error instanceof HTTPError && error.statusCode === 416 && state.written > 0)) {
        throw error;
      }
      return { kind: "refuse", reason: "the server no longer has that range" } as const;
    }
    const decision = continuation(response.statusCode, response.headers, state);
    if (decision.kind === "refuse") await response.cancel();
    return { ...decision, response };
  };
  /** The body failed; what failed before it began was tried again by the call itself. */
  const broke = (error: unknown): never => {
    throw judged(error, transfers, client);
  };
  /** One response to its end. */
  const transfer = async (): Promise<StreamingResponse> => {
    transfers++;
    if (state.written > 0 && state.validator === undefined) {
      await begin("the server gave no strong ETag or Last-Modified to go on with");
    }
    let answer = await ask(rangeHeaders(state));
    if (answer.kind === "refuse" && state.written > 0) {
      await begin(answer.reason);
      answer = await ask({});
    }
    if (answer.kind === "refuse") throw fail("resume_failed", answer.reason);
    const { response } = answer;
    try {
      if (answer.anew) await begin("the content has changed");
      let { skip } = answer;
      state = answer.state;
      meter.total = state.total;
      if (state.validator !== undefined) await sink.note?.(state);
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read().catch(broke);
        if (done) break;
        if (skip < value.length) await take(value.subarray(skip));
        skip = Math.max(0, skip - value.length);
      }
      const { written, total = written } = state;
      if (skip === 0 && written === total) return response;
      const why = `the body ended after ${written - skip} of ${total} bytes`;
      const message = `Cannot download ${describeURL(url)}: ${why}`;
      return broke(new ConnectionError("body_truncated", message, { method, url }));
    } finally {
      await response.cancel();
    }
  };

  try {
    const earlier = await sink.resume?.((chunk) => hash?.update(chunk));
    if (earlier !== undefined) {
      state = earlier;
      meter.startAt(earlier.written);
    }
    const response = await retry(transfer, {
      maxAttempts: policy.maxRetries + 1,
      minTimeout: policy.backoffMs,
      maxTimeout: policy.maxBackoffMs,
      multiplier: 2,
      jitter: 1,
      isRetriable: (thrown) => thrown instanceof Broken,
      signal,
    });
    if (hash !== undefined && checksum !== undefined) {
      const digest = [hash.copy().digest("hex"), hash.digest("base64")];
      if (!matches(checksum.value, digest)) {
        throw fail("checksum_mismatch", `its ${checksum.algorithm} is ${digest[0]}`);
      }
    }
    const told = meter.end();
    if (told instanceof Promise) await abortable(told, signal);
    await abortable(sink.finish(), signal);
    return { url: response.url, headers: response.headers, size: state.written, transfers };
  } catch (error) {
    const mismatch = error instanceof NetworkingError && error.code === "checksum_mismatch";
    await sink.abandon(error, state.validator !== undefined && !mismatch);
    throw error;
  }
}

/** The error, marked if it is worth another transfer. */
function judged(thrown: unknown, number: number, client: Downloader): unknown {
  if (!(thrown instanceof NetworkingError) || !BODY_FAILURES.has(thrown.code)) return thrown;
  const { request: { method, url }, settings: { policy }, budget } = client;
  const decision = decideRetry(policy, {
    number,
    method,
    idempotencyKey: false,
    replayable: true,
    remainingMs: Infinity,
  }, { errorCode: "body_truncated" });
  if (!decision.retry) return thrown;
  const paid = budget === undefined || budget.withdraw(new URL(url).origin, false) !== undefined;
  return paid ? new Broken(thrown) : thrown;
}

const BODY_FAILURES: ReadonlySet<string> = new Set([
  "body_truncated",
  "connection_reset",
  "connection_failed",
  "idle_timeout",
]);

/** As much of node:crypto as is used. */
interface Hash {
  update(chunk: Uint8Array): void;
  copy(): Hash;
  digest(encoding: "hex" | "base64"): string;
}

/** @throws {TypeError} If the checksum cannot be used, or not here. */
function hashFunction(checksum: Checksum | undefined): (() => Hash) | undefined {
  if (checksum === undefined) return undefined;
  const { algorithm, value } = checksum;
  const bytes = DIGEST_BYTES[algorithm];
  if (bytes === undefined) {
    throw new TypeError(
      `Cannot download: checksum.algorithm must be ${Object.keys(DIGEST_BYTES).join(", ")}`,
    );
  }
  const lengths = [bytes * 2, Math.ceil(bytes / 3) * 4];
  if (typeof value !== "string" || !lengths.includes(value.length)) {
    throw new TypeError(
      `Cannot download: checksum.value must be ${bytes} bytes in hexadecimal or Base64`,
    );
  }
  const crypto = builtinModule<{ createHash(name: string): Hash }>("node:crypto");
  if (crypto === undefined) {
    throw new TypeError("Cannot download with a checksum: this runtime has no node:crypto");
  }
  return () => crypto.createHash(algorithm.replace("-", "").toLowerCase());
}

const DIGEST_BYTES: Readonly<Record<string, number>> = Object.assign(Object.create(null), {
  "SHA-256": 32,
  "SHA-384": 48,
  "SHA-512": 64,
  "SHA-1": 20,
  "MD5": 16,
});

function matches(expected: string, [hex, base64]: string[]): boolean {
  return expected.toLowerCase() === hex || expected === base64;
}

/** Tells one URL from another without showing it. */
async function keyOf(url: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(url));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
