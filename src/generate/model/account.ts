/**
 * The fields that the objects of a description can have. A field that the client does not use causes a warning.
 *
 * @module
 */

import { child, type Node, property } from "../read/documents.ts";
import type { Problems } from "../read/problems.ts";

/** An object of the specification, without its schemas. */
export type ObjectKind = keyof typeof FIELDS;

const FIELDS = {
  "path item":
    "$ref summary description get put post delete options head patch trace query additionalOperations servers parameters",
  operation:
    "tags summary description externalDocs operationId parameters requestBody responses callbacks deprecated security servers",
  parameter:
    "name in description required deprecated allowEmptyValue style explode allowReserved schema content example examples",
  "request body": "description content required",
  "media type": "schema itemSchema example examples encoding",
  encoding: "contentType style explode allowReserved",
  response: "summary description headers content",
  server: "url description name variables",
};

/** Fields of the specification that a client does not support, with the reason. */
const NOT_DONE: Readonly<Partial<Record<ObjectKind, Readonly<Record<string, string>>>>> = {
  "media type": {
    prefixEncoding: "The parts of a form are identified by name, not by position",
    itemEncoding: "The parts of a form are identified by name, not by position",
  },
  encoding: {
    headers: "A part of a form is sent without its own header fields",
    encoding: "A part of a form is not a form itself",
    prefixEncoding: "A part of a form is not a form itself",
    itemEncoding: "A part of a form is not a form itself",
  },
  response: { links: "The client follows no links; call the operation that the link names" },
};

/** Warns about fields of an object that a client does not use. */
export function account(kind: ObjectKind, node: Node, problems: Problems): void {
  const { value } = node;
  if (typeof value !== "object" || value === null) return;
  const known = FIELDS[kind].split(" ");
  for (const name of Object.keys(value)) {
    if (known.includes(name) || name.startsWith("x-")) continue;
    const notDone = property(NOT_DONE[kind], name);
    const article = /^[aeo]/.test(kind) ? "an" : "a";
    problems.warn(
      notDone === undefined ? "invalid" : "unsupported",
      child(node, name),
      typeof notDone === "string"
        ? `${notDone}; ${name} is left out`
        : `${JSON.stringify(name)} is not a field of ${article} ${kind}; it is left out`,
    );
  }
}
