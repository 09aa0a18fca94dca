/**
 * What the model of operations is made from.
 *
 * @module
 */

import type { Names } from "./sinks.ts";
import type { Problems } from "../read/problems.ts";
import type { Documents, Node } from "../read/documents.ts";
import type { PageRule } from "../runtime/operation.ts";
import type { SecurityScheme } from "../runtime/security.ts";
import type { Types } from "./types.ts";

/** What operations are made with. */
export interface OperationContext {
  readonly documents: Documents;
  readonly types: Types;
  readonly names: Names;
  readonly problems: Problems;
  readonly pagination: Readonly<Record<string, Pagination>>;
  /** The data that ends event streams of JSON. */
  readonly streamEnd: string;
  /** The security schemes that there are. */
  readonly security: Readonly<Record<string, SecurityScheme>>;
}

/** An operation as the description has it. */
export interface FoundOperation {
  readonly method: string;
  readonly path: string;
  readonly item: Node;
  readonly node: Node;
}

/** How an operation's pages follow each other; `false` for not at all. */
export type Pagination = PageRule | false;
