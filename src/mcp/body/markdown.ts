/**
 * Converts an HTML page to markdown: headings, lists, links, tables and code, navigation included. Scripts, styles,
 * templates, comments and hidden elements are left out.
 *
 * @module
 */

import { decoderFor, parseContentType } from "../../formats/content_type.ts";

/** The header Accept for pages. */
export const PAGE_ACCEPT = "text/markdown, text/html;q=0.9, */*;q=0.8";

/** Whether a body is an HTML page: by its type, or without a type by its first bytes. */
export function isHTML(type: string | null, bytes: Uint8Array): boolean {
  const { essence } = parseContentType(type);
  if (essence !== "") return essence === "text/html" || essence === "application/xhtml+xml";
  return /^\s*(?:<!--[^]*?-->\s*)?<(?:!doctype html|html|head|body)\b/i.test(beginning(bytes));
}

/** The bytes searched for the charset of a page (HTML Standard, "prescan a byte stream"). */
const PRESCAN = 1024;

function beginning(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, PRESCAN));
}

function decode(bytes: Uint8Array, type: string | null): string {
  const meta = /<meta[^>]{0,200}charset\s*=\s*["']?([\w.:-]+)/i.exec(beginning(bytes))?.[1];
  return decoderFor(parseContentType(type).charset ?? meta ?? "utf-8").decode(bytes);
}

/** The part of an element of mdream that is used. */
interface PageElement {
  readonly type: number;
  readonly name: string;
  readonly tagId?: number;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly depthMap?: Uint16Array;
  readonly parent?: PageElement | null;
  tagHandler?: object;
}

const TEXT = 2;

/** Elements whose markdown grows with each level, and their deepest level. */
const DEEPEST: ReadonlyMap<string, number> = new Map([
  ["code", 1],
  ["blockquote", 10],
  ["ul", 10],
  ["ol", 10],
  ["li", 10],
  ["table", 1],
]);

/** Elements without a markdown form, shown as blocks. */
const BLOCK = { enter: "", exit: "", spacing: [2, 2] as [number, number] };
const BLOCKS = Object.fromEntries(
  ["details", "summary", "dl", "dt", "dd"].map((name) => [name, BLOCK]),
);

/**
 * Converts a page to markdown.
 *
 * @param bytes The source.
 * @param type Its Content-Type.
 */
export async function toMarkdown(
  bytes: Uint8Array,
  type: string | null,
): Promise<Uint8Array<ArrayBuffer>> {
  // Loaded for the first page.
  const { htmlToMarkdown } = await import("@mdream/js/core");
  const markdown = htmlToMarkdown(decode(bytes, type), {
    plugins: { tagOverrides: BLOCKS },
    hooks: [visibleOnly()],
  });
  return new TextEncoder().encode(markdown);
}

/** Leaves out hidden elements, and flattens excessive nesting. */
function visibleOnly() {
  const hidden = new WeakSet<object>();
  const isHidden = (element: PageElement): boolean => {
    if (hidden.has(element)) return true;
    const { parent } = element;
    if (!(parent && hidden.has(parent)) && !hides(element.attributes ?? {})) return false;
    hidden.add(element);
    return true;
  };
  return {
    excludesOverflowSubtree: isHidden,
    beforeNodeProcess({ node }: { readonly node: object }): { skip: boolean } | undefined {
      const element = node as PageElement;
      const { type, name, parent, depthMap, tagId } = element;
      if (type === TEXT) return parent && hidden.has(parent) ? { skip: true } : undefined;
      if (isHidden(element)) return { skip: true };
      const most = DEEPEST.get(name);
      if (most !== undefined && (depthMap?.[tagId ?? -1] ?? 0) > most) element.tagHandler = {};
      return undefined;
    },
  };
}

/** Whether an element hides itself (HTML Standard 6.1; CSS Display 2.6, CSS2 11.2). */
function hides(attributes: Readonly<Record<string, string>>): boolean {
  if (attributes.hidden !== undefined) return true;
  const style = attributes.style?.replace(/\/\*[^]*?\*\//g, "") ?? "";
  return /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|content-visibility\s*:\s*hidden|opacity\s*:\s*0*(?:\.0+)?%?\s*(?:;|!|$)|font-size\s*:\s*0*(?:\.0+)?(?:[a-z]+|%)?\s*(?:;|!|$))/i
    .test(style);
}
