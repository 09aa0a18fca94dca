/**
 * What is wrong with a request, by the description of its operation.
 *
 * @module
 */

import { isJSON, parseContentType } from "../../formats/content_type.ts";
import { toJSONSchema } from "../model/json_schema.ts";
import { child, children, type Documents, type Node, property } from "../read/documents.ts";
import type { Parameter, ParameterStyle } from "../runtime/operation.ts";
import type { Route } from "./route.ts";
import { type ReadFormat, readPairs, readSimple } from "./values.ts";
import { Validator } from "@cfworker/json-schema";

/** Checks requests. */
export class RequestChecks {
  readonly #documents: Documents;
  readonly #validators = new Map<string, Validator>();

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  /** What is wrong with a request for an operation, and the status that says so. */
  async check(
    { found: { item, node }, pattern, names }: Route,
    path: string,
    request: Request,
  ): Promise<{ readonly status: number; readonly errors: string[] }> {
    if (!this.#isAllowed(node, request)) {
      return { status: 401, errors: ["the credentials are missing"] };
    }
    const values = pattern.exec(path)!.slice(1);
    const inPath = new Map(names.map((name, index) => [name, values[index]!]));
    const errors: string[] = [];
    const parameters = new Map<string, Node>();
    for (const list of [child(item, "parameters"), child(node, "parameters")]) {
      for (const [, entry] of children(list)) {
        const target = this.#documents.follow(entry);
        if (target) {
          parameters.set(
            `${property(target.value, "in")} ${property(target.value, "name")}`,
            target,
          );
        }
      }
    }
    for (const parameter of parameters.values()) {
      errors.push(...this.#checkParameter(parameter, inPath, request));
    }
    const body = this.#documents.follow(child(node, "requestBody"));
    if (errors.length > 0 || body?.value === undefined) return { status: 400, errors };
    return await this.#checkBody(body, request);
  }

  #checkParameter(
    parameter: Node,
    inPath: ReadonlyMap<string, string>,
    request: Request,
  ): string[] {
    const name = String(property(parameter.value, "name"));
    const place = property(parameter.value, "in") as Parameter["in"];
    const isRequired = property(parameter.value, "required") === true;
    const [content] = children(child(parameter, "content"));
    const schema = content === undefined ? child(parameter, "schema") : child(content[1], "schema");
    const format = this.#format(parameter, name, place, schema);
    const url = new URL(request.url);
    const where = `${place} parameter ${name}`;
    if (content !== undefined) format.kind = "other";
    const read = (): unknown => {
      switch (place) {
        case "path":
          return readSimple(inPath.get(name) ?? "", format);
        case "header": {
          const field = request.headers.get(name);
          return field === null
            ? undefined
            : readSimple(field.replaceAll("%", "%25").replaceAll(", ", ","), format);
        }
        case "cookie":
          return readPairs(pairsOf(request.headers.get("cookie") ?? "", /;\s*/), format);
        case "querystring":
          return url.search === "" ? undefined : url.search.slice(1);
        default:
          return readPairs(pairsOf(url.search.slice(1), "&"), format);
      }
    };
    let value = read();
    if (value === undefined) {
      return isRequired || place === "path" ? [`the ${where} is missing or not of its style`] : [];
    }
    if (content !== undefined) {
      if (!isJSON(parseContentType(content[0]))) return [];
      try {
        value = JSON.parse(
          place === "querystring" ? decodeURIComponent(String(value)) : String(value),
        );
      } catch {
        return [`the ${where} is no JSON`];
      }
    }
    return this.#validate(
      schema,
      content === undefined ? this.#coerce(value, schema) : value,
      `the ${where}`,
    );
  }

  #format(
    parameter: Node,
    name: string,
    place: Parameter["in"],
    schema: Node,
  ): { -readonly [Key in keyof ReadFormat]: ReadFormat[Key] } {
    const target = this.#documents.follow(schema)?.value;
    const type = property(target, "type");
    const has = (one: string) => type === one || Array.isArray(type) && type.includes(one);
    const byDefault = place === "query" || place === "cookie" ? "form" : "simple";
    const style = (property(parameter.value, "style") ?? byDefault) as ParameterStyle;
    const explode = property(parameter.value, "explode");
    return {
      name,
      style,
      explode: typeof explode === "boolean" ? explode : style === "form" || style === "cookie",
      kind: has("array")
        ? "array"
        : has("object") || property(target, "properties") !== undefined
        ? "object"
        : "other",
      members: Object.keys(property(target, "properties") ?? {}),
    };
  }

  /** Text as what the schema wants it to be, where it can be that. */
  #coerce(value: unknown, schema: Node): unknown {
    const target = this.#documents.follow(schema);
    if (target === undefined) return value;
    if (Array.isArray(value)) {
      return value.map((item) => this.#coerce(item, child(target, "items")));
    }
    if (typeof value === "object" && value !== null) {
      const members = child(target, "properties");
      return Object.fromEntries(
        Object.entries(value).map(([name, one]) => [name, this.#coerce(one, child(members, name))]),
      );
    }
    const type = property(target.value, "type");
    const has = (one: string) => type === one || Array.isArray(type) && type.includes(one);
    if (
      (has("integer") || has("number")) && /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(String(value))
    ) return Number(value);
    if (has("boolean") && /^(?:true|false)$/.test(String(value))) return value === "true";
    return value;
  }

  async #checkBody(
    body: Node,
    request: Request,
  ): Promise<{ readonly status: number; readonly errors: string[] }> {
    const media = children(child(body, "content"));
    const bytes = new Uint8Array(await request.arrayBuffer()); // servers give a body of nothing for none
    if (bytes.length === 0) {
      return {
        status: 400,
        errors: property(body.value, "required") === true ? ["the body is missing"] : [],
      };
    }
    const { essence } = parseContentType(request.headers.get("content-type"));
    const own = media.find(([type]) => {
      const wanted = type.split(";")[0]!.trim().toLowerCase();
      return wanted === essence || wanted === "*/*" ||
        wanted.endsWith("/*") && essence.startsWith(wanted.slice(0, -1));
    });
    if (own === undefined) {
      return {
        status: 415,
        errors: [
          `the body is ${essence || "of no type"}, and must be of ${
            media.map(([type]) => type).join(", ")
          }`,
        ],
      };
    }
    const schema = child(this.#documents.follow(own[1]) ?? own[1], "schema");
    if (!isJSON({ essence }) || schema.value === undefined) return { status: 400, errors: [] };
    try {
      const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
      return { status: 400, errors: this.#validate(schema, value, "the body") };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return { status: 400, errors: ["the body is no JSON"] };
    }
  }

  #isAllowed(node: Node, request: Request): boolean {
    const { root } = this.#documents;
    const own = property(node.value, "security") ?? root.at("/security");
    if (!Array.isArray(own) || own.length === 0) return true;
    return own.some((alternative) =>
      Object.keys(alternative ?? {}).every((name) => {
        const pointer = `/components/securitySchemes/${
          name.replaceAll("~", "~0").replaceAll("/", "~1")
        }`;
        const scheme = this.#documents.follow({ document: root, pointer, value: root.at(pointer) })
          ?.value;
        const key = String(property(scheme, "name"));
        switch (property(scheme, "type") === "apiKey" ? property(scheme, "in") : "authorization") {
          case "query":
            return new URL(request.url).searchParams.has(key);
          case "cookie":
            return pairsOf(request.headers.get("cookie") ?? "", /;\s*/).some(([name]) =>
              name === key
            );
          case "header":
            return request.headers.has(key);
          default:
            return request.headers.has("authorization");
        }
      })
    );
  }

  /** What is wrong with a value. */
  #validate(schema: Node, value: unknown, what: string): string[] {
    if (schema.value === undefined) return [];
    const place = `${schema.document.uri}#${schema.pointer}`;
    let validator = this.#validators.get(place);
    if (validator === undefined) {
      validator = new Validator(toJSONSchema(schema, this.#documents), "2020-12", false);
      this.#validators.set(place, validator);
    }
    const { errors } = validator.validate(value);
    const deepest = errors.filter(({ keyword }) =>
      !["$ref", "properties", "items", "allOf"].includes(keyword)
    );
    return deepest.map(({ instanceLocation, error }) => `${what} at ${instanceLocation}: ${error}`);
  }
}

function pairsOf(text: string, separator: string | RegExp): [string, string][] {
  return text.split(separator).filter((pair) => pair !== "").map((pair) => {
    const at = pair.indexOf("=");
    return at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
  });
}
