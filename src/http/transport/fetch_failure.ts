/**
 * Tells what a failure of native `fetch`, or of reading its body, means. What runtimes say of it is known
 * by `runtime_failures.ts`, which is loaded with the first failure; browsers do not say.
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

/** What runtimes say of failures. */
export const RUNTIME_FAILURES: Lazy<typeof import("./runtime_failures.ts")> = /* @__PURE__ */ lazy(
  () => import("./runtime_failures.ts"),
);

/**
 * The error of ours for what `fetch`, or reading its body, threw. One that is ours already comes
 * back unchanged.
 *
 * @param error What was thrown.
 * @param request The request that failed.
 * @param reading How far the response came.
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
  // Chrome says the same of a body as of a connection; with a head there was a connection.
  const { code = reading === "body" ? "body_truncated" : "connection_failed" } = meaning ?? {};
  // What a browser's fetch throws says nothing; a transport of the caller's may throw more.
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
  // Where it cannot be loaded (no file descriptors left, perhaps), the failure itself is what counts.
  const words = RUNTIME_FAILURES.now ?? await RUNTIME_FAILURES.load().catch(() => undefined);
  return words?.explainFailure(error, failed);
}
