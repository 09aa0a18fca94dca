/**
 * Handlers of Mock Service Worker (MSW) from a mock, for tests that use it already.
 *
 * @module
 */

import type { Mock } from "./mock.ts";

/** As much of MSW's `http` as is used. */
export interface MSWHTTP<Handler> {
  /** Makes a handler for requests of every method. */
  all(
    path: string,
    resolver: (info: { readonly request: Request }) => Promise<Response | undefined>,
  ): Handler;
}

/**
 * Makes handlers for the operations of a mock; other requests go to the next handler. If the description's
 * servers have hosts, a request must be for one of them.
 *
 * @example
 * ```ts ignore
 * import { http } from "msw";
 * import { setupServer } from "msw/node";
 * import { mock, mswHandlers } from "@codomyrmex/networking/generate/mock";
 *
 * const server = setupServer(...mswHandlers(await mock("openapi.yaml"), http));
 * ```
 *
 * @param mock The mock.
 * @param http MSW's `http`.
 */
export function mswHandlers<Handler>(mock: Mock, http: MSWHTTP<Handler>): Handler[] {
  return [
    http.all("*", ({ request }) => {
      return mock.handles(request) ? mock.fetch(request.clone()) : Promise.resolve(undefined);
    }),
  ];
}
