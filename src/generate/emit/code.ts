/**
 * Emits a model as TypeScript. All text of the description passes through one of the four sinks.
 *
 * @module
 */

import type { Model, OperationModel } from "../model/model.ts";
import { camel, commentText, str } from "../model/sinks.ts";
import { api } from "./api.ts";
import { operation } from "./operation.ts";
import { typeSchema } from "./schemas.ts";
import { operationIndex } from "./operation_index.ts";

/** Options for emitting code. */
export interface EmitOptions {
  /** Whether each tag gets its own file. */
  readonly split: boolean;
  /** Whether to emit only types, no functions. */
  readonly typesOnly: boolean;
  /** The module specifier of the runtime. */
  readonly runtime: string;
}

/** Code, and the types that it uses. */
interface Section {
  readonly text: string;
  readonly types: ReadonlySet<string>;
}

/** Returns the files of a model, by name. */
export function emit(model: Model, options: EmitOptions): Map<string, string> {
  const header = `${banner(model)}\n`;
  const schemas = new Map(
    model.types.map(({ name, schema }) => [name, schema?.constant ?? ""] as const),
  );
  const types = model.types.map((one) => {
    const constants = options.typesOnly ? [] : [one.values, typeSchema(one, schemas)];
    return [one.text, ...constants.filter((text) => text !== "")].join("\n");
  }).join("\n");
  const section = (one: OperationModel): Section => ({
    text: operation(one, options.typesOnly, schemas),
    types: one.used,
  });
  const calls = model.operations.map(section);
  const whole: Section = { text: options.typesOnly ? "" : api(model), types: new Set() };
  const hooks = webhooks(model);
  const index = options.typesOnly ? "" : operationIndex(model.operations);
  if (!options.split) {
    const code = [whole, ...calls, hooks, { text: index }].map(({ text }) => text).filter((text) =>
      text !== ""
    )
      .join("\n");
    // The schemas of operations refer to those of types, which must come first.
    const hasSchemas = model.types.some(({ schema }) => schema !== undefined);
    const body = hasSchemas ? `${types}\n${code}` : `${code}\n${types}`;
    return new Map([["api.ts", `${header}${imports(body, options)}${body}`]]);
  }
  const files = new Map<string, string>();
  const names = new Map<string, string>();
  files.set("types.ts", `${header}${schemaImports(types, options)}${types || "export {};\n"}`);
  const byTag = Map.groupBy(model.operations, ({ tag }) => tag);
  const add = (name: string, sections: readonly Section[]) => {
    const body = sections.map(({ text }) => text).filter((text) => text !== "").join("\n");
    if (body === "") return;
    const used = [...new Set(sections.flatMap(({ types }) => [...types]))].sort();
    const values = [...schemas.values()].filter((name) =>
      name !== "" && new RegExp(`\\b${name}\\b`).test(body)
    );
    const own = [
      used.length === 0 ? "" : `import type { ${used.join(", ")} } from "./types.ts";\n`,
      values.length === 0 ? "" : `import { ${values.join(", ")} } from "./types.ts";\n`,
    ].join("");
    files.set(name, `${header}${imports(body, options)}${own}\n${body}`);
  };
  add("client.ts", [whole, hooks]);
  const imported: string[] = [];
  for (const [tag, operations] of byTag) {
    const name = fileName(tag, names);
    add(name, operations.map(section));
    const calls = operations.map((one) => one.names.call);
    imported.push(`import { ${calls.join(", ")} } from "./${name}";\n`);
  }
  if (index !== "") files.set("operations.ts", `${header}${imported.join("")}\n${index}`);
  const all = [...files.keys()].map((name) => `export * from "./${name}";\n`);
  files.set("mod.ts", `${header}${all.join("")}`);
  return files;
}

/** Returns a file name for a tag, of letters of any script, digits and underscores only. */
function fileName(tag: string, names: Map<string, string>): string {
  const stem = camel(tag).replace(/[^\p{L}\p{N}\p{M}]+/gu, "_")
    .replace(/\p{Lu}/gu, (letter) => `_${letter.toLowerCase()}`).slice(0, 60) || "tag";
  const taken = new Set(["types", "client", "mod", "operations", ...names.values()]);
  let name = stem;
  for (let number = 2; taken.has(name); number++) name = `${stem}_${number}`;
  names.set(tag, name);
  return `${name}.ts`;
}

function banner({ title, version }: Model): string {
  const what = commentText(`${title} ${version}`).replace(/\s+/g, " ").trim().slice(0, 200);
  return `// deno-fmt-ignore-file\n// Generated from ${what}. Do not edit: generate it again.\n`;
}

/** The exports of the runtime that generated code can use. */
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

/** Returns the imports for `code`. They may include an unused name, but never lack one. */
function imports(code: string, options: EmitOptions): string {
  const { runtime } = options;
  const bare = code.replace(/"(?:[^"\\\n]|\\.)*"|\/\*[^]*?\*\//g, '""');
  const words = new Set(bare.match(/[A-Za-z_$][\w$]*/g) ?? []);
  // A member can have the name of an export; exports are called, or used as types.
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
  const own = `import ${isTypesOnly ? "type " : ""}{ ${list.join(", ")} } from ${str(runtime)};\n`;
  return `${own}${schemaImports(code, options)}\n`;
}

/** Returns the import of the module for schemas, which has the same base as the runtime. */
function schemaImports(code: string, { runtime, typesOnly }: EmitOptions): string {
  if (typesOnly || !/jsonSchema<|: OperationSchemas = /.test(code)) return "";
  const names = ["jsonSchema", "type OperationSchemas", "type StandardSchema"].filter((name) =>
    new RegExp(`\\b${name.replace("type ", "")}\\b`).test(code)
  );
  const from = runtime.replace(/\bruntime(?=(?:\/mod\.ts)?$)/, "schemas");
  return `import { ${names.join(", ")} } from ${str(from)};\n`;
}

function webhooks({ webhooks }: Model): Section {
  return {
    text: webhooks.map(({ name, type, doc }) => `${doc}export type ${name} = ${type};\n`).join(
      "\n",
    ),
    types: new Set(webhooks.flatMap(({ used }) => [...used])),
  };
}
