/**
 * Reads the items after a URL, as HTTPie and xh have them: one for each header, parameter, field and file. Pure,
 * except that it reads the named files.
 *
 * @module
 */

import type { RequestOptions } from "../../http/settings/options.ts";
import { parseKeepingDigits } from "../../formats/exact_json.ts";
import { UsageError } from "../terminal/usage_error.ts";
import { Fields, unescape } from "./nested_fields.ts";

/** A parsed item. */
export interface Item {
  /** The kind: a header, a query parameter, a field as text or as JSON, or a file. */
  readonly kind: ":" | "==" | "=" | ":=" | "@";
  /** The text before the separator; empty for the whole body. */
  readonly name: string;
  /** The text after the separator. */
  readonly value: string;
  /** Whether the value is the name of a file with the content. */
  readonly fromFile: boolean;
}

/** The kind of body that fields make. */
export type BodyKind = "json" | "form" | "multipart";

/** The separators, the longest first. The first one in the item counts; a backslash escapes it. */
const SEPARATOR = /^((?:\\.|[^\\:=@])*)(==|:=|=|:|@)(@?)([^]*)$/;

/** Parses an item. */
export function parseItem(text: string): Item {
  const [, escaped, kind, mark, rest] = SEPARATOR.exec(text) ?? [];
  if (escaped === undefined || (escaped === "" && kind !== "@")) {
    throw new UsageError(
      `Cannot use the item ${text}: it must be Header:value, name==value, name=value, name:=json, ` +
        "name@file or @file",
    );
  }
  return {
    kind: kind as Item["kind"],
    name: unescape(escaped),
    value: kind === "@" ? mark! + rest! : rest!,
    fromFile: kind === "@" || mark === "@",
  };
}

/** The request options that items set. */
export type ItemOptions = Pick<
  RequestOptions,
  "headers" | "params" | "data" | "json" | "form" | "multipart"
>;

/** Reads items, and returns the request options that they set. */
export async function readItems(
  items: readonly string[],
  kind: BodyKind,
  readBytes: (path: string) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<ItemOptions> {
  const headers: [string, string | null][] = [];
  const params: [string, string][] = [];
  const fields: [string, unknown][] = [];
  const json = new Fields();
  let data: Blob | undefined;
  for (const typed of items) {
    const item = parseItem(typed);
    const { name, value, fromFile } = item;
    const [path, type] = item.kind === "@" ? splitType(value) : [value];
    const bytes = fromFile ? await readBytes(path) : undefined;
    const text = bytes === undefined ? value : new TextDecoder().decode(bytes);
    const addField = (content: unknown) => {
      fields.push([name, content]);
      // The name as typed: brackets make objects and lists, escaped brackets do not.
      if (kind === "json") json.put(SEPARATOR.exec(typed)![1]!, content);
    };
    if (item.kind === ":") headers.push([name, text === "" ? null : text.trim()]);
    else if (item.kind === "==") params.push([name, text]);
    else if (item.kind === "=") addField(text);
    else if (item.kind === ":=") addField(readJSON(item, text, kind));
    else if (name !== "") addField(filePart(name, path, type, bytes!, kind));
    else if (data === undefined) data = wholeBody(path, bytes!, type);
    else throw new UsageError("Cannot send two bodies: use one @file item");
  }
  if (data !== undefined && fields.length > 0) {
    throw new UsageError(
      `Cannot send two bodies: use either @file or fields such as ${fields[0]![0]}`,
    );
  }
  const hasForm = kind !== "json" || fields.length > 0;
  return {
    ...headers.length > 0 && { headers },
    ...params.length > 0 && { params },
    ...data !== undefined
      ? { data }
      : hasForm && { [kind]: kind === "json" ? json.value : grouped(fields) },
  };
}

/** Whether there is a body. */
export function hasBody({ data, json, form, multipart }: ItemOptions): boolean {
  return [data, json, form, multipart].some((body) => body !== undefined);
}

/** Makes a body of a whole file. The file's name, or the content of standard input, decides whether it is JSON. */
export function wholeBody(path: string, bytes: Uint8Array<ArrayBuffer>, type = ""): Blob {
  const isJSON = path.endsWith(".json") || path === "-" && looksLikeJSON(bytes);
  return new Blob([bytes], { type: type || (isJSON ? "application/json" : "") });
}

function looksLikeJSON(bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes);
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Splits the media type from the name of a file, as in `a.csv;type=text/csv`. */
function splitType(value: string): [path: string, type?: string] {
  const [, path, type] = /^(.+);type=([^;]+(?:;.*)?)$/s.exec(value) ?? [];
  return type === undefined ? [value] : [path!, type];
}

function readJSON({ name, value, fromFile }: Item, text: string, kind: BodyKind): unknown {
  if (kind !== "json") {
    throw new UsageError(`Cannot use ${name}:= in a form: its fields are text; write ${name}=`);
  }
  try {
    return parseKeepingDigits(text);
  } catch (cause) {
    if (cause instanceof RangeError) throw new UsageError(cause.message, { cause });
    const shown = fromFile ? `the content of ${value}` : `${name}:=${value}`;
    throw new UsageError(
      `Cannot use ${shown}: it is not valid JSON; for text write ${name}=`,
      { cause },
    );
  }
}

function filePart(
  name: string,
  path: string,
  type = "",
  bytes: Uint8Array<ArrayBuffer>,
  kind: BodyKind,
): File {
  if (kind === "multipart") return new File([bytes], path.split(/[/\\]/).at(-1)!, { type });
  throw new UsageError(
    `Cannot send the file ${path} as ${name}: add --multipart, or write ${name}=@${path} to send its text`,
  );
}

/** Groups fields of the same name, as forms repeat them. */
function grouped(fields: readonly [string, unknown][]): Record<string, unknown[]> {
  const byName = Map.groupBy(fields, ([name]) => name);
  return Object.fromEntries(
    Array.from(byName, ([name, own]) => [name, own.map(([, value]) => value)]),
  );
}
