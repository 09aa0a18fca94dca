/**
 * Refuses options in place of the body, as in other clients: `post(url, { json: … })`. Sent as JSON, they
 * would reveal their headers to the server. The first body with a field such as `headers` loads this
 * module.
 *
 * @module
 */

import { placesOf } from "../../options/habits.ts";
import { HTTP_HABITS } from "../../options/http_habits.ts";
import { CALL_NAMES, CLIENT_NAMES } from "./settings.ts";

/**
 * Refuses a body that is a plain object with only options of this or of other clients.
 *
 * @throws {TypeError} If it is such an object; nothing was sent.
 */
export function refuseOptionsAsBody(method: string, data: object): void {
  const prototype: unknown = Object.getPrototypeOf(data);
  if (prototype !== Object.prototype && prototype !== null) return;
  const names = Object.keys(data);
  if (names.length === 2 && names.includes("method") && names.includes("params")) return; // JSON-RPC
  // Next to headers, ordinary words count as options too: an object with both is hardly a document.
  const hasHeaders = names.includes("headers");
  // Bodies that query a list often have a limit; misplaced options hardly do.
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

/** Whether other clients have an option of this exact name; `withWords` includes ordinary words. */
export function isHabit(name: string, withWords: boolean): boolean {
  return placesOf(name, HTTP_HABITS).some(([, isWord]) => withWords || !isWord);
}
