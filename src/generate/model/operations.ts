/**
 * Builds the model of an operation.
 *
 * @module
 */

import { isToken } from "../../formats/tokens.ts";
import { camel, pascal } from "./sinks.ts";
import { child, children, type Node, property } from "../read/documents.ts";
import type { Operation } from "../runtime/operation.ts";
import { account } from "./account.ts";
import type { FoundOperation, OperationContext } from "./context.ts";
import { readBody, readResponses } from "./media.ts";
import type { InlineType, OperationModel, ReadResponse } from "./model.ts";
import { pageRule } from "./pages.ts";
import { readParameters } from "./parameters.ts";
import { ownServer } from "./servers.ts";
import { statusType, successKeys } from "./statuses.ts";
import { isStream, itemSchemas, itemType, streamFormat } from "./streams.ts";
import { union } from "./type.ts";

/** Whether fetch can send the method of an operation. Warns if it cannot. */
export function isSendable(
  { method, node }: FoundOperation,
  { problems }: Pick<OperationContext, "problems">,
): boolean {
  if (isToken(method) && !/^(?:CONNECT|TRACE|TRACK)$/i.test(method)) return true;
  problems.warn("unsupported", node, `${method} cannot be sent with fetch; it is left out`);
  return false;
}

/**
 * Returns the name of the function of each operation. If several operations have the same name, the first
 * keeps it. The others get a number and a warning.
 */
export function nameOperations(
  found: readonly FoundOperation[],
  { names, problems }: Pick<OperationContext, "names" | "problems">,
): ReadonlyMap<FoundOperation, string> {
  const given = new Map<FoundOperation, string>();
  const taken = new Set<string>();
  const others: FoundOperation[] = [];
  for (const one of found) {
    const wanted = camel(nameOf(one));
    if (taken.has(wanted)) others.push(one);
    else given.set(one, names.operation(wanted));
    taken.add(wanted);
  }
  for (const one of others) {
    const wanted = camel(nameOf(one));
    const name = names.operation(wanted);
    given.set(one, name);
    problems.warn("renamed", one.node, `${wanted} is taken; this one is ${name}`);
  }
  return given;
}

/** Builds the model of an operation, under the name of its function. */
export function readOperation(
  found: FoundOperation,
  call: string,
  context: OperationContext,
): OperationModel {
  const { path, node } = found;
  const { result, used } = context.types.collect(() => build(found, call, context));
  const tags = property(node.value, "tags");
  const tag = Array.isArray(tags) && typeof tags[0] === "string"
    ? tags[0]
    : path.split("/")[1] ?? "";
  return { ...result, tag, node, used };
}

type Built = Omit<OperationModel, "tag" | "node" | "used">;

function build(found: FoundOperation, call: string, context: OperationContext): Built {
  const { method, path, items, node } = found;
  const { documents, names, types, problems } = context;
  account("operation", node, problems);
  checkPath(found, context);
  const base = pascal(call);
  const parameters = readParameters(found, context);
  const body = readBody(found, context);
  const responses = readResponses(found, context);
  const grouped =
    new Set(parameters.map(({ argument: { name } }) => name)).size < parameters.length ||
    parameters.some(({ argument: { name } }) => name === "body" || name === "contentType") &&
      body !== undefined;
  const owners = [node, ...items];
  const server = ownServer(owners.map((owner) => child(owner, "servers")), problems);
  const security = readSecurity(node, context);
  const isHead = method === "HEAD";
  const success = successKeys(responses.map(({ key }) => key));
  const known = responses.map(({ key }) => key);
  const inline = new InlineTypes(context);
  const media = body?.media.map((one) => ({
    ...one,
    type: inline.name(
      `${base}${bodyName(one.contentType)}`,
      one.type,
      `The request body of \`${call}()\` as ${one.contentType}.`,
    ),
  }));
  const successes = responses.filter(({ key }) => success.includes(key));
  const stream = successes.flatMap(({ media }) => media).find(([type]) => isStream(type));
  const plain = successes.flatMap(({ media }) => media).filter(([type]) => !isStream(type));
  const isOnlyStream = stream !== undefined && plain.length === 0;
  const whole = union(successes.map(({ type }) => ({ text: type, shape: "union" }))).text;
  const data = isOnlyStream
    ? undefined
    : isHead
    ? "undefined"
    : inline.name(`${base}Data`, whole, `The data that \`${call}()\` returns.`, true);
  const typeOf = ({ key, type }: ReadResponse) => {
    if (isHead) return "undefined";
    const name = key === "default" ? `${base}Default` : `${base}${key}`;
    return inline.name(name, type, `The ${key} response body of \`${call}()\`.`);
  };
  const headers = responses.filter(({ headersType }) => headersType !== "")
    .map(({ key, headers }) => [key, headers] as const);
  const descriptor: Operation = {
    id: call,
    method,
    path,
    ...(parameters.length > 0 && { parameters: parameters.map(({ parameter }) => parameter) }),
    ...(grouped && { grouped }),
    ...(body !== undefined && { body: body.encodings }),
    ...(body?.isRequired && { bodyRequired: true }),
    responses: Object.fromEntries(
      responses.map(({ key, media }) => [
        key,
        media.filter(([type]) => isOnlyStream || !isStream(type)).map(([type]) => type),
      ]),
    ),
    ...(headers.length > 0 && { headers: Object.fromEntries(headers) }),
    ...(security.length > 0 && { security }),
    ...(server !== undefined && { server }),
    ...(context.int64 !== undefined && { int64: context.int64 }),
  };
  const rule = pageRule(found, call, descriptor, successes[0]?.node, context);
  return {
    names: {
      call,
      operation: names.value(`${call}Operation`),
      args: names.type(`${base}Args`, true),
      result: names.type(`${base}Result`, true),
      stream: stream === undefined ? "" : isOnlyStream ? call : names.value(`${call}Stream`),
      streamOperation: stream === undefined || isOnlyStream
        ? ""
        : names.value(`${call}StreamOperation`),
      items: rule === undefined ? "" : names.value(`${call}Items`),
      schemas: context.hasSchemas ? names.value(`${call}Schemas`) : "",
    },
    descriptor,
    args: parameters.map(({ argument }) => argument),
    bodies: media ?? [],
    bodyDoc: body?.doc ?? "",
    isBodyRequired: body?.isRequired ?? false,
    data,
    results: responses.map((one) => ({
      status: statusType(one.key, known),
      body: typeOf(one),
      headers: one.headersType,
    })),
    responses,
    stream: stream && {
      format: streamFormat(stream[0], stream[1], documents, context.streamEnd),
      item: itemType(stream[0], stream[1], documents, types),
      schemas: itemSchemas(stream[0], stream[1], documents),
    },
    pages: rule,
    inline: inline.declared,
  };
}

/** Names the types of an operation that are long or used in several places. */
class InlineTypes {
  readonly declared: InlineType[] = [];
  readonly #context: OperationContext;

  constructor(context: OperationContext) {
    this.#context = context;
  }

  /** Returns the name of a type that has none; the type itself if it needs no name. */
  name(wanted: string, type: string, doc: string, namesUnions = false): string {
    const found = this.declared.find(({ text }) => text === type);
    if (found !== undefined) return found.name;
    if (!(namesUnions ? /[{|]/ : /\{/).test(type)) return type;
    const name = this.#context.names.type(wanted, true);
    this.declared.push({ name, text: type, doc });
    return name;
  }
}

function bodyName(contentType: string): string {
  if (contentType.startsWith("multipart/")) return "Multipart";
  return contentType.startsWith("application/x-www-form-urlencoded") ? "Form" : "Body";
}

/** Warns if a path does not begin with a slash, or has a fragment, which is not sent. */
function checkPath({ path, items: [item] }: FoundOperation, { problems }: OperationContext): void {
  if (item === undefined) return;
  if (!path.startsWith("/")) {
    problems.warn(
      "invalid",
      item,
      `The path ${path} does not begin with a slash; one is added`,
    );
  }
  if (path.includes("#")) {
    const fragment = path.slice(path.indexOf("#"));
    problems.warn("unsupported", item, `A fragment is not sent; ${fragment} is left out`);
  }
}

function nameOf({ method, path, node }: FoundOperation): string {
  const given = property(node.value, "operationId");
  if (typeof given === "string" && /[\p{L}\p{N}]/u.test(given)) return given;
  const parts = path.split("/").filter((part) => part !== "")
    .map((part) => /^\{.*\}$/.test(part) ? `by ${part.slice(1, -1)}` : part);
  return [method.toLowerCase(), ...parts].join(" ");
}

function readSecurity(node: Node, { documents, problems, security }: OperationContext): string[][] {
  const own = child(node, "security");
  const list = own.value === undefined
    ? { document: documents.root, pointer: "/security", value: documents.root.at("/security") }
    : own;
  return children(list).flatMap(([, alternative]) => {
    const names = Object.keys(alternative.value ?? {});
    const missing = names.filter((name) => !Object.hasOwn(security, name));
    // A certificate belongs to the connection, not to the call.
    if (missing.length === 0) return [names.filter((name) => security[name]!.type !== "mutualTLS")];
    problems.warn(
      "invalid",
      alternative,
      `There is no security scheme ${missing.join(", ")}; it is left out`,
    );
    return [];
  });
}
