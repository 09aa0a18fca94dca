/**
 * The parameters of an operation.
 *
 * @module
 */

import { child, children, type Documents, type Node, property } from "../read/documents.ts";
import type { Problems } from "../read/problems.ts";
import type {
  FieldEncoding,
  Parameter,
  ParameterStyle,
  ValueFormat,
} from "../runtime/operation.ts";
import { account } from "./account.ts";
import type { FoundOperation, OperationContext } from "./context.ts";
import type { Argument } from "./model.ts";
import { documentation } from "./schemas.ts";

/** A parameter, and the argument for it. */
export interface ReadParameter {
  readonly parameter: Parameter;
  readonly argument: Argument;
}

const PLACES: ReadonlySet<unknown> = new Set(["path", "query", "querystring", "header", "cookie"]);
/** The specification has these ignored: they are not parameters' to set. */
const NOT_PARAMETERS: ReadonlySet<string> = new Set(["accept", "content-type", "authorization"]);

/** The Parameter Objects of an operation, by place and name: its own, then those of its path. */
export function findParameters(
  { items, node }: Pick<FoundOperation, "items" | "node">,
  documents: Documents,
  onInvalid: (entry: Node) => void = () => {},
): Map<string, { readonly name: string; readonly place: Parameter["in"]; readonly node: Node }> {
  const found = new Map<
    string,
    { readonly name: string; readonly place: Parameter["in"]; readonly node: Node }
  >();
  for (const owner of [...items.toReversed(), node]) {
    for (const [, entry] of children(child(owner, "parameters"))) {
      const target = documents.follow(entry);
      const name = property(target?.value, "name");
      const place = property(target?.value, "in");
      if (target === undefined || typeof name !== "string" || !PLACES.has(place)) onInvalid(entry);
      else found.set(`${place} ${name}`, { name, place: place as Parameter["in"], node: target });
    }
  }
  return found;
}

/** The parameters that can be given. */
export function readParameters(
  operation: FoundOperation,
  context: OperationContext,
): ReadParameter[] {
  const { documents, problems } = context;
  const { path, node } = operation;
  const found = new Map<string, ReadParameter>();
  const all = findParameters(
    operation,
    documents,
    (entry) =>
      problems.warn("invalid", entry, "The parameter has no name or no place; it is left out"),
  );
  for (const [id, { name, place, node: target }] of all) {
    account("parameter", target, problems);
    if (place === "header" && NOT_PARAMETERS.has(name.toLowerCase())) {
      problems.warn(
        "unsupported",
        target,
        `A header field ${name} is not a parameter; the client sets it, or headers of the call`,
      );
    } else if (place === "path" && !path.includes(`{${name}}`)) {
      problems.warn("invalid", target, `The path has no {${name}}; the parameter is left out`);
    } else found.set(id, readParameter(target, name, place, context));
  }
  // A place in the path that nobody declares is a string.
  for (const [, name] of path.matchAll(/\{([^{}]*)\}/g)) {
    if (found.has(`path ${name}`)) continue;
    problems.warn("invalid", node, `The path parameter ${name} is not declared; it is a string`);
    const bare = { type: "string", isRequired: true, doc: "", source: undefined };
    const argument = { name: name!, place: "path", ...bare };
    found.set(`path ${name}`, { parameter: { name: name!, in: "path" }, argument });
  }
  return [...found.values()];
}

function readParameter(
  node: Node,
  name: string,
  place: Parameter["in"],
  { types, documents, problems }: OperationContext,
): ReadParameter {
  const [content, ...others] = children(child(node, "content"));
  for (const [type, one] of others) {
    problems.warn("invalid", one, `A parameter has one media type; ${type} is left out`);
  }
  const schema = content === undefined
    ? child(node, "schema")
    : child(documents.follow(content[1]) ?? content[1], "schema");
  const isRequired = place === "path" || property(node.value, "required") === true;
  if (property(node.value, "allowEmptyValue") === true) {
    problems.warn(
      "unsupported",
      child(node, "allowEmptyValue"),
      `${name} without a value cannot be sent; an empty string can`,
    );
  }
  return {
    parameter: {
      name,
      in: place,
      ...(isRequired && place !== "path" && { required: true }),
      ...(place === "querystring" ? {} : formatOf(node, place, problems)),
      ...(content !== undefined && { content: content[0] }),
    },
    argument: {
      name,
      place,
      type: types.of(schema, "input").text,
      isRequired,
      doc: documentation(node, "", documents.follow(schema)?.value),
      source: { node, schema },
    },
  };
}

/** The styles that a value can have, by its place. */
const STYLES: Readonly<Record<string, readonly ParameterStyle[]>> = {
  path: ["simple", "label", "matrix"],
  // The last is what OpenAPI 2.0 calls tsv.
  query: ["form", "spaceDelimited", "pipeDelimited", "deepObject", "tabDelimited"],
  header: ["simple"],
  cookie: ["form", "cookie"],
};

/** How a value is written, as far as it differs from the default of its place. */
function formatOf(node: Node, place: string, problems: Problems): ValueFormat {
  const given = property(node.value, "style");
  const explode = property(node.value, "explode");
  const styles = STYLES[place] ?? [];
  const style = styles.find((one) => one === given);
  if (given !== undefined && style === undefined) {
    problems.warn(
      "invalid",
      node,
      `There is no style ${JSON.stringify(given)} in a ${place}; it is ${styles[0]}`,
    );
  }
  const used = style ?? styles[0];
  const isExploded = used === "form" || used === "cookie";
  return {
    ...(style !== undefined && style !== styles[0] && { style }),
    ...(typeof explode === "boolean" && explode !== isExploded && { explode }),
    ...(property(node.value, "allowReserved") === true && { allowReserved: true }),
  };
}

/** A field that has any of these has a style, be it the default; without one an object is JSON. */
export function fieldEncoding(node: Node, problems: Problems): FieldEncoding {
  account("encoding", node, problems);
  const contentType = property(node.value, "contentType");
  const isStyled = ["style", "explode", "allowReserved"].some((name) =>
    property(node.value, name) !== undefined
  );
  return {
    ...(typeof contentType === "string" && { contentType }),
    ...(isStyled && { style: "form", ...formatOf(node, "query", problems) }),
  };
}
