/**
 * What a tool of an agent is here: a plain object that knows no SDK. It checks its own input, and what
 * goes wrong for the caller is a result that says what to change, not an exception.
 *
 * @module
 */

import { NetworkingError } from "../../errors.ts";
import { ArgumentCheck } from "./arguments.ts";
import { explain } from "./explain.ts";
import { type JSONSchema, portableSchema } from "./host_rules.ts";
import { ToolError } from "./tool_error.ts";

export type { JSONSchema } from "./host_rules.ts";

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

/** What a call is given in addition to its input. */
export interface ToolContext {
  /** Ends the call. */
  readonly signal?: AbortSignal;
  /** Told how far a call is: bytes, events or messages, and how many are expected, where known. */
  readonly progress?: (done: number, total: number | undefined, message: string) => void;
}

/** A picture, as a result has it. */
export interface ToolImage {
  /** Its bytes in base64. */
  readonly data: string;
  /** Its media type, such as `image/png`. */
  readonly mimeType: string;
}

/** What a call gave. */
export interface ToolResult {
  /** As `outputSchema` says; absent for an error. */
  readonly structuredContent?: Readonly<Record<string, unknown>>;
  /** The same as JSON, or what was wrong and what to change. */
  readonly text: string;
  /** The picture that was asked for, which hosts show to the model. */
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
  /** What it takes: an object without further properties, in a form that hosts accept. */
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

/** What a tool gives when it works. */
export type ToolOutput = Readonly<Record<string, unknown>>;

/** What a tool is made of. */
export interface ToolDefinition<Input> extends Omit<Tool, "run"> {
  /** Does the work; what it throws as a {@linkcode ToolError} or NetworkingError becomes a result. */
  readonly run: (input: Input, context: ToolContext) => Promise<ToolOutput | WithImage>;
  /** Hides what must not be shown, and counts. */
  readonly policy: CallGuard;
  /** Whether calls count for the limit of calls. */
  readonly isCounted: boolean;
}

/** What is done before and after each call. */
export interface CallGuard {
  /** Counts a call; throws when there were too many. */
  count(): void;
  /** `value` without secrets, and with hidden characters shown as escapes. */
  forModel<Value>(value: Value): Value;
  /** The same for a message, also where it was shortened in the middle of a secret. */
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

/** A schema of an object that has these properties and no others. */
export function objectSchema(
  properties: Readonly<Record<string, JSONSchema>>,
  required: readonly string[] = [],
): JSONSchema {
  return { type: "object", properties, required, additionalProperties: false };
}

/** A tool of its definition. */
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
          // Wrong header fields and the like, which only the client looks at.
          error instanceof TypeError || error instanceof RangeError ||
          (error instanceof Error && error.name === "NotCapable");
        if (!isTheirs) throw error;
        return { text: policy.messageForModel(explain(error, given)), isError: true };
      }
    },
  };
}

/** A call, as what stands around it sees it. */
export interface ToolCall {
  /** The name of the tool. */
  readonly tool: string;
  /** The id of the request. */
  readonly requestId: string | number;
  /** What the request carries besides its arguments, such as trace context. */
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
