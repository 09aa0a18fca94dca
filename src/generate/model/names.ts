/**
 * The names of generated code. Functions and types have name spaces of their own, as TypeScript has it, so
 * that a type never renames a function.
 *
 * @module
 */

/** Words that name nothing in a module of TypeScript, whatever they are to name. */
const KEYWORDS =
  `arguments await break case catch class const continue debugger default delete do else enum
  eval export extends false exports finally for function globalThis if implements import in instanceof interface let new null
  package private protected public require return static super switch this throw true try typeof var void while
  with yield`;

/** What generated code uses as values. */
const VALUES: ReadonlySet<string> = new Set(
  `${KEYWORDS} API api args call createAPI items jsonSchema operations operationsByTag options serverURL servers stream undefined`
    .split(/\s+/),
);

/** What generated code uses as types. */
const TYPES: ReadonlySet<string> = new Set(
  `${KEYWORDS} any bigint boolean never number object string symbol undefined unknown
    API APICall APIError APIOptions APIResult Array ArrayBuffer AsyncGenerator Blob CallOptions ErrorOf
    EventMessage Exclude JSON NonNullable Object Operation OperationSchemas Pick Promise ReadableStream Record Required StandardSchema Status
    Status2XX Status3XX Status4XX Status5XX StreamOptions String Uint8Array`.split(/\s+/),
);

/** Gives each thing a name of its own, the same each time. */
export class Names {
  readonly #values = new Space(VALUES);
  readonly #types = new Space(TYPES);

  /** Keeps the names of the description from being given to what is only derived from them. */
  keep(types: Iterable<string>): void {
    for (const name of types) this.#types.kept.add(name);
  }

  /** The name of the function of an operation. */
  operation(wanted: string): string {
    return this.#values.claim(wanted, false);
  }

  /** The name of a function or constant that goes with something that has a name. */
  value(wanted: string): string {
    return this.#values.claim(wanted, true);
  }

  /**
   * The name of a type.
   *
   * @param isDerived Whether it is made of a name that is given already.
   */
  type(wanted: string, isDerived: boolean): string {
    return this.#types.claim(wanted, isDerived);
  }
}

class Space {
  /** Names that only their owners get. */
  readonly kept = new Set<string>();
  readonly #reserved: ReadonlySet<string>;
  readonly #taken = new Set<string>();

  constructor(reserved: ReadonlySet<string>) {
    this.#reserved = reserved;
  }

  /** The name for what wants `wanted`: with a number behind it where it is taken. */
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
