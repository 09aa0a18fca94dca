/**
 * The operations of a description, as tools need them: a name, arguments as JSON Schema, and the request.
 *
 * @module
 */

import { buildModel } from "../../generate/model/build.ts";
import type { OperationModel } from "../../generate/model/model.ts";
import { type Documents, property } from "../../generate/read/documents.ts";
import { Problems } from "../../generate/read/problems.ts";
import { readDescription, type Source } from "../../generate/read/source.ts";
import { API, serverURL } from "../../generate/runtime/api.ts";
import { prepare } from "../../generate/runtime/prepare.ts";
import { bare } from "../../runtime/bare.ts";
import { checkParameters } from "../policy/agent_headers.ts";
import type { ToolPolicy } from "../policy/tool_policy.ts";
import { answerSchema, answersOf, OperationInput, shorten } from "./api_schemas.ts";
import { headerPairs, type SliceRequest } from "./body_slice.ts";

/** An API that agents may call. */
export interface APISource {
  /** Its OpenAPI description (2.0, 3.0, 3.1, 3.2): a path, a URL, `{ text }`, or the parsed object. */
  readonly description: Source;
  /** The URL that its paths are relative to; the first server of the description when left out. */
  readonly baseUrl?: string | URL;
  /** The name of the credential for each call. */
  readonly credential?: string;
  /** The operations to offer: `tag:x`, `operation:y` or `path:/z*`; all when left out. */
  readonly only?: readonly string[];
  /**
   * Whether each operation is a tool of its own, in the order of the description. Otherwise `api_describe` and
   * `api_call` serve all operations.
   *
   * @default {false}
   */
  readonly eachATool?: boolean;
}

/** An operation of an API. */
export class APIOperation {
  /** Its name, as in a generated client. */
  readonly name: string;
  /** The `operationId` as the description writes it; empty without one. */
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly #model: OperationModel;
  readonly #documents: Documents;
  readonly #request: (args: object) => Promise<SliceRequest>;
  #input: OperationInput | undefined;

  constructor(
    model: OperationModel,
    documents: Documents,
    request: (args: object) => Promise<SliceRequest>,
  ) {
    this.#model = model;
    this.#documents = documents;
    this.#request = request;
    this.name = model.names.call;
    this.id = textOf(model, "operationId");
    this.method = model.descriptor.method;
    this.path = model.descriptor.path;
    this.summary = textOf(model, "summary");
    this.description = textOf(model, "description");
  }

  /** Its arguments. The schema is made when first read: descriptions are large. */
  get input(): OperationInput {
    return this.#input ??= new OperationInput(this.#model, this.#documents);
  }

  /** The descriptions of its responses, by status. */
  get responses(): Record<string, string> {
    return Object.fromEntries(
      answersOf(this.#model, this.#documents).map(([status, node]) => {
        return [status, shorten(String(property(node.value, "description") ?? ""), 200)];
      }),
    );
  }

  /** The shortened schemas of its responses, by status. */
  get responseSchemas(): Record<string, unknown> {
    return Object.fromEntries(
      answersOf(this.#model, this.#documents).map(([status, node]) => [
        status,
        answerSchema(node, this.#documents),
      ]).filter(([, schema]) => schema !== undefined),
    );
  }

  /**
   * Makes the request for these arguments.
   *
   * @throws {ToolError} If they do not match the schema.
   */
  async request(given: unknown): Promise<SliceRequest> {
    const args = this.input.read(given);
    if (!Object.hasOwn(args, "body")) return await this.#request(args);
    const body = this.input.body.decode(args.body, args.contentType);
    return await this.#request({ ...args, body });
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
 * @throws {TypeError} If the credential is unknown, or the description has no server.
 */
export async function loadAPI(
  name: string,
  source: APISource,
  policy: ToolPolicy,
): Promise<LoadedAPI> {
  const { description, baseUrl, credential, only, eachATool = false } = bare(source);
  if (credential !== undefined && !policy.credentialNames.includes(credential)) {
    throw new TypeError(`Cannot use apis.${name}.credential: there is no credential ${credential}`);
  }
  const problems = new Problems();
  const documents = await readDescription(description, {}, problems);
  const model = buildModel(documents, bare({ ...(only !== undefined && { only }) }), problems);
  const [server] = model.servers;
  const api = new API(
    { server: /^https?:/i.test(server?.url ?? "") ? serverURL(server!) : "", security: {} },
    { client: policy.client, ...(baseUrl !== undefined && { baseUrl }) },
  );
  const operations = model.operations.map((operation) =>
    new APIOperation(operation, documents, async (args) => {
      const { method, url, options } = await prepare(api, operation.descriptor, args, {});
      checkParameters(policy, headerPairs(options));
      return { method, url, options, auth: policy.credential(credential, url) };
    })
  );
  return { name, title: model.title, version: model.version, eachATool, operations };
}

function textOf({ node }: OperationModel, name: string): string {
  const text = property(node.value, name);
  return typeof text === "string" ? text.trim() : "";
}
