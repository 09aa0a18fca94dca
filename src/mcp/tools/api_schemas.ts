/**
 * The arguments and responses of an operation, as JSON Schema.
 *
 * @module
 */

import { isJSON, parseContentType } from "../../formats/content_type.ts";
import { SchemaConverter } from "../../generate/model/json_schema.ts";
import type { OperationModel } from "../../generate/model/model.ts";
import {
  child,
  children,
  type Documents,
  type Node,
  property,
} from "../../generate/read/documents.ts";
import { ArgumentCheck } from "../policy/arguments.ts";
import { type JSONSchema, portableSchema } from "../policy/host_rules.ts";
import { objectSchema } from "../policy/tool.ts";
import { OperationBody } from "./api_body.ts";

/** Shortens a text. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** The arguments of an operation. */
export class OperationInput {
  /** The argument `body`. */
  readonly body: OperationBody;
  readonly #name: string;
  readonly #shapeOf: (body: JSONSchema | undefined) => JSONSchema;
  readonly #checks = new Map<unknown, ArgumentCheck>();
  #schema: JSONSchema | undefined;

  constructor(model: OperationModel, documents: Documents) {
    const converter = new SchemaConverter(documents, true);
    this.#name = model.names.call;
    this.body = new OperationBody(model, converter);
    this.#shapeOf = shapeOf(model, this.body.contentTypes, converter);
  }

  /** The schema of the arguments, with all possible bodies. */
  get schema(): JSONSchema {
    return this.#schema ??= this.#shapeOf(this.body.schema);
  }

  /**
   * Converts the arguments to fit the schema, with the body of their contentType.
   *
   * @throws {ToolError} If they do not match the schema.
   */
  read(args: unknown): Readonly<Record<string, unknown>> {
    const { contentType } = Object(args);
    let check = this.#checks.get(contentType);
    if (check === undefined) {
      check = new ArgumentCheck(this.#name, this.#shapeOf(this.body.schemaOf(contentType)));
      this.#checks.set(contentType, check);
    }
    return check.read(args);
  }
}

function shapeOf(
  { args, isBodyRequired, descriptor }: OperationModel,
  contentTypes: readonly string[],
  converter: SchemaConverter,
): (body: JSONSchema | undefined) => JSONSchema {
  const members = args.map(({ name, place, isRequired, source }) => {
    const schema = source?.schema.value === undefined
      ? { type: "string" }
      : converter.convert(source.schema);
    const text = property(source?.node.value, "description");
    const described = typeof schema === "object" && typeof text === "string"
      ? { ...schema, description: shorten(text, 500) }
      : schema as JSONSchema;
    return { name, place, isRequired, schema: described };
  });
  const group = (list: typeof members) =>
    objectSchema(
      Object.fromEntries(list.map(({ name, schema }) => [name, schema])),
      list.filter(({ isRequired }) => isRequired).map(({ name }) => name),
    );
  const places = Map.groupBy(members, ({ place }) => place);
  const parameters = descriptor.grouped
    ? objectSchema(
      Object.fromEntries([...places].map(([place, list]) => [place, group(list)])),
      [...places].filter(([, list]) => list.some(({ isRequired }) => isRequired))
        .map(([place]) => place),
    )
    : group(members);
  const required = parameters.required as string[];
  const choice = contentTypes.length > 1 && {
    contentType: { type: "string", enum: contentTypes },
  };
  return (body) => {
    const shape = body === undefined ? parameters : objectSchema(
      { ...Object(parameters.properties), body, ...choice },
      [...required, ...(isBodyRequired ? ["body"] : [])],
    );
    return portableSchema({ ...shape, $defs: converter.definitions });
  };
}

/** Returns the responses of an operation, by status. */
export function answersOf({ node }: OperationModel, documents: Documents): [string, Node][] {
  return children(child(node, "responses"))
    .map(([status, entry]) => [status, documents.follow(entry) ?? entry]);
}

/** Returns the shortened schema of a response; undefined if the description has none. */
export function answerSchema(answer: Node, documents: Documents): unknown {
  const media = children(child(answer, "content"));
  const [, content] = media.find(([type]) => isJSON(parseContentType(type))) ?? media[0] ?? [];
  const schema = content && child(content, "schema");
  return schema?.value === undefined ? undefined : shortSchema(standAlone(schema, documents));
}

/** The longest schema of a response, in characters of JSON. */
const LONGEST_ANSWER = 3000;

/** Returns the schema of a response with inlined references, except recursive ones. */
function standAlone(schema: Node, documents: Documents): unknown {
  const converter = new SchemaConverter(documents, true, "output");
  const converted = converter.convert(schema);
  const { allOf, ...rest } = portableSchema({ allOf: [converted], $defs: converter.definitions });
  return { ...Object((allOf as unknown[])[0]), ...rest };
}

/** Shortens a schema by removing its innermost parts. */
function shortSchema(schema: unknown): unknown {
  for (let depth = 12; depth > 0; depth--) {
    const short = toDepth(schema, depth);
    if (JSON.stringify(short).length <= LONGEST_ANSWER) return short;
  }
  return { description: "too long to show" };
}

function toDepth(schema: unknown, depth: number): unknown {
  if (Array.isArray(schema)) {
    const shown = schema.slice(0, 20).map((one) => toDepth(one, depth));
    return schema.length > 20 ? [...shown, "…"] : shown;
  }
  if (typeof schema === "string") return shorten(schema, 200);
  if (typeof schema !== "object" || schema === null) return schema;
  if (depth === 0) return { ...("type" in schema && { type: schema.type }) };
  return Object.fromEntries(
    Object.entries(schema).map(([name, member]) => [name, toDepth(member, depth - 1)]),
  );
}
