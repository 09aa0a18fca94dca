/**
 * The constant that generated code has for each operation.
 *
 * @module
 */

import type { StandardSchema } from "../../formats/standard_schema.ts";
import type { Response } from "../../http/response/response.ts";

/** How a parameter is written (OpenAPI 3.2, "Style Values"). */
export type ParameterStyle =
  | "matrix"
  | "label"
  | "simple"
  | "form"
  | "spaceDelimited"
  | "pipeDelimited"
  | "deepObject"
  | "tabDelimited"
  | "cookie";

/** How the value of a header field is read. */
export type HeaderKind = "string" | "number" | "boolean" | "list";

/** The style of a value, where it differs from the default. */
export interface ValueFormat {
  /** The style; `simple` in paths and headers, `form` elsewhere, when left out. */
  readonly style?: ParameterStyle;
  /** Whether each member is written separately; true for `form` and `cookie` when left out. */
  readonly explode?: boolean;
  /** Whether reserved characters (RFC 3986 2.2) are not encoded. */
  readonly allowReserved?: boolean;
}

/** A parameter of an operation. */
export interface Parameter extends ValueFormat {
  /** Its name on the wire, and in the arguments. */
  readonly name: string;
  /** Where it goes; the path when left out. */
  readonly in: "path" | "query" | "querystring" | "header" | "cookie";
  /** The media type of a parameter that is a whole document. */
  readonly content?: string;
  /** Whether it is required; path parameters always are. */
  readonly required?: boolean;
}

/** How a property of a form is written. */
export interface FieldEncoding extends ValueFormat {
  /** The media type of the part. */
  readonly contentType?: string;
}

/** The format of the events or items of a stream. */
export interface StreamFormat {
  /** The media type. */
  readonly type: string;
  /** Whether the data of an event is JSON. */
  readonly json?: boolean;
  /** The data that ends the stream, such as `[DONE]`. */
  readonly end?: string;
}

/** How to find the items of a page and the next page. */
export interface PageRule {
  /** JSON Pointer (RFC 6901) to the items; the body itself when left out. */
  readonly items?: string;
  /** How to find the next page. */
  readonly next:
    | { readonly by: "link"; readonly rel?: string }
    | { readonly by: "url"; readonly pointer: string }
    | {
      readonly by: "cursor";
      readonly param: string;
      readonly pointer: string;
      readonly in?: PageParamPlace;
    }
    | {
      readonly by: "page";
      readonly param: string;
      readonly first?: number;
      readonly in?: PageParamPlace;
    }
    | { readonly by: "offset"; readonly param: string; readonly in?: PageParamPlace };
}

/** Whether the value for the next page is an argument (the default) or a member of the body. */
export type PageParamPlace = "argument" | "body";

/** The schemas of an operation. */
export interface OperationSchemas {
  /** The schemas of parameters, by place and name: `query limit`. */
  readonly parameters: Readonly<Record<string, StandardSchema<unknown, unknown>>>;
  /** The schemas of bodies, by media type. */
  readonly body: Readonly<Record<string, StandardSchema<unknown, unknown>>>;
  /** The schemas of JSON responses, by status, range or `default`. */
  readonly responses: Readonly<Record<string, StandardSchema<unknown, unknown>>>;
  /** The schema of an item of its stream: the data of an event, or the whole of another item. */
  readonly items?: StandardSchema<unknown, unknown>;
}

/** An operation of an API. Generated code makes these; they are data and do nothing. */
export interface Operation<Data = unknown, Result = unknown> {
  /** The name of its function. */
  readonly id: string;
  /** The method. */
  readonly method: string;
  /** The path, with `{name}` for parameters. */
  readonly path: string;
  /** Its parameters. */
  readonly parameters?: readonly Parameter[];
  /** Whether the arguments are grouped by place, because two have one name. */
  readonly grouped?: boolean;
  /** The media types and ranges of a body, the preferred first, with the styles of form fields. */
  readonly body?: Readonly<Record<string, Readonly<Record<string, FieldEncoding>>>>;
  /** Whether the body is required. */
  readonly bodyRequired?: boolean;
  /** The media types of responses, by status, range (`4XX`) or `default`. */
  readonly responses: Readonly<Record<string, readonly string[]>>;
  /** The header fields of responses in lower case, by status, range or `default`. */
  readonly headers?: Readonly<Record<string, Readonly<Record<string, HeaderKind>>>>;
  /** The alternatives: each a list of security schemes that are needed together. */
  readonly security?: readonly (readonly string[])[];
  /** The server of this operation, if it has its own. */
  readonly server?: string;
  /** The format of its stream. */
  readonly stream?: StreamFormat;
  /** How to find its pages. */
  readonly pages?: PageRule;
  /** Its schemas, for `validate`. */
  readonly schemas?: () => OperationSchemas;
  /** The type of integers above 2^53 in JSON. */
  readonly int64?: "bigint" | "string";
  /** The types, which exist for the compiler only. */
  readonly "~types"?: { readonly data: Data; readonly result: Result };
}

/** One outcome of a call: its status narrows its body. */
export interface APIResult<Status extends number, Body, Headers = Readonly<Record<never, never>>> {
  /** The status code. */
  readonly status: Status;
  /** The body, decoded. */
  readonly body: Body;
  /** The described header fields, by their names in lower case. */
  readonly headers: Headers;
  /** The response, with all header fields. */
  readonly response: Response;
}

/** Status codes of redirections (RFC 9110 15.4). */
export type Status3XX = 300 | 301 | 302 | 303 | 304 | 307 | 308;
/** Status codes of success (RFC 9110 15.3, WebDAV). */
export type Status2XX = 200 | 201 | 202 | 203 | 204 | 205 | 206 | 207 | 208 | 226;
/** Status codes of client errors (the IANA registry). */
// deno-fmt-ignore
export type Status4XX =
  | 400 | 401 | 402 | 403 | 404 | 405 | 406 | 407 | 408 | 409 | 410 | 411 | 412 | 413 | 414 | 415
  | 416 | 417 | 418 | 421 | 422 | 423 | 424 | 425 | 426 | 428 | 429 | 431 | 451 | 499;
/** Status codes of server errors (the IANA registry, and those that proxies send). */
// deno-fmt-ignore
export type Status5XX =
  | 500 | 501 | 502 | 503 | 504 | 505 | 506 | 507 | 508 | 510 | 511 | 520 | 521 | 522 | 523 | 524 | 529;
/** Every registered status code of a response. */
export type Status = Status2XX | Status3XX | Status4XX | Status5XX;
