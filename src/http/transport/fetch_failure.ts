/**
 * Classifies failures of native `fetch` and of body reads. The first failure loads `runtime_failures.ts`,
 * which knows the errors of each runtime; browsers do not describe failures.
 *
 * @module
 */

import { ConnectionError, NetworkingError } from "../../errors.ts";
import type { PermissionError } from "../../refusal_errors.ts";
import { isBrowser } from "../../runtime/browser.ts";
import { type Lazy, lazy } from "../../runtime/lazy.ts";
import { describeURL, redactCause, redactURL } from "../../redact.ts";
import type { Failed, Meaning } from "./runtime_failures.ts";

const CUT_OFF = "the connection ended before the response body was complete; try again";
const UNKNOWN = "the connection failed; the cause has what the runtime says about it";
const LOOK_THERE =
  "the browser says why in its console only; look there (network, CORS, a blocker)";

/** Explains the failures of runtimes. */
export const RUNTIME_FAILURES: Lazy<typeof import("./runtime_failures.ts")> = /* @__PURE__ */ lazy(
  () => import("./runtime_failures.ts"),
);

/**
 * Returns the library's error for an exception of `fetch` or of a body read. An error of the library is
 * returned unchanged.
 *
 * @param error The exception.
 * @param request The request that failed.
 * @param reading The part of the response that failed.
 */
export async function classifyFetchFailure(
  error: unknown,
  request: {
    readonly method: string;
    readonly url: string;
    readonly sensitive?: readonly string[];
    readonly body?: unknown;
  },
  reading: "head" | "body" = "head",
): Promise<NetworkingError> {
  if (error instanceof NetworkingError) return error;
  const { method, url, sensitive } = request;
  const facts = { method, url: redactURL(url, sensitive), cause: redactCause(error, sensitive) };
  const action = `Cannot ${method} ${describeURL(url)}`;
  const hasBody = request.body !== undefined;
  const meaning = await explain(error, { action, facts, url, reading, hasBody });
  if (meaning instanceof NetworkingError) return meaning;
  // Chrome has one error for bodies and connections; after a head there was a connection.
  const { code = reading === "body" ? "body_truncated" : "connection_failed" } = meaning ?? {};
  // The error of a browser's fetch has no details; that of a custom transport may have some.
  const isSilent = error instanceof TypeError && isBrowser();
  const why = meaning?.why ??
    (code === "body_truncated" ? CUT_OFF : isSilent ? LOOK_THERE : UNKNOWN);
  return new ConnectionError(code, `${action}: ${why}`, facts);
}

async function explain(
  error: unknown,
  failed: Failed,
): Promise<Meaning | PermissionError | undefined> {
  if (isBrowser()) return undefined;
  // If it cannot be loaded (for example without free file descriptors), the failure is reported
  // unexplained.
  const words = RUNTIME_FAILURES.now ?? await RUNTIME_FAILURES.load().catch(() => undefined);
  return words?.explainFailure(error, failed);
}
