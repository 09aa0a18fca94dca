/**
 * The arguments behind a URL, as HTTPie and xh have them: what a request carries, an item for each
 * header, parameter and field. Pure but for the files that items name.
 *
 * @module
 */

import type { RequestOptions } from "../../http/settings/options.ts";
import { parseKeepingDigits } from "../../formats/exact_json.ts";
import { UsageError } from "../terminal/usage_error.ts";
import { Fields, unescape } from "./nested_fields.ts";

/** An item, taken apart. */
export interface Item {
  /** What it is: a header, a query parameter, a field as text or as JSON, a file. */
  readonly kind: ":" | "==" | "=" | ":=" | "@";
  /** What stands before the separator; empty for the whole body. */
  readonly name: string;
  /** What stands behind it. */
  readonly value: string;
  /** Whether the value is the name of a file that has it. */
  readonly fromFile: boolean;
}

/** Which kind of body fields make. */
export type BodyKind = "json" | "form" | "multipart";

/** The longest first; what comes first in the item counts. A backslash takes the meaning away. */
const SEPARATOR = /^((?:\\.|[^\\:=@])*)(==|:=|=|:|@)(@?)([^]*)$/;

/** Takes an item apart. */
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

/** What items come to. */
export type ItemOptions = Pick<
  RequestOptions,
  "headers" | "params" | "data" | "json" | "form" | "multipart"
>;

/** What a call is given for its items. */
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
      // The name as it was typed: brackets lead into objects and lists, escaped ones do not.
      if (kind === "json") json.put(SEPARATOR.exec(typed)![1]!, content);
    };
    if (item.kind === ":") headers.push([name, text === "" ? null : text.trim()]);
    else if (item.kind === "==") params.push([name, text]);
    else if (item.kind === "=") addField(text);
    else if (item.kind === ":=") addField(readJSON(item, text, kind));
    else if (name !== "") addField(filePart(name, path, type, bytes!, kind));
    else if (data === undefined) data = wholeBody(path, bytes!, type);
    else throw new UsageError("Cannot send two bodies: more than one file is given");
  }
  if (data !== undefined && fields.length > 0) {
    throw new UsageError(
      `Cannot send two bodies: a file as the whole of it, and the field ${fields[0]![0]}`,
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

/** A body that is given whole; JSON says so, by its file's name or by what it is. */
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

/** The media type behind the name of a file, as in `a.csv;type=text/csv`. */
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
      `Cannot use ${shown} as JSON: it is not well-formed; for text write ${name}=`,
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
    `Cannot send the file ${path} as ${name}: add --multipart, or write ${name}=@${path} for its text`,
  );
}

/** Fields of the same name together, as forms repeat them. */
function grouped(fields: readonly [string, unknown][]): Record<string, unknown[]> {
  const byName = Map.groupBy(fields, ([name]) => name);
  return Object.fromEntries(
    Array.from(byName, ([name, own]) => [name, own.map(([, value]) => value)]),
  );
}
