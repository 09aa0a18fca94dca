/**
 * The operations of a description, as tools need them: a name, what it takes as JSON Schema, and the
 * request that it comes to.
 *
 * @module
 */

import { bare } from "../../runtime/bare.ts";
import { Validator } from "@cfworker/json-schema";
import { buildModel } from "../../generate/model/build.ts";
import { SchemaConverter } from "../../generate/model/json_schema.ts";
import type { OperationModel } from "../../generate/model/model.ts";
import { Problems } from "../../generate/read/problems.ts";
import { child, children, type Documents, property } from "../../generate/read/documents.ts";
import { readDescription, type Source } from "../../generate/read/source.ts";
import { API, serverURL } from "../../generate/runtime/api.ts";
import { prepare } from "../../generate/runtime/call.ts";
import { checkParameters } from "../policy/agent_headers.ts";
import { headerPairs, type PieceRequest } from "./piece.ts";
import type { Gate } from "../policy/policy.ts";
import { type JSONSchema, objectSchema } from "../policy/tool.ts";

/** An API that agents may call. */
export interface APISource {
  /** Its OpenAPI description (2.0, 3.0, 3.1, 3.2): a path, a URL, `{ text }`, or what it says. */
  readonly description: Source;
  /** Where its paths go on from; the first server of the description when left out. */
  readonly baseUrl?: string | URL;
  /** The name of the credential that goes with each call. */
  readonly credential?: string;
  /** Which operations: `tag:x`, `operation:y` or `path:/z*`; all when left out. */
  readonly only?: readonly string[];
  /**
   * Whether each operation is a tool of its own, in the order of the description; otherwise
   * `api_describe` and `api_call` are for all of them.
   *
   * @default {false}
   */
  readonly eachATool?: boolean;
}

/** An operation of an API. */
export class APIOperation {
  /** Its name. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly #model: OperationModel;
  readonly #documents: Documents;
  readonly #request: (args: object) => Promise<PieceRequest>;
  #schema: JSONSchema | undefined;
  #validator: Validator | undefined;

  constructor(
    model: OperationModel,
    documents: Documents,
    request: (args: object) => Promise<PieceRequest>,
  ) {
    this.#model = model;
    this.#documents = documents;
    this.#request = request;
    this.name = model.names.call;
    this.method = model.descriptor.method;
    this.path = model.descriptor.path;
    this.summary = textOf(model, "summary");
    this.description = textOf(model, "description");
  }

  /** What it takes. */
  get inputSchema(): JSONSchema {
    return this.#schema ??= inputOf(this.#model, this.#documents);
  }

  /** Checks arguments. */
  get validator(): Validator {
    return this.#validator ??= new Validator({ ...this.inputSchema }, "2020-12", false);
  }

  /** What it answers with, by status. */
  get responses(): Record<string, string> {
    const list = children(child(this.#model.node, "responses"));
    return Object.fromEntries(list.map(([status, entry]) => {
      const node = this.#documents.follow(entry) ?? entry;
      return [status, shorten(String(property(node.value, "description") ?? ""), 200)];
    }));
  }

  /** The request for these arguments. */
  request(args: object): Promise<PieceRequest> {
    return this.#request(args);
  }
}

/** An API, read. */
export interface LoadedAPI {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly eachATool: boolean;
  readonly operations: readonly APIOperation[];
}

/**
 * Reads the description of an API.
 *
 * @throws {DescriptionError} If it cannot be read.
 * @throws {TypeError} If there is no such credential, or no server to call.
 */
export async function loadAPI(name: string, source: APISource, gate: Gate): Promise<LoadedAPI> {
  const { description, baseUrl, credential, only, eachATool = false } = bare(source);
  if (credential !== undefined && !gate.credentialNames.includes(credential)) {
    throw new TypeError(`Cannot use apis.${name}.credential: there is no credential ${credential}`);
  }
  const problems = new Problems();
  const documents = await readDescription(description, {}, problems);
  const model = buildModel(documents, bare({ ...(only !== undefined && { only }) }), problems);
  const [server] = model.servers;
  const api = new API(
    { server: /^https?:/i.test(server?.url ?? "") ? serverURL(server!) : "", security: {} },
    { client: gate.client, ...(baseUrl !== undefined && { baseUrl }) },
  );
  const operations = model.operations.map((operation) =>
    new APIOperation(operation, documents, async (args) => {
      const { method, url, options } = await prepare(api, operation.descriptor, args, {});
      checkParameters(gate, headerPairs(options));
      return { method, url, options, auth: gate.credential(credential, url) };
    })
  );
  return { name, title: model.title, version: model.version, eachATool, operations };
}

function textOf({ node }: OperationModel, name: string): string {
  const text = property(node.value, name);
  return typeof text === "string" ? text.trim() : "";
}

/** The text, or its beginning. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function inputOf(
  { args, bodies, isBodyRequired, descriptor }: OperationModel,
  documents: Documents,
): JSONSchema {
  const converter = new SchemaConverter(documents, true);
  const members = args.map(({ name, place, isRequired, source }) => {
    const schema = source?.schema.value === undefined
      ? { type: "string" }
      : converter.convert(source.schema);
    const text = property(source?.node.value, "description");
    const described = typeof schema === "object" && typeof text === "string"
      ? { ...schema, description: shorten(text, 500) }
      : schema as JSONSchema;
    return { name, place, isRequired, schema: described };
  });
  const group = (list: typeof members) =>
    objectSchema(
      Object.fromEntries(list.map(({ name, schema }) => [name, schema])),
      list.filter(({ isRequired }) => isRequired).map(({ name }) => name),
    );
  const places = Map.groupBy(members, ({ place }) => place);
  const parameters = descriptor.grouped
    ? objectSchema(
      Object.fromEntries([...places].map(([place, list]) => [place, group(list)])),
      [...places].filter(([, list]) => list.some(({ isRequired }) => isRequired))
        .map(([place]) => place),
    )
    : group(members);
  const [body] = bodies;
  const schema: Record<string, unknown> = body === undefined ? { ...parameters } : objectSchema(
    {
      ...Object(parameters.properties),
      body: (body.schema.value === undefined ? {} : converter.convert(body.schema)) as JSONSchema,
      ...(bodies.length > 1 && {
        contentType: { type: "string", enum: bodies.map(({ contentType }) => contentType) },
      }),
    },
    [...parameters.required as string[], ...(isBodyRequired ? ["body"] : [])],
  );
  if (Object.keys(converter.definitions).length > 0) schema.$defs = converter.definitions;
  return schema;
}
