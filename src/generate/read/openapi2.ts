/**
 * OpenAPI 2.0 as 3.0. `@scalar/openapi-upgrader` does the work; what it drops or changes is mended here,
 * before and after it.
 *
 * @module
 */

import { upgrade } from "@scalar/openapi-upgrader";
import { type Document, property } from "./documents.ts";
import { DescriptionError, type Problems } from "./problems.ts";
import { escapePart } from "./lines.ts";

type Fields = Record<string, unknown>;

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch"];
const URLENCODED = "application/x-www-form-urlencoded";
const MULTIPART = "multipart/form-data";
/** The formats of 2.0 that no style of 3.0 has, by where they may stand. */
const FORMATS: Readonly<Record<string, readonly string[]>> = {
  query: ["csv", "ssv", "tsv", "pipes", "multi"],
  formData: ["csv", "ssv", "tsv", "pipes", "multi"],
  path: ["csv"],
  header: ["csv"],
};

/** Where the upgrade moves what stands in the root. */
const MOVED: readonly (readonly [from: string, to: string])[] = [
  ["/definitions", "/components/schemas"],
  ["/parameters", "/components/parameters"],
  ["/responses", "/components/responses"],
  ["/securityDefinitions", "/components/securitySchemes"],
];

/** The place in a text of OpenAPI 2.0 of what is at `pointer` after the upgrade. */
function pointerInText(pointer: string): string {
  for (const [from, to] of MOVED) {
    if (pointer === to || pointer.startsWith(`${to}/`)) return from + pointer.slice(to.length);
  }
  return pointer;
}

/**
 * The document as OpenAPI 3.0. Only the root is upgraded: what it refers to is schemas, which are nearly
 * the same.
 *
 * @throws {DescriptionError} If it is no OpenAPI 2.0.
 */
export function upgraded(document: Document, problems: Problems): Document {
  try {
    const root = structuredClone(document.root) as Fields;
    const mends = new Mends(root, document, problems);
    mends.prepare();
    const found = upgrade(root, "3.0") as unknown as Fields;
    mends.finish(found);
    return document.changed(found, pointerInText);
  } catch (error) {
    throw new DescriptionError(
      `Cannot read ${document.uri} as OpenAPI 2.0: ${String(error)}`,
      [],
      error,
    );
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Whether a parameter is the body or a field of it. */
function isOfBody(parameter: unknown): parameter is Fields {
  return ["body", "formData"].includes(String(property(parameter, "in")));
}

class Mends {
  readonly #root: Fields;
  readonly #document: Document;
  readonly #problems: Problems;
  /** The operations whose body must be given, as keys of {@linkcode Mends.#key}. */
  readonly #required = new Set<string>();
  /** The fields that are separated by tabs, by operation. */
  readonly #tabs = new Map<string, Set<string>>();

  constructor(root: Fields, document: Document, problems: Problems) {
    this.#root = root;
    this.#document = document;
    this.#problems = problems;
  }

  prepare(): void {
    for (const { path, item, method, operation } of this.#operations(this.#root)) {
      const pointer = `/paths/${escapePart(path)}/${method}`;
      const shared = listOf(item.parameters).map((one) => this.#resolved(one)).filter(isOfBody);
      const own = listOf(operation.parameters).map((one) => {
        const target = this.#resolved(one);
        return isOfBody(target) ? target : one; // a reference to any other stays one
      });
      const mine = own.filter(isOfBody);
      const isBody = (one: Fields) => one.in === "body";
      const inherited = shared.filter((one) =>
        !mine.some((other) => isBody(one) ? isBody(other) : other.name === one.name)
      );
      operation.parameters = [...own, ...inherited.map((one) => structuredClone(one))];
      this.#markLists(operation.parameters as unknown[], `${method} ${path}`, pointer);
      this.#setForm(operation, `${method} ${path}`);
      this.#setFile(operation);
      this.#setServers(operation);
    }
    for (const item of Object.values(this.#root.paths ?? {})) {
      const list = property(item, "parameters");
      if (!Array.isArray(list)) continue;
      const kept = list.filter((one) => !isOfBody(this.#resolved(one)));
      item.parameters = kept;
      this.#markLists(kept, "", "/paths");
    }
    const named = this.#root.parameters;
    if (!isFields(named)) return;
    for (const [name, one] of Object.entries(named)) {
      if (isOfBody(one)) delete named[name]; // it stands where it is used now
    }
    this.#markLists(Object.values(named), "", "/parameters");
  }

  finish(found: Fields): void {
    const components = property(found.components, "parameters");
    const lists = [Object.values(components ?? {})];
    for (const { path, item, method, operation } of this.#operations(found)) {
      lists.push(listOf(item.parameters), listOf(operation.parameters));
      const key = `${method} ${path}`;
      if (!isFields(operation.requestBody)) continue;
      if (this.#required.has(key)) operation.requestBody.required = true;
      for (const media of Object.values(operation.requestBody.content ?? {})) {
        for (const name of this.#tabs.get(key) ?? []) {
          media.encoding = {
            ...media.encoding,
            [name]: { style: "tabDelimited", explode: false },
          };
        }
      }
    }
    for (const one of lists.flat()) {
      if (!isFields(one) || one["x-tabs"] !== true) continue;
      delete one["x-tabs"];
      Object.assign(one, { style: "tabDelimited", explode: false });
    }
  }

  *#operations(root: Fields) {
    for (const [path, item] of Object.entries(root.paths ?? {})) {
      if (!isFields(item)) continue;
      for (const method of METHODS) {
        const operation = item[method];
        if (isFields(operation)) yield { path, item, method, operation };
      }
    }
  }

  /** The parameter that a reference leads to; the upgrade knows none to a body or a field. */
  #resolved(one: unknown): unknown {
    const reference = property(one, "$ref");
    if (typeof reference !== "string" || !reference.startsWith("#/parameters/")) return one;
    const name = reference.slice("#/parameters/".length).replaceAll("~1", "/")
      .replaceAll("~0", "~");
    return property(this.#root.parameters, name) ?? one;
  }

  /** Says of lists what the upgrade leaves to the default, which is another one in 3.0. */
  #markLists(parameters: readonly unknown[], key: string, pointer: string): void {
    for (const one of parameters) {
      if (!isFields(one) || one.type !== "array") continue;
      const place = String(one.in);
      const format = String(one.collectionFormat ?? "csv");
      if (!(FORMATS[place] ?? []).includes(format)) {
        this.#problems.warn(
          "unsupported",
          { document: this.#document, pointer },
          `The ${place} parameter ${one.name} has the collectionFormat ${format}; it is written with commas`,
        );
      } else if (place === "formData" && format === "tsv") {
        this.#tabs.set(key, (this.#tabs.get(key) ?? new Set()).add(String(one.name)));
      } else if (place === "formData") one.collectionFormat = format;
      else if (format === "tsv") one["x-tabs"] = true;
    }
  }

  /** A form has a media type for forms, and must be given if one of its fields must. */
  #setForm(operation: Fields, key: string): void {
    const parameters = listOf(operation.parameters).filter(isOfBody);
    const fields = parameters.filter((one) => one.in === "formData");
    if (fields.length === 0) return;
    if (fields.some((one) => one.required === true)) this.#required.add(key);
    const given = listOf(operation.consumes ?? this.#root.consumes)
      .filter((type) => type === URLENCODED || type === MULTIPART);
    const hasFile = fields.some((one) => one.type === "file");
    if (hasFile && !given.includes(MULTIPART)) operation.consumes = [MULTIPART];
    else operation.consumes = given.length > 0 ? given : [URLENCODED];
  }

  /** An answer that is a file is JSON only where the description says so. */
  #setFile(operation: Fields): void {
    const isFile = Object.values(operation.responses ?? {}).some((one) =>
      property(property(one, "schema"), "type") === "file"
    );
    if (isFile && (operation.produces ?? this.#root.produces) === undefined) {
      operation.produces = ["*/*"];
    }
  }

  /** `schemes` of an operation are servers of its own. */
  #setServers(operation: Fields): void {
    const { host, basePath = "" } = this.#root;
    if (!Array.isArray(operation.schemes) || typeof host !== "string") return;
    operation.servers = operation.schemes.filter((one) => one === "http" || one === "https")
      .map((scheme) => ({ url: `${scheme}://${host}${String(basePath).replace(/\/$/, "")}` }));
    if (listOf(operation.servers).length === 0) delete operation.servers;
  }
}
