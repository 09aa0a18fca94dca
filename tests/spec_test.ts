/** Holds SPEC.md against the code, as `deno doc --json` tells it: options, codes. */

import { assert, assertEquals } from "@std/assert";
import { EventSourceClient, HTTPClient, WebSocketClient } from "../mod.ts";
import { docComment } from "./support/doc_comments.ts";

/** As much of the output of `deno doc --json` as is read here. */
interface Documentation {
  readonly nodes: Record<string, { readonly symbols: readonly Documented[] }>;
}

interface Documented {
  readonly name: string;
  readonly declarations: readonly Declaration[];
}

interface Declaration {
  readonly kind: string;
  readonly location: Location;
  readonly def: {
    readonly constructors?: readonly Member[];
    readonly methods?: readonly Member[];
    readonly properties?: readonly Member[];
  };
}

interface Member {
  readonly name: string;
  readonly location: Location;
  readonly accessibility?: string;
  readonly jsDoc?: {
    readonly tags?: readonly { readonly kind: string; readonly value?: string }[];
  };
}

interface Location {
  readonly filename: string;
  readonly line: number;
  readonly col: number;
}

const ROOT = new URL("../", import.meta.url);
const SPEC = await Deno.readTextFile(new URL("SPEC.md", ROOT));
/** The entry points of deno.json: name to path. */
const EXPORTS: Record<string, string> =
  JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT))).exports;
const SYMBOLS_OF = await documentedSymbols();

/** The public symbols of each entry point. */
async function documentedSymbols(): Promise<Record<string, readonly Documented[]>> {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", "--quiet", ...Object.values(EXPORTS)],
    cwd: ROOT,
    stderr: "inherit",
  }).output();
  assert(success, "deno doc failed");
  const { nodes }: Documentation = JSON.parse(new TextDecoder().decode(stdout));
  return Object.fromEntries(
    Object.entries(EXPORTS).map(([name, path]) => [name, nodes[new URL(path, ROOT).href]!.symbols]),
  );
}

/** The text of a section of SPEC.md, from its heading to the next of the same level. */
function section(heading: string): string {
  const start = SPEC.indexOf(`\n## ${heading}`);
  assert(start >= 0, `SPEC.md has no section "${heading}"`);
  const end = SPEC.indexOf("\n## ", start + 1);
  return SPEC.slice(start, end < 0 ? undefined : end);
}

/** The rows of the first table of a text that has the given header, each as its cells. */
function tableRows(text: string, firstHeader: string): string[][] {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.split("|")[1]?.trim() === firstHeader);
  assert(start >= 0, `there is no table with the header "${firstHeader}"`);
  const rows: string[][] = [];
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith("|")) break;
    rows.push(line.slice(1, -1).split("|").map((cell) => cell.trim()));
  }
  return rows;
}

/** The options of such a table with their defaults. A row may have several names. */
function listedOptions(text: string, firstHeader: string): (readonly [string, string])[] {
  return tableRows(text, firstHeader).flatMap(([names = "", value = ""]) =>
    names.split(", ").map((name) => [name.replaceAll("`", ""), value] as const)
  );
}

function members(name: string): readonly Member[] {
  const symbol = SYMBOLS_OF["."]!.find((symbol) => symbol.name === name);
  assert(symbol, `there is no public name ${name}`);
  return symbol.declarations[0]!.def.properties ?? [];
}

// R2.3
Deno.test("SPEC.md lists every option with its default, and no other", () => {
  const options = ["CommonOptions", "RequestOptions", "BodyOptions", "HTTPClientOptions"]
    .flatMap(members);
  const documented = options.map(({ name, jsDoc }) => {
    const value = jsDoc?.tags?.find(({ kind }) => kind === "default")?.value;
    return [name, value ?? "none"] as const;
  });
  const listed = tableRows(section("2. Options"), "option").flatMap(([names, value]) =>
    names!.replaceAll("`", "").split(", ").map((name) => [name, value!] as const)
  );
  assertEquals(new Map(listed), new Map(documented));
  assertEquals(listed.length, documented.length);
});

// R17.1
Deno.test("SPEC.md lists every option of WebSocketClient with its default, and no other", () => {
  const options = ["WebSocketClientOptions", "WebSocketQueues"].flatMap(members);
  const documented = options.map(({ name, jsDoc }) => {
    const value = jsDoc?.tags?.find(({ kind }) => kind === "default")?.value;
    return [name, value ?? "none"] as const;
  });
  const listed = listedOptions(section("17. WebSocket"), "option");
  assertEquals(new Map(listed), new Map(documented));
  assertEquals(listed.length, documented.length);
});

// R18.1
Deno.test("SPEC.md lists every option of EventSourceClient with its default, and no other", () => {
  const documented = members("EventSourceClientOptions").map(({ name, jsDoc }) => {
    const value = jsDoc?.tags?.find(({ kind }) => kind === "default")?.value;
    return [name, value ?? "none"] as const;
  });
  const listed = listedOptions(section("18. Event streams"), "option of event streams");
  assertEquals(new Map(listed), new Map(documented));
  assertEquals(listed.length, documented.length);
});

Deno.test("SPEC.md says which client takes which option, as the clients do", () => {
  const shared = ["CommonOptions", "HTTPClientOptions", "RequestOptions", "BodyOptions"]
    .flatMap(members).map(({ name }) => name);
  const own = ["EventSourceClientOptions", "WebSocketClientOptions", "WebSocketQueues"]
    .flatMap(members).map(({ name }) => name);
  const takes = (make: () => unknown) => {
    try {
      make();
    } catch (error) {
      // Another complaint, of a call's option given to a client for one, knows the name.
      return !(error as Error).message.includes("there is no option");
    }
    return true;
  };
  const taken = (make: (options: object) => unknown) =>
    new Set([...shared, ...own].filter((name) => takes(() => make({ [name]: undefined }))));
  const [, only = "", not = ""] =
    /\*\*R19\.2\*\* [^;]*takes ([^;]*);[^;]* all but ([^.]*)\./.exec(SPEC) ?? [];
  const names = (text: string) => Array.from(text.matchAll(/`(\w+)`/g), ([, name]) => name!);
  const ownOf = (heading: string, header: string) =>
    listedOptions(section(heading), header).map(([name]) => name);
  const without = names(not);
  assert(names(only).length > 0 && without.length > 0, "SPEC.md has no such rule");
  assertEquals(taken((options) => new HTTPClient(options)), new Set(shared));
  assertEquals(
    taken((options) => new WebSocketClient("ws://a.example", options)),
    new Set([...names(only), ...ownOf("17. WebSocket", "option")]),
  );
  assertEquals(
    taken((options) => new EventSourceClient("http://a.example", options)),
    new Set([
      ...shared.filter((name) => !without.includes(name)),
      ...ownOf("18. Event streams", "option of event streams"),
    ]),
  );
  // No name of section 2 that R19.2 leaves out is one that section 17 gives another meaning.
  const options = ownOf("17. WebSocket", "option").filter((name) => shared.includes(name));
  assertEquals(new Set(options), new Set(names(only)));
});

Deno.test("the guide of each entry has 60 to 200 lines", async () => {
  for (const [entry, path] of Object.entries(EXPORTS)) {
    const lines = (await docComment(path)).trimEnd().split("\n").length;
    assert(lines >= 60 && lines <= 200, `${entry}: ${lines} lines`);
  }
});

/** The longest line of code that a page of the reference shows without scrolling sideways. */
const LONGEST = 74;

Deno.test("code in guides names its language, fits the page, and is shown whole", async () => {
  const guides: (readonly [path: string, declaration?: string])[] = [
    ...Object.values(EXPORTS).map((path) => [path] as const),
    ["src/http/http_client.ts", "export class HTTPClient"],
    ["src/websocket/websocket_client.ts", "export class WebSocketClient"],
    ["src/sse/event_source_client.ts", "export class EventSourceClient"],
  ];
  const wrong: string[] = [];
  for (const [path, declaration] of guides) {
    const guide = await docComment(path, declaration);
    const blocks = [
      ...guide.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm),
    ];
    // Without an empty line, deno doc makes a heading of the text after a title too.
    wrong.push(...guide.match(/^@example .*\n(?!```|$).*/gm) ?? []);
    if (blocks.length === 0) wrong.push(`${path} has no code`);
    for (const [, language, code = ""] of blocks) {
      if (!/^(?:ts|json|yaml|sh|text)(?: ignore)?$/.test(language ?? "")) {
        wrong.push(`${path}: ${code}`);
      }
      // deno doc hides a line that begins with "# ".
      const bad = code.split("\n").filter((line) => line.length > LONGEST || line.startsWith("# "));
      wrong.push(...bad.map((line) => `${path}: ${line}`));
    }
  }
  assertEquals(wrong, []);
});

Deno.test("the guides of the clients have every option in code", async () => {
  const guides = await Promise.all([
    docComment("mod.ts"),
    docComment("src/websocket/websocket_client.ts", "export class WebSocketClient"),
    docComment("src/sse/event_source_client.ts", "export class EventSourceClient"),
  ]);
  const code = Array.from(guides.join("\n").matchAll(/```[\s\S]*?```|`[^`\n]+`/g), ([text]) => text)
    .join(
      "\n",
    );
  const words = new Set(code.match(/(?<![\w.$])\w+/g)); // `signal`, and not that of `client.signal`
  const missing = ["CommonOptions", "HTTPClientOptions", "RequestOptions", "BodyOptions"]
    .concat("EventSourceClientOptions", "WebSocketClientOptions", "WebSocketQueues")
    .flatMap(members).map(({ name }) => name).filter((name) => !words.has(name));
  assertEquals(missing, []);
});

// R5.4, R9.1
Deno.test("SPEC.md and README.md list every error code and every reason for no retry", async () => {
  const source = await Deno.readTextFile(new URL("src/error_codes.ts", ROOT));
  const union = (name: string) => {
    const text = new RegExp(`export type ${name} =([^;]*);`).exec(source)![1]!;
    return [...text.matchAll(/"(\w+)"/g)].map((match) => match[1]!);
  };
  const cells = (rows: string[][]) =>
    rows.flatMap(([first]) => first!.replaceAll("`", "").split(", "));
  const codes = union("NetworkingErrorCode");
  assertEquals(new Set(cells(tableRows(section("9. Errors"), "code"))), new Set(codes));
  const [skipped = ""] = section("5. Retries").match(/^- .*`retrySkipped` is .*/m) ??
    [];
  const reasons = Array.from(skipped.matchAll(/`([a-z_]+)`/g), ([, reason]) => reason!);
  assertEquals(new Set(reasons), new Set(union("RetrySkipped")));
  const meanings = await docComment("src/error_codes.ts", "export type NetworkingErrorCode");
  assertEquals(cells(tableRows(meanings, "code")), codes);
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  for (const code of codes) assert(readme.includes(`\`${code}\``), `README.md lacks ${code}`);
});

Deno.test("the tasks that README.md names exist", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const named = [...readme.matchAll(/deno(?:@[\d.]+)? task ([a-z:]+)/g)].map((match) => match[1]!);
  assert(named.length > 5);
  for (const name of named) assert(Object.hasOwn(tasks, name), `there is no task ${name}`);
});

Deno.test("every file that SPEC.md names is there", async () => {
  const named = new Set(SPEC.match(/`(?:src|tests)\/[\w/.]*`/g));
  assert(named.size > 0);
  for (const name of named) {
    await Deno.stat(new URL(name.slice(1, -1), ROOT)); // throws for one that is not
  }
});
