/**
 * Reads and writes the messages of JSON-RPC 2.0. https://www.jsonrpc.org/specification
 *
 * @module
 */

import { ConnectionError } from "../errors.ts";
import { DecodeError } from "../http_errors.ts";
import { RPCError } from "./errors.ts";

/** An ID: ours are whole numbers, a peer's may be strings or null as well. */
export type RPCID = string | number | null;

/** A received message. A response without a value breaks the specification, and is not answered. */
export type Incoming =
  | {
    readonly kind: "request";
    readonly id: RPCID | undefined;
    readonly method: string;
    readonly params: unknown;
  }
  | { readonly kind: "response"; readonly id: RPCID; readonly value: Answer | undefined }
  | { readonly kind: "invalid"; readonly id: RPCID };

/** The answer to a call. */
export type Answer = { readonly result: unknown } | { readonly error: AnswerError };

/** The error of an answer (section 5.1). */
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

/** What JSON is made of: a Date is an object, and its JSON a string. */
function jsonForm(value: unknown): unknown {
  const toJSON = (value as { readonly toJSON?: unknown } | null | undefined)?.toJSON;
  return typeof toJSON === "function" ? toJSON.call(value) : value;
}

/** A request, or without an ID a notification. */
export function request(method: string, given: unknown, id?: number): Record<string, unknown> {
  const params = jsonForm(given);
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

/** The error that a call was answered with. */
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

/** The error of a peer that does not follow the specification. */
export function brokenError(why: string, url: string): ConnectionError {
  return new ConnectionError("protocol_error", `Cannot follow JSON-RPC 2.0: ${why}`, { url });
}
