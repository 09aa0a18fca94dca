/**
 * Reads the body of a request, for schemes that sign it.
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

/** Reads the body of a request. The returned request sends exactly these bytes. */
export async function readRequestBody(request: HTTPRequest): Promise<ReadRequest> {
  return request.body === undefined
    ? { request }
    : await readOpened(request, await request.body.open());
}

/** Reads an open body, as {@linkcode readRequestBody} does. */
export async function readOpened(
  request: HTTPRequest,
  { body: opened, contentType }: OpenedBody,
): Promise<ReadRequest> {
  const body = new Uint8Array(await new globalThis.Response(opened).arrayBuffer());
  const reread = { body, ...(contentType !== undefined && { contentType }) };
  return {
    request: { ...request, body: { ...reread, replayable: true, open: () => reread } },
    body,
  };
}
