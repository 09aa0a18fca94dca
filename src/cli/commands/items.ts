/**
 * The arguments behind a URL, as HTTPie and xh have them: what a request carries, an item for each
 * header, parameter and field. Pure but for the files that items name.
 *
 * @module
 */

import type { RequestOptions } from "../../http/settings/options.ts";
import { isLoopbackHost } from "../../hosts/loopback.ts";
import { UsageError } from "../terminal/usage_error.ts";

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
    name: escaped.replace(/\\(.)/g, "$1"),
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
  let data: Blob | undefined;
  for (const item of items.map(parseItem)) {
    const { name, value, fromFile } = item;
    const bytes = fromFile ? await readBytes(value) : undefined;
    const text = bytes === undefined ? value : new TextDecoder().decode(bytes);
    if (item.kind === ":") headers.push([name, text === "" ? null : text.trim()]);
    else if (item.kind === "==") params.push([name, text]);
    else if (item.kind === "=") fields.push([name, text]);
    else if (item.kind === ":=") fields.push([name, readJSON(item, text, kind)]);
    else if (name !== "") fields.push([name, filePart(item, bytes!, kind)]);
    else data = wholeBody(value, bytes!, data !== undefined);
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
      : hasForm && { [kind]: kind === "json" ? Object.fromEntries(fields) : grouped(fields) },
  };
}

/** Whether there is a body. */
export function hasBody({ data, json, form, multipart }: ItemOptions): boolean {
  return [data, json, form, multipart].some((body) => body !== undefined);
}

function readJSON({ name, value, fromFile }: Item, text: string, kind: BodyKind): unknown {
  if (kind !== "json") {
    throw new UsageError(`Cannot use ${name}:= in a form: its fields are text; write ${name}=`);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    const shown = fromFile ? `the content of ${value}` : `${name}:=${value}`;
    throw new UsageError(
      `Cannot use ${shown} as JSON: it is not well-formed; for text write ${name}=`,
      { cause },
    );
  }
}

function filePart({ name, value }: Item, bytes: Uint8Array<ArrayBuffer>, kind: BodyKind): File {
  if (kind === "multipart") return new File([bytes], value.split(/[/\\]/).at(-1)!);
  throw new UsageError(
    `Cannot send the file ${value} as ${name}: add --multipart, or write ${name}=@${value} for its text`,
  );
}

function wholeBody(path: string, bytes: Uint8Array<ArrayBuffer>, isSecond: boolean): Blob {
  if (isSecond) throw new UsageError("Cannot send two bodies: more than one file is given");
  return new Blob([bytes], path.endsWith(".json") ? { type: "application/json" } : {});
}

/** Fields of the same name together, as forms repeat them. */
function grouped(fields: readonly [string, unknown][]): Record<string, unknown[]> {
  const byName = Map.groupBy(fields, ([name]) => name);
  return Object.fromEntries(
    Array.from(byName, ([name, own]) => [name, own.map(([, value]) => value)]),
  );
}

/**
 * The URL for what was typed: `:8080/path` is on localhost, and without a scheme it is https, or http
 * on this machine (wss and ws).
 */
export function completeURL(text: string, protocol: "http" | "ws"): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text;
  if (text.startsWith(":")) {
    return `${protocol}://localhost${text.replace(/^:(?!\d)/, "")}`;
  }
  const [host = ""] = /^(?:\[[^\]]*\]|[^:/?#]*)/.exec(text) ?? [];
  return `${protocol}${isLoopbackHost(host.toLowerCase()) ? "" : "s"}://${text}`;
}

/** A name for what a URL leads to: its last segment, without what could lead out of the folder. */
export function fileNameOf(url: string): string {
  const segment = new URL(url).pathname.split("/").at(-1)!;
  let name = segment;
  try {
    name = decodeURIComponent(segment);
  } catch {
    // Malformed escapes: the segment as it is.
  }
  // A dot in front would hide it, or make it the configuration of a program.
  const safe = name.replace(/[^\p{L}\p{N} ._()+,=@-]/gu, "_").replace(/^[. -]+/, "").slice(0, 200)
    .trim();
  if (safe === "") return "download";
  return WINDOWS_DEVICE.test(safe) ? `_${safe}` : safe;
}

/** Names that Windows keeps for devices in every folder, whatever extension follows. */
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³]|con(?:in|out)[$_]) *(?:\.|$)/i;
