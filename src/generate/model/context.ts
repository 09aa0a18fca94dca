/**
 * What the model of operations is made from.
 *
 * @module
 */

import type { Names } from "./names.ts";
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
  /** What integers beyond 2^53 are, where not numbers. */
  readonly int64?: "bigint" | "string";
  /** Whether schemas are wanted at run time. */
  readonly hasSchemas: boolean;
  /** The security schemes that there are. */
  readonly security: Readonly<Record<string, SecurityScheme>>;
}

/** An operation as the description has it. */
export interface FoundOperation {
  readonly method: string;
  readonly path: string;
  /** The Path Item, then those that its references lead to. */
  readonly items: readonly Node[];
  readonly node: Node;
}

/** How an operation's pages follow each other; `false` for not at all. */
export type Pagination = PageRule | false;
