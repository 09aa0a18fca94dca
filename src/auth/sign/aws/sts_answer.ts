/**
 * Reads the responses of AWS's Security Token Service: XML with elements and text only.
 *
 * @module
 */

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

/** Matches a tag, or the text before the next. Comments, CDATA and type declarations do not match. */
const TAG_OR_TEXT =
  /<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|[^<]+/y;

/**
 * Returns the texts of the leaf elements, by their paths below the root, such as `Error/Code`.
 *
 * @returns Undefined if the text is not such XML, or has the same path twice.
 */
export function readElements(xml: string): ReadonlyMap<string, string> | undefined {
  const text = xml.replace(/^\uFEFF?\s*(?:<\?xml\s[^<>]*\?>)?/, "");
  const found = new Map<string, string>();
  const open: { readonly name: string; text: string; hasElements: boolean }[] = [];
  let isOver = false;
  TAG_OR_TEXT.lastIndex = 0;
  while (TAG_OR_TEXT.lastIndex < text.length) {
    const match = TAG_OR_TEXT.exec(text);
    if (match === null) return undefined;
    const [piece, isEnd, name, , isEmpty] = match;
    const parent = open.at(-1);
    if (name === undefined) {
      if (parent !== undefined) parent.text += piece;
      else if (piece.trim() !== "") return undefined;
      continue;
    }
    if (isEnd === "") {
      if (isOver) return undefined;
      if (parent !== undefined) parent.hasElements = true;
      open.push({ name, text: "", hasElements: false });
      if (isEmpty === "") continue;
    }
    const closed = open.pop();
    if (closed?.name !== name || (isEnd !== "" && isEmpty !== "")) return undefined;
    isOver = open.length === 0;
    if (closed.hasElements) continue;
    const path = [...open.slice(1).map((one) => one.name), name].join("/");
    const value = unescaped(closed.text);
    if (value === undefined || found.has(path)) return undefined;
    found.set(path, value);
  }
  return isOver ? found : undefined;
}

/** Resolves the references in a text; undefined if one is unknown. */
function unescaped(text: string): string | undefined {
  let isKnown = true;
  const value = text.replaceAll(
    /&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(\w+));|&/g,
    (_, dec, hex, name) => {
      const code = dec !== undefined
        ? Number(dec)
        : hex !== undefined
        ? parseInt(hex, 16)
        : undefined;
      const found = code === undefined
        ? (Object.hasOwn(ENTITIES, name ?? "") ? ENTITIES[name] : undefined)
        : code > 0 && code <= 0x10ffff
        ? String.fromCodePoint(code)
        : undefined;
      if (found === undefined) isKnown = false;
      return found ?? "";
    },
  );
  return isKnown ? value.trim() : undefined;
}
