/**
 * The tools of agents: plain objects, independent of any SDK. A tool checks its own input. A failure is a result
 * that says what to change, not an exception.
 *
 * @module
 */

import { NetworkingError } from "../../errors.ts";
import { ArgumentCheck } from "./arguments.ts";
import { explain } from "./explain.ts";
import { type JSONSchema, portableSchema } from "./host_rules.ts";
import { ToolError } from "./tool_error.ts";

export type { JSONSchema } from "./host_rules.ts";

/** The effects of a tool, as the protocol describes them to hosts. */
export interface ToolAnnotations {
  /** Whether it changes nothing. */
  readonly readOnlyHint: boolean;
  /** Whether it may destroy something. */
  readonly destructiveHint: boolean;
  /** Whether a second call has no further effect. */
  readonly idempotentHint: boolean;
  /** Whether it accesses the network. */
  readonly openWorldHint: boolean;
}

/** The annotations of tools that only read. */
export const READS: ToolAnnotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: true,
};
/** The annotations of tools that may change anything. */
export const WRITES: ToolAnnotations = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: false,
  openWorldHint: true,
};

/** The parameters of a call in addition to its input. */
export interface ToolContext {
  /** Ends the call. */
  readonly signal?: AbortSignal;
  /** Called with the progress: bytes, events or messages so far, and the expected total, if known. */
  readonly progress?: (done: number, total: number | undefined, message: string) => void;
}

/** A picture of a result. */
export interface ToolImage {
  /** Its bytes in base64. */
  readonly data: string;
  /** Its media type, such as `image/png`. */
  readonly mimeType: string;
}

/** The result of a call. */
export interface ToolResult {
  /** The output, which matches `outputSchema`; absent for an error. */
  readonly structuredContent?: Readonly<Record<string, unknown>>;
  /** The output as JSON text; for an error, what was wrong and what to change. */
  readonly text: string;
  /** The requested picture, which hosts show to the model. */
  readonly image?: ToolImage;
  /** Whether it is an error. */
  readonly isError: boolean;
}

/** A tool. */
export interface Tool {
  /** Its name, unique in a list: a letter, then letters, digits and `_`, 40 characters at most. */
  readonly name: string;
  /** Its name for people. */
  readonly title: string;
  /** What it does, for a model. */
  readonly description: string;
  /** The schema of its input: an object without further properties, in a form that hosts accept. */
  readonly inputSchema: JSONSchema;
  /** The schema of its output. */
  readonly outputSchema: JSONSchema;
  /** Its effects. */
  readonly annotations: ToolAnnotations;
  /**
   * Calls the tool. It rejects only after an abort by `context.signal`, or for a defect of this library.
   *
   * @param input The input; if it does not match `inputSchema`, the result is an error.
   */
  run(input: unknown, context?: ToolContext): Promise<ToolResult>;
}

/** The output of a successful call. */
export type ToolOutput = Readonly<Record<string, unknown>>;

/** The definition of a tool. */
export interface ToolDefinition<Input> extends Omit<Tool, "run"> {
  /** Does the work; what it throws as a {@linkcode ToolError} or NetworkingError becomes a result. */
  readonly run: (input: Input, context: ToolContext) => Promise<ToolOutput | WithImage>;
  /** Hides what must not be shown, and counts. */
  readonly policy: CallGuard;
  /** Whether calls count for the limit of calls. */
  readonly isCounted: boolean;
}

/** Called before and after each call. */
export interface CallGuard {
  /** Counts a call; throws after too many calls. */
  count(): void;
  /** Returns `value` without secrets, and with hidden characters as escapes. */
  forModel<Value>(value: Value): Value;
  /** Does the same for a message, even if a secret in it was cut. */
  messageForModel(text: string): string;
}

/** An output with a picture. */
export class WithImage {
  readonly output: ToolOutput;
  readonly image: ToolImage;

  constructor(output: ToolOutput, image: ToolImage) {
    this.output = output;
    this.image = image;
  }
}

/** Makes the schema of an object with these properties and no others. */
export function objectSchema(
  properties: Readonly<Record<string, JSONSchema>>,
  required: readonly string[] = [],
): JSONSchema {
  return { type: "object", properties, required, additionalProperties: false };
}

/** Makes a tool from its definition. */
export function defineTool<Input>(definition: ToolDefinition<Input>): Tool {
  const { run, policy, isCounted, inputSchema, outputSchema, ...shown } = definition;
  const input = portableSchema(inputSchema);
  let check: ArgumentCheck | undefined;
  return {
    ...shown,
    inputSchema: input,
    outputSchema: portableSchema(outputSchema),
    async run(given, context = {}) {
      try {
        check ??= new ArgumentCheck(shown.name, input);
        const args = check.read(given);
        context.signal?.throwIfAborted();
        if (isCounted) policy.count();
        const found = await run(args as Input, context);
        const { output, image } = found instanceof WithImage
          ? found
          : { output: found, image: undefined };
        const structuredContent = policy.forModel(output);
        const text = JSON.stringify(structuredContent);
        return { structuredContent, text, ...(image !== undefined && { image }), isError: false };
      } catch (error) {
        context.signal?.throwIfAborted();
        const isTheirs = error instanceof ToolError || error instanceof NetworkingError ||
          // Such as wrong header fields, which only the client checks.
          error instanceof TypeError || error instanceof RangeError ||
          (error instanceof Error && error.name === "NotCapable");
        if (!isTheirs) throw error;
        return { text: policy.messageForModel(explain(error, given)), isError: true };
      }
    },
  };
}

/** A call, as middleware sees it. */
export interface ToolCall {
  /** The name of the tool. */
  readonly tool: string;
  /** The id of the request. */
  readonly requestId: string | number;
  /** Metadata of the request, such as trace context. */
  readonly meta: Readonly<Record<string, unknown>>;
  /** The transport of the request. */
  readonly transport: "pipe" | "tcp";
  /** The version of the protocol, if the request or its connection has one. */
  readonly protocolVersion?: string;
}

/** Runs around each call, such as telemetry. */
export type ToolMiddleware = (
  call: ToolCall,
  next: () => Promise<ToolResult>,
) => Promise<ToolResult>;
