/**
 * How the pages of a list follow each other: by the caller's configuration, by the hints that other
 * generators read, or by a Link header field that the description has.
 *
 * @module
 */

import { child, children, type Documents, type Node, property } from "../read/documents.ts";
import type { PageRule } from "../runtime/operation.ts";
import type { OperationContext } from "./context.ts";

interface Found {
  readonly method: string;
  readonly path: string;
  readonly node: Node;
}

/** The rule of an operation, and the type of an item. */
export function pageRule(
  { node }: Found,
  name: string,
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
        `There is no list at ${rule.items ?? "the top"}; ${name} has no pages`,
      );
    }
    return undefined;
  }
  return { rule, item: types.of(items, "output").text };
}

/** The schema of what a JSON Pointer leads to in a value of a schema. */
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

/** A list whose answer has a Link field is one of pages (RFC 8288). */
function linked(response: Node, documents: Documents): PageRule | undefined {
  const names = Object.keys(property(response.value, "headers") ?? {});
  if (!names.some((name) => name.toLowerCase() === "link")) return undefined;
  const media = children(child(response, "content")).find(([type]) => /json/i.test(type));
  const schema = media && documents.follow(child(media[1], "schema"));
  return property(schema?.value, "type") === "array" ? { next: { by: "link" } } : undefined;
}

/** `$response.body#/x`, `$.x.y` and `$response.x` as JSON Pointers. */
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
  const param = (type: string) => {
    const found = Array.isArray(inputs)
      ? inputs.find((one) => property(one, "type") === type)
      : undefined;
    const name = property(found, "name");
    return typeof name === "string" ? name : undefined;
  };
  const results = pointerOf(property(outputs, "results"));
  const items = results === undefined ? {} : { items: results };
  const kind = property(speakeasy, "type");
  const next = pointerOf(property(outputs, "nextCursor") ?? property(outputs, "nextUrl"));
  if (kind === "cursor" && next !== undefined) {
    return { ...items, next: { by: "cursor", param: param("cursor") ?? "cursor", pointer: next } };
  }
  if (kind === "url" && next !== undefined) return { ...items, next: { by: "url", pointer: next } };
  if (kind === "offsetLimit") {
    const page = param("page");
    return page === undefined
      ? { ...items, next: { by: "offset", param: param("offset") ?? "offset" } }
      : { ...items, next: { by: "page", param: page } };
  }
  const fern = property(node.value, "x-fern-pagination");
  const cursor = property(fern, "cursor");
  const offset = property(fern, "offset");
  const list = pointerOf(property(fern, "results"));
  if (list === undefined) return undefined;
  const name = (value: unknown) => String(value).replace(/^\$request\.(?:query\.)?/, "");
  if (typeof cursor === "string") {
    const pointer = pointerOf(property(fern, "next_cursor"));
    return pointer && { items: list, next: { by: "cursor", param: name(cursor), pointer } } ||
      undefined;
  }
  return typeof offset === "string"
    ? { items: list, next: { by: "page", param: name(offset) } }
    : undefined;
}
