/**
 * Finds the page rule of an operation: in the caller's options, in the extensions of other generators, or from a
 * described Link header field.
 *
 * @module
 */

import { child, children, type Documents, type Node, property } from "../read/documents.ts";
import type { Operation, PageParamPlace, PageRule } from "../runtime/operation.ts";
import type { Problems } from "../read/problems.ts";
import type { FoundOperation, OperationContext } from "./context.ts";

/** The required members of each kind of rule, with their types. */
const KINDS: Readonly<
  Record<string, Readonly<Record<string, "text" | "number" | "optional text">>>
> = {
  link: { rel: "optional text" },
  url: { pointer: "text" },
  cursor: { param: "text", pointer: "text" },
  page: { param: "text" },
  offset: { param: "text" },
};

/**
 * Checks a page rule from a program or a file.
 *
 * @throws {TypeError} If it is not valid; the message names it.
 */
export function checkPageRule(name: string, rule: unknown): void {
  if (rule === false) return;
  const problem = (why: string) => new TypeError(`Cannot use ${name}: ${why}`);
  const next = property(rule, "next");
  if (typeof next !== "object" || next === null) {
    throw problem('it must be false, or have next, such as { by: "link" }');
  }
  const items = property(rule, "items");
  if (items !== undefined && !(typeof items === "string" && /^(?:\/|$)/.test(items))) {
    throw problem("items must be a JSON Pointer, such as /data");
  }
  const by = property(next, "by");
  if (typeof by !== "string" || !Object.hasOwn(KINDS, by)) {
    throw problem(
      `next.by is ${JSON.stringify(by)}, and must be one of ${Object.keys(KINDS).join(", ")}`,
    );
  }
  for (const [key, kind] of Object.entries(KINDS[by]!)) {
    const value = property(next, key);
    if (value === undefined && kind.startsWith("optional")) continue;
    if (typeof value !== "string" || value === "") {
      throw problem(`next.by is ${by}, which needs ${key}, a string`);
    }
    if (key === "pointer" && !value.startsWith("/")) {
      throw problem("next.pointer must be a JSON Pointer, such as /next");
    }
  }
  const first = property(next, "first");
  if (first !== undefined && !Number.isInteger(first)) throw problem("next.first must be a number");
  const place = property(next, "in");
  if (place !== undefined && place !== "argument" && place !== "body") {
    throw problem("next.in must be argument or body");
  }
}

/** Returns the page rule of an operation, and the type of an item. */
export function pageRule(
  { node }: FoundOperation,
  name: string,
  operation: Operation,
  response: Node | undefined,
  { documents, types, pagination, problems }: OperationContext,
): { readonly rule: PageRule; readonly item: string } | undefined {
  if (response === undefined) return undefined;
  const id = property(node.value, "operationId");
  const own = (key: string) => Object.hasOwn(pagination, key) ? pagination[key] : undefined;
  const given = own(typeof id === "string" ? id : name) ?? own(name);
  const rule = given ?? hinted(node) ?? linked(response, documents);
  if (rule === undefined || rule === false) return undefined;
  const media = children(child(response, "content")).find(([type]) => /json/i.test(type));
  const list = media && schemaAt(child(media[1], "schema"), rule.items ?? "", documents);
  const items = list && schemaAt(list, "/items", documents, true);
  if (items === undefined) {
    if (given !== undefined) {
      problems.warn(
        "invalid",
        response,
        `There is no array at ${rule.items || "the top"}; ${name} has no pages`,
      );
    }
    return undefined;
  }
  if ("param" in rule.next) checkParam(rule.next, name, node, operation, problems);
  return { rule, item: types.of(items, "output").text };
}

function checkParam(
  { param, in: place }: { readonly param: string; readonly in?: PageParamPlace },
  name: string,
  node: Node,
  { parameters = [], body }: Operation,
  problems: Problems,
): void {
  const isThere = place === "body"
    ? body !== undefined
    : parameters.some((one) => one.name === param && one.in !== "path");
  if (isThere) return;
  problems.warn(
    "invalid",
    node,
    place === "body"
      ? `The pages of ${name} need ${param} in the body, but the operation has no body`
      : `The pages of ${name} need the parameter ${param}, which is not described; it is sent in the query`,
  );
}

/** Returns the schema of the member at a JSON Pointer. */
function schemaAt(
  schema: Node,
  pointer: string,
  documents: Documents,
  isKeyword = false,
): Node | undefined {
  let current = documents.follow(schema);
  for (const part of pointer.split("/").slice(1)) {
    if (current === undefined) return undefined;
    const found: Node = isKeyword ? child(current, part) : memberOf(current, part, documents);
    if (found.value === undefined) return undefined;
    current = isKeyword ? found : documents.follow(found);
  }
  return current;
}

function memberOf(schema: Node, name: string, documents: Documents): Node {
  const own = child(child(schema, "properties"), name);
  if (own.value !== undefined) return own;
  for (const [, part] of children(child(schema, "allOf"))) {
    const target = documents.follow(part);
    const found = target && child(child(target, "properties"), name);
    if (found?.value !== undefined) return found;
  }
  return own;
}

/** Returns the rule for an array in a response with a Link field (RFC 8288). */
function linked(response: Node, documents: Documents): PageRule | undefined {
  const names = Object.keys(property(response.value, "headers") ?? {});
  if (!names.some((name) => name.toLowerCase() === "link")) return undefined;
  const media = children(child(response, "content")).find(([type]) => /json/i.test(type));
  const schema = media && documents.follow(child(media[1], "schema"));
  return property(schema?.value, "type") === "array" ? { next: { by: "link" } } : undefined;
}

/** Converts `$response.body#/x`, `$.x.y` and `$response.x` to JSON Pointers. */
function pointerOf(path: unknown): string | undefined {
  if (typeof path !== "string") return undefined;
  if (path.includes("#/")) return path.slice(path.indexOf("#/") + 1);
  const parts = path.replace(/^\$(?:response)?\.?/, "").replaceAll("[*]", "").split(".").filter(
    Boolean,
  );
  return `/${parts.map((part) => part.replaceAll("~", "~0").replaceAll("/", "~1")).join("/")}`;
}

function hinted(node: Node): PageRule | undefined {
  const speakeasy = property(node.value, "x-speakeasy-pagination");
  const outputs = property(speakeasy, "outputs");
  const inputs = property(speakeasy, "inputs");
  const param = (type: string): { param: string; in?: "body" } | undefined => {
    const found = Array.isArray(inputs)
      ? inputs.find((one) => property(one, "type") === type)
      : undefined;
    const name = property(found, "name");
    if (typeof name !== "string") return undefined;
    return property(found, "in") === "requestBody" ? { param: name, in: "body" } : { param: name };
  };
  const results = pointerOf(property(outputs, "results"));
  const items = results === undefined ? {} : { items: results };
  const kind = property(speakeasy, "type");
  const next = pointerOf(property(outputs, "nextCursor") ?? property(outputs, "nextUrl"));
  if (kind === "cursor" && next !== undefined) {
    const to = param("cursor") ?? { param: "cursor" };
    return { ...items, next: { by: "cursor", ...to, pointer: next } };
  }
  if (kind === "url" && next !== undefined) return { ...items, next: { by: "url", pointer: next } };
  if (kind === "offsetLimit") {
    const page = param("page");
    return page === undefined
      ? { ...items, next: { by: "offset", ...(param("offset") ?? { param: "offset" }) } }
      : { ...items, next: { by: "page", ...page } };
  }
  const fern = property(node.value, "x-fern-pagination");
  const cursor = property(fern, "cursor");
  const offset = property(fern, "offset");
  const list = pointerOf(property(fern, "results"));
  if (list === undefined) return undefined;
  const to = (value: string): { param: string; in?: "body" } => {
    const body = /^\$request\.body[.#/]+(.+)$/.exec(value)?.[1];
    return body === undefined
      ? { param: value.replace(/^\$request\.(?:query\.)?/, "") }
      : { param: body, in: "body" };
  };
  if (typeof cursor === "string") {
    const pointer = pointerOf(property(fern, "next_cursor"));
    return pointer === undefined
      ? undefined
      : { items: list, next: { by: "cursor", ...to(cursor), pointer } };
  }
  return typeof offset === "string"
    ? { items: list, next: { by: "page", ...to(offset) } }
    : undefined;
}
