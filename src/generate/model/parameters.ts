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

/** A parameter and its argument. */
export interface ReadParameter {
  readonly parameter: Parameter;
  readonly argument: Argument;
}

const PLACES: ReadonlySet<unknown> = new Set(["path", "query", "querystring", "header", "cookie"]);
/** Header fields that the specification ignores as parameters. */
const NOT_PARAMETERS: ReadonlySet<string> = new Set(["accept", "content-type", "authorization"]);

/** Returns the Parameter Objects of an operation by location and name; its own replace those of its path. */
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

/** Reads the parameters of an operation. */
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
      problems.warn("invalid", entry, 'The parameter has no name or no valid "in"; it is left out'),
  );
  for (const [id, { name, place, node: target }] of all) {
    account("parameter", target, problems);
    if (place === "header" && NOT_PARAMETERS.has(name.toLowerCase())) {
      problems.warn(
        "unsupported",
        target,
        `The header field ${name} cannot be a parameter; the client sets it, or headers of the call`,
      );
    } else if (place === "path" && !path.includes(`{${name}}`)) {
      problems.warn("invalid", target, `The path has no {${name}}; the parameter is left out`);
    } else found.set(id, readParameter(target, name, place, context));
  }
  // A placeholder of the path that is not declared is a string.
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
    problems.warn("invalid", one, `A parameter can have only one media type; ${type} is left out`);
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

/** The styles that a value can have, by location; the first is the default. */
const STYLES: Readonly<Record<string, readonly ParameterStyle[]>> = {
  path: ["simple", "label", "matrix"],
  // tabDelimited is tsv of OpenAPI 2.0.
  query: ["form", "spaceDelimited", "pipeDelimited", "deepObject", "tabDelimited"],
  header: ["simple"],
  cookie: ["form", "cookie"],
};

/** Returns the format of a value, without the defaults of its location. */
function formatOf(node: Node, place: string, problems: Problems): ValueFormat {
  const given = property(node.value, "style");
  const explode = property(node.value, "explode");
  const styles = STYLES[place] ?? [];
  const style = styles.find((one) => one === given);
  if (given !== undefined && style === undefined) {
    problems.warn(
      "invalid",
      node,
      `The style ${JSON.stringify(given)} is not valid for ${place}; ${styles[0]} is used`,
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

/** Reads the encoding of a field. Without style, explode and allowReserved an object is sent as JSON. */
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
