/**
 * Tools for tests: called by name, each result held against its output schema.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Validator } from "@cfworker/json-schema";
import {
  networkTools,
  type NetworkToolsOptions,
  type Tool,
  type ToolContext,
} from "../../src/mcp/mod.ts";

/** The tools, by name. */
export interface TestTools extends AsyncDisposable {
  readonly tools: readonly Tool[];
  /** Calls a tool that must succeed; gives its structured content. */
  call(name: string, input: object, context?: ToolContext): Promise<Record<string, unknown>>;
  /** Calls a tool that must fail; gives the text. */
  fail(name: string, input: unknown, context?: ToolContext): Promise<string>;
}

/** Makes tools that may reach this machine, unless the policy says something else of private addresses. */
export async function testTools(options: NetworkToolsOptions = {}): Promise<TestTools> {
  const open = { private: "allow", allowHosts: ["127.0.0.1"] } as const;
  const policy = { ...("private" in (options.policy ?? {}) ? {} : open), ...options.policy };
  const network = await networkTools({
    ...options,
    policy: { callsPerMinute: 100_000, ...policy },
  });
  const find = (name: string) => {
    const tool = network.tools.find((one) => one.name === name);
    assert(tool !== undefined, `there is no ${name}`);
    return tool;
  };
  return {
    tools: network.tools,
    async call(name, input, context) {
      const tool = find(name);
      const { structuredContent, text, isError } = await tool.run(input, context);
      assertEquals(isError, false, text);
      assertEquals(JSON.parse(text), structuredContent);
      const { errors } = new Validator({ ...tool.outputSchema }, "2020-12").validate(
        structuredContent,
      );
      assertEquals(errors, []);
      return { ...structuredContent };
    },
    async fail(name, input, context) {
      const { structuredContent, text, isError } = await find(name).run(input, context);
      assertEquals([isError, structuredContent], [true, undefined], text);
      return text;
    },
    [Symbol.asyncDispose]: () => network.close(),
  };
}
