/**
 * AWS Signature Version 4: signs every request with a key that is never sent.
 *
 * @module
 */

import { NetworkingError } from "../../../errors.ts";
import { parseHTTPDate } from "../../../formats/http_date.ts";
import type { ResponseHead } from "../../../hooks.ts";
import { isLoopbackHost } from "../../../hosts/loopback.ts";
import type { HTTPRequest } from "../../../http/request/http_request.ts";
import { mergeHeaders } from "../../../http/request/headers.ts";
import type { AuthContext, AuthFlow, AuthScheme } from "../../../http/settings/auth_scheme.ts";
import { readOptions } from "../../../options/read_options.ts";
import { describeURL, showOnly } from "../../../redact.ts";
import { schemeFacts } from "../../credentials.ts";
import { readOpened } from "../../read_request_body.ts";
import { sha256Hex } from "../../web_crypto.ts";
import { CredentialSource, DaySigner } from "./credentials.ts";
import { type AWSSigV4Options, expirySeconds, required, SIG_V4_CHECKS } from "./options.ts";
import { isS3, signHeaders, signQuery, UNSIGNED } from "./sign_request.ts";

const ACTION = "make AWS authentication";

/**
 * Signs every request with AWS Signature Version 4, for AWS, S3-compatible stores and API Gateway. Each attempt,
 * redirect hop and replay has its own signature and time.
 *
 * The body is read and signed. A stream to S3 is sent as an unsigned payload, over `https:` only. For other
 * services pass bytes, or a function that returns the stream, which is then read into memory. If a server refuses
 * a request and its clock differs by five minutes or more, the request is sent again with the server's time.
 * Later requests to it use that time too.
 *
 * @param options The credentials, region and service.
 * @throws {TypeError} If an option is missing, unknown or of the wrong type.
 * @throws {RangeError} If `expires` is more than a week.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { awsSigV4 } from "@codomyrmex/networking/auth/sign";
 *
 * const handler = (request: Request) => new Response(request.headers.get("authorization"));
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 * const auth = awsSigV4({
 *   credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG" },
 *   region: "us-east-1",
 *   service: "execute-api",
 *   now: () => Date.UTC(2015, 7, 30),
 * });
 * await using client = new HTTPClient({ baseUrl: `http://localhost:${server.addr.port}`, auth });
 * const [scheme] = (await client.get("/")).text.split(", SignedHeaders");
 * console.log(scheme);
 * // AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/execute-api/aws4_request
 * ```
 */
export function awsSigV4(options: AWSSigV4Options): AuthScheme {
  return new AWSSigV4(options);
}

/** A smaller difference of the clocks is not the reason for a refusal. */
const SKEW_MS = 300_000;
/** A larger difference means that the server's clock is wrong. */
const LARGEST_SKEW_MS = 86_400_000;
/** The error types of signatures and their time, for responses that have an error type. */
const TIME_ERRORS =
  /(?:RequestTimeTooSkewed|RequestExpired|InvalidSignatureException|SignatureDoesNotMatch|InvalidSignature)/;

class AWSSigV4 implements AuthScheme {
  static {
    showOnly(this, "AuthScheme", schemeFacts);
  }

  readonly name = "AWS4-HMAC-SHA256";
  readonly origins: readonly string[] | undefined;
  readonly sensitiveNames: readonly string[] = [
    ...["x-amz-security-token", "x-amz-signature", "x-amz-credential"],
  ];
  readonly #source: CredentialSource;
  readonly #signer = new DaySigner();
  readonly #region: string;
  readonly #service: string;
  readonly #signsToken: boolean;
  readonly #inQuery: boolean;
  readonly #also: ReadonlySet<string>;
  readonly #seconds: number;
  readonly #now: () => number;
  /** How far the clocks of servers are ahead of this machine's, in milliseconds, by origin. */
  readonly #skews = new Map<string, number>();

  constructor(options: AWSSigV4Options) {
    const given = required(ACTION, readOptions(ACTION, options, SIG_V4_CHECKS));
    const { origins, now = Date.now } = given;
    this.origins = origins;
    this.#now = now;
    this.#source = new CredentialSource(ACTION, given.credentials, now);
    this.#region = given.region;
    this.#service = given.service;
    this.#signsToken = given.sessionToken !== "added";
    this.#inQuery = given.in === "query";
    this.#also = new Set(given.signedHeaders);
    this.#seconds = expirySeconds(given.expires);
  }

  /** Returns the identifier of the credentials, if that is known without a request. */
  partition(): string | undefined {
    return this.#source.partition;
  }

  async *authenticate(request: HTTPRequest, context: AuthContext): AuthFlow {
    const head = yield await this.#sign(request, context);
    if (!this.#isLate(request.url, head) || request.body?.replayable === false) return;
    yield await this.#sign(request, context);
  }

  async #sign(given: HTTPRequest, context: AuthContext): Promise<HTTPRequest> {
    const [request, payload] = await this.#withPayload(given);
    const { method, url, headers } = request;
    const signing = {
      credentials: await this.#source.get(context),
      signer: this.#signer,
      region: this.#region,
      service: this.#service,
      // Taken after the credentials and the body are ready, so that no wait makes it stale.
      at: this.#now() + (this.#skews.get(new URL(url).origin) ?? 0),
      signsToken: this.#signsToken,
      also: this.#also,
      payload: this.#inQuery && isS3(this.#service) ? UNSIGNED : payload,
    };
    const target = { method, url, headers: mergeHeaders(headers, {}) };
    const signed = this.#inQuery
      ? await signQuery(target, signing, this.#seconds)
      : await signHeaders(target, signing);
    return { ...request, ...signed };
  }

  /** Returns the request with its content type, and the hash of its content or `UNSIGNED-PAYLOAD`. */
  async #withPayload(given: HTTPRequest): Promise<[HTTPRequest, payload: string]> {
    if (given.body === undefined) return [given, await sha256Hex("")];
    const { protocol, hostname } = new URL(given.url);
    const opened = await given.body.open();
    const { contentType } = opened;
    const type = given.headers["content-type"] ?? contentType;
    const headers = type === undefined ? given.headers : { ...given.headers, "content-type": type };
    if (opened.body instanceof ReadableStream) {
      const { replayable } = given.body;
      const isPrivate = protocol === "https:" || isLoopbackHost(hostname);
      if (isS3(this.#service) && isPrivate) {
        return [{ ...given, headers, body: { replayable, open: () => opened } }, UNSIGNED];
      }
      if (!replayable) {
        await opened.body.cancel();
        throw this.#cannotSign(given);
      }
    }
    const { request, body } = await readOpened({ ...given, headers }, opened);
    return [request, await sha256Hex(body!)];
  }

  #cannotSign({ method, url }: HTTPRequest): NetworkingError {
    const why = isS3(this.#service)
      ? "an unsigned payload is sent over https: only"
      : `${this.#service} requires it to be signed`;
    return new NetworkingError(
      "auth_failed",
      `Cannot authenticate ${method} ${describeURL(url)}: the body is a stream, and ${why}; pass ` +
        "bytes, or a function that returns the stream, which is read into memory",
      { method, url },
    );
  }

  /**
   * Whether the server refused the time of the request; the server's time is then stored. Only a time from https
   * or loopback counts: a forged one would create signatures that are valid later.
   */
  #isLate(url: string, { statusCode, headers }: ResponseHead): boolean {
    if (![400, 401, 403].includes(statusCode)) return false;
    const error = headers.get("x-amzn-errortype");
    if (error !== null && !TIME_ERRORS.test(error)) return false;
    const { origin, protocol, hostname } = new URL(url);
    if (protocol !== "https:" && !isLoopbackHost(hostname)) return false;
    const now = this.#now();
    const theirs = parseHTTPDate(headers.get("date") ?? "", now);
    if (theirs === undefined) return false;
    const skew = theirs - now;
    const change = Math.abs(skew - (this.#skews.get(origin) ?? 0));
    if (change < SKEW_MS || Math.abs(skew) > LARGEST_SKEW_MS) return false;
    this.#skews.set(origin, skew);
    return true;
  }
}
