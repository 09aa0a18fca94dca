/**
 * Emits the code of an operation: the types of its arguments and results, a constant that describes it, and a
 * function.
 *
 * @module
 */

import type { Argument, BodyModel, OperationModel } from "../model/model.ts";
import { documentation } from "../model/schemas.ts";
import { comment, key, str } from "../model/sinks.ts";
import type { Operation } from "../runtime/operation.ts";
import { operationSchemas, type SchemaNames } from "./schemas.ts";
import { data, deeper } from "./layout.ts";

/** Emits the code of an operation. */
export function operation(
  model: OperationModel,
  isTypesOnly: boolean,
  schemas: SchemaNames,
): string {
  const { names, results, inline } = model;
  const args = argsType(model);
  const outcomes = results.map(({ status, body, headers }) =>
    `\n  | APIResult<${status}, ${body}${headers === "" ? "" : `, ${headers}`}>`
  ).join("");
  const parts = [
    ...inline.map(({ name, text, doc }) => `${comment([doc])}export type ${name} = ${text};\n\n`),
    args.text,
    comment([`The possible results of \`${names.call}()\`.`]),
    `export type ${names.result} =${
      outcomes === "" ? " APIResult<Status, unknown>" : outcomes
    };\n\n`,
  ];
  if (!isTypesOnly) parts.push(operationSchemas(model, schemas), ...functions(model, args));
  return parts.join("");
}

interface Args {
  /** The declaration, or an empty string. */
  readonly text: string;
  /** The parameter of the functions with a comma after it, or an empty string. */
  readonly parameter: string;
}

function argsType(model: OperationModel): Args {
  const { names, args, bodies, bodyDoc, isBodyRequired, descriptor } = model;
  if (args.length === 0 && bodies.length === 0) return { text: "", parameter: "" };
  const members = descriptor.grouped
    ? [...Map.groupBy(args, ({ place }) => place)].map(([place, own]) =>
      member(place, own.some((one) => one.isRequired), block(own.map(argument)))
    )
    : args.map(argument);
  const isOptional = !args.some((one) => one.isRequired) && !(bodies.length > 0 && isBodyRequired);
  const doc = comment([`The arguments of \`${names.call}()\`.`]);
  const parameter = `args: ${names.args}${isOptional ? " = {}" : ""}, `;
  const [first] = bodies;
  if (bodies.length === 0 || bodies.length === 1 && !first!.contentType.includes("*")) {
    if (first !== undefined) members.push(bodyDoc + member("body", isBodyRequired, first.type));
    return { text: `${doc}export interface ${names.args} ${block(members)}\n\n`, parameter };
  }
  const alternatives = bodies.map((body, index) =>
    `{ body${isBodyRequired ? "" : "?"}: ${body.type}; ${contentType(body, index === 0)} }`
  );
  const fixed = members.length === 0 ? "" : `${block(members)} & `;
  const text = `${doc}export type ${names.args} = ${fixed}(\n  | ${
    alternatives.join("\n  | ")
  }\n);\n\n`;
  return { text, parameter };
}

/** Returns the member for the media type. It is optional for bytes in a range of media types. */
function contentType({ contentType, isRaw }: BodyModel, isFirst: boolean): string {
  const isRange = contentType.includes("*");
  const type = contentType === "*/*" || contentType === "*"
    ? "`${string}/${string}`"
    : isRange
    ? `\`${contentType.split("/")[0]!.replace(/[^\w.+-]/g, "")}/\${string}\``
    : str(contentType);
  return `contentType${isFirst || isRange && isRaw ? "?" : ""}: ${type}`;
}

function argument({ name, type, isRequired, doc }: Argument): string {
  return doc + member(name, isRequired, type);
}

function member(name: string, isRequired: boolean, type: string): string {
  return `${key(name)}${isRequired ? "" : "?"}: ${type};\n`;
}

function block(members: readonly string[]): string {
  return `{\n${deeper(members.join(""))}}`;
}

function functions(model: OperationModel, { parameter }: Args): string[] {
  const { names, descriptor, stream, pages, node, data: plain } = model;
  const doc = documentation(node) || comment([`${descriptor.method} ${descriptor.path}`]);
  const given = parameter === "" ? "{}" : "args";
  const parts: string[] = [];
  const declare = (name: string, value: Operation, types: string, of: string) =>
    parts.push(
      comment([of]),
      `export const ${name}: Operation<${types}> = ${
        names.schemas === ""
          ? data(value)
          : `${data(value).slice(0, -2)}, schemas: () => ${names.schemas} }`
      };\n\n`,
    );
  if (plain !== undefined) {
    const types = `${plain}, ${names.result}`;
    declare(
      names.operation,
      { ...descriptor, ...(pages && { pages: pages.rule }) },
      types,
      `The operation of \`${names.call}()\`.`,
    );
    parts.push(
      doc,
      `export function ${names.call}(api: API, ${parameter}options?: CallOptions<${plain}>): APICall<${types}> {\n`,
      `  return call(api, ${names.operation}, ${given}, options);\n}\n`,
    );
  }
  if (stream !== undefined) {
    const name = plain === undefined ? names.operation : names.streamOperation;
    declare(
      name,
      { ...descriptor, id: names.stream, stream: stream.format },
      `unknown, ${names.result}`,
      `The operation of \`${names.stream}()\`.`,
    );
    parts.push(
      doc,
      `export function ${names.stream}(api: API, ${parameter}options?: StreamOptions): AsyncGenerator<${stream.item}, void, undefined> {\n`,
      `  return stream(api, ${name}, ${given}, options);\n}\n`,
    );
  }
  if (pages !== undefined && plain !== undefined) {
    parts.push(
      "\n" + comment([`Yields the items of all pages of \`${names.call}()\`.`]),
      `export function ${names.items}(api: API, ${parameter}options?: StreamOptions): AsyncGenerator<${pages.item}, void, undefined> {\n`,
      `  return items(api, ${names.operation}, ${given}, options);\n}\n`,
    );
  }
  return parts;
}
