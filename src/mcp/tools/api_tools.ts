/**
 * The tools for APIs with a description: `api_describe` and `api_call`, or a tool for each operation.
 *
 * @module
 */
// deno-lint-ignore-file camelcase -- tools have the names that agents know

import type { ToolPolicy } from "../policy/tool_policy.ts";
import { ToolError } from "../policy/tool_error.ts";
import { ToolNames } from "../policy/host_rules.ts";
import {
  defineTool,
  type JSONSchema,
  objectSchema,
  READS,
  type Tool,
  WRITES,
} from "../policy/tool.ts";
import type { APIOperation, LoadedAPI } from "./api_operations.ts";
import { shorten } from "./api_schemas.ts";
import { fetchSlice, SLICE_SCHEMA, type SliceInput, sliceProperties } from "./body_slice.ts";
import { networkTool } from "./network_tool.ts";

/** The most operations in one result of `api_describe`. */
const PAGE = 50;
const READING: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "QUERY"]);
const IDEMPOTENT: ReadonlySet<string> = new Set([...READING, "PUT", "DELETE"]);

/**
 * Makes the tools for these APIs. Operations with a method that the policy does not allow are left out.
 *
 * @param others The names that are already in the list.
 */
export function apiTools(
  apis: readonly LoadedAPI[],
  policy: ToolPolicy,
  others: readonly string[],
): Tool[] {
  const general = apis.filter(({ eachATool }) => !eachATool);
  const tools = general.length > 0
    ? [describeTool(general, policy), callTool(general, policy)]
    : [];
  const names = new ToolNames([...others, ...tools.map(({ name }) => name)]);
  const each = apis.filter(({ eachATool }) => eachATool).flatMap((api) =>
    api.operations.filter(({ method }) => policy.methods.includes(method)).map((operation) =>
      operationTool(names.claim(`${api.name}_${operation.name}`), operation, policy)
    )
  );
  return [...tools, ...each];
}

function apiProperty(apis: readonly LoadedAPI[]): JSONSchema {
  const list = apis.map(({ name, title }) => `${name}: ${shorten(title, 80)}`).join("; ");
  return { type: "string", enum: apis.map(({ name }) => name), description: list };
}

function find(apis: readonly LoadedAPI[], api: string, operation: string): APIOperation {
  const found = apis.find(({ name }) => name === api)!;
  const one = found.operations.find(({ name }) => name === operation) ??
    found.operations.find(({ id }) => id !== "" && id === operation);
  if (one !== undefined) return one;
  throw new ToolError(
    `There is no operation ${operation} in ${api}; use api_describe with search to find one`,
  );
}

interface DescribeInput {
  readonly api: string;
  readonly operation?: string;
  readonly search?: string;
  readonly from?: number;
}

function describeTool(apis: readonly LoadedAPI[], policy: ToolPolicy): Tool {
  const line = {
    operation: { type: "string", description: "The name for api_call" },
    method: { type: "string" },
    path: { type: "string" },
    summary: { type: "string" },
    is_allowed: { type: "boolean", description: "Whether the operator allows this method" },
  };
  const required = Object.keys(line);
  return defineTool<DescribeInput>({
    name: "api_describe",
    title: "Describe an API",
    description:
      "Lists the operations of an API that this server knows, or describes the operation named by the argument operation. Sends no request.",
    inputSchema: objectSchema({
      api: apiProperty(apis),
      operation: { type: "string", maxLength: 300, description: "The operation to describe" },
      search: {
        type: "string",
        maxLength: 300,
        description: "Words that must be in the name, path, summary or description",
      },
      from: { type: "integer", minimum: 0, default: 0, description: "The next_from of a result" },
    }, ["api"]),
    outputSchema: objectSchema({
      title: { type: "string" },
      version: { type: "string" },
      operations: { type: "array", items: objectSchema(line, required) },
      total: { type: "integer", description: "The number of operations that match the search" },
      next_from: { type: "integer", description: "The argument from for the next operations" },
      operation: objectSchema({
        ...line,
        description: { type: "string" },
        arguments: { type: "object", description: "JSON Schema of the arguments" },
        responses: { type: "object", additionalProperties: { type: "string" } },
        response_schemas: {
          type: "object",
          description: "JSON Schema of the responses, shortened",
        },
      }, [...required, "arguments", "responses"]),
    }, ["title", "version"]),
    annotations: { ...READS, openWorldHint: false },
    policy,
    isCounted: false,
    // deno-lint-ignore require-await -- errors become rejections
    async run({ api, operation, search = "", from = 0 }) {
      const { title, version, operations } = apis.find(({ name }) => name === api)!;
      const show = ({ name, method, path, summary }: APIOperation) => ({
        operation: name,
        method,
        path,
        summary: shorten(summary, 200),
        is_allowed: policy.methods.includes(method),
      });
      if (operation !== undefined) {
        const one = find(apis, api, operation);
        const { description, input, responses, responseSchemas } = one;
        const text = shorten(description, 2000);
        return {
          title,
          version,
          operation: {
            ...show(one),
            description: text,
            arguments: input.schema,
            responses,
            response_schemas: responseSchemas,
          },
        };
      }
      const words = search.toLowerCase().split(/\s+/);
      const found = operations.filter(({ name, path, summary, description }) => {
        const text = `${name} ${path} ${summary} ${description}`.toLowerCase();
        return words.every((word) => text.includes(word));
      });
      const next = from + PAGE;
      return {
        title,
        version,
        operations: found.slice(from, next).map(show),
        total: found.length,
        ...(next < found.length && { next_from: next }),
      };
    },
  });
}

interface CallInput extends SliceInput {
  readonly api: string;
  readonly operation: string;
  readonly arguments?: object;
}

/** Returns the properties of a call in addition to the operation's arguments. */
function readingProperties(policy: ToolPolicy): Record<string, JSONSchema> {
  const { format, cursor, max_bytes, timeout_seconds } = sliceProperties(policy) as Record<
    "format" | "cursor" | "max_bytes" | "timeout_seconds",
    JSONSchema
  >;
  return { format, cursor, max_bytes, timeout_seconds };
}

function callTool(apis: readonly LoadedAPI[], policy: ToolPolicy): Tool {
  const isReading = policy.methods.every((method) => READING.has(method));
  return networkTool<CallInput>(policy, {
    name: "api_call",
    title: "Call an API",
    description:
      "Calls an operation of an API that this server knows. api_describe lists the operations and their arguments. This server adds the credential.",
    inputSchema: objectSchema({
      api: apiProperty(apis),
      operation: { type: "string", maxLength: 300, description: "The operation, by its name" },
      arguments: {
        type: "object",
        description: "The arguments by name; the request body is the argument body",
        default: {},
      },
      ...readingProperties(policy),
    }, ["api", "operation"]),
    outputSchema: SLICE_SCHEMA,
    annotations: isReading ? READS : WRITES,
    async run({ api, operation, arguments: args = {}, ...input }, context) {
      const one = find(apis, api, operation);
      policy.allowMethod(one.method);
      const request = await one.request(args);
      return await fetchSlice(policy, request, input, context);
    },
  });
}

function operationTool(name: string, operation: APIOperation, policy: ToolPolicy): Tool {
  const { method, path, summary, description, input: { schema: inputSchema } } = operation;
  const own = Object(inputSchema.properties) as Record<string, JSONSchema>;
  const isReading = READING.has(method);
  const annotations = {
    ...(isReading ? READS : WRITES),
    idempotentHint: IDEMPOTENT.has(method),
  };
  // A parameter of the API takes precedence over a property of the same name.
  const reading = Object.entries(readingProperties(policy)).filter(([name]) =>
    !Object.hasOwn(own, name)
  );
  return networkTool<Record<string, unknown>>(policy, {
    name,
    title: summary || `${method} ${path}`,
    description: shorten([summary, description].filter(Boolean).join("\n\n"), 1000) ||
      `${method} ${path}`,
    inputSchema: { ...inputSchema, properties: { ...own, ...Object.fromEntries(reading) } },
    outputSchema: SLICE_SCHEMA,
    annotations,
    async run(input, context) {
      const split = (isOwn: boolean) =>
        Object.fromEntries(
          Object.entries(input).filter(([name]) => Object.hasOwn(own, name) === isOwn),
        );
      return await fetchSlice(policy, await operation.request(split(true)), split(false), context);
    },
  });
}
