/**
 * The tools `http_get` and `http_request`.
 *
 * @module
 */
// deno-lint-ignore-file camelcase -- tools have the names that agents know

import type { RequestOptions } from "../../http/settings/options.ts";
import { agentHeaders, checkURL } from "../policy/agent_headers.ts";
import { fromBase64 } from "../policy/base64.ts";
import { type NetworkInput, URL_PROPERTY } from "./network_input.ts";
import {
  fetchPiece,
  PIECE_SCHEMA,
  type PieceInput,
  pieceProperties,
  type PieceRequest,
} from "./piece.ts";
import type { Gate } from "../policy/policy.ts";
import { ANY_JSON, type BodyFormat } from "./shown_body.ts";
import { defineTool, objectSchema, READS, type Tool, ToolError, WRITES } from "../policy/tool.ts";

/** The tools for HTTP. `http_request` is there where the policy has a method for it. */
export function httpTools(gate: Gate): Tool[] {
  const isReading = (method: string) => method === "GET" || method === "HEAD";
  const reading = gate.methods.filter(isReading);
  const writing = gate.methods.filter((method) => !isReading(method));
  const tools: Tool[] = [];
  if (reading.length > 0) {
    tools.push(defineTool<PieceInput & { readonly url: string; readonly method?: string }>({
      name: "http_get",
      title: "Fetch a URL",
      description:
        "Fetches a URL with GET or HEAD and gives status, header fields and body. A body that is longer than max_bytes comes in pieces: call again with next_cursor. A status of 400 or above is a result, not an error.",
      inputSchema: objectSchema({
        url: URL_PROPERTY,
        method: { type: "string", enum: reading, default: reading[0] },
        ...pieceProperties(gate),
      }, ["url"]),
      outputSchema: PIECE_SCHEMA,
      annotations: READS,
      gate,
      isCounted: true,
      run: ({ url, method = reading[0]!, ...input }, context) =>
        fetchPiece(gate, toRequest(gate, method, url, input, {}), input, context),
    }));
  }
  if (writing.length > 0) {
    tools.push(defineTool<WriteInput>({
      name: "http_request",
      title: "Send a request",
      description: `Sends a request that may change something (${
        writing.join(", ")
      }), with a body as json, text or base64, and gives status, header fields and the beginning of the answer. It is tried again only where that cannot do it twice; give an idempotency_key if the service knows them.`,
      inputSchema: objectSchema({
        url: URL_PROPERTY,
        method: { type: "string", enum: writing },
        json: { ...ANY_JSON, description: "The body, sent as JSON" },
        text: { type: "string", description: "The body, sent as text" },
        base64: { type: "string", contentEncoding: "base64", description: "The body, as bytes" },
        content_type: {
          type: "string",
          maxLength: 200,
          description: "The media type of the body, if it is another",
        },
        idempotency_key: { type: "string", minLength: 1, maxLength: 200 },
        ...without(pieceProperties(gate), "cursor"),
      }, ["url", "method"]),
      outputSchema: PIECE_SCHEMA,
      annotations: WRITES,
      gate,
      isCounted: true,
      run: ({ url, method, ...input }, context) =>
        fetchPiece(gate, toRequest(gate, method, url, input, bodyOf(input)), input, context),
    }));
  }
  return tools;
}

interface WriteInput extends NetworkInput {
  readonly url: string;
  readonly method: string;
  readonly format?: BodyFormat;
  readonly json?: unknown;
  readonly text?: string;
  readonly base64?: string;
  readonly content_type?: string;
  readonly idempotency_key?: string;
}

function without<T>(properties: Record<string, T>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(properties).filter(([one]) => one !== name));
}

function bodyOf(input: Omit<WriteInput, "url" | "method">): RequestOptions {
  const given = (["json", "text", "base64"] as const).filter((name) => input[name] !== undefined);
  if (given.length > 1) {
    throw new ToolError(`Cannot send ${given.join(" and ")}: give one of them`);
  }
  const { json, text, base64, content_type, idempotency_key } = input;
  let data: string | Uint8Array<ArrayBuffer> | undefined = text;
  if (base64 !== undefined) data = fromBase64(base64);
  return {
    ...(json !== undefined && { json }),
    ...(data !== undefined && { data }),
    ...(content_type !== undefined && { headers: { "content-type": content_type } }),
    ...(idempotency_key !== undefined && { idempotencyKey: idempotency_key }),
  };
}

function toRequest(
  gate: Gate,
  method: string,
  url: string,
  { headers, auth }: NetworkInput,
  body: RequestOptions,
): PieceRequest {
  checkURL(url);
  return {
    method,
    url,
    options: { ...body, headers: { ...agentHeaders(gate, headers), ...Object(body.headers) } },
    auth: gate.credential(auth, url),
  };
}
