/**
 * What the types of schemas are written with.
 *
 * @module
 */

import type { Documents, Node } from "../read/documents.ts";
import type { Problems } from "../read/problems.ts";
import type { Discriminators } from "./discriminators.ts";
import type { Facts } from "./facts.ts";
import type { Use } from "./uses.ts";

/** What is known of where a type is written. */
export interface Context extends Use {
  readonly indent: string;
  readonly depth: number;
  /** Whether it is one part of several, whose other members it does not know. */
  readonly isPart?: boolean;
  /** Collects the names that the type is made of; left out inside of objects and arrays. */
  readonly direct?: Set<string> | undefined;
}

/** What an int64 is. */
export type Int64 = "number" | "bigint" | "string";

/** What a writer needs of the description. */
export interface WriterContext {
  readonly documents: Documents;
  readonly problems: Problems;
  readonly facts: Facts;
  readonly discriminators: Discriminators;
  readonly openEnums: boolean;
  readonly int64: Int64 | undefined;
  /** The name of the type of what a reference leads to. */
  readonly refer: (target: Node, use: Use) => string;
}
