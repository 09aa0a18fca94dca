/**
 * Requests to the metadata services of AWS: on this machine, or one hop away.
 *
 * @module
 */

import { within } from "../../../runtime/within.ts";
import { cannotGet, textOf } from "./answered_credentials.ts";
import type { AWSCredentialsContext } from "./credentials.ts";

/** The timeout: they respond immediately, or never if the hop limit drops the response. */
const TIMEOUT_MS = 2_000;

/** The status and the text of a response. */
export interface MetadataResponse {
  readonly status: number;
  readonly text: string;
}

/**
 * Sends one side request, which follows no redirect.
 *
 * @param advice What to do if the service does not respond.
 * @throws {NetworkingError} `auth_failed` if the service does not respond within 2 seconds.
 */
export async function requestMetadata(
  url: string,
  { method = "GET", headers }: {
    readonly method?: string;
    readonly headers: Record<string, string>;
  },
  { fetch, signal }: AWSCredentialsContext,
  advice: string,
): Promise<MetadataResponse> {
  const controller = new AbortController();
  const read = async () => {
    const response = await fetch(url, { method, headers, signal: controller.signal });
    return { status: response.status, text: await textOf(response) };
  };
  try {
    return await within(read(), TIMEOUT_MS, signal, (cause) => {
      const why = `it did not answer within ${TIMEOUT_MS / 1000} seconds; ${advice}`;
      return cannotGet(method, url, why, cause);
    });
  } finally {
    controller.abort(); // ends a request that is still running
  }
}
