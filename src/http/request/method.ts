/**
 * Request methods (RFC 9110 9.1).
 *
 * @module
 */

import { isToken } from "../../formats/tokens.ts";
import { kindOf } from "../../options/checks.ts";
import { describeURL } from "../../redact.ts";
import { IDEMPOTENT_METHODS } from "../../retry/retry_policy.ts";

/** Methods that fetch refuses (Fetch Standard, "forbidden method"). */
const FORBIDDEN_METHODS: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);

/**
 * Returns the method in upper case: fetch would send `patch` unchanged, and servers refuse it.
 *
 * @throws {TypeError} If it is no token (RFC 9110 9.1), or one that fetch forbids.
 */
export function checkMethod(method: string): string {
  if (IDEMPOTENT_METHODS.has(method) || method === "POST") return method;
  // Checked before it is changed: the upper case of "ſ" is "S".
  if (!isToken(method)) {
    const isURL = typeof method !== "string" || /[/:]/.test(method);
    const shown = typeof method !== "string"
      ? `that is ${kindOf(method)}`
      : JSON.stringify(isURL ? describeURL(method) : method);
    throw new TypeError(
      `Cannot use the method ${shown}: it must be a word such as GET or POST` +
        (isURL ? '; it comes first: request("POST", url, options)' : ""),
    );
  }
  const upper = method.toUpperCase();
  if (FORBIDDEN_METHODS.has(upper)) {
    throw new TypeError(`Cannot use the method ${upper}: fetch does not allow it`);
  }
  return upper;
}
