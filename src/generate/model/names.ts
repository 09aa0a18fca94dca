/**
 * The names of generated code. As in TypeScript, functions and types have separate namespaces, so a type
 * never renames a function.
 *
 * @module
 */

/** Words that cannot be names in a TypeScript module. */
const KEYWORDS =
  `arguments await break case catch class const continue debugger default delete do else enum
  eval export extends false exports finally for function globalThis if implements import in instanceof interface let new null
  package private protected public require return static super switch this throw true try typeof var void while
  with yield`;

/** Names that generated code uses for values. */
const VALUES: ReadonlySet<string> = new Set(
  `${KEYWORDS} API api args call createAPI items jsonSchema operations operationsByTag options serverURL servers stream undefined`
    .split(/\s+/),
);

/** Names that generated code uses for types. */
const TYPES: ReadonlySet<string> = new Set(
  `${KEYWORDS} any bigint boolean never number object string symbol undefined unknown
    API APICall APIError APIOptions APIResult Array ArrayBuffer AsyncGenerator Blob CallOptions ErrorOf
    EventMessage Exclude JSON NonNullable Object Operation OperationSchemas Pick Promise ReadableStream Record Required StandardSchema Status
    Status2XX Status3XX Status4XX Status5XX StreamOptions String Uint8Array`.split(/\s+/),
);

/** Assigns unique names, the same on each run. */
export class Names {
  readonly #values = new Space(VALUES);
  readonly #types = new Space(TYPES);

  /** Reserves the names of the description, so that derived names do not take them. */
  keep(types: Iterable<string>): void {
    for (const name of types) this.#types.kept.add(name);
  }

  /** Returns a name for the function of an operation. */
  operation(wanted: string): string {
    return this.#values.claim(wanted, false);
  }

  /** Returns a name for a function or constant that is derived from another name. */
  value(wanted: string): string {
    return this.#values.claim(wanted, true);
  }

  /**
   * Returns a name for a type.
   *
   * @param isDerived Whether it is derived from the name of something else.
   */
  type(wanted: string, isDerived: boolean): string {
    return this.#types.claim(wanted, isDerived);
  }
}

class Space {
  /** Names that derived names cannot take. */
  readonly kept = new Set<string>();
  readonly #reserved: ReadonlySet<string>;
  readonly #taken = new Set<string>();

  constructor(reserved: ReadonlySet<string>) {
    this.#reserved = reserved;
  }

  /** Returns `wanted`, with a number at its end if it is taken. */
  claim(wanted: string, isDerived: boolean): string {
    let name = this.#reserved.has(wanted) ? `${wanted}_` : wanted;
    for (let number = 2; !this.#isFree(name, isDerived); number++) name = `${wanted}${number}`;
    this.#taken.add(name);
    return name;
  }

  #isFree(name: string, isDerived: boolean): boolean {
    return !this.#taken.has(name) && !(isDerived && this.kept.has(name));
  }
}
