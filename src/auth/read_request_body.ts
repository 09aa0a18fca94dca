/**
 * The body of a request as bytes, for schemes that sign it.
 *
 * @module
 */

import type { OpenedBody } from "../http/body/body_types.ts";
import type { HTTPRequest } from "../http/request/http_request.ts";

/** A request, and the bytes of its body if it has one. */
export interface ReadRequest {
  readonly request: HTTPRequest;
  readonly body?: Uint8Array<ArrayBuffer>;
}

/** The request with its body read, so that what is hashed is what is sent. */
export async function readRequestBody(request: HTTPRequest): Promise<ReadRequest> {
  return request.body === undefined
    ? { request }
    : await readOpened(request, await request.body.open());
}

/** The same for a body that is open. */
export async function readOpened(
  request: HTTPRequest,
  { body: opened, contentType }: OpenedBody,
): Promise<ReadRequest> {
  const body = new Uint8Array(await new globalThis.Response(opened).arrayBuffer());
  const again = { body, ...(contentType !== undefined && { contentType }) };
  return { request: { ...request, body: { ...again, replayable: true, open: () => again } }, body };
}
