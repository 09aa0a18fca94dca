/**
 * What a tool of an agent is here: a plain object that knows no SDK. It checks its own input, and what
 * goes wrong for the caller is a result that says what to change, not an exception.
 *
 * @module
 */
// deno-lint-ignore-file camelcase -- tools have the names that agents know

import { Validator } from "@cfworker/json-schema";
import { NetworkingError } from "../../errors.ts";
import { ownOptions } from "../../options/option_names.ts";

/** A schema in JSON Schema 2020-12. */
export type JSONSchema = Readonly<Record<string, unknown>>;

/** What hosts are told of a tool's effects; the words of the protocol. */
export interface ToolAnnotations {
  /** Whether it changes nothing. */
  readonly readOnlyHint: boolean;
  /** Whether it may destroy something. */
  readonly destructiveHint: boolean;
  /** Whether calling it twice does no more than once. */
  readonly idempotentHint: boolean;
  /** Whether it reaches beyond this machine. */
  readonly openWorldHint: boolean;
}

/** Of tools that only look. */
export const READS: ToolAnnotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: true,
};
/** Of tools that may change anything. */
export const WRITES: ToolAnnotations = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: false,
  openWorldHint: true,
};

/** What a call is given beside its input. */
export interface ToolContext {
  /** Ends the call. */
  readonly signal?: AbortSignal;
  /** Told how far a call is: bytes, events or messages, and how many are expected, where known. */
  readonly progress?: (done: number, total: number | undefined, message: string) => void;
}

/** What a call gave. */
export interface ToolResult {
  /** As `outputSchema` says; absent for an error. */
  readonly structuredContent?: Readonly<Record<string, unknown>>;
  /** The same as JSON, or what was wrong and what to change. */
  readonly text: string;
  /** Whether it is an error. */
  readonly isError: boolean;
}

/** A tool. */
export interface Tool {
  /** Its name, unique in a list: letters, digits, `_`, `.` and `-`. */
  readonly name: string;
  /** Its name for people. */
  readonly title: string;
  /** What it does, for a model. */
  readonly description: string;
  /** What it takes: an object without further properties. */
  readonly inputSchema: JSONSchema;
  /** What it gives. */
  readonly outputSchema: JSONSchema;
  /** Its effects. */
  readonly annotations: ToolAnnotations;
  /**
   * Calls it. Only an abort by `context.signal` and a defect of this library reject.
   *
   * @param input As `inputSchema` says; anything else is a result that is an error.
   */
  run(input: unknown, context?: ToolContext): Promise<ToolResult>;
}

/** What a tool is made of. */
export interface ToolDefinition<Input> extends Omit<Tool, "run"> {
  /** Does the work; what it throws as a {@linkcode ToolError} or NetworkingError becomes a result. */
  readonly run: (input: Input, context: ToolContext) => Promise<Readonly<Record<string, unknown>>>;
  /** Hides what must not be shown; what else stands before and after a call. */
  readonly gate: ToolGate;
  /** Whether calls count for the limit of calls. */
  readonly isCounted: boolean;
}

/** What stands around each call. */
export interface ToolGate {
  /** Counts a call; throws when there were too many. */
  count(): void;
  /** `value` without what is secret. */
  hide<Value>(value: Value): Value;
  /** A message without what is secret, also where it was shortened in the middle of it. */
  hideInMessage(text: string): string;
}

/** What the caller of a tool can mend; the message says how. */
export class ToolError extends Error {
  override readonly name = "ToolError";
}

/** A schema of an object that has these properties and no others. */
export function objectSchema(
  properties: Readonly<Record<string, JSONSchema>>,
  required: readonly string[] = [],
): JSONSchema {
  return { type: "object", properties, required, additionalProperties: false };
}

/** A tool of its definition. */
export function defineTool<Input>(definition: ToolDefinition<Input>): Tool {
  const { run, gate, isCounted, ...shown } = definition;
  let validator: Validator | undefined;
  return {
    ...shown,
    async run(input, context = {}) {
      try {
        validator ??= new Validator({ ...shown.inputSchema }, "2020-12", false);
        checkInput(shown.name, shown.inputSchema, validator, input);
        context.signal?.throwIfAborted();
        if (isCounted) gate.count();
        const structuredContent = gate.hide(await run(input as Input, context));
        return { structuredContent, text: JSON.stringify(structuredContent), isError: false };
      } catch (error) {
        context.signal?.throwIfAborted();
        const isTheirs = error instanceof ToolError || error instanceof NetworkingError ||
          // Wrong header fields and the like, which only the client looks at.
          error instanceof TypeError || error instanceof RangeError ||
          (error instanceof Error && error.name === "NotCapable");
        if (!isTheirs) throw error;
        return { text: gate.hideInMessage(explain(error)), isError: true };
      }
    },
  };
}

/** @throws {ToolError} If the input is not as the schema says. */
export function checkInput(
  name: string,
  schema: JSONSchema,
  validator: Validator,
  input: unknown,
): void {
  try {
    ownOptions(`call ${name}`, input as object, new Set(Object.keys(Object(schema.properties))));
  } catch (error) {
    throw new ToolError((error as Error).message.replace("the options", "the arguments"));
  }
  const { errors } = validator.validate(input ?? {});
  // What stands above an error only says that there is one below.
  const own = errors.filter(({ keyword }) => !/^(?:properties|items|allOf|\$ref)$/.test(keyword));
  if (own.length === 0) return;
  const shown = own.slice(0, 5).map(({ instanceLocation, error }) =>
    `${instanceLocation.replace(/^#\/?/, "") || "the arguments"}: ${error}`
  );
  throw new ToolError(`Cannot call ${name}: ${shown.join(" ")}`);
}

/** What to do about a failure, as far as the one who calls a tool can do something. */
const ADVICE: Readonly<Record<string, string>> = {
  address_refused:
    "The operator of this server decides what may be reached: use another URL, or ask them.",
  permission_denied: "The operator of this server has to start it with more permissions.",
  dns_failed: "Check the host name.",
  invalid_url: "Give an absolute URL.",
  too_many_redirects: "Ask for the last URL itself.",
  closed: "The server is being stopped.",
};

function explain(error: Error): string {
  if (error.name === "NotCapable") return `${error.message}. ${ADVICE.permission_denied}`;
  if (!(error instanceof NetworkingError)) return error.message;
  const { code, message, attempts, retryAfterMs } = error;
  const tried = attempts.length > 1 ? `; it was tried ${attempts.length} times` : "";
  const wait = retryAfterMs === undefined ? "" : ` Wait ${Math.ceil(retryAfterMs / 1000)} s.`;
  return `${message} (${code}${tried}). ${ADVICE[code] ?? ""}${wait}`.trim();
}

/** A call, as what stands around it sees it. */
export interface ToolCall {
  /** The name of the tool. */
  readonly tool: string;
  /** The id of the request. */
  readonly requestId: string | number;
  /** What the request carries beside its arguments, trace context for example. */
  readonly meta: Readonly<Record<string, unknown>>;
  /** What the request came over. */
  readonly transport: "pipe" | "tcp";
  /** The version of the protocol, where the request or its connection says one. */
  readonly protocolVersion?: string;
}

/** Something around each call: telemetry, for example. */
export type ToolMiddleware = (
  call: ToolCall,
  next: () => Promise<ToolResult>,
) => Promise<ToolResult>;
