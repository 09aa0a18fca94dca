/**
 * The shared input for the models of operations.
 *
 * @module
 */

import type { Names } from "./names.ts";
import type { Problems } from "../read/problems.ts";
import type { Documents, Node } from "../read/documents.ts";
import type { PageRule } from "../runtime/operation.ts";
import type { SecurityScheme } from "../runtime/security.ts";
import type { Types } from "./types.ts";

/** The shared input of all operations. */
export interface OperationContext {
  readonly documents: Documents;
  readonly types: Types;
  readonly names: Names;
  readonly problems: Problems;
  readonly pagination: Readonly<Record<string, Pagination>>;
  /** The event data that ends an event stream of JSON. */
  readonly streamEnd: string;
  /** The type of integers above 2^53, if they are not numbers. */
  readonly int64?: "bigint" | "string";
  /** Whether to generate schemas for validation at run time. */
  readonly hasSchemas: boolean;
  /** The security schemes. */
  readonly security: Readonly<Record<string, SecurityScheme>>;
}

/** An operation in the description. */
export interface FoundOperation {
  readonly method: string;
  readonly path: string;
  /** The Path Item Object, then the targets of its references. */
  readonly items: readonly Node[];
  readonly node: Node;
}

/** The page rule of an operation; `false` for no pages. */
export type Pagination = PageRule | false;
