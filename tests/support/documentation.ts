/**
 * `deno task doc`: the reference as HTML, in the git-ignored folder `.doc`. With `--screenshots` Debian's
 * Chromium photographs the pages of the entries and of the clients into `.doc/screenshots`.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- printing is what it is for

import { Chromium } from "../servers/chromium.ts";
import { filesBelow } from "./files.ts";
import { type Outcome, runDeno } from "./gate.ts";

const ROOT = await Deno.realPath(`${import.meta.dirname}/../..`);
const CONFIG: { readonly name: string; readonly exports: Readonly<Record<string, string>> } = JSON
  .parse(await Deno.readTextFile(`${ROOT}/deno.json`));
/** Longer pages are cut off: Chromium takes no larger pictures. */
const HIGHEST = 12_000;

/** How a page says what to import: of an entry, without the name of the package. */
const USAGE = /(import (?:\* as mod|\{ (?:type )?[\w$]+ \}) from &quot;)([\w./-]+)(?=&quot;;)/g;

/** The box that says what to import is narrow: its line is wrapped, so that the name of an entry is not cut off. */
const STYLE = ".ddoc .usageContent code { white-space: pre-wrap; overflow-wrap: anywhere; }\n";

/** Builds the pages of all entries in a folder. */
export async function buildDocumentation(folder: string): Promise<Outcome> {
  const flags = ["--html", "--quiet", `--name=${CONFIG.name}`, `--output=${folder}`];
  const built = await runDeno(["doc", ...flags, ...Object.values(CONFIG.exports)], { cwd: ROOT });
  if (!built.success) return built;
  for (const path of await filesBelow(folder, ".html")) {
    const page = await Deno.readTextFile(`${folder}/${path}`);
    const named = page.replaceAll(USAGE, (whole, start: string, entry: string) => {
      if (entry === ".") return start + CONFIG.name;
      return `./${entry}` in CONFIG.exports ? `${start}${CONFIG.name}/${entry}` : whole;
    });
    if (named !== page) await Deno.writeTextFile(`${folder}/${path}`, named);
  }
  await Deno.writeTextFile(`${folder}/page.css`, STYLE, { append: true });
  return built;
}

/** The pages that are guides: those of the entries, and the clients' own. */
const GUIDES: readonly string[] = [
  ...Object.keys(CONFIG.exports).map((entry) => `${entry.slice(1)}/index`.slice(1)),
  ...["HTTPClient", "WebSocketClient", "EventSourceClient"].map((name) => `~/${name}`),
];

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", quot: '"', lt: "<", gt: ">" };

function decoded(text: string): string {
  return text.replaceAll(
    /&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi,
    (whole, hex?: string, decimal?: string, name = "") =>
      hex === undefined && decimal === undefined
        ? ENTITIES[name] ?? whole
        : String.fromCodePoint(hex === undefined ? Number(decimal) : parseInt(hex, 16)),
  );
}

/**
 * The links between the pages in a folder that lead to no file, or to no place in it, and the tags of doc
 * comments that were left as they stand there.
 */
export async function brokenLinks(folder: string): Promise<string[]> {
  const files = (await filesBelow(folder, "")).map((path) => `/${path}`);
  const pages = new Map<string, string>();
  for (const path of files.filter((path) => path.endsWith(".html"))) {
    pages.set(path, await Deno.readTextFile(folder + path));
  }
  const places = new Map<string, Set<string>>();
  for (const [path, page] of pages) {
    const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id = ""]) => decoded(id));
    places.set(path, new Set(ids));
  }
  const all = new Set(files);
  const broken = new Set<string>();
  for (const [path, page] of pages) {
    for (const [tag] of page.matchAll(/\{@link[^}]*\}/g)) broken.add(`${path}: ${decoded(tag)}`);
    for (const [, given = ""] of page.matchAll(/\s(?:href|src)="([^"]*)"/g)) {
      const link = decoded(given);
      // deno doc links the parameter of a mapped type, which it gives no place.
      if (/^[a-z][a-z+.-]*:/i.test(link) || link.startsWith("#type_param_")) continue;
      const { pathname, hash } = new URL(link, `file://${path}`);
      const target = decodeURIComponent(pathname).replace(/\/$/, "/index.html");
      const isThere = all.has(target) &&
        (hash === "" || places.get(target)?.has(decodeURIComponent(hash.slice(1))));
      if (!isThere) broken.add(`${path}: ${link}`);
    }
  }
  return [...broken];
}

/** Photographs the guides; gives the files in `to`. */
export async function screenshots(folder: string, to: string): Promise<string[]> {
  await Deno.mkdir(to, { recursive: true });
  const written: string[] = [];
  await using chromium = await Chromium.start();
  for (const guide of GUIDES) {
    const page = await chromium.newPage();
    await page.show(1280, 900, "light");
    await page.goto(`file://${folder}/${guide}.html`);
    const height = await page.evaluate<number>("document.documentElement.scrollHeight");
    await page.show(1280, Math.min(height, HIGHEST), "light");
    const name = guide.replace(/^~\/|(?<=.)\/index$/, "").replaceAll("/", "-");
    written.push(`${to}/${name}.png`);
    await page.screenshot(written.at(-1)!);
  }
  return written;
}

if (import.meta.main) {
  const folder = `${ROOT}/.doc`;
  const { success, output } = await buildDocumentation(folder);
  if (!success) {
    console.error(output);
    Deno.exit(1);
  }
  if (Deno.args.includes("--screenshots") && await Chromium.isInstalled()) {
    const written = await screenshots(folder, `${folder}/screenshots`);
    console.log(`${written.length} pictures are in .doc/screenshots`);
  }
}
