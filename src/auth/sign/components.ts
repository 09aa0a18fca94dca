/**
 * The components of a message that a signature of RFC 9421 covers, their values, and the text that is
 * signed. Pure.
 *
 * @module
 */

import { toBase64 } from "../../formats/base64.ts";
import {
  type InnerList,
  type Item,
  parseDictionary,
  parseItem,
  parseList,
} from "../../formats/structured_fields.ts";
import {
  serializeDictionary,
  serializeInnerList,
  serializeItem,
  serializeList,
  serializeMember,
} from "../../formats/structured_fields_writer.ts";
import { trimField } from "../../formats/tokens.ts";

/** The type of a structured field. */
export type FieldType = "item" | "list" | "dictionary";

/** The parts of a message that signatures can cover. */
export interface Message {
  /** The method of a request. */
  readonly method?: string | undefined;
  /** The absolute URL of a request. */
  readonly url?: string | undefined;
  /** The status code of a response. */
  readonly status?: number | undefined;
  /** The header fields; a name with several lines may occur several times. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** The request of a response. */
  readonly request?: Message | undefined;
  /** The types of structured fields that this library does not know. */
  readonly fieldTypes?: Readonly<Record<string, FieldType>> | undefined;
}

/** Standard structured fields, by name in lower case; Retry-After and others are not structured. */
const FIELD_TYPES: Readonly<Record<string, FieldType>> = {
  "accept-ch": "list",
  "accept-signature": "dictionary",
  "cache-status": "list",
  "cdn-cache-control": "dictionary",
  "client-cert": "item",
  "client-cert-chain": "list",
  "content-digest": "dictionary",
  "deprecation": "item",
  "idempotency-key": "item",
  "priority": "dictionary",
  "proxy-status": "list",
  "ratelimit": "list",
  "ratelimit-policy": "list",
  "repr-digest": "dictionary",
  "signature": "dictionary",
  "signature-agent": "dictionary",
  "signature-input": "dictionary",
  "want-content-digest": "dictionary",
  "want-repr-digest": "dictionary",
};

/**
 * Parses a component of the options: `@method`, `content-type`, or one with parameters in the syntax of the
 * specification, such as `"@query-param";name="page"`.
 *
 * @throws {TypeError} If it is not well-formed.
 */
export function parseComponent(text: string): Item {
  const item = text.startsWith('"') ? parseItem(text) : { value: text, params: new Map() };
  if (typeof item?.value === "string" && /^@?[a-z\d!#$%&'*+\-.^_`|~]+$/.test(item.value)) {
    return item;
  }
  throw new TypeError(
    `Cannot use the component ${JSON.stringify(text)}: it must be a name in lower case such as ` +
      '@method or content-type, or one with parameters such as "@query-param";name="page"',
  );
}

/** The error of a component that has no value. */
export class ComponentError extends Error {}

/**
 * Returns the text that is signed (RFC 9421 2.5).
 *
 * @throws {ComponentError} If a component has no value, or occurs twice.
 */
export function signatureBase(message: Message, covered: InnerList): string {
  const lines = new Map<string, string>();
  for (const item of covered.items) {
    const name = serializeItem(item);
    if (lines.has(name)) throw new ComponentError(`${name} is covered twice`);
    lines.set(name, componentValue(message, item));
  }
  lines.set('"@signature-params"', serializeInnerList(covered));
  return Array.from(lines, ([name, value]) => `${name}: ${value}`).join("\n");
}

/**
 * Returns the value of a component (RFC 9421 2).
 *
 * @throws {ComponentError} If the message does not have it.
 */
export function componentValue(message: Message, item: Item): string {
  const { value: name, params } = item;
  const shown = serializeItem(item);
  const wrong = (why: string) => new ComponentError(`${shown} ${why}`);
  if (typeof name !== "string") throw wrong("is not a name");
  for (const [key, value] of params) {
    const isFlag = ["sf", "bs", "req"].includes(key) && value === true;
    const isText = ["key", "name"].includes(key) && typeof value === "string";
    if (key === "tr") throw wrong("is in trailers, which fetch does not hand over");
    if (!isFlag && !isText) throw wrong(`has a parameter ${key} that is unknown`);
  }
  let source = message;
  if (params.has("req")) {
    if (message.request === undefined) throw wrong("is of the request, which is not given");
    source = { ...message.request, fieldTypes: message.fieldTypes };
  }
  const value = name.startsWith("@")
    ? derivedValue(source, name, params.get("name"))
    : fieldValue(source, name, params, wrong);
  if (value === undefined) throw wrong("is not in the message");
  // Other characters could form lines that the verifier interprets differently.
  if (!/^[\t\x20-\x7e]*$/.test(value)) {
    throw wrong("has characters that no signature can cover; use ;bs");
  }
  return value;
}

/** Returns the value of a derived component (RFC 9421 2.2). */
function derivedValue(
  { method, url: given, status }: Message,
  name: string,
  parameter: unknown,
): string | undefined {
  if (name === "@status") return status === undefined ? undefined : String(status);
  if (name === "@method") return method;
  if (given === undefined) return undefined;
  const url = new URL(given);
  switch (name) {
    case "@target-uri":
      url.hash = "";
      return url.href;
    case "@authority":
      return url.host;
    case "@scheme":
      return url.protocol.slice(0, -1);
    case "@request-target":
      return url.pathname + url.search;
    case "@path":
      return url.pathname;
    case "@query":
      return url.search || "?";
    case "@query-param": {
      const found = Array.from(url.searchParams)
        .filter(([key]) => encodeParameter(key) === parameter);
      // Several of one name could be reordered.
      return found.length === 1 ? encodeParameter(found[0]![1]) : undefined;
    }
  }
  return undefined;
}

/** Encodes a parameter like a form, with `%20` for a space (RFC 9421 2.2.8). */
function encodeParameter(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice(1).replaceAll("+", "%20");
}

/** Returns the value of a header field (RFC 9421 2.1). */
function fieldValue(
  { fields, fieldTypes }: Message,
  name: string,
  params: Item["params"],
  wrong: (why: string) => ComponentError,
): string | undefined {
  const lines = fields
    .filter(([other]) => other.toLowerCase() === name)
    .map(([, value]) => trimField(value.replaceAll(/[ \t]*\r?\n[ \t]+/g, " ")));
  if (lines.length === 0) return undefined;
  const key = params.get("key");
  if (params.has("bs")) {
    if (params.has("sf") || key !== undefined) throw wrong("has both bs and sf or key");
    return lines.map((line) => `:${toBase64(latin1(line, wrong))}:`).join(", ");
  }
  const value = lines.join(", ");
  if (key !== undefined) {
    const member = parseDictionary(value)?.get(String(key));
    return member && serializeMember(member);
  }
  if (!params.has("sf")) return value;
  const written = strictly(value, fieldTypes?.[name] ?? FIELD_TYPES[name], wrong);
  if (written === undefined) throw wrong("is not a well-formed structured field");
  return written;
}

function strictly(
  value: string,
  type: FieldType | undefined,
  wrong: (why: string) => ComponentError,
): string | undefined {
  switch (type) {
    case "item": {
      const item = parseItem(value);
      return item && serializeItem(item);
    }
    case "list": {
      const members = parseList(value);
      return members && serializeList(members);
    }
    case "dictionary": {
      const members = parseDictionary(value);
      return members && serializeDictionary(members);
    }
  }
  throw wrong("is a field whose type is unknown; name it in fieldTypes");
}

/** Returns the bytes of a field value, whose characters stand for one byte each. */
function latin1(text: string, wrong: (why: string) => ComponentError): Uint8Array {
  if (/[^\0-\xff]/.test(text)) throw wrong("has characters that are not bytes");
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
