/**
 * What a description comes to: what is emitted, and what the mock server answers by.
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
  /** Where it goes, for operations whose arguments are grouped. */
  readonly place: string;
  /** Its type. */
  readonly type: string;
  /** Whether it must be given. */
  readonly isRequired: boolean;
  /** Its documentation comment. */
  readonly doc: string;
  /** The Parameter Object and its schema; `undefined` where only the path names it. */
  readonly source: { readonly node: Node; readonly schema: Node } | undefined;
}

/** An operation. Types are TypeScript. */
export interface OperationModel {
  /** The tag that it is filed under. */
  readonly tag: string;
  /** The names of its function, and of the types and constants that go with it. */
  readonly names: {
    readonly call: string;
    readonly operation: string;
    readonly args: string;
    readonly result: string;
    readonly stream: string;
    /** Empty where there is nothing but a stream. */
    readonly streamOperation: string;
    readonly items: string;
    /** Empty where schemas are not wanted. */
    readonly schemas: string;
  };
  /** The Operation Object. */
  readonly node: Node;
  /** What the runtime is given. */
  readonly descriptor: Operation;
  /** Its arguments but for the body. */
  readonly args: readonly Argument[];
  /** The bodies that it takes, by media type, the preferred first. */
  readonly bodies: readonly BodyModel[];
  /** The documentation comment of the body. */
  readonly bodyDoc: string;
  /** Whether there must be a body. */
  readonly isBodyRequired: boolean;
  /** What a call gives; `undefined` where there is nothing but a stream. */
  readonly data: string | undefined;
  /** Its outcomes: the status, the body and the header fields as types. */
  readonly results: readonly {
    readonly status: string;
    readonly body: string;
    /** Empty where none is described. */
    readonly headers: string;
  }[];
  /** What it answers, as the description has it. */
  readonly responses: readonly ReadResponse[];
  /** How it streams, the type of an item, and the schemas of which it fits one. */
  readonly stream:
    | { readonly format: StreamFormat; readonly item: string; readonly schemas: readonly Node[] }
    | undefined;
  /** How its pages follow each other, and the type of an item. */
  readonly pages: { readonly rule: PageRule; readonly item: string } | undefined;
  /** Its schemas for checks at run time, where they are wanted. */
  readonly schemas?: {
    /** By place and name. */
    readonly parameters: Readonly<Record<string, SchemaModel>>;
    /** By media type. */
    readonly body: Readonly<Record<string, SchemaModel>>;
    /** By status, range or `default`. */
    readonly responses: Readonly<Record<string, SchemaModel>>;
    readonly items?: SchemaModel;
  };
  /** The types of its own, each with a name. */
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

/** What an operation answers with a status, a range of them, or by default. */
export interface ReadResponse {
  /** `200`, `4XX`, `default`. */
  readonly key: string;
  readonly node: Node;
  readonly media: readonly (readonly [type: string, Node])[];
  /** The type of the body. */
  readonly type: string;
  /** The header fields, with how their values are read. */
  readonly headers: Readonly<Record<string, HeaderKind>>;
  readonly headersType: string;
}

/** A schema for checks at run time. */
export interface SchemaModel {
  /** JSON Schema; what it refers to is `#/$defs/` with the name of its type. */
  readonly json: unknown;
  /** The names of the types that it refers to. */
  readonly uses: readonly string[];
}

/** A type that an operation has for itself. */
export interface InlineType {
  readonly name: string;
  readonly text: string;
  /** What it is. */
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
  /** The values that a variable can have, where they are listed. */
  readonly enums?: Readonly<Record<string, readonly string[]>>;
}

/** The declaration of a named type. */
export interface Declaration {
  readonly name: string;
  readonly text: string;
  /** A constant with the values of an enum; empty for other types. */
  readonly values: string;
  /** Its schema for checks at run time, where they are wanted, and the name of the constant. */
  readonly schema?: SchemaModel & { readonly constant: string };
  /** The types that it uses. */
  readonly used: ReadonlySet<string>;
}

/** A description. */
export interface Model {
  readonly title: string;
  readonly version: string;
  readonly servers: readonly ServerModel[];
  /** The place in `servers` of the default. */
  readonly defaultServer: number;
  readonly security: Readonly<Record<string, SecurityScheme>>;
  readonly operations: readonly OperationModel[];
  readonly webhooks: readonly WebhookModel[];
  readonly types: readonly Declaration[];
}
