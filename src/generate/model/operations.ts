/**
 * From the paths of a description to operations.
 *
 * @module
 */

import { camel, pascal } from "./sinks.ts";
import type { Problems } from "../read/problems.ts";
import { child, children, type Documents, type Node, property } from "../read/documents.ts";
import type {
  FieldEncoding,
  Operation,
  Parameter,
  ParameterStyle,
  ValueFormat,
} from "../runtime/operation.ts";
import { isToken } from "../../formats/tokens.ts";
import type { FoundOperation, OperationContext } from "./context.ts";
import type { Argument, OperationModel } from "./model.ts";
import { pageRule } from "./pages.ts";
import { documentation } from "./schemas.ts";
import { statusType, successKeys } from "./statuses.ts";
import { eventType, isStream, streamFormat } from "./streams.ts";
import { arrayOf, union } from "./type.ts";
import type { Types } from "./types.ts";

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/** All operations under `paths`, in order. */
export function findOperations(
  { documents, problems }: Pick<OperationContext, "documents" | "problems">,
  under: Node,
): FoundOperation[] {
  return children(under).flatMap(([path, entry]) => {
    if (path.startsWith("x-")) return [];
    const item = documents.follow(entry);
    if (item === undefined || typeof item.value !== "object") {
      problems.warn(
        "broken_reference",
        entry,
        "The path item leads nowhere; its operations are left out",
      );
      return [];
    }
    const own = METHODS.map((
      method,
    ): [string, Node] => [method.toUpperCase(), child(item, method)]);
    const others = children(child(item, "additionalOperations"));
    return [...own, ...others].filter(([, { value }]) =>
      typeof value === "object" && value !== null
    )
      .map(([method, node]) => ({ method, path, item, node }));
  });
}

/** The operation; `undefined` when it cannot be called at all. */
export function readOperation(
  found: FoundOperation,
  context: OperationContext,
): OperationModel | undefined {
  const { types, problems } = context;
  const { method, path, node } = found;
  if (!isToken(method) || /^(?:CONNECT|TRACE|TRACK)$/i.test(method)) {
    problems.warn(
      "unsupported",
      node,
      `${method} cannot be sent with fetch; the operation is left out`,
    );
    return undefined;
  }
  const { result, used } = types.collect(() => build(found, context));
  const tags = property(node.value, "tags");
  const tag = Array.isArray(tags) && typeof tags[0] === "string"
    ? tags[0]
    : path.split("/")[1] ?? "";
  return { ...result, tag, node, used };
}

type Built = Omit<OperationModel, "tag" | "node" | "used">;

function build(found: FoundOperation, context: OperationContext): Built {
  const { method, path, item, node } = found;
  const { documents, names, types } = context;
  const id = nameOf(found);
  const call = names.claim(camel(id));
  const base = pascal(call);
  const parameters = readParameters(found, context);
  const body = readBody(node, context);
  const responses = readResponses(node, context);
  const grouped =
    new Set(parameters.map(({ argument: { name } }) => name)).size < parameters.length ||
    parameters.some(({ argument: { name } }) => name === "body" || name === "contentType") &&
      body !== undefined;
  const server = serverOf(child(node, "servers")) ?? serverOf(child(item, "servers"));
  const security = readSecurity(node, context);
  const isHead = method === "HEAD";
  const success = successKeys(responses.map(({ key }) => key));
  const bodies = (keys: readonly string[]) =>
    union(responses.filter(({ key }) => keys.includes(key)).map(({ type }) => type)).text;
  const known = responses.map(({ key }) => key);
  const stream = responses.filter(({ key }) => success.includes(key)).flatMap(({ media }) => media)
    .find(([type]) => isStream(type));
  const plain = responses.filter(({ key }) => success.includes(key)).flatMap(({ media }) => media)
    .filter(([type]) => !isStream(type));
  const isOnlyStream = stream !== undefined && plain.length === 0;
  const descriptor: Operation = {
    id: call,
    method,
    path,
    ...(parameters.length > 0 && { parameters: parameters.map(({ parameter }) => parameter) }),
    ...(grouped && { grouped }),
    ...(body !== undefined && {
      body: Object.fromEntries(body.media.map(({ contentType, fields }) => [contentType, fields])),
    }),
    responses: Object.fromEntries(
      responses.map(({ key, media }) => [
        key,
        media.filter(([type]) => isOnlyStream || !isStream(type)).map(([type]) => type),
      ]),
    ),
    ...(security.length > 0 && { security }),
    ...(server !== undefined && { server }),
  };
  const data = isOnlyStream ? undefined : isHead ? "undefined" : bodies(success);
  const rule = pageRule(
    found,
    call,
    responses.find(({ key }) => success.includes(key))?.node,
    context,
  );
  return {
    names: {
      call,
      operation: names.claim(`${call}Operation`),
      args: names.claim(`${base}Args`),
      result: names.claim(`${base}Result`),
      // What is long gets a name; it stands in four places.
      data: data !== undefined && /[{|]/.test(data) ? names.claim(`${base}Data`) : "",
      stream: stream === undefined ? "" : isOnlyStream ? call : names.claim(`${call}Stream`),
      streamOperation: stream === undefined || isOnlyStream
        ? ""
        : names.claim(`${call}StreamOperation`),
      items: rule === undefined ? "" : names.claim(`${call}Items`),
    },
    descriptor,
    args: parameters.map(({ argument }) => argument),
    bodies: body?.media ?? [],
    isBodyRequired: body?.isRequired ?? false,
    data,
    results: responses.map(({ key, type }) => ({
      status: statusType(key, known),
      body: isHead ? "undefined" : type.text,
    })),
    stream: stream && {
      format: streamFormat(stream[0], stream[1], documents, context.streamEnd),
      item: eventType(stream[0], stream[1], documents, types),
    },
    pages: rule,
  };
}

function nameOf({ method, path, node }: FoundOperation): string {
  const given = property(node.value, "operationId");
  if (typeof given === "string" && /[\p{L}\p{N}]/u.test(given)) return given;
  const parts = path.split("/").filter((part) => part !== "")
    .map((part) => /^\{.*\}$/.test(part) ? `by ${part.slice(1, -1)}` : part);
  return [method.toLowerCase(), ...parts].join(" ");
}

interface ReadParameter {
  readonly parameter: Parameter;
  readonly argument: Argument;
}

const PLACES: ReadonlySet<unknown> = new Set(["path", "query", "querystring", "header", "cookie"]);
/** The specification has these ignored: they are not parameters' to set. */
const NOT_PARAMETERS: ReadonlySet<string> = new Set(["accept", "content-type", "authorization"]);

function readParameters(
  { item, node, path }: FoundOperation,
  context: OperationContext,
): ReadParameter[] {
  const { documents, problems } = context;
  const found = new Map<string, ReadParameter>();
  for (const list of [child(item, "parameters"), child(node, "parameters")]) {
    for (const [, entry] of children(list)) {
      const target = documents.follow(entry);
      const name = property(target?.value, "name");
      const place = property(target?.value, "in");
      if (target === undefined || typeof name !== "string" || !PLACES.has(place)) {
        problems.warn("invalid", entry, "The parameter has no name or no place; it is left out");
        continue;
      }
      if (place === "header" && NOT_PARAMETERS.has(name.toLowerCase())) continue;
      if (place === "path" && !path.includes(`{${name}}`)) {
        problems.warn("invalid", entry, `The path has no {${name}}; the parameter is left out`);
        continue;
      }
      found.set(`${place} ${name}`, readParameter(target, name, place as Parameter["in"], context));
    }
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
  const [content] = children(child(node, "content"));
  const schema = content === undefined
    ? child(node, "schema")
    : child(follow(content[1], documents), "schema");
  return {
    parameter: {
      name,
      in: place,
      ...(place === "querystring" ? {} : formatOf(node, place, problems)),
      ...(content !== undefined && { content: content[0] }),
    },
    argument: {
      name,
      place,
      type: types.of(schema, "input", "  ").text,
      isRequired: place === "path" || property(node.value, "required") === true,
      doc: documentation(node, "  "),
      source: { node, schema },
    },
  };
}

function follow(node: Node, documents: Documents): Node {
  return documents.follow(node) ?? node;
}

/** JSON first, then as the description has them. */
function byPreference(media: readonly [string, Node][]): [string, Node][] {
  const rank = ([type]: [string, Node]) =>
    /[/+]json\b/i.test(type) ? 0 : type.includes("*") ? 2 : 1;
  return media.toSorted((one, other) => rank(one) - rank(other));
}

function readBody(node: Node, { documents, types, problems }: OperationContext) {
  const given = child(node, "requestBody");
  if (given.value === undefined) return undefined;
  const target = documents.follow(given);
  if (target === undefined) {
    problems.warn("broken_reference", given, "The body leads nowhere; it is left out");
    return undefined;
  }
  const media = byPreference(children(child(target, "content"))).map(([contentType, entry]) => {
    const one = follow(entry, documents);
    const fields: Record<string, FieldEncoding> = Object.fromEntries(
      children(child(one, "encoding")).map((
        [name, encoding],
      ) => [name, fieldEncoding(encoding, problems)]),
    );
    // A wildcard cannot be sent: what is meant is JSON.
    const type = contentType.includes("*") ? "application/json" : contentType;
    const schema = child(one, "schema");
    return { contentType: type, type: bodyType(type, one, "input", types), fields, schema };
  });
  const unique = [...new Map(media.map((one) => [one.contentType, one])).values()];
  return unique.length === 0
    ? undefined
    : { media: unique, isRequired: property(target.value, "required") === true };
}

/** The styles that a value can have, by its place. */
const STYLES: Readonly<Record<string, readonly ParameterStyle[]>> = {
  path: ["simple", "label", "matrix"],
  query: ["form", "spaceDelimited", "pipeDelimited", "deepObject"],
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
function fieldEncoding(node: Node, problems: Problems): FieldEncoding {
  const contentType = property(node.value, "contentType");
  const isStyled = ["style", "explode", "allowReserved"].some((name) =>
    property(node.value, name) !== undefined
  );
  return {
    ...(typeof contentType === "string" && { contentType }),
    ...(isStyled && { style: "form", ...formatOf(node, "query", problems) }),
  };
}

/** What a body of a media type is in TypeScript. */
function bodyType(
  type: string,
  media: Node,
  direction: "input" | "output",
  types: Types,
): string {
  const schema = child(media, "schema");
  const essence = type.split(";")[0]!.trim().toLowerCase();
  if (/[/+]json$/.test(essence) || essence.includes("*")) {
    const found = types.of(schema, direction).text;
    return direction === "output" && found === "Blob" ? "Uint8Array<ArrayBuffer>" : found;
  }
  if (/ndjson$|jsonl$|json-seq$/.test(essence) && direction === "input") {
    const item = child(media, "itemSchema");
    return item.value === undefined
      ? types.of(schema, direction).text
      : arrayOf(types.of(item, direction)).text;
  }
  const isForm = essence === "application/x-www-form-urlencoded" ||
    essence.startsWith("multipart/");
  if (isForm && direction === "input") return types.of(schema, direction).text;
  if (/^text\/|[/+]xml$|ndjson$|jsonl$|json-seq$|urlencoded$/.test(essence)) return "string";
  return direction === "output"
    ? "Uint8Array<ArrayBuffer>"
    : "Blob | Uint8Array | ReadableStream<Uint8Array>";
}

function readResponses(node: Node, { documents, types, problems }: OperationContext) {
  return children(child(node, "responses")).flatMap(([key, entry]) => {
    if (key.startsWith("x-")) return [];
    const name = key.toUpperCase() === "DEFAULT" ? "default" : key.toUpperCase();
    if (!/^(?:default|[2-5](?:\d\d|XX))$/.test(name)) {
      // What is before the answer is not given to fetch.
      if (!/^1(?:\d\d|XX)$/.test(name)) {
        problems.warn("invalid", entry, `${key} is no status; it is left out`);
      }
      return [];
    }
    const target = documents.follow(entry);
    if (target === undefined) {
      problems.warn("broken_reference", entry, "The response leads nowhere; its body is unknown");
      return [{
        key: name,
        node: entry,
        media: [] as [string, Node][],
        type: types.of({ ...entry, value: true }, "output"),
      }];
    }
    const all = byPreference(children(child(target, "content")))
      .map(([type, one]): [string, Node] => [type, follow(one, documents)]);
    // Of several forms of one answer, JSON is asked for alone.
    const json = all.filter(([type]) => /[/+]json\b/i.test(type) || isStream(type));
    const media = json.some(([type]) => !isStream(type)) ? json : all;
    const plain = media.filter(([type]) => !isStream(type));
    const bodies = plain.map(([type, one]) => ({
      text: bodyType(type, one, "output", types),
      shape: "union" as const,
    }));
    const type = bodies.length === 0
      ? { text: "undefined", shape: "atom" as const }
      : union(bodies);
    return [{ key: name, node: target, media, type }];
  });
}

function readSecurity(node: Node, { documents, problems, security }: OperationContext): string[][] {
  const own = child(node, "security");
  const list = own.value === undefined
    ? { document: documents.root, pointer: "/security", value: documents.root.at("/security") }
    : own;
  return children(list).flatMap(([, alternative]) => {
    const names = Object.keys(alternative.value ?? {});
    const missing = names.filter((name) => !Object.hasOwn(security, name));
    // A certificate is the connection's, not the call's.
    if (missing.length === 0) return [names.filter((name) => security[name]!.type !== "mutualTLS")];
    problems.warn(
      "invalid",
      alternative,
      `There is no security scheme ${missing.join(", ")}; it is left out`,
    );
    return [];
  });
}

/** The first server of a list, its variables at their defaults. */
function serverOf(list: Node): string | undefined {
  const [first] = children(list);
  const url = property(first?.[1].value, "url");
  if (typeof url !== "string") return undefined;
  return url.replace(/\{([^{}]*)\}/g, (whole, name: string) => {
    const value = property(property(property(first![1].value, "variables"), name), "default");
    return typeof value === "string" ? value : whole;
  });
}
