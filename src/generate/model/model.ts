/**
 * What a description comes to: what is emitted, and what the mock server answers by.
 *
 * @module
 */

import type { Operation, PageRule, StreamFormat } from "../runtime/operation.ts";
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
  /** The names of its function, and of the types and constants beside it. */
  readonly names: {
    readonly call: string;
    readonly operation: string;
    readonly args: string;
    readonly result: string;
    /** Empty where the data needs no name. */
    readonly data: string;
    readonly stream: string;
    /** Empty where there is nothing but a stream. */
    readonly streamOperation: string;
    readonly items: string;
  };
  /** The Operation Object. */
  readonly node: Node;
  /** What the runtime is given. */
  readonly descriptor: Operation;
  /** Its arguments but for the body. */
  readonly args: readonly Argument[];
  /** The bodies that it takes, by media type, the preferred first. */
  readonly bodies: readonly {
    readonly contentType: string;
    readonly type: string;
    readonly schema: Node;
  }[];
  /** Whether there must be a body. */
  readonly isBodyRequired: boolean;
  /** What a call gives; `undefined` where there is nothing but a stream. */
  readonly data: string | undefined;
  /** Its outcomes: the status as a type, and the type of the body. */
  readonly results: readonly { readonly status: string; readonly body: string }[];
  /** How it streams, and the type of an item. */
  readonly stream: { readonly format: StreamFormat; readonly item: string } | undefined;
  /** How its pages follow each other, and the type of an item. */
  readonly pages: { readonly rule: PageRule; readonly item: string } | undefined;
  /** The types that it uses. */
  readonly used: ReadonlySet<string>;
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
  readonly variables?: Readonly<Record<string, string>>;
}

/** A description. */
export interface Model {
  readonly title: string;
  readonly version: string;
  readonly servers: readonly ServerModel[];
  readonly security: Readonly<Record<string, SecurityScheme>>;
  readonly operations: readonly OperationModel[];
  readonly webhooks: readonly WebhookModel[];
  readonly types: readonly {
    readonly name: string;
    readonly text: string;
    readonly used: ReadonlySet<string>;
  }[];
}
