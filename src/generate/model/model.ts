/**
 * The model of a description. The emitter and the mock server work from it.
 *
 * @module
 */

import type { HeaderKind, Operation, PageRule, StreamFormat } from "../runtime/operation.ts";
import type { SecurityScheme } from "../runtime/security.ts";
import type { Node } from "../read/documents.ts";

/** One argument of an operation. */
export interface Argument {
  /** Its name on the wire. */
  readonly name: string;
  /** The location of the parameter, for operations with grouped arguments. */
  readonly place: string;
  /** Its type. */
  readonly type: string;
  /** Whether it is required. */
  readonly isRequired: boolean;
  /** Its documentation comment. */
  readonly doc: string;
  /** The Parameter Object and its schema; `undefined` if only the path names it. */
  readonly source: { readonly node: Node; readonly schema: Node } | undefined;
}

/** An operation. Types are TypeScript code. */
export interface OperationModel {
  /** The tag that groups it. */
  readonly tag: string;
  /** The names of its function, and of its types and constants. */
  readonly names: {
    readonly call: string;
    readonly operation: string;
    readonly args: string;
    readonly result: string;
    readonly stream: string;
    /** Empty if the operation only streams. */
    readonly streamOperation: string;
    readonly items: string;
    /** Empty without schemas. */
    readonly schemas: string;
  };
  /** The Operation Object. */
  readonly node: Node;
  /** The operation for the runtime. */
  readonly descriptor: Operation;
  /** Its arguments, without the body. */
  readonly args: readonly Argument[];
  /** Its request bodies, one for each media type, the preferred first. */
  readonly bodies: readonly BodyModel[];
  /** The documentation comment of the body. */
  readonly bodyDoc: string;
  /** Whether a body is required. */
  readonly isBodyRequired: boolean;
  /** The type of the data that a call returns; `undefined` if the operation only streams. */
  readonly data: string | undefined;
  /** Its results: the types of status, body and header fields. */
  readonly results: readonly {
    readonly status: string;
    readonly body: string;
    /** Empty if no header field is described. */
    readonly headers: string;
  }[];
  /** Its responses, as described. */
  readonly responses: readonly ReadResponse[];
  /** The format of its stream, the type of an item, and the schemas; an item matches one of them. */
  readonly stream:
    | { readonly format: StreamFormat; readonly item: string; readonly schemas: readonly Node[] }
    | undefined;
  /** The rule that finds its next page, and the type of an item. */
  readonly pages: { readonly rule: PageRule; readonly item: string } | undefined;
  /** Its schemas for checks at run time, if schemas are generated. */
  readonly schemas?: {
    /** By location and name. */
    readonly parameters: Readonly<Record<string, SchemaModel>>;
    /** By media type. */
    readonly body: Readonly<Record<string, SchemaModel>>;
    /** By status, range or `default`. */
    readonly responses: Readonly<Record<string, SchemaModel>>;
    readonly items?: SchemaModel;
  };
  /** Its own types with names. */
  readonly inline: readonly InlineType[];
  /** The types that it uses. */
  readonly used: ReadonlySet<string>;
}

/** A body of one media type, or of a range of them. */
export interface BodyModel {
  readonly contentType: string;
  readonly type: string;
  /** Whether it is sent as bytes. */
  readonly isRaw: boolean;
  readonly schema: Node;
}

/** A response of an operation for one status, for a range of statuses, or for all others. */
export interface ReadResponse {
  /** `200`, `4XX`, `default`. */
  readonly key: string;
  readonly node: Node;
  readonly media: readonly (readonly [type: string, Node])[];
  /** The type of the body. */
  readonly type: string;
  /** The header fields, with the types that their values are converted to. */
  readonly headers: Readonly<Record<string, HeaderKind>>;
  readonly headersType: string;
}

/** A schema for checks at run time. */
export interface SchemaModel {
  /** JSON Schema. A reference is `#/$defs/` with the name of a type. */
  readonly json: unknown;
  /** The names of the types that it refers to. */
  readonly uses: readonly string[];
}

/** A named type of a single operation. */
export interface InlineType {
  readonly name: string;
  readonly text: string;
  /** Its documentation. */
  readonly doc: string;
}

/** A request that the API makes: a webhook or a callback. */
export interface WebhookModel {
  /** The name of the type of its body. */
  readonly name: string;
  /** Its type. */
  readonly type: string;
  /** Its documentation comment. */
  readonly doc: string;
  /** The types that it uses. */
  readonly used: ReadonlySet<string>;
}

/** A server. */
export interface ServerModel {
  readonly url: string;
  /** The variables with their defaults. */
  readonly variables?: Readonly<Record<string, string>>;
  /** The values that a variable can have, if the description lists them. */
  readonly enums?: Readonly<Record<string, readonly string[]>>;
}

/** The declaration of a named type. */
export interface Declaration {
  readonly name: string;
  readonly text: string;
  /** A constant with the values of an enum; empty for other types. */
  readonly values: string;
  /** Its schema for checks at run time, and the name of the constant, if schemas are generated. */
  readonly schema?: SchemaModel & { readonly constant: string };
  /** The types that it uses. */
  readonly used: ReadonlySet<string>;
}

/** The model of a description. */
export interface Model {
  readonly title: string;
  readonly version: string;
  readonly servers: readonly ServerModel[];
  /** The index of the default server in `servers`. */
  readonly defaultServer: number;
  readonly security: Readonly<Record<string, SecurityScheme>>;
  readonly operations: readonly OperationModel[];
  readonly webhooks: readonly WebhookModel[];
  readonly types: readonly Declaration[];
}
