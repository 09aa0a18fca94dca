/**
 * The common parts of all tools that access the network: arguments, notice, policy.
 *
 * @module
 */
// deno-lint-ignore-file camelcase -- tools have the names that agents know

import type { ToolPolicy } from "../policy/tool_policy.ts";
import { defineTool, type JSONSchema, type Tool, type ToolDefinition } from "../policy/tool.ts";
import { NOTICE } from "../policy/tool_error.ts";

/** The first property of every result from the network. */
export const NOTICE_PROPERTY: Readonly<Record<string, JSONSchema>> = {
  notice: { type: "string", const: NOTICE },
};

/** The common input of tools that access the network. */
export interface NetworkInput {
  readonly headers?: Readonly<Record<string, string>>;
  readonly auth?: string;
  readonly max_bytes?: number;
  readonly timeout_seconds?: number;
}

/** Makes a tool that accesses the network: its calls are counted, and the policy hides secrets. */
export function networkTool<Input extends NetworkInput>(
  policy: ToolPolicy,
  definition: Omit<ToolDefinition<Input>, "policy" | "isCounted">,
): Tool {
  return defineTool<Input>({ ...definition, policy, isCounted: true });
}

/** Returns the properties of {@linkcode NetworkInput} in an input schema. */
export function networkProperties(policy: ToolPolicy): Record<string, JSONSchema> {
  const names = policy.credentialNames;
  const credentials = names.length > 0
    ? "Use auth for a credential"
    : "Credentials cannot be sent: the operator of this server configured none";
  return {
    headers: {
      type: "object",
      additionalProperties: { type: "string", maxLength: 8192 },
      maxProperties: 50,
      description: `Header fields. ${credentials}. Host, Range and connection fields cannot be set`,
    },
    ...(names.length > 0 && {
      auth: { type: "string", enum: names, description: "The credential to send" },
    }),
    max_bytes: {
      type: "integer",
      minimum: 1,
      maximum: policy.maxBytes,
      default: policy.defaultBytes,
      description: "The largest result in bytes, header fields included; up to 2 KiB may be added",
    },
    timeout_seconds: {
      type: "number",
      minimum: 0.1,
      maximum: policy.maxSeconds,
      default: policy.defaultSeconds,
      description: "The timeout of the call",
    },
  };
}

/** The URL of an input. */
export const URL_PROPERTY: JSONSchema = {
  type: "string",
  minLength: 1,
  maxLength: 8192,
  description: "The absolute URL. The operator of this server decides which hosts are allowed",
};
