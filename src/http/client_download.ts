/**
 * The part that the first `client.download()` loads.
 *
 * @module
 */

import type { Pipeline } from "./call/pipeline.ts";
import type { Config } from "./client_config.ts";
import { download } from "./download/download.ts";
import { type Download, type DownloadOptions, readDownload } from "./download/download_options.ts";
import type { DownloadTarget } from "./download/download_target.ts";
import type { RequestValue } from "./request/request_value.ts";
import type { StreamingResponse } from "./response/streaming_response.ts";
import { resolveCall } from "./settings/resolve_call.ts";

/** Downloads with the parts of a client. */
export async function downloadBy(
  config: Config,
  pipeline: Pipeline,
  url: string | URL,
  target: DownloadTarget,
  options: DownloadOptions | undefined,
): Promise<Download> {
  const { call, ...rest } = readDownload(options);
  const { request, settings: own } = resolveCall(config, "GET", url, call);
  const settings = {
    ...own,
    totalTimeoutMs: Infinity,
    throwOnError: true,
    cache: undefined,
    maxResponseSize: own.maxDownloadSize,
  };
  const budget = config.retryBudget || undefined;
  const send = (request: RequestValue) =>
    pipeline.run(request, settings, true) as Promise<StreamingResponse>;
  return await pipeline.span(
    request,
    settings,
    ({ signal }) => download({ request, settings, budget, signal, send }, target, rest),
  );
}
