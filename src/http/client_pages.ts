/**
 * The part that the first `client.paginate()` loads.
 *
 * @module
 */

import type { Pipeline } from "./call/pipeline.ts";
import type { Config } from "./client_config.ts";
import { pageRules } from "./paginate/page_rules.ts";
import { addParams, paginate, type PaginateOptions, readPaginate } from "./paginate/paginate.ts";
import type { Response } from "./response/response.ts";
import type { RequestOptions } from "./settings/options.ts";
import { type PageRules, resolveCall } from "./settings/resolve_call.ts";

/** Yields the items of a list with the parts of a client. */
export async function* pagesOf<T>(
  config: Config,
  pipeline: Pipeline,
  url: string | URL,
  options: PaginateOptions<T> | undefined,
): AsyncGenerator<T, void, undefined> {
  const { own, call } = readPaginate(options);
  let rules: PageRules | undefined;
  const get = (target: string | URL, options: RequestOptions, page?: PageRules) => {
    const resolved = resolveCall(config, "GET", target, options, page);
    rules ??= pageRules(resolved);
    return pipeline.run(resolved.request, resolved.settings, false) as Promise<Response>;
  };
  yield* paginate<T>(
    (target) =>
      typeof target === "string"
        ? get(target, call, rules)
        : get(url, target ? { ...call, params: addParams(call.params, target) } : call),
    own,
  );
}
