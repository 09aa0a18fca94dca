/**
 * JSON-RPC over HTTP: each message is a POST, and the body of its response holds the JSON-RPC responses.
 *
 * @module
 */

import { DecodeError } from "../http_errors.ts";
import type { HTTPClient } from "../http/http_client.ts";
import type { Response } from "../http/response/response.ts";
import { describeURL } from "../redact.ts";
import { type Call, callOptions, type Exchange, readCallOptions, settle } from "./caller.ts";
import { answerError, brokenError, classify, type Incoming } from "./messages.ts";

const HEADERS = { "content-type": "application/json", accept: "application/json" };

/** Returns an exchange that sends messages with an HTTPClient. */
export function httpExchange(client: HTTPClient, url: string | URL): Exchange {
  return async (text, calls, options) => {
    const response = await client.request("POST", url, {
      ...callOptions(readCallOptions(options)),
      data: text,
      headers: HEADERS,
    });
    // Servers send errors with status 4xx, 5xx or 200, and any media type: each may be a response.
    const found = answersOf(jsonOf(response));
    if (found === undefined) {
      response.raiseForStatus();
      if (calls.length === 0) return; // a notification has no response; 200, 202 and 204 are all used
      response.json(); // throws if the body is not JSON
    }
    settleAll(calls, found ?? [], describeURL(response.url));
  };
}

/** Returns the JSON value of a body of any media type, or undefined if it is not JSON. */
function jsonOf(response: Response): unknown {
  try {
    return response.json();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** Returns the messages of a body, or undefined if none is a response. */
function answersOf(body: unknown): readonly Incoming[] | undefined {
  const found = (Array.isArray(body) ? body : [body]).map(classify);
  return found.some(({ kind }) => kind === "response") ? found : undefined;
}

function settleAll(calls: readonly Call[], found: readonly Incoming[], url: string): void {
  const waiting = new Map(calls.map((call) => [call.id, call]));
  for (const answer of found) {
    if (answer.kind !== "response") continue;
    const { id, value } = answer;
    const call = waiting.get(id as number);
    if (call !== undefined) {
      waiting.delete(call.id);
      settle(call, value, url);
    } else if (id === null && value !== undefined && "error" in value) {
      // The response to a message that the server could not read (section 5).
      for (const [key, { method, reject }] of waiting) {
        waiting.delete(key);
        reject(answerError(value.error, method, url));
      }
    }
  }
  for (const { method, id, reject } of waiting.values()) {
    reject(brokenError(`the body has no response to ${method} (id ${id})`, url));
  }
}
