/**
 * From documents to a model: what is to be generated, with all names given.
 *
 * @module
 */

import { Names, pascal } from "./sinks.ts";
import type { Problems } from "../read/problems.ts";
import { child, children, type Documents, type Node, property } from "../read/documents.ts";
import type { SecurityScheme } from "../runtime/security.ts";
import type { FoundOperation, OperationContext, Pagination } from "./context.ts";
import type { Model, OperationModel, ServerModel, WebhookModel } from "./model.ts";
import { findOperations, readOperation } from "./operations.ts";
import { documentation } from "./schemas.ts";
import { union } from "./type.ts";
import { Types } from "./types.ts";

/** What is generated, and how. */
export interface ModelOptions {
  /**
   * Which operations: `tag:x`, `operation:y` or `path:/z*`; all when left out. Of the types those that
   * they use.
   */
  readonly only?: readonly string[];
  /**
   * Whether a type for an enum of strings takes others too, as servers add some.
   *
   * @default {false}
   */
  readonly openEnums?: boolean;
  /** How pages follow each other, by operationId or the name of the function; `false` for no pages. */
  readonly pagination?: Readonly<Record<string, Pagination>>;
  /**
   * The data that ends an event stream of JSON.
   *
   * @default {"[DONE]"}
   */
  readonly streamEnd?: string;
}

/** The model of a description. */
export function buildModel(documents: Documents, options: ModelOptions, problems: Problems): Model {
  const { only = [], openEnums = false, pagination = {}, streamEnd = "[DONE]" } = options;
  const { root } = documents;
  const at = (pointer: string): Node => ({ document: root, pointer, value: root.at(pointer) });
  const names = new Names();
  const types = new Types(documents, names, problems, openEnums);
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
  };
  const wanted = filter(only);
  const found = findOperations(context, at("/paths"));
  const operations = found.filter(wanted).flatMap((one): OperationModel[] => {
    const operation = readOperation(one, context);
    return operation === undefined ? [] : [operation];
  });
  for (const name of Object.keys(pagination)) {
    const isThere = operations.some(({ node, names }) =>
      names.call === name || property(node.value, "operationId") === name
    );
    if (!isThere) {
      problems.warn("invalid", at(""), `pagination names ${name}, which is no operation`);
    }
  }
  const webhooks = only.length > 0 ? [] : readWebhooks(context, at("/webhooks"), found);
  return {
    title: String(property(root.at("/info"), "title") ?? "API"),
    version: String(property(root.at("/info"), "version") ?? ""),
    servers: readServers(at("/servers"), problems),
    security,
    operations,
    webhooks,
    types: types.declarations(),
  };
}

function filter(only: readonly string[]): (found: FoundOperation) => boolean {
  const tests = only.map((rule): (found: FoundOperation) => boolean => {
    const [, kind, pattern] = /^(tag|operation|path):(.+)$/s.exec(rule) ?? [];
    if (pattern === undefined) {
      throw new TypeError(`Cannot use only: ${rule}: it must be tag:x, operation:y or path:/z*`);
    }
    const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    const expression = new RegExp(`^${parts.join(".*")}$`, "s");
    return ({ path, node }) => {
      const value = kind === "path"
        ? [path]
        : kind === "tag"
        ? property(node.value, "tags")
        : [property(node.value, "operationId")];
      return Array.isArray(value) && value.some((one) => expression.test(String(one)));
    };
  });
  return (found) => tests.length === 0 || tests.some((test) => test(found));
}

function readServers(list: Node, problems: Problems): ServerModel[] {
  return children(list).flatMap(([, node]): ServerModel[] => {
    const url = property(node.value, "url");
    if (typeof url !== "string") {
      problems.warn("invalid", node, "The server has no url; it is left out");
      return [];
    }
    const variables = children(child(node, "variables"))
      .map(([name, { value }]) => [name, String(property(value, "default") ?? "")]);
    // What is relative is relative to where the description is.
    const { base } = list.document;
    const absolute = !/^https?:/i.test(url) && /^https?:/.test(base) && URL.canParse(url, base)
      ? decodeURI(new URL(url, base).href)
      : url;
    return [{
      url: absolute,
      ...(variables.length > 0 && { variables: Object.fromEntries(variables) }),
    }];
  });
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
      `The security scheme ${name} is of no known type; it is left out`,
    );
    return [];
  });
  return Object.fromEntries(entries);
}

/** The bodies of what the API sends: webhooks, and the callbacks of operations. */
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
    return [{ name: names.claim(pascal(name)), type: result, doc: documentation(node), used }];
  });
}
