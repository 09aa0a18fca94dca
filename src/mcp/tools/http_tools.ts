/**
 * The tools `http_get` and `http_request`.
 *
 * @module
 */
// deno-lint-ignore-file camelcase -- tools have the names that agents know

import type { RequestOptions } from "../../http/settings/options.ts";
import { ANY_JSON } from "../body/shown_body.ts";
import { agentHeaders, checkURL } from "../policy/agent_headers.ts";
import { fromBase64 } from "../policy/base64.ts";
import type { ToolPolicy } from "../policy/tool_policy.ts";
import { ToolError } from "../policy/tool_error.ts";
import { objectSchema, READS, type Tool, WRITES } from "../policy/tool.ts";
import {
  fetchSlice,
  SLICE_SCHEMA,
  type SliceInput,
  sliceProperties,
  type SliceRequest,
} from "./body_slice.ts";
import { type NetworkInput, networkTool, URL_PROPERTY } from "./network_tool.ts";

/** Makes the tools for HTTP. `http_request` is included if the policy allows a method for it. */
export function httpTools(policy: ToolPolicy): Tool[] {
  const isReading = (method: string) => method === "GET" || method === "HEAD";
  const reading = policy.methods.filter(isReading);
  const writing = policy.methods.filter((method) => !isReading(method));
  return [
    ...(reading.length > 0 ? [getTool(policy, reading)] : []),
    ...(writing.length > 0 ? [requestTool(policy, writing)] : []),
  ];
}

function getTool(policy: ToolPolicy, methods: readonly string[]): Tool {
  const [first] = methods as [string];
  return networkTool<SliceInput & { readonly url: string; readonly method?: string }>(policy, {
    name: "http_get",
    title: "Fetch a URL",
    description:
      "Fetches a URL with GET or HEAD and returns status, header fields and body. Does not run scripts. Use the format markdown to read a page. A body longer than max_bytes comes in slices: call again with next_cursor. A status of 400 or above is a result, not an error.",
    inputSchema: objectSchema({
      url: URL_PROPERTY,
      method: { type: "string", enum: methods, default: first },
      ...sliceProperties(policy),
    }, ["url"]),
    outputSchema: SLICE_SCHEMA,
    annotations: READS,
    run: ({ url, method = first, ...input }, context) =>
      fetchSlice(policy, toRequest(policy, method, url, input, {}), input, context),
  });
}

function requestTool(policy: ToolPolicy, methods: readonly string[]): Tool {
  const { cursor: _, ...properties } = sliceProperties(policy);
  return networkTool<WriteInput>(policy, {
    name: "http_request",
    title: "Send a request",
    description: `Sends a request that may change something (${
      methods.join(", ")
    }), with a body as json, text or base64. Returns status, header fields and the beginning of the body. Retries only if the request cannot take effect twice; set idempotency_key if the service supports it.`,
    inputSchema: objectSchema({
      url: URL_PROPERTY,
      method: { type: "string", enum: methods },
      json: {
        ...ANY_JSON,
        description:
          "The body, sent as JSON. A string that contains a JSON object or array is sent unchanged, which keeps the digits of large numbers",
      },
      text: { type: "string", description: "The body, sent as text" },
      base64: { type: "string", contentEncoding: "base64", description: "The body, as bytes" },
      content_type: {
        type: "string",
        maxLength: 200,
        description: "The media type of the body; overrides a header Content-Type",
      },
      idempotency_key: { type: "string", minLength: 1, maxLength: 200 },
      ...properties,
    }, ["url", "method"]),
    outputSchema: SLICE_SCHEMA,
    annotations: WRITES,
    run: ({ url, method, ...input }, context) =>
      fetchSlice(policy, toRequest(policy, method, url, input, bodyOf(input)), input, context),
  });
}

interface WriteInput extends SliceInput {
  readonly url: string;
  readonly method: string;
  readonly json?: unknown;
  readonly text?: string;
  readonly base64?: string;
  readonly content_type?: string;
  readonly idempotency_key?: string;
}

function bodyOf(input: Omit<WriteInput, "url" | "method">): RequestOptions {
  const given = (["json", "text", "base64"] as const).filter((name) => input[name] !== undefined);
  if (given.length > 1) {
    throw new ToolError(`Cannot send ${given.join(" and ")}: use one of them`);
  }
  const { json, text, base64, content_type, idempotency_key } = input;
  const encoded = typeof json === "string" ? encodedJSON(json) : undefined;
  const data = encoded ?? (base64 === undefined ? text : fromBase64(base64));
  const type = content_type ?? (encoded === undefined ? undefined : "application/json");
  return {
    ...(encoded === undefined && json !== undefined && { json }),
    ...(data !== undefined && { data }),
    ...(type !== undefined && { headers: { "content-type": type } }),
    ...(idempotency_key !== undefined && { idempotencyKey: idempotency_key }),
  };
}

/** Returns a string that is already JSON of an object or an array: some hosts send objects as text. */
function encodedJSON(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    JSON.parse(text);
    return text;
  } catch {
    return undefined; // an ordinary string
  }
}

function toRequest(
  policy: ToolPolicy,
  method: string,
  url: string,
  { headers, auth }: NetworkInput,
  body: RequestOptions,
): SliceRequest {
  checkURL(policy, url);
  const own = Object(body.headers) as Readonly<Record<string, string>>;
  const theirs = Object.entries(agentHeaders(policy, headers))
    .filter(([name]) => !Object.hasOwn(own, name.toLowerCase()));
  return {
    method,
    url,
    options: { ...body, headers: { ...Object.fromEntries(theirs), ...own } },
    auth: policy.credential(auth, url),
  };
}
