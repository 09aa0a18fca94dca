/**
 * The public API as text: every entry, its names, the signatures of functions and members, and the
 * defaults that doc comments give. Made from `deno doc --json`, so that a change of the API shows as a
 * change of `tests/public_api.txt`. Run as a program, it writes that file.
 *
 * @module
 */

/** A type as `deno doc --json` has it; which fields are there depends on the kind. */
// deno-lint-ignore no-explicit-any -- a tree of some twenty shapes, read by kind in one place
type Node = any;

const ROOT = new URL("../../", import.meta.url);
const FILE = new URL("../public_api.txt", import.meta.url);

/** The text that `tests/public_api.txt` has to have. */
export async function publicAPI(): Promise<string> {
  const config = await Deno.readTextFile(new URL("deno.json", ROOT));
  const exports: Record<string, string> = JSON.parse(config).exports;
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", "--quiet", ...Object.values(exports)],
    cwd: ROOT,
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("Cannot read the public API: deno doc failed");
  const { nodes }: { nodes: Record<string, Node> } = JSON.parse(new TextDecoder().decode(stdout));
  const parts = Object.entries(exports).map(([entry, path]) => {
    const symbols: Node[] = nodes[new URL(path, ROOT).href].symbols;
    const byName = symbols.toSorted((a, b) => a.name < b.name ? -1 : 1);
    return [`# ${entry}`, "", ...byName.flatMap(symbolLines), ""].join("\n");
  });
  return parts.join("\n");
}

function symbolLines({ name, declarations }: Node): string[] {
  return withoutImplementations(declarations, (declaration) => declaration.def)
    .flatMap(({ kind, def, jsDoc }: Node) => declarationLines(name, kind, def, jsDoc));
}

/** Of an overloaded function, callers see the overloads, and not the implementation. */
function withoutImplementations(all: Node[], definition: (one: Node) => Node): Node[] {
  return all.filter((one) => {
    const alike = all.filter((other) => other.name === one.name && other.kind === one.kind);
    return alike.length < 2 || !definition(one)?.hasBody;
  });
}

function declarationLines(name: string, kind: string, def: Node, jsDoc: Node): string[] {
  switch (kind) {
    case "function":
      return [`function ${name}${callable(def)}${defaultOf(jsDoc)}`];
    case "variable":
      return [`${def.kind ?? "const"} ${name}${typed(def.tsType)}${defaultOf(jsDoc)}`];
    case "typeAlias":
      return [`type ${name}${generics(def.typeParams)} = ${type(def.tsType)}`];
    case "reference":
      return [`reference ${name}`];
    case "class": {
      const { isAbstract, typeParams, extends: base, superTypeParams, implements: given = [] } =
        def;
      const heritage = (base ? ` extends ${base}${typeList(superTypeParams)}` : "") +
        (given.length > 0 ? ` implements ${given.map(type).join(", ")}` : "");
      const head = `${isAbstract ? "abstract " : ""}class ${name}${
        generics(typeParams)
      }${heritage}`;
      return [head, ...classMembers(def)];
    }
    case "interface": {
      const heritage = def.extends?.length > 0
        ? ` extends ${def.extends.map(type).join(", ")}`
        : "";
      return [`interface ${name}${generics(def.typeParams)}${heritage}`, ...members(def)];
    }
    default:
      throw new Error(`Cannot show ${name}: deno doc calls it "${kind}", which is not known here`);
  }
}

function classMembers(
  { constructors = [], properties = [], methods = [], ...rest }: Node,
): string[] {
  const isPublic = ({ accessibility }: Node) => accessibility !== "private";
  return [
    ...constructors.filter(isPublic).map((one: Node) => `  new${callable(one)}`),
    ...properties.filter(isPublic).map((one: Node) => `  ${property(one)}`),
    ...withoutImplementations(methods.filter(isPublic), (one) => one.functionDef)
      .map((one: Node) => `  ${isStatic(one)}${accessor(one)}${callable(one.functionDef)}`),
    ...signatures(rest),
  ];
}

/** The members of an interface or a type in braces. */
function members({ properties = [], methods = [], callSignatures = [], ...rest }: Node): string[] {
  return [
    ...callSignatures.map((one: Node) => `  ${callable(one)}`),
    ...(rest.constructors ?? []).map((one: Node) => `  new${callable(one)}`),
    ...properties.map((one: Node) => `  ${property(one)}`),
    ...methods.map((one: Node) => `  ${accessor(one)}${callable(one)}`),
    ...signatures(rest),
  ];
}

function signatures({ indexSignatures = [] }: Node): string[] {
  return indexSignatures.map(({ readonly, params, tsType }: Node) =>
    `  ${readonly ? "readonly " : ""}[${params.map(parameter).join(", ")}]${typed(tsType)}`
  );
}

function isStatic({ isStatic }: Node): string {
  return isStatic ? "static " : "";
}

function accessor({ kind, name, computed, optional }: Node): string {
  const mark = kind === "getter" ? "get " : kind === "setter" ? "set " : "";
  return `${mark}${computed ? `[${name}]` : name}${optional ? "?" : ""}`;
}

function property(one: Node): string {
  const mark = `${isStatic(one)}${one.readonly ? "readonly " : ""}`;
  return `${mark}${one.name}${one.optional ? "?" : ""}${typed(one.tsType)}${defaultOf(one.jsDoc)}`;
}

/** What `@default {value}` says. */
function defaultOf(jsDoc: Node): string {
  const tag = jsDoc?.tags?.find(({ kind }: Node) => kind === "default");
  return tag === undefined ? "" : ` = ${tag.value}`;
}

function callable({ typeParams, params, returnType }: Node): string {
  return `${generics(typeParams)}(${params.map(parameter).join(", ")})${typed(returnType)}`;
}

function parameter(one: Node): string {
  switch (one.kind) {
    case "identifier":
      return `${one.name}${one.optional ? "?" : ""}${typed(one.tsType)}`;
    case "assign":
      return parameter({ ...one.left, optional: true });
    case "rest":
      return `...${parameter(one.arg)}${one.arg.tsType ? "" : typed(one.tsType)}`;
    default: // a pattern: what is taken out of the argument is nobody's business
      return `options${one.optional ? "?" : ""}${typed(one.tsType)}`;
  }
}

function typed(tsType: Node): string {
  return tsType ? `: ${type(tsType)}` : "";
}

function typeList(types: Node): string {
  return types?.length > 0 ? `<${types.map(type).join(", ")}>` : "";
}

function generics(params: Node): string {
  if (!(params?.length > 0)) return "";
  const shown = params.map(({ name, constraint, default: value }: Node) =>
    name + (constraint ? ` extends ${type(constraint)}` : "") + (value ? ` = ${type(value)}` : "")
  );
  return `<${shown.join(", ")}>`;
}

function type(node: Node): string {
  const { kind, value, repr } = node;
  switch (kind) {
    case "keyword":
      return value;
    case "this":
      return "this";
    case "literal":
      return value.kind === "string" ? JSON.stringify(value.string) : literal(value, repr);
    case "typeRef":
      return value.typeName + typeList(value.typeParams);
    case "union":
    case "intersection":
      return value.map(inUnion).join(kind === "union" ? " | " : " & ");
    case "array":
      return `${inList(value)}[]`;
    case "tuple":
      return `[${value.map(type).join(", ")}]`;
    case "typeOperator":
      return `${value.operator} ${inList(value.tsType)}`;
    case "parenthesized":
      return `(${type(value)})`;
    case "rest":
      return `...${type(value)}`;
    case "optional":
      return `${type(value)}?`;
    case "typeQuery":
      return `typeof ${repr}`;
    case "fnOrConstructor": {
      const { constructor, typeParams, params, tsType } = value;
      const list = `${generics(typeParams)}(${params.map(parameter).join(", ")})`;
      return `${constructor === true ? "new " : ""}${list} => ${type(tsType)}`;
    }
    case "conditional": {
      const { checkType, extendsType, trueType, falseType } = value;
      const [check, bound] = [type(checkType), type(extendsType)];
      return `${check} extends ${bound} ? ${type(trueType)} : ${type(falseType)}`;
    }
    case "infer":
      return `infer ${value.typeParam.name}`;
    case "indexedAccess":
      return `${inList(value.objType)}[${type(value.indexType)}]`;
    case "mapped": {
      const { readonly, typeParam, nameType, optional, tsType } = value;
      const name = `${typeParam.name} in ${type(typeParam.constraint)}`;
      const as = nameType ? ` as ${type(nameType)}` : "";
      return `{ ${modifier(readonly, "readonly", " ")}[${name}${as}]${
        modifier(optional, "?", "")
      }` +
        `${typed(tsType)} }`;
    }
    case "typeLiteral":
      return `{ ${members(value).map((line) => line.trim()).join("; ")} }`;
    case "typePredicate": {
      const { asserts, param, type: narrowed } = value;
      const subject = param.type === "this" ? "this" : param.name;
      return `${asserts ? "asserts " : ""}${subject}${narrowed ? ` is ${type(narrowed)}` : ""}`;
    }
    default:
      throw new Error(`Cannot show a type: deno doc calls it "${kind}", which is not known here`);
  }
}

function modifier(given: unknown, word: string, space: string): string {
  return given === undefined || given === null ? "" : `${given === "-" ? "-" : ""}${word}${space}`;
}

function literal(value: Node, repr: string): string {
  if (value.kind !== "template") return repr;
  const parts = value.tsTypes.map((part: Node) =>
    part.kind === "literal" ? part.value.string : `\${${type(part)}}`
  );
  return `\`${parts.join("")}\``;
}

const OF_SEVERAL = ["union", "intersection", "conditional", "fnOrConstructor", "infer"];

/** A type in a union or intersection. */
function inUnion(node: Node): string {
  return OF_SEVERAL.includes(node.kind) ? `(${type(node)})` : type(node);
}

/** A type that an operator or brackets stand next to. */
function inList(node: Node): string {
  return node.kind === "typeOperator" ? `(${type(node)})` : inUnion(node);
}

if (import.meta.main) await Deno.writeTextFile(FILE, await publicAPI());
