/**
 * Requests to the metadata services of AWS: on this machine, or one hop away.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import { cannotGet } from "./answered_credentials.ts";
import type { AWSCredentialsContext } from "./credentials.ts";

/** They answer at once, or never: their answers do not go farther than their hops allow. */
const ANSWER_MS = 2_000;

/** An answer that was read. */
export interface MetadataAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * Sends one side request, which follows no redirect.
 *
 * @param advice What to do if it does not answer.
 * @throws {NetworkingError} `auth_failed` if it does not answer within 2 seconds.
 */
export async function askMetadata(
  url: string,
  { method = "GET", headers }: {
    readonly method?: string;
    readonly headers: Record<string, string>;
  },
  { fetch, signal }: AWSCredentialsContext,
  advice: string,
): Promise<MetadataAnswer> {
  const controller = new AbortController();
  const read = async () => {
    const response = await fetch(url, { method, headers, signal: controller.signal });
    const text = await new globalThis.Response(response.body as BodyInit | null).text();
    return { status: response.status, text };
  };
  try {
    return await deadline(read(), ANSWER_MS, { signal });
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof DOMException && thrown.name === "TimeoutError")) {
      throw thrown;
    }
    const why = `it did not answer within ${ANSWER_MS / 1000} seconds; ${advice}`;
    throw cannotGet(method, url, why, thrown);
  } finally {
    controller.abort(); // what still runs has no reader
  }
}
