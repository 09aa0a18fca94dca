/**
 * Options in place of the body, the habit of other clients: `post(url, { json: … })`. Sent as
 * JSON, they would show their headers to the server, so they are refused. Loaded for the first body that
 * has a field such as `headers`.
 *
 * @module
 */

import { placesOf } from "../../options/habits.ts";
import { HTTP_HABITS } from "../../options/http_habits.ts";
import { CALL_NAMES, CLIENT_NAMES } from "./settings.ts";

/**
 * Refuses a body that is a plain object of nothing but options, ours or other clients'.
 *
 * @throws {TypeError} If it is one; nothing was sent.
 */
export function refuseOptionsAsBody(method: string, data: object): void {
  const prototype: unknown = Object.getPrototypeOf(data);
  if (prototype !== Object.prototype && prototype !== null) return;
  const names = Object.keys(data);
  if (names.length === 2 && names.includes("method") && names.includes("params")) return; // JSON-RPC
  // Next to headers, ordinary words are options as well: what has both is hardly a document.
  const hasHeaders = names.includes("headers");
  // Bodies that ask for a list have a limit, and options hardly do.
  const isOption = (name: string): boolean =>
    (CALL_NAMES.has(name) && name !== "limit") || (hasHeaders && CLIENT_NAMES.has(name)) ||
    isHabit(name, hasHeaders);
  if (!names.every(isOption)) return;
  const verb = method.toLowerCase();
  throw new TypeError(
    `Cannot send { ${
      names.join(", ")
    } } with ${verb}(): the second argument is the body itself and ` +
      `the third the options; write ${verb}(url, body, options), or ` +
      `${verb}(url, undefined, { json: … }) if the body really has only such keys`,
  );
}

/** Whether other clients have an option of this name, in this spelling; ordinary words may count too. */
export function isHabit(name: string, withWords: boolean): boolean {
  return placesOf(name, HTTP_HABITS).some(([, isWord]) => withWords || !isWord);
}
