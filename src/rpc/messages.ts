/**
 * Reads and writes the messages of JSON-RPC 2.0. https://www.jsonrpc.org/specification
 *
 * @module
 */

import { ConnectionError } from "../errors.ts";
import { DecodeError } from "../http_errors.ts";
import { RPCError } from "./errors.ts";

/** An ID. Ours are whole numbers; a peer's may also be strings or null. */
export type RPCID = string | number | null;

/** A received message. A response without a value breaks the specification; no error is sent for it. */
export type Incoming =
  | {
    readonly kind: "request";
    readonly id: RPCID | undefined;
    readonly method: string;
    readonly params: unknown;
  }
  | { readonly kind: "response"; readonly id: RPCID; readonly value: Answer | undefined }
  | { readonly kind: "invalid"; readonly id: RPCID };

/** The response to a call. */
export type Answer = { readonly result: unknown } | { readonly error: AnswerError };

/** The error of a response (section 5.1). */
export interface AnswerError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** Parses a message as JSON. */
export function parse(message: string | Uint8Array): unknown {
  const text = typeof message === "string" ? message : new TextDecoder().decode(message);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const problem = `Cannot read a message of ${text.length} characters as JSON`;
    throw new DecodeError(problem, { cause, snippet: text.slice(0, 200) });
  }
}

/** Reads a JSON value as a message. */
export function classify(value: unknown): Incoming {
  if (!isObject(value)) return { kind: "invalid", id: null };
  const { jsonrpc, id, method, params, result, error } = value;
  const isID = typeof id === "string" || typeof id === "number" || id === null;
  if ("method" in value) {
    const isValid = jsonrpc === "2.0" && typeof method === "string" && (isID || id === undefined) &&
      (params === undefined || isObject(params) || Array.isArray(params));
    if (!isValid) return { kind: "invalid", id: isID ? id : null };
    return { kind: "request", id: id as RPCID | undefined, method, params };
  }
  if (!isID || !("result" in value || "error" in value)) return { kind: "invalid", id: null };
  if (error === undefined || error === null) return { kind: "response", id, value: { result } };
  if (!isObject(error) || !Number.isInteger(error.code) || typeof error.message !== "string") {
    return { kind: "response", id, value: undefined };
  }
  const { code, message, data } = error as { code: number; message: string; data?: unknown };
  const answer = { code, message, ...(data !== undefined && { data }) };
  return { kind: "response", id, value: { error: answer } };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the value that JSON.stringify() writes: a Date is an object, but its JSON is a string. */
function jsonForm(value: unknown): unknown {
  const toJSON = (value as { readonly toJSON?: unknown } | null | undefined)?.toJSON;
  return typeof toJSON === "function" ? toJSON.call(value) : value;
}

/** Returns a request, or a notification if it has no ID. */
export function request(method: string, value: unknown, id?: number): Record<string, unknown> {
  const params = jsonForm(value);
  if (params !== undefined && (typeof params !== "object" || params === null)) {
    const kind = params === null ? "null" : typeof params;
    const must = "they must be an array or an object (JSON-RPC 2.0, section 4.2)";
    throw new TypeError(`Cannot call ${method} with params of type ${kind}: ${must}`);
  }
  return {
    jsonrpc: "2.0",
    method,
    ...(params !== undefined && { params }),
    ...(id !== undefined && { id }),
  };
}

/** Returns the error for a call whose response is an error. */
export function answerError(
  { code, message, data }: AnswerError,
  method: string,
  url: string,
): RPCError {
  return new RPCError(`Cannot call ${method}: ${message} (code ${code})`, {
    rpcCode: code,
    rpcMethod: method,
    remoteMessage: message,
    ...(data !== undefined && { data }),
    url,
  });
}

/** Returns the error for a peer that breaks the specification. */
export function brokenError(why: string, url: string): ConnectionError {
  return new ConnectionError("protocol_error", `Cannot follow JSON-RPC 2.0: ${why}`, { url });
}
