/**
 * Verifies the signatures of a client's responses.
 *
 * @module
 */

import { mergeHeaders } from "../../http/request/headers.ts";
import { discard } from "../../http/response/read_body.ts";
import type { ExchangeMiddleware } from "../../http/settings/middleware.ts";
import { readOptions } from "../../options/read_options.ts";
import { VERIFY_CHECKS, type VerifySignatureOptions } from "./verify_options.ts";
import { verifySignature } from "./verify_signature.ts";

/** Options of {@linkcode verifyResponses}. */
export type VerifyResponsesOptions = Omit<VerifySignatureOptions, "request">;

const { request: _, ...CHECKS } = VERIFY_CHECKS;

/**
 * Returns middleware that accepts only signed responses (RFC 9421). Redirects and error responses need a
 * signature too. If the digest of the content is signed, the content is read before it is passed on: at most
 * `maxSize` bytes, 10 MiB by default. It requests content without compression, since the digest is of the bytes
 * on the wire.
 *
 * @param options The keys, and the components that must be signed.
 * @throws {TypeError} If an option is missing, unknown or of the wrong type.
 *
 * @example
 * ```ts
 * import { HTTPClient, NetworkingError } from "@codomyrmex/networking";
 * import { verifyResponses } from "@codomyrmex/networking/auth/sign";
 *
 * const handler = () => new Response("who knows from whom");
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 * const keys = { bank: new TextEncoder().encode("a secret of both sides") };
 * await using client = new HTTPClient({ use: { exchange: [verifyResponses({ keys })] } });
 * const error = await client.get(`http://localhost:${server.addr.port}/`).catch((error) => error);
 * console.log(error instanceof NetworkingError && error.code); // signature_invalid
 * ```
 */
export function verifyResponses(options: VerifyResponsesOptions): ExchangeMiddleware {
  const given = readOptions("verify responses", options, CHECKS);
  if (given.keys === undefined) {
    throw new TypeError("Cannot verify responses: keys is missing; set it");
  }
  return async (request, next) => {
    const headers = mergeHeaders({ "accept-encoding": "identity" }, request.headers);
    const response = await next({ ...request, headers });
    const { method, url } = request;
    const { status, statusText } = response;
    try {
      const { body } = await verifySignature(response, {
        maxSize: 10_485_760,
        ...options,
        request: { method, url, headers },
      });
      if (body === undefined) return response;
      const content = response.body === null ? null : body;
      return new Response(content, { status, statusText, headers: response.headers });
    } catch (error) {
      if (!response.bodyUsed) discard(response);
      throw error;
    }
  };
}
