/**
 * The bodies of an operation as agents see them: JSON Schema with bytes as base64. The same schema decodes them to
 * bytes and files.
 *
 * @module
 */

import { isJSON, parseContentType } from "../../formats/content_type.ts";
import type { SchemaConverter } from "../../generate/model/json_schema.ts";
import type { OperationModel } from "../../generate/model/model.ts";
import { fromBase64 } from "../policy/base64.ts";
import { ANY_VALUE, type JSONSchema, portableSchema } from "../policy/host_rules.ts";

/** A body of one media type. */
interface Body {
  readonly contentType: string;
  readonly schema: JSONSchema;
}

/** The bodies of an operation. */
export class OperationBody {
  readonly #bodies: readonly Body[];
  /** The schemas of bytes, with the media type of their files. */
  readonly #binary = new Map<object, string>();

  constructor({ bodies, descriptor }: OperationModel, converter: SchemaConverter) {
    this.#bodies = bodies.map(({ contentType, schema }) => {
      const converted = schema.value === undefined ? {} : converter.convert(schema);
      // With inlined references, so that bytes in them are found.
      const whole = portableSchema({ allOf: [converted], $defs: converter.definitions });
      const [own] = whole.allOf as JSONSchema[];
      const fields = descriptor.body?.[contentType] ?? {};
      return { contentType, schema: this.#marked(own!, contentType, fields) };
    });
  }

  /** The schema of the argument `body`; undefined without a body. */
  get schema(): JSONSchema | undefined {
    const texts = new Set<string>();
    const distinct = this.#bodies.map(({ schema }) => schema).filter((schema) => {
      const text = JSON.stringify(schema);
      return !texts.has(text) && texts.add(text);
    });
    return distinct.length > 1 ? { anyOf: distinct } : distinct[0];
  }

  /** Returns the schema of the body of a media type; without one, of the preferred type. */
  schemaOf(contentType: unknown): JSONSchema | undefined {
    return this.#find(contentType)?.schema;
  }

  #find(contentType: unknown): Body | undefined {
    return this.#bodies.find((one) => one.contentType === contentType) ?? this.#bodies[0];
  }

  /** The media types, the preferred first. */
  get contentTypes(): readonly string[] {
    return this.#bodies.map(({ contentType }) => contentType);
  }

  /**
   * Returns the value to send for the argument `body`.
   *
   * @throws {ToolError} If bytes are not base64.
   */
  decode(value: unknown, contentType: unknown): unknown {
    const body = this.#find(contentType);
    if (body === undefined || value === undefined) return value;
    const isForm = parseContentType(body.contentType).essence.startsWith("multipart/");
    return this.#decode(body.schema, value, isForm ? undefined : "body");
  }

  /** @param name The field; `body` for a body that is only bytes. */
  #decode(schema: unknown, value: unknown, name: string | undefined): unknown {
    const binary = this.#binaryOf(schema);
    if (typeof value === "string" && binary !== undefined) {
      const bytes = fromBase64(value, name === undefined ? "the body" : name);
      return name === "body" ? bytes : new File([bytes], name ?? "file", { type: binary });
    }
    const parts = partsOf(schema);
    if (Array.isArray(value)) {
      const { items } = parts.find((part) => part.items !== undefined) ?? {};
      return value.map((item) => this.#decode(items, item, name));
    }
    if (typeof value !== "object" || value === null || name === "body") return value;
    return Object.fromEntries(
      Object.entries(value).map(([field, member]) => {
        const owner = parts.find(({ properties }) => Object.hasOwn(Object(properties), field));
        return [field, this.#decode(Object(owner?.properties)[field], member, field)];
      }),
    );
  }

  #binaryOf(schema: unknown): string | undefined {
    if (typeof schema !== "object" || schema === null) return undefined;
    const own = this.#binary.get(schema);
    if (own !== undefined) return own;
    return partsOf(schema).slice(1).map((part) => this.#binaryOf(part))
      .find((found) => found !== undefined);
  }

  /** Returns the schema with its bytes marked. Only forms and bodies of bytes can contain bytes. */
  #marked(
    schema: JSONSchema,
    contentType: string,
    fields: Readonly<Record<string, { readonly contentType?: string }>>,
  ): JSONSchema {
    const { essence } = parseContentType(contentType);
    if (!essence.startsWith("multipart/")) {
      const isString = schema.type === undefined || schema.type === "string";
      const isBytes = saysBinary(schema) || (!isTextual(essence) && isString);
      if (isBytes && !isJSON({ essence })) return this.#bytes(schema, essence);
      if (Object.keys(schema).length > 0) return schema;
      return isJSON({ essence }) || essence.endsWith("urlencoded") ? ANY_VALUE : { type: "string" };
    }
    if (Array.isArray(schema.allOf)) {
      const { allOf, ...own } = schema;
      const all = allOf.map((part) => this.#marked(part, contentType, fields));
      return { ...this.#marked(own, contentType, fields), allOf: all };
    }
    const properties = Object.entries(Object(schema.properties)).map(([name, member]) => [
      name,
      this.#markedField(member as JSONSchema, fields[name]?.contentType),
    ]);
    return {
      ...schema,
      ...(properties.length > 0 && { properties: Object.fromEntries(properties) }),
    };
  }

  #markedField(schema: JSONSchema, contentType: string | undefined): JSONSchema {
    const { items, anyOf, oneOf, type } = schema;
    if (typeof items === "object" && items !== null) {
      return { ...schema, items: this.#markedField(items as JSONSchema, contentType) };
    }
    const choices = (list: unknown) =>
      (list as JSONSchema[]).map((choice) => this.#markedField(choice, contentType));
    if (Array.isArray(anyOf)) return { ...schema, anyOf: choices(anyOf) };
    if (Array.isArray(oneOf)) return { ...schema, oneOf: choices(oneOf) };
    // OpenAPI 3.1: a part without a type is bytes, unless its encoding is text.
    const isPlain = type === undefined && Object.keys(schema).every((name) => NOTES.has(name));
    const isBytes = saysBinary(schema) ||
      isPlain && (contentType === undefined || !isTextual(parseContentType(contentType).essence));
    return isBytes ? this.#bytes(schema, typeOf(contentType, schema)) : schema;
  }

  #bytes(schema: JSONSchema, contentType: string): JSONSchema {
    const { title, description } = schema;
    const marked = {
      type: "string",
      contentEncoding: "base64",
      ...(title !== undefined && { title }),
      description: `${typeof description === "string" ? `${description} ` : ""}(bytes, as base64)`,
    };
    this.#binary.set(marked, contentType);
    return marked;
  }
}

/** Returns the schema and the schemas of its `allOf`, `anyOf` and `oneOf`. */
function partsOf(schema: unknown): JSONSchema[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { allOf, anyOf, oneOf } = schema as JSONSchema;
  const others = [allOf, anyOf, oneOf].flatMap((list) => Array.isArray(list) ? list : []);
  return [schema as JSONSchema, ...others.flatMap(partsOf)];
}

const NOTES: ReadonlySet<string> = new Set(["title", "description", "deprecated", "default"]);

/** Whether a schema is for bytes: in OpenAPI 3.0 by its format, in 3.1 by its media type. */
function saysBinary({ format, contentMediaType, contentEncoding }: JSONSchema): boolean {
  if (format === "binary") return true;
  return typeof contentMediaType === "string" && contentEncoding === undefined &&
    !isTextual(parseContentType(contentMediaType).essence);
}

function isTextual(essence: string): boolean {
  return isJSON({ essence }) ||
    /^(?:text\/.*|\*\/\*|application\/(?:x-www-form-urlencoded|jsonl|x-ndjson|json-seq|graphql|(?:.*\+)?(?:xml|yaml)|x-yaml|javascript))$|\+xml$/
      .test(essence);
}

/** Returns the type of a file: that of its encoding, unless it is a list. */
function typeOf(contentType: string | undefined, { contentMediaType }: JSONSchema): string {
  const type = contentType ?? contentMediaType;
  return typeof type === "string" && !/[,*]/.test(type) ? type : "application/octet-stream";
}
