/**
 * HTTP Message Signatures (RFC 9421) as a scheme for the option `auth`.
 *
 * @module
 */

import { NetworkingError } from "../../errors.ts";
import type { Item } from "../../formats/structured_fields.ts";
import { type HeaderRecord, mergeHeaders } from "../../http/request/headers.ts";
import type { HTTPRequest } from "../../http/request/http_request.ts";
import type { AuthFlow, AuthScheme } from "../../http/settings/auth_scheme.ts";
import {
  callable,
  type Check,
  duration,
  flag,
  list,
  type OptionTable,
  that,
} from "../../options/checks.ts";
import type { Duration } from "../../options/duration.ts";
import { oneOf } from "../../options/one_of.ts";
import { readOptions } from "../../options/read_options.ts";
import { describeURL, showOnly } from "../../redact.ts";
import { AUTH_CHECKS, schemeFacts } from "../credentials.ts";
import { readOpened } from "../read_request_body.ts";
import { ComponentError, type FieldType, parseComponent } from "./components.ts";
import { contentDigest, type DigestAlgorithm } from "./content_digest.ts";
import { randomNonce, signMessage } from "./sign_message.ts";
import {
  Key,
  SIGNATURE_ALGORITHMS,
  type SignatureAlgorithm,
  type SignatureKey,
} from "./signing_key.ts";

/** Options of {@linkcode httpSignature}. */
export interface HTTPSignatureOptions {
  /** The private key, or the shared secret. It is not exported, and never shown. */
  readonly key: SignatureKey;
  /** The identifier with which the server finds its key. */
  readonly keyId?: string;
  /** The algorithm; that of the key when left out, and `rsa-pss-sha512` for an RSA key. */
  readonly algorithm?: SignatureAlgorithm;
  /**
   * The signed components: names of header fields in lower case, `@method`, `@target-uri`, `@authority`,
   * `@scheme`, `@path`, `@query`, or a component with parameters in the syntax of RFC 9421, such as
   * `'"@query-param";name="page"'`. A component that a request does not have fails the call. When left out:
   * the method, the URL, and the type and the digest of any content.
   */
  readonly components?: readonly string[];
  /**
   * The name of the signature in its fields.
   *
   * @default {"sig1"}
   */
  readonly label?: string;
  /**
   * How long a signature is valid, in seconds; `false` for no expiry.
   *
   * @default {60}
   */
  readonly expires?: Duration | false;
  /** The purpose of the signature, a name that the application defines. */
  readonly tag?: string;
  /**
   * Whether each signature has a random nonce, so that the server can detect replays.
   *
   * @default {false}
   */
  readonly nonce?: boolean;
  /**
   * The algorithm of Content-Digest (RFC 9530), which is added if the content is signed.
   *
   * @default {"sha-256"}
   */
  readonly digest?: DigestAlgorithm;
  /** The types of other structured fields that are signed with `;sf`; those of the standards are known. */
  readonly fieldTypes?: Readonly<Record<string, FieldType>>;
  /**
   * The origins that receive signatures. When left out, it is the origin of the client's `baseUrl`; for a
   * scheme of one call, the origin of the call's URL.
   */
  readonly origins?: readonly string[];
  /**
   * Returns the time in milliseconds since the epoch.
   *
   * @default {Date.now}
   */
  readonly now?: () => number;
}

/** Checks the text of a signature parameter. */
export const parameterText: Check<string> = that(
  (value) => typeof value === "string" && /^[\x20-\x7e]+$/.test(value),
  "visible ASCII characters",
);
/** Accepts any value: `Key` checks it. */
export const keyOption: Check<SignatureKey> = (_, value) => value as SignatureKey;
/** Checks the name of a signature. */
export const labelOption: Check<string> = that(
  (value) => typeof value === "string" && /^[a-z*][a-z\d_.*-]*$/.test(value),
  "a name in lower case, such as sig1",
);
/** Checks the name of a component. */
const component: Check<string> = (name, value) => {
  if (typeof value === "string") return parseComponent(value) && value;
  throw new TypeError(`Cannot use ${name}: it must be the name of a component, such as @method`);
};
/** Checks names of components. */
export const componentsOption: Check<readonly string[]> = list(component, "an array of components");
/** Checks the types of structured fields. */
export const fieldTypesOption: Check<Readonly<Record<string, FieldType>>> = that(
  (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.values(value).every((type) => ["item", "list", "dictionary"].includes(type)),
  "an object of item, list or dictionary by the name of a field",
);
/** Checks a clock. */
export const clockOption: Check<() => number> = callable("a function that returns milliseconds");

const CHECKS = {
  key: keyOption,
  keyId: parameterText,
  algorithm: oneOf<SignatureAlgorithm>(...SIGNATURE_ALGORITHMS),
  components: componentsOption,
  label: labelOption,
  expires: duration("expires", { off: true }),
  tag: parameterText,
  nonce: flag,
  digest: oneOf<DigestAlgorithm>("sha-256", "sha-512"),
  fieldTypes: fieldTypesOption,
  origins: AUTH_CHECKS.origins,
  now: clockOption,
} satisfies OptionTable<HTTPSignatureOptions>;

const ACTION = "make an HTTP signature";

/**
 * Signs every request (RFC 9421), with a digest of its content (RFC 9530). Each attempt, redirect hop and
 * replay has its own signature.
 *
 * The body is read into memory for its digest. A stream that cannot be repeated is refused, unless the
 * request already has a Content-Digest or the content is not among the `components`.
 *
 * @param options The key, and the components to sign.
 * @throws {TypeError} If an option is missing, unknown or of the wrong type.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { httpSignature, verifySignature } from "@codomyrmex/networking/auth/sign";
 *
 * const pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
 * const { privateKey, publicKey } = pair as CryptoKeyPair;
 * const handler = async (request: Request) => {
 *   const { keyId, components } = await verifySignature(request, { keys: { ada: publicKey } });
 *   return new Response(`${keyId} signed ${components.join(", ")}`);
 * };
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 * const auth = httpSignature({ key: privateKey, keyId: "ada" });
 * await using client = new HTTPClient({ baseUrl: `http://localhost:${server.addr.port}`, auth });
 * console.log((await client.get("/")).text); // ada signed @method, @target-uri
 * ```
 */
export function httpSignature(options: HTTPSignatureOptions): AuthScheme {
  return new HTTPSignature(options);
}

class HTTPSignature implements AuthScheme {
  static {
    showOnly(this, "AuthScheme", schemeFacts);
  }

  readonly name = "Signature";
  readonly origins: readonly string[] | undefined;
  readonly partition: string | undefined;
  readonly #key: Key;
  readonly #components: readonly Item[] | undefined;
  readonly #given: ReturnType<typeof read>;

  constructor(options: HTTPSignatureOptions) {
    const given = read(options);
    if (given.key === undefined) throw new TypeError(`Cannot ${ACTION}: key is missing; set it`);
    this.#key = new Key(given.key, "sign", given.algorithm);
    this.#components = given.components?.map(parseComponent);
    this.#given = given;
    this.origins = given.origins;
    this.partition = given.keyId;
  }

  async *authenticate(request: HTTPRequest): AuthFlow {
    const { keyId, label = "sig1", tag, fieldTypes, now = Date.now } = this.#given;
    const { expires: expiresMs = 60_000 } = this.#given;
    const target = await this.#withDigest(request);
    const { method, url } = target;
    try {
      const headers = await signMessage(target, this.#key, {
        ...{ label, keyId, tag, saysAlgorithm: false },
        components: this.#components ?? defaultComponents(target.headers),
        at: now(),
        expiresMs: expiresMs === Infinity ? undefined : expiresMs,
        nonce: this.#given.nonce === true ? randomNonce() : undefined,
      }, fieldTypes);
      yield { ...target, headers };
    } catch (error) {
      if (!(error instanceof ComponentError)) throw error;
      throw cannotSign(method, url, error.message);
    }
  }

  /** Returns the request with its content type, and with a digest of its content if that is signed. */
  async #withDigest(
    request: HTTPRequest,
  ): Promise<HTTPRequest & { readonly headers: HeaderRecord }> {
    const { body } = request;
    const isSigned = this.#components?.some(({ value }) => value === "content-digest") ?? true;
    const headers = mergeHeaders(request.headers, {});
    if (body === undefined) {
      if (!isSigned || this.#components === undefined || "content-digest" in headers) {
        return { ...request, headers };
      }
      const field = await contentDigest(new Uint8Array(), this.#algorithm);
      return { ...request, headers: mergeHeaders(headers, { "content-digest": field }) };
    }
    if (!isSigned || "content-digest" in headers) {
      return { ...request, headers: withType(headers, body.contentType) };
    }
    if (!body.replayable) {
      throw cannotSign(
        request.method,
        request.url,
        "its content is a stream, whose digest is unknown before it is sent; pass bytes, a function " +
          "that returns the stream, or a content-digest header",
      );
    }
    const opened = await body.open();
    const read = await readOpened(request, opened);
    return {
      ...read.request,
      headers: withType(
        mergeHeaders(headers, {
          "content-digest": await contentDigest(read.body!, this.#algorithm),
        }),
        opened.contentType,
      ),
    };
  }

  get #algorithm(): DigestAlgorithm {
    return this.#given.digest ?? "sha-256";
  }
}

function read(options: HTTPSignatureOptions) {
  return readOptions(ACTION, options, CHECKS);
}

/** Adds the content type of the body, since signed fields must be present. */
function withType(headers: HeaderRecord, type: string | undefined): HeaderRecord {
  return type === undefined || "content-type" in headers
    ? headers
    : mergeHeaders(headers, { "content-type": type });
}

function defaultComponents(headers: HeaderRecord): Item[] {
  const content = ["content-type", "content-digest"].filter((name) => name in headers);
  return ["@method", "@target-uri", ...content].map(parseComponent);
}

function cannotSign(method: string, url: string, why: string): NetworkingError {
  const message = `Cannot authenticate ${method} ${describeURL(url)}: ${why}`;
  return new NetworkingError("auth_failed", message, { method, url });
}
