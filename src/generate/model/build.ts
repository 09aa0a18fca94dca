/**
 * Builds the model of a description from its documents: everything that is generated, with all names.
 *
 * @module
 */

import { Names } from "./names.ts";
import { pascal } from "./sinks.ts";
import type { Problems } from "../read/problems.ts";
import { child, children, type Documents, type Node, property } from "../read/documents.ts";
import type { SecurityScheme } from "../runtime/security.ts";
import type { FoundOperation, OperationContext, Pagination } from "./context.ts";
import type { Model, ServerModel, WebhookModel } from "./model.ts";
import { isSendable, nameOperations, readOperation } from "./operations.ts";
import { findOperations } from "./paths.ts";
import { SchemaConstants } from "./schema_constants.ts";
import { defaultServer, defaultURL, readServers } from "./servers.ts";
import { documentation } from "./schemas.ts";
import { union } from "./type.ts";
import { Types } from "./types.ts";

/** Options of the generated code. */
export interface ModelOptions {
  /**
   * The operations to generate: `tag:x`, `operation:y` or `path:/z*`. Types that they do not use are left out.
   * All operations by default.
   */
  readonly only?: readonly string[];
  /**
   * Whether the type of a string enum accepts other strings too, since servers may add values.
   *
   * @default {false}
   */
  readonly openEnums?: boolean;
  /** The page rule of each operation, by operationId or function name; `false` for no pages. */
  readonly pagination?: Readonly<Record<string, Pagination>>;
  /**
   * The event data that ends an event stream of JSON.
   *
   * @default {"[DONE]"}
   */
  readonly streamEnd?: string;
  /**
   * The type of an `integer` above 2^53 in JSON. A number loses digits there, and causes a warning unless you
   * set `number`. `bigint` and `string` keep all digits; a string is sent as text. Smaller integers stay
   * numbers.
   *
   * @default {"number"}
   */
  readonly int64?: "number" | "bigint" | "string";
  /**
   * Whether to generate schemas for validation at run time: a Standard Schema for each named type, and the
   * schemas of each operation for the option `validate`.
   *
   * @default {false}
   */
  readonly schemas?: boolean;
}

/** Warns about a relative server URL, since a program must set a `baseUrl` that ends with it. */
function warnOfRelative(server: ServerModel | undefined, list: Node, problems: Problems): void {
  if (server === undefined) return;
  const url = defaultURL(server);
  if (/^https?:/i.test(url) || url === "/" || url === "") return;
  problems.warn(
    "unsupported",
    list,
    `The server ${url} is relative; pass createAPI() a baseUrl that ends with it`,
  );
}

/** Builds the model of a description. */
export function buildModel(documents: Documents, options: ModelOptions, problems: Problems): Model {
  const { only = [], openEnums = false, pagination = {}, streamEnd = "[DONE]", int64, schemas } =
    options;
  const { root } = documents;
  const at = (pointer: string): Node => ({ document: root, pointer, value: root.at(pointer) });
  const names = new Names();
  const types = new Types(documents, names, problems, { openEnums, int64 });
  names.keep(children(at("/components/schemas")).map(([name]) => pascal(name)));
  if (only.length === 0) types.addComponents();
  const security = readSchemes(at("/components/securitySchemes"), documents, problems);
  const context: OperationContext = {
    documents,
    types,
    names,
    problems,
    pagination,
    streamEnd,
    security,
    ...(int64 !== undefined && int64 !== "number" && { int64 }),
    hasSchemas: schemas === true,
  };
  const found = findOperations(context, at("/paths"));
  const wanted = filter(only, found, problems, at("")).filter((one) => isSendable(one, context));
  const calls = nameOperations(wanted, context);
  const constants = schemas ? new SchemaConstants(types) : undefined;
  const operations = wanted.map((one) => {
    const model = readOperation(one, calls.get(one)!, context);
    return constants === undefined ? model : { ...model, schemas: constants.ofOperation(model) };
  });
  for (const name of Object.keys(pagination)) {
    const isThere = operations.some(({ node, names }) =>
      names.call === name || property(node.value, "operationId") === name
    );
    if (!isThere) {
      problems.warn("invalid", at(""), `pagination names ${name}, which is not an operation`);
    }
  }
  const webhooks = only.length > 0 ? [] : readWebhooks(context, at("/webhooks"), found);
  const servers = readServers(at("/servers"), problems);
  const first = defaultServer(servers, at("/servers"), problems);
  warnOfRelative(servers[first], at("/servers"), problems);
  return {
    title: String(property(root.at("/info"), "title") ?? "API"),
    version: String(property(root.at("/info"), "version") ?? ""),
    servers,
    defaultServer: first,
    security,
    operations,
    webhooks,
    types: types.declarations(constants && ((node, to) => constants.convert(node, to))),
  };
}

/** Returns the operations that `only` selects. Warns about a rule that matches no operation. */
function filter(
  only: readonly string[],
  found: readonly FoundOperation[],
  problems: Problems,
  root: Node,
): FoundOperation[] {
  if (only.length === 0) return [...found];
  const wanted = new Set<FoundOperation>();
  for (const rule of only) {
    const [, kind, pattern] = /^(tag|operation|path):(.+)$/s.exec(rule) ?? [];
    if (pattern === undefined) {
      throw new TypeError(`Cannot use only: ${rule}: it must be tag:x, operation:y or path:/z*`);
    }
    const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    const expression = new RegExp(`^${parts.join(".*")}$`, "s");
    const own = found.filter(({ path, node }) => {
      const value = kind === "path"
        ? [path]
        : kind === "tag"
        ? property(node.value, "tags")
        : [property(node.value, "operationId")];
      return Array.isArray(value) && value.some((one) => expression.test(String(one)));
    });
    for (const one of own) wanted.add(one);
    if (own.length === 0) {
      problems.warn("invalid", root, `${rule}, a rule of only, matches no operation`);
    }
  }
  return found.filter((one) => wanted.has(one));
}

function readSchemes(
  list: Node,
  documents: Documents,
  problems: Problems,
): Record<string, SecurityScheme> {
  const entries = children(list).flatMap(([name, entry]): [string, SecurityScheme][] => {
    const { value } = documents.follow(entry) ?? entry;
    const type = property(value, "type");
    const place = property(value, "in");
    const own = property(value, "name");
    const scheme = property(value, "scheme");
    if (
      type === "apiKey" && typeof own === "string" &&
      ["header", "query", "cookie"].includes(String(place))
    ) {
      return [[name, { type, in: place as "header", name: own }]];
    }
    if (type === "http" && typeof scheme === "string") return [[name, { type, scheme }]];
    if (type === "oauth2" || type === "openIdConnect" || type === "mutualTLS") {
      return [[name, { type }]];
    }
    problems.warn(
      "invalid",
      entry,
      `The security scheme ${name} has an unknown type; it is left out`,
    );
    return [];
  });
  return Object.fromEntries(entries);
}

/** Reads the bodies that the API sends: those of webhooks, and of the callbacks of operations. */
function readWebhooks(
  context: OperationContext,
  webhooks: Node,
  operations: readonly FoundOperation[],
): WebhookModel[] {
  const { documents, types, names } = context;
  const sent = [
    ...findOperations(context, webhooks).map((found) => [`${found.path} webhook`, found] as const),
    ...operations.flatMap(({ node }) =>
      children(child(node, "callbacks")).flatMap(([name, entry]) => {
        const target = documents.follow(entry);
        if (target === undefined) return [];
        return findOperations(context, target).map((found) => [`${name} callback`, found] as const);
      })
    ),
  ];
  return sent.flatMap(([name, { node }]): WebhookModel[] => {
    const body = documents.follow(child(node, "requestBody"));
    const media = body && children(child(body, "content"));
    if (media === undefined || media.length === 0) return [];
    const { result, used } = types.collect(() =>
      union(
        media.map(([, one]) => types.of(child(documents.follow(one) ?? one, "schema"), "output")),
      ).text
    );
    return [{ name: names.type(pascal(name), true), type: result, doc: documentation(node), used }];
  });
}
