/**
 * A model as TypeScript. Text of the description passes one of the four sinks.
 *
 * @module
 */

import type { Model, OperationModel } from "../model/model.ts";
import { documentation } from "../model/schemas.ts";
import { property } from "../read/documents.ts";
import type { Operation } from "../runtime/operation.ts";
import { camel, comment, commentText, key, str } from "../model/sinks.ts";

/** How code is emitted. */
export interface EmitOptions {
  /** Whether there is a file for each tag. */
  readonly split: boolean;
  /** Whether only types are emitted, no functions. */
  readonly typesOnly: boolean;
  /** What the runtime is imported from. */
  readonly runtime: string;
}

/** Code, and what it needs from elsewhere. */
interface Section {
  readonly text: string;
  readonly types: ReadonlySet<string>;
}

/** The files of a model: names with their content. */
export function emit(model: Model, options: EmitOptions): Map<string, string> {
  const header = `${banner(model)}\n`;
  const types = model.types.map(({ text }) => text).join("\n");
  const hooks = webhooks(model);
  if (!options.split) {
    const sections = [
      api(model, options),
      ...model.operations.map((one) => operation(one, options)),
      hooks,
    ];
    const code = sections.map(({ text }) => text).filter((text) => text !== "").join("\n");
    const body = `${code}\n${types}`;
    return new Map([["api.ts", `${header}${imports(body, options)}${body}`]]);
  }
  const files = new Map<string, string>();
  const names = new Map<string, string>();
  files.set("types.ts", `${header}${types}${types === "" ? "export {};\n" : ""}`);
  const byTag = Map.groupBy(model.operations, ({ tag }) => tag);
  const add = (name: string, sections: readonly Section[]) => {
    const body = sections.map(({ text }) => text).filter((text) => text !== "").join("\n");
    if (body === "") return;
    const used = [...new Set(sections.flatMap(({ types }) => [...types]))].sort();
    const own = used.length === 0 ? "" : `import type { ${used.join(", ")} } from "./types.ts";\n`;
    files.set(name, `${header}${imports(body, options)}${own}\n${body}`);
  };
  add("client.ts", [api(model, options), hooks]);
  for (const [tag, operations] of byTag) {
    add(fileName(tag, names), operations.map((one) => operation(one, options)));
  }
  const all = [...files.keys()].map((name) => `export * from "./${name}";\n`);
  files.set("mod.ts", `${header}${all.join("")}`);
  return files;
}

/** A file name of letters, digits and underscores only, whatever the tag. */
function fileName(tag: string, names: Map<string, string>): string {
  const stem = camel(tag).replace(/[^A-Za-z0-9]+/g, "_")
    .replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).slice(0, 60) || "tag";
  const taken = new Set(["types", "client", "mod", ...names.values()]);
  let name = stem;
  for (let number = 2; taken.has(name); number++) name = `${stem}_${number}`;
  names.set(tag, name);
  return `${name}.ts`;
}

function banner({ title, version }: Model): string {
  const what = commentText(`${title} ${version}`).replace(/\s+/g, " ").trim().slice(0, 200);
  return `// deno-fmt-ignore-file\n// Generated from ${what}. Do not edit: generate it again.\n`;
}

/** What generated code may use of the runtime, and whether it is a type. */
const RUNTIME: readonly (readonly [name: string, isType: boolean])[] = [
  ["API", false],
  ["APICall", true],
  ["APIOptions", true],
  ["APIResult", true],
  ["call", false],
  ["CallOptions", true],
  ["EventMessage", true],
  ["items", false],
  ["Operation", true],
  ["serverURL", false],
  ["Status", true],
  ["Status2XX", true],
  ["Status3XX", true],
  ["Status4XX", true],
  ["Status5XX", true],
  ["stream", false],
  ["StreamOptions", true],
];

/** The import of what `code` uses. Names in comments and strings may bring one too many, never too few. */
function imports(code: string, { runtime }: EmitOptions): string {
  const bare = code.replace(/"(?:[^"\\\n]|\\.)*"|\/\*[^]*?\*\//g, '""');
  const words = new Set(bare.match(/[A-Za-z_$][\w$]*/g) ?? []);
  // A member may be named like one of ours; ours are called, or stand where types do.
  const uses = ([name, isType]: readonly [string, boolean]) =>
    words.has(name) && (isType || new RegExp(`\\b${name}\\(|: ${name}\\b`).test(bare));
  const found = RUNTIME.filter((one) =>
    uses(one) && new RegExp(`[^.\\w$]${one[0]}(?!\\??:)\\b`).test(bare)
  );
  if (found.length === 0) return "";
  const isTypesOnly = found.every(([name, isType]) =>
    isType || !new RegExp(`\\b${name}\\(`).test(bare)
  );
  const list = found.map(([name, isType]) => {
    const isValue = !isType && new RegExp(`\\b${name}\\(`).test(bare);
    return isValue || isTypesOnly ? name : `type ${name}`;
  });
  return `import ${isTypesOnly ? "type " : ""}{ ${list.join(", ")} } from ${str(runtime)};\n\n`;
}

/** Data as an expression. */
function data(value: unknown): string {
  if (typeof value === "string") return str(value);
  if (Array.isArray(value)) return `[${value.map(data).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const members = Object.entries(value).filter(([, one]) => one !== undefined)
    // TypeScript takes such a member for that of Object, and its strings for any.
    .map(([name, one]) =>
      `${key(name)}: ${data(one)}${name in Object.prototype ? " as const" : ""}`
    );
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

function api(model: Model, { typesOnly }: EmitOptions): Section {
  if (typesOnly) return { text: "", types: new Set() };
  const { servers, security } = model;
  const names = Object.keys(security);
  const union = names.length === 0 ? "never" : names.map(str).join(" | ");
  const [first] = servers;
  const isAbsolute = first !== undefined && /^https?:\/\/[^/]/i.test(
    first.url.replace(
      /\{([^{}]*)\}/g,
      (whole, name: string) => String(property(first.variables, name) ?? whole),
    ),
  );
  const lists = servers.map((server) => `  ${data(server)},\n`).join("");
  const type = servers.map(({ url, variables = {} }) => {
    const members = Object.keys(variables).map((name) => `readonly ${key(name)}: string`);
    const own = members.length === 0 ? "" : `; readonly variables: { ${members.join("; ")} }`;
    return `  { readonly url: ${str(url)}${own} },\n`;
  }).join("");
  const text = [
    comment(["The servers; `serverURL()` fills in their variables."]),
    `export const servers: readonly [\n${type}] = [\n${lists}];\n\n`,
    comment(["The API, with credentials by the names of its security schemes."]),
    `export function createAPI(options: APIOptions<${union}> = {}): API {\n`,
    `  return new API({ server: ${
      isAbsolute ? "serverURL(servers[0])" : '""'
    }, servers, security: ${data(security)} }, options);\n}\n`,
  ].join("");
  return { text, types: new Set() };
}

function webhooks({ webhooks }: Model): Section {
  return {
    text: webhooks.map(({ name, type, doc }) => `${doc}export type ${name} = ${type};\n`).join(
      "\n",
    ),
    types: new Set(webhooks.flatMap(({ used }) => [...used])),
  };
}

function operation(model: OperationModel, options: EmitOptions): Section {
  const { names, results, used } = model;
  const args = argsType(model);
  const plain = names.data === "" ? model.data : names.data;
  const result = results.map(({ status, body }) =>
    `\n  | APIResult<${status}, ${body === model.data ? plain : body}>`
  ).join("");
  const parts = [
    args.text,
    ...(names.data === "" ? [] : [
      comment([`What \`${names.call}()\` gives.`]),
      `export type ${names.data} = ${model.data};\n\n`,
    ]),
    comment([`What \`${names.call}()\` can answer.`]),
    `export type ${names.result} =${result === "" ? " APIResult<Status, unknown>" : result};\n\n`,
  ];
  if (!options.typesOnly) parts.push(...functions(model, args, plain));
  return { text: parts.join(""), types: used };
}

interface Args {
  /** The declaration, or nothing. */
  readonly text: string;
  /** The parameter of the functions, with a comma behind it, or nothing. */
  readonly parameter: string;
}

function argsType(model: OperationModel): Args {
  const { names, args, bodies, isBodyRequired, descriptor } = model;
  if (args.length === 0 && bodies.length === 0) return { text: "", parameter: "" };
  const member = (name: string, isRequired: boolean, type: string) =>
    `  ${key(name)}${isRequired ? "" : "?"}: ${type};\n`;
  const members = descriptor.grouped
    ? [...Map.groupBy(args, ({ place }) => place)].map(([place, own]) => {
      const inner = own.map(({ name, type, isRequired, doc }) =>
        `${doc}${member(name, isRequired, type)}`
      );
      return member(place, own.some((one) => one.isRequired), `{\n${inner.join("")}  }`);
    })
    : args.map(({ name, type, isRequired, doc }) => `${doc}${member(name, isRequired, type)}`);
  const isOptional = !args.some((one) => one.isRequired) && !(bodies.length > 0 && isBodyRequired);
  const doc = comment([`The arguments of \`${names.call}()\`.`]);
  const parameter = `args: ${names.args}${isOptional ? " = {}" : ""}, `;
  if (bodies.length <= 1) {
    if (bodies.length === 1) members.push(member("body", isBodyRequired, bodies[0]!.type));
    return { text: `${doc}export interface ${names.args} {\n${members.join("")}}\n\n`, parameter };
  }
  const alternatives = bodies.map(({ contentType, type }, index) =>
    `{ body${isBodyRequired ? "" : "?"}: ${type}; contentType${index === 0 ? "?" : ""}: ${
      str(contentType)
    } }`
  );
  const fixed = members.length === 0 ? "" : `{\n${members.join("")}} & `;
  const text = `${doc}export type ${names.args} = ${fixed}(\n  | ${
    alternatives.join("\n  | ")
  }\n);\n\n`;
  return { text, parameter };
}

function functions(
  model: OperationModel,
  { parameter }: Args,
  plain: string | undefined,
): string[] {
  const { names, descriptor, stream, pages, node } = model;
  const doc = documentation(node) || comment([`${descriptor.method} ${descriptor.path}`]);
  const given = parameter === "" ? "{}" : "args";
  const parts: string[] = [];
  const declare = (name: string, value: Operation, types: string, of: string) =>
    parts.push(
      comment([of]),
      `export const ${name}: Operation<${types}> = ${data(value)};\n\n`,
    );
  if (plain !== undefined) {
    const types = `${plain}, ${names.result}`;
    declare(
      names.operation,
      { ...descriptor, ...(pages && { pages: pages.rule }) },
      types,
      `What \`${names.call}()\` calls.`,
    );
    parts.push(
      doc,
      `export function ${names.call}(api: API, ${parameter}options?: CallOptions<${plain}>): APICall<${types}> {\n`,
      `  return call(api, ${names.operation}, ${given}, options);\n}\n`,
    );
  }
  if (stream !== undefined) {
    const name = plain === undefined ? names.operation : names.streamOperation;
    declare(
      name,
      { ...descriptor, id: names.stream, stream: stream.format },
      `unknown, ${names.result}`,
      `What \`${names.stream}()\` calls.`,
    );
    parts.push(
      doc,
      `export function ${names.stream}(api: API, ${parameter}options?: StreamOptions): AsyncGenerator<${stream.item}, void, undefined> {\n`,
      `  return stream(api, ${name}, ${given}, options);\n}\n`,
    );
  }
  if (pages !== undefined && plain !== undefined) {
    parts.push(
      "\n" + comment([`The items of all pages of \`${names.call}()\`.`]),
      `export function ${names.items}(api: API, ${parameter}options?: StreamOptions): AsyncGenerator<${pages.item}, void, undefined> {\n`,
      `  return items(api, ${names.operation}, ${given}, options);\n}\n`,
    );
  }
  return parts;
}
