/**
 * The tools for APIs with a description: `api_describe` and `api_call`, or a tool for each operation.
 *
 * @module
 */
// deno-lint-ignore-file camelcase -- tools have the names that agents know

import { type APIOperation, type LoadedAPI, shorten } from "./api_operations.ts";
import { fetchPiece, PIECE_SCHEMA, type PieceInput, pieceProperties } from "./piece.ts";
import type { Gate } from "../policy/policy.ts";
import {
  checkInput,
  defineTool,
  type JSONSchema,
  objectSchema,
  READS,
  type Tool,
  ToolError,
  WRITES,
} from "../policy/tool.ts";

/** Operations in one answer of `api_describe`. */
const PAGE = 50;
const READING: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "QUERY"]);
const IDEMPOTENT: ReadonlySet<string> = new Set([...READING, "PUT", "DELETE"]);

/** The tools for these APIs. Operations that the policy has no method for are not among them. */
export function apiTools(apis: readonly LoadedAPI[], gate: Gate): Tool[] {
  const general = apis.filter(({ eachATool }) => !eachATool);
  const names = new Set<string>();
  return [
    ...(general.length > 0 ? [describeTool(general, gate), callTool(general, gate)] : []),
    ...apis.filter(({ eachATool }) => eachATool).flatMap((api) =>
      api.operations.filter(({ method }) => gate.methods.includes(method))
        .map((operation) => operationTool(claimName(api, operation, names), operation, gate))
    ),
  ];
}

function apiProperty(apis: readonly LoadedAPI[]): JSONSchema {
  const list = apis.map(({ name, title }) => `${name}: ${shorten(title, 80)}`).join("; ");
  return { type: "string", enum: apis.map(({ name }) => name), description: list };
}

function find(apis: readonly LoadedAPI[], api: string, operation: string): APIOperation {
  const found = apis.find(({ name }) => name === api)!;
  const one = found.operations.find(({ name }) => name === operation);
  if (one !== undefined) return one;
  throw new ToolError(
    `There is no operation ${operation} in ${api}; api_describe with a search lists those there are`,
  );
}

interface DescribeInput {
  readonly api: string;
  readonly operation?: string;
  readonly search?: string;
  readonly from?: number;
}

function describeTool(apis: readonly LoadedAPI[], gate: Gate): Tool {
  const line = {
    operation: { type: "string", description: "The name for api_call" },
    method: { type: "string" },
    path: { type: "string" },
    summary: { type: "string" },
    is_allowed: { type: "boolean", description: "Whether this server may send this method" },
  };
  const required = Object.keys(line);
  return defineTool<DescribeInput>({
    name: "api_describe",
    title: "Describe an API",
    description:
      "Lists the operations of an API that this server knows, or, with operation, says what one takes. Sends nothing.",
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
      total: { type: "integer", description: "How many operations the search finds" },
      next_from: { type: "integer", description: "For the call that is to give the next ones" },
      operation: objectSchema({
        ...line,
        description: { type: "string" },
        arguments: { type: "object", description: "JSON Schema of the arguments" },
        responses: { type: "object", additionalProperties: { type: "string" } },
      }, [...required, "arguments", "responses"]),
    }, ["title", "version"]),
    annotations: { ...READS, openWorldHint: false },
    gate,
    isCounted: false,
    // deno-lint-ignore require-await -- what is thrown rejects
    async run({ api, operation, search = "", from = 0 }) {
      const { title, version, operations } = apis.find(({ name }) => name === api)!;
      const show = ({ name, method, path, summary }: APIOperation) => ({
        operation: name,
        method,
        path,
        summary: shorten(summary, 200),
        is_allowed: gate.methods.includes(method),
      });
      if (operation !== undefined) {
        const one = find(apis, api, operation);
        const { description, inputSchema, responses } = one;
        const text = shorten(description, 2000);
        return {
          title,
          version,
          operation: { ...show(one), description: text, arguments: inputSchema, responses },
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

interface CallInput extends PieceInput {
  readonly api: string;
  readonly operation: string;
  readonly arguments?: object;
}

/** What a call of an operation takes beside its arguments. */
function readingProperties(gate: Gate): Record<string, JSONSchema> {
  const { format, cursor, max_bytes, timeout_seconds } = pieceProperties(gate) as Record<
    "format" | "cursor" | "max_bytes" | "timeout_seconds",
    JSONSchema
  >;
  return { format, cursor, max_bytes, timeout_seconds };
}

function callTool(apis: readonly LoadedAPI[], gate: Gate): Tool {
  const isReading = gate.methods.every((method) => READING.has(method));
  return defineTool<CallInput>({
    name: "api_call",
    title: "Call an API",
    description:
      "Calls an operation of an API that this server knows. api_describe says which there are and what they take. The server adds what proves who is calling.",
    inputSchema: objectSchema({
      api: apiProperty(apis),
      operation: { type: "string", maxLength: 300, description: "The operation, by its name" },
      arguments: {
        type: "object",
        description: "Its arguments by their names, the body as body",
        default: {},
      },
      ...readingProperties(gate),
    }, ["api", "operation"]),
    outputSchema: PIECE_SCHEMA,
    annotations: isReading ? READS : WRITES,
    gate,
    isCounted: true,
    async run({ api, operation, arguments: args = {}, ...input }, context) {
      const one = find(apis, api, operation);
      gate.allowMethod(one.method);
      checkInput(operation, one.inputSchema, one.validator, args);
      return await fetchPiece(gate, await one.request(args), input, context);
    },
  });
}

function operationTool(name: string, operation: APIOperation, gate: Gate): Tool {
  const { method, path, summary, description, inputSchema } = operation;
  const own = Object(inputSchema.properties) as Record<string, JSONSchema>;
  const isReading = READING.has(method);
  const annotations = {
    ...(isReading ? READS : WRITES),
    idempotentHint: IDEMPOTENT.has(method),
  };
  // Where the API has a parameter of the name, it is the parameter.
  const reading = Object.entries(readingProperties(gate)).filter(([name]) =>
    !Object.hasOwn(own, name)
  );
  return defineTool<Record<string, unknown>>({
    name,
    title: summary || `${method} ${path}`,
    description: shorten([summary, description].filter(Boolean).join("\n\n"), 1000) ||
      `${method} ${path}`,
    inputSchema: { ...inputSchema, properties: { ...own, ...Object.fromEntries(reading) } },
    outputSchema: PIECE_SCHEMA,
    annotations,
    gate,
    isCounted: true,
    async run(input, context) {
      const split = (isOwn: boolean) =>
        Object.fromEntries(
          Object.entries(input).filter(([name]) => Object.hasOwn(own, name) === isOwn),
        );
      return await fetchPiece(gate, await operation.request(split(true)), split(false), context);
    },
  });
}

/** A name that the protocol allows and no other tool has. */
function claimName({ name }: LoadedAPI, operation: APIOperation, taken: Set<string>): string {
  const base = `${name}_${operation.name}`.replace(/[^A-Za-z0-9_.-]+/g, "_").slice(0, 60);
  let claimed = base;
  for (let number = 2; taken.has(claimed); number++) claimed = `${base}_${number}`;
  taken.add(claimed);
  return claimed;
}
