/**
 * Responses that are streams, by media type (OpenAPI 3.2, "Sequential Media Types"). The schema of an item is
 * `itemSchema`, or `schema` before 3.2.
 *
 * @module
 */

import { child, children, type Documents, type Node, property } from "../read/documents.ts";
import type { StreamFormat } from "../runtime/operation.ts";
import { str } from "./sinks.ts";
import { union } from "./type.ts";
import type { Types } from "./types.ts";

const STREAMS =
  /^(?:text\/event-stream|application\/(?:jsonl|x-ndjson|ndjson|json-seq|stream\+json))$/;

function essenceOf(type: string): string {
  return type.split(";")[0]!.trim().toLowerCase();
}

/** Whether responses of a media type are streams of items. */
export function isStream(type: string): boolean {
  return STREAMS.test(essenceOf(type));
}

/** The schema of the data of an event, and the type of the event. */
interface EventSchema {
  readonly data: Node;
  readonly isJSON: boolean;
  readonly event: unknown;
}

/** Returns the schemas of events. `schema` describes the data, and `itemSchema` of 3.2 the whole event. */
function eventSchemas(media: Node, documents: Documents): EventSchema[] {
  const item = child(media, "itemSchema");
  if (item.value === undefined) {
    const schema = child(media, "schema");
    const type = property(documents.follow(schema)?.value, "type");
    const isText = schema.value === undefined || type === "string";
    return [{ data: schema, isJSON: !isText, event: undefined }];
  }
  const target = documents.follow(item) ?? item;
  const alternatives = ["oneOf", "anyOf"].flatMap((name) => children(child(target, name)));
  const events = alternatives.length > 0 ? alternatives.map(([, one]) => one) : [target];
  return events.map((one) => {
    const properties = child(documents.follow(one) ?? one, "properties");
    const data = documents.follow(child(properties, "data")) ?? child(properties, "data");
    const base = documents.follow(child(child(target, "properties"), "data"));
    const own = data.value === undefined && base !== undefined ? base : data;
    const content = child(own, "contentSchema");
    const isJSON = /json/i.test(String(property(own.value, "contentMediaType") ?? "")) ||
      content.value !== undefined;
    return {
      data: isJSON ? content : own,
      isJSON,
      event: property(property(property(one.value, "properties"), "event"), "const") ??
        property(child(properties, "event").value, "const"),
    };
  });
}

/** Returns the format of a stream, for the runtime. */
export function streamFormat(
  type: string,
  media: Node,
  documents: Documents,
  end: string,
): StreamFormat {
  const essence = essenceOf(type);
  if (essence !== "text/event-stream") return { type: essence };
  const isJSON = eventSchemas(media, documents).every((one) => one.isJSON);
  return isJSON ? { type: essence, json: true, end } : { type: essence };
}

/**
 * Returns the schemas of items; each item matches one of them. For events they are the schemas of JSON data;
 * text data has none. Before 3.2 the schema was that of an item, or of an array of items.
 */
export function itemSchemas(type: string, media: Node, documents: Documents): readonly Node[] {
  if (essenceOf(type) === "text/event-stream") {
    const schemas = eventSchemas(media, documents);
    return schemas.every(({ isJSON }) => isJSON) ? schemas.map(({ data }) => data) : [];
  }
  const item = child(media, "itemSchema");
  if (item.value !== undefined) return [item];
  const schema = child(media, "schema");
  const items = child(documents.follow(schema) ?? schema, "items");
  return [items.value === undefined ? schema : items];
}

/** Returns the type of an item. */
export function itemType(type: string, media: Node, documents: Documents, types: Types): string {
  if (essenceOf(type) !== "text/event-stream") {
    return types.of(itemSchemas(type, media, documents)[0]!, "output").text;
  }
  const schemas = eventSchemas(media, documents);
  const isJSON = schemas.every((one) => one.isJSON);
  const events = schemas.map(({ data, event }) => {
    const own = isJSON ? types.of(data, "output").text : "string";
    const text = `EventMessage<${own}>`;
    return typeof event === "string"
      ? { text: `${text} & { readonly type: ${str(event)} }`, shape: "intersection" as const }
      : { text, shape: "atom" as const };
  });
  return union(events).text;
}
