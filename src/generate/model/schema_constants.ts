/**
 * The schemas of a description as JSON Schema, for checks at run time: one for each named type, and for each
 * operation those of its parameters, bodies and responses.
 *
 * @module
 */

import { isJSON, parseContentType } from "../../formats/content_type.ts";
import { child, type Node } from "../read/documents.ts";
import { SchemaConverter } from "./json_schema.ts";
import type { OperationModel, SchemaModel } from "./model.ts";
import type { Types } from "./types.ts";
import type { Direction } from "./uses.ts";

/** Converts the schemas of a description. References use the names of types. */
export class SchemaConstants {
  readonly #types: Types;

  constructor(types: Types) {
    this.#types = types;
  }

  /** Converts the schema of a node. */
  convert(node: Node, direction: Direction): SchemaModel {
    const uses = new Set<string>();
    const converter = new SchemaConverter(this.#types.documents, false, direction, (target) => {
      const name = this.#types.nameOf(target, direction);
      uses.add(name);
      return name;
    });
    return { json: converter.convert(node), uses: [...uses] };
  }

  /** Converts the schemas of an operation. Only JSON and urlencoded forms are checked, not other bodies. */
  ofOperation(model: OperationModel): NonNullable<OperationModel["schemas"]> {
    const parameters = model.args.flatMap(({ name, place, source }) =>
      source === undefined || source.schema.value === undefined
        ? []
        : [[`${place} ${name}`, this.convert(source.schema, "input")] as const]
    );
    const isChecked = (type: string) =>
      isJSON(parseContentType(type)) || type.startsWith("application/x-www-form-urlencoded");
    const bodies = model.bodies.filter(({ contentType, schema }) =>
      isChecked(contentType) && schema.value !== undefined
    ).map(({ contentType, schema }) => [contentType, this.convert(schema, "input")] as const);
    const responses = model.responses.flatMap(({ key, media }) => {
      const found = media.find(([type]) => isJSON(parseContentType(type)));
      const schema = found && child(found[1], "schema");
      return schema?.value === undefined ? [] : [[key, this.convert(schema, "output")] as const];
    });
    const items = (model.stream?.schemas ?? []).filter(({ value }) => value !== undefined)
      .map((schema) => this.convert(schema, "output"));
    return {
      ...(items.length > 0 && { items: anyOf(items) }),
      parameters: Object.fromEntries(parameters),
      body: Object.fromEntries(bodies),
      responses: Object.fromEntries(responses),
    };
  }
}

function anyOf(schemas: readonly SchemaModel[]): SchemaModel {
  const [first, ...others] = schemas as [SchemaModel, ...SchemaModel[]];
  if (others.length === 0) return first;
  return {
    json: { anyOf: schemas.map(({ json }) => json) },
    uses: [...new Set(schemas.flatMap(({ uses }) => uses))],
  };
}
