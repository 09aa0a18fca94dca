/**
 * Reads a description: the root document, and the documents that it refers to, as far as that is allowed.
 *
 * @module
 */

import { CORE_SCHEMA, load, mergeTag, YAMLException } from "js-yaml";
import { builtinModule } from "../../runtime/builtin_modules.ts";
import { HTTPClient } from "../../http/http_client.ts";
import { list, type OptionTable, that } from "../../options/checks.ts";
import { linesOf, repeatsNames } from "./lines.ts";
import { upgraded } from "./openapi2.ts";
import { overlaid } from "./overlays.ts";
import { DescriptionError, type Problems } from "./problems.ts";
import { Document, Documents, MAX_DEPTH, property, walk } from "./documents.ts";

/** A description: a path, a URL, its text with its place, or a parsed object. */
export type Source = string | URL | DescriptionText | Readonly<Record<string, unknown>>;

/** The text of a description. */
export interface DescriptionText {
  /** JSON or YAML. */
  readonly text: string;
  /** The base of relative references: a path or a URL. Without it they are broken. */
  readonly base?: string | URL;
}

/** Options of reading a description. */
export interface ReadOptions {
  /**
   * Where references may lead, besides the folder of the description: folders, files, and URLs such as
   * `https://schemas.example.com/v2/`, with everything below them.
   */
  readonly allow?: readonly (string | URL)[];
  /** The client that reads a description from a URL. References to other origins never use it. */
  readonly client?: HTTPClient;
  /** Overlays (OpenAPI Overlay 1.0, 1.1) that are applied to the description first, in order. */
  readonly overlays?: readonly Source[];
}

/** The checks of {@linkcode ReadOptions}. */
export const READ_CHECKS: OptionTable<ReadOptions> = {
  allow: list(
    that((value) => typeof value === "string" || value instanceof URL, "a URL or a folder"),
    "an array of URLs and folders",
  ),
  client: that((value) => value instanceof HTTPClient, "an HTTPClient"),
  overlays: list(
    that(
      (value) => typeof value === "string" || typeof value === "object" && value !== null,
      "a path, a URL, { text } or an overlay",
    ),
    "an array of overlays",
  ),
};

/** As much of node:fs/promises as is used. */
interface FileSystem {
  readFile(path: URL, encoding: "utf8"): Promise<string>;
  realpath(path: URL): Promise<string>;
}

/** As much of node:url as is used. */
interface FileURLs {
  pathToFileURL(path: string): URL;
}

/**
 * Reads a description and the documents that it refers to.
 *
 * @throws {DescriptionError} If it cannot be read, or is not an OpenAPI description.
 */
export async function readDescription(
  source: Source,
  { allow = [], client, overlays = [] }: ReadOptions,
  problems: Problems,
): Promise<Documents> {
  const found = await readRoot(source, client, problems);
  const layers: Document[] = [];
  for (const overlay of overlays) layers.push(await readRoot(overlay, client, problems));
  const root = await overlaid(found, layers, problems);
  const version = property(root.root, "openapi") ?? property(root.root, "swagger");
  if (typeof version !== "string" || !/^(?:2\.0|3\.[012](?:\.|$))/.test(version)) {
    throw new DescriptionError(
      `Cannot generate from ${root.uri}: ${
        version === undefined
          ? "it is not an OpenAPI description"
          : `its version is ${JSON.stringify(version)}`
      }; give OpenAPI 2.0, 3.0, 3.1 or 3.2`,
    );
  }
  const documents = new Documents(version === "2.0" ? upgraded(root, problems) : root);
  const allowed = [new URL(".", root.uri).href, ...allow.map((one) => toURL(one).href)];
  const waiting = [documents.root];
  const failed = new Set<string>();
  for (let document = waiting.pop(); document !== undefined; document = waiting.pop()) {
    for (const [uri, pointer] of externalReferences(document)) {
      if (documents.has(uri) || failed.has(uri)) continue;
      try {
        if (!allowed.some((place) => isWithin(uri, place))) {
          throw new Error("it is outside the description's folder; name it in allow");
        }
        const { text } = await readText(new URL(uri), undefined, allowed);
        const found = parse(text, uri, problems);
        documents.add(found);
        waiting.push(found);
      } catch (error) {
        failed.add(uri);
        const why = error instanceof Error ? error.message : String(error);
        problems.warn("broken_reference", { document, pointer }, `Cannot read ${uri}: ${why}`);
      }
    }
  }
  return documents;
}

async function readRoot(
  source: Source,
  client: HTTPClient | undefined,
  problems: Problems,
): Promise<Document> {
  if (typeof source === "string" || source instanceof URL) {
    const { text, url } = await readText(toURL(source), client).catch((error) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new DescriptionError(
        `Cannot read the description ${String(source).slice(0, 200)}: ${why}`,
        [],
        error,
      );
    });
    return parse(text, url, problems);
  }
  if ("text" in source && typeof source.text === "string") {
    const { text, base } = source as DescriptionText;
    const uri = base === undefined ? "memory:/description" : toURL(base).href;
    return parse(text, uri, problems);
  }
  return new Document("memory:/description", source);
}

function builtin<T>(name: string): T {
  const found = builtinModule<T>(name);
  if (found !== undefined) return found;
  throw new Error("there are no files on this runtime; give the text of the description, or a URL");
}

function toURL(given: string | URL): URL {
  if (given instanceof URL) return given;
  if (/^(?:https?|file):/i.test(given)) return new URL(given);
  const folder = given.endsWith("/");
  const url = builtin<FileURLs>("node:url").pathToFileURL(given);
  if (folder && !url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}

/** Whether a URL is at or below a place. `…/v2-other` is not below `https://a.example/v2`. */
function isWithin(url: string, place: string): boolean {
  return url === place || url.startsWith(place.endsWith("/") ? place : `${place}/`);
}

async function readText(
  url: URL,
  client: HTTPClient | undefined,
  allowed?: readonly string[],
): Promise<{ readonly text: string; readonly url: string }> {
  if (url.protocol === "file:") {
    const { readFile, realpath } = builtin<FileSystem>("node:fs/promises");
    if (allowed !== undefined) {
      const { pathToFileURL } = builtin<FileURLs>("node:url");
      const places = allowed.filter((place) => place.startsWith("file:"));
      const real = await Promise.allSettled(places.map((place) => realpath(new URL(place))));
      const target = pathToFileURL(await realpath(url)).href;
      const isAllowed = (place: PromiseSettledResult<string>) =>
        place.status === "fulfilled" && isWithin(target, pathToFileURL(place.value).href);
      if (!real.some(isAllowed)) {
        // A place that does not exist or cannot be read allows nothing; it may be the reason.
        const lost = real.find((place) => place.status === "rejected");
        throw lost?.reason ?? new Error("it is a link to a file outside the folder");
      }
    }
    return { text: await readFile(url, "utf8"), url: url.href };
  }
  if (!/^https?:$/.test(url.protocol)) throw new Error("it must be a file or an http(s) URL");
  // References of a description are not trusted: no credentials, and no redirects.
  const own = client ?? new HTTPClient();
  try {
    const response = await own.get(url, allowed === undefined ? {} : { maxRedirects: 0 });
    response.raiseForStatus();
    return { text: response.text, url: response.url };
  } finally {
    if (client === undefined) await own.close();
  }
}

/** YAML with the types of JSON and with merge keys (`<<`), which are common. */
const SCHEMA = CORE_SCHEMA.withTags(mergeTag);

/** Parses a document. A duplicate name is a warning, and the last one is used. */
function parse(given: string, uri: string, problems: Problems): Document {
  const text = given.replace(/^\ufeff/, ""); // a byte order mark
  try {
    const { root, isRepeating } = parsed(text);
    const document = new Document(uri, root, text);
    for (const { pointer, line } of isRepeating ? linesOf(text, MAX_DEPTH).repeated : []) {
      problems.warn(
        "invalid",
        { document, pointer },
        `Duplicate name, first on line ${line}; the last one is used`,
      );
    }
    return document;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DescriptionError(
      `Cannot read ${uri}: it is neither JSON nor YAML: ${why}`,
      [],
      error,
    );
  }
}

function parsed(text: string): { readonly root: unknown; readonly isRepeating: boolean } {
  if (/^\s*\{/.test(text)) {
    try {
      const root: unknown = JSON.parse(text);
      return { root, isRepeating: repeatsNames(text, root) };
    } catch {
      // A YAML flow mapping, or JSON that is wrong: then the YAML parser knows the line.
    }
  }
  const options = { schema: SCHEMA, maxDepth: MAX_DEPTH };
  try {
    return { root: load(text, options), isRepeating: false };
  } catch (error) {
    if (!(error instanceof YAMLException) || !error.reason.includes("duplicated")) throw error;
    return { root: load(text, { ...options, json: true }), isRepeating: true };
  }
}

/** Returns the documents that a document refers to, each with the place of the first reference. */
function externalReferences(document: Document): Map<string, string> {
  const found = new Map<string, string>();
  const add = (reference: unknown, pointer: string) => {
    if (typeof reference !== "string" || reference.startsWith("#")) return;
    const path = reference.split("#")[0]!;
    if (!URL.canParse(path, document.base)) return;
    const { href } = new URL(path, document.base);
    if (!found.has(href)) found.set(href, pointer);
  };
  walk(document.root, "", (value, pointer) => {
    if (!pointer.endsWith("/properties")) add(value.$ref, pointer);
    const mapping = property(value.discriminator, "mapping");
    for (
      const target of Object.values(typeof mapping === "object" && mapping !== null ? mapping : {})
    ) {
      // A bare name is the name of a schema.
      if (typeof target === "string" && /[/.]/.test(target)) add(target, pointer);
    }
  });
  return found;
}
