/**
 * The context in which the types of schemas are written.
 *
 * @module
 */

import type { Documents, Node } from "../read/documents.ts";
import type { Problems } from "../read/problems.ts";
import type { Discriminators } from "./discriminators.ts";
import type { Facts } from "./facts.ts";
import type { Use } from "./uses.ts";

/** The position of a type in the code, and its use. */
export interface Context extends Use {
  readonly indent: string;
  readonly depth: number;
  /** Whether it is one of several parts; the others may declare more members. */
  readonly isPart?: boolean;
  /** Collects the names that the type consists of; `undefined` inside objects and arrays. */
  readonly direct?: Set<string> | undefined;
}

/** The type of an int64. */
export type Int64 = "number" | "bigint" | "string";

/** The parts of a description that a writer needs. */
export interface WriterContext {
  readonly documents: Documents;
  readonly problems: Problems;
  readonly facts: Facts;
  readonly discriminators: Discriminators;
  readonly openEnums: boolean;
  readonly int64: Int64 | undefined;
  /** Returns the name of the type of the target of a reference. */
  readonly refer: (target: Node, use: Use) => string;
}
