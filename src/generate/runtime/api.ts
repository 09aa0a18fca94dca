/**
 * The API that generated functions take: a client, its base URL, and the credentials.
 *
 * @module
 */

import type { AuthScheme } from "../../http/settings/auth_scheme.ts";
import { HTTPClient } from "../../http/http_client.ts";
import type { HTTPClientOptions } from "../../http/settings/options.ts";
import { flag, record } from "../../options/checks.ts";
import type { DrainOptions } from "../../options/drain_options.ts";
import { showOnly } from "../../redact.ts";
import { own } from "./arguments.ts";
import {
  chooseScheme,
  type Credential,
  isAuthScheme,
  type SecurityScheme,
  toScheme,
} from "./security.ts";

/** A server of a description, with its variables. */
export interface Server<
  Values extends Readonly<Record<string, string>> = Readonly<Record<string, string>>,
> {
  /** The URL, with `{name}` for variables. */
  readonly url: string;
  /** The variables with their defaults. */
  readonly variables?: Values;
  /** The allowed values of variables, if the description lists them. */
  readonly enums?: { readonly [Name in keyof Values]?: readonly string[] };
}

/** The facts about an API in generated code. */
export interface APIDescription {
  /** The default server; an empty string if the description has none. A relative one needs a `baseUrl`. */
  readonly server: string;
  /**
   * All servers of the description. An operation with its own server sends credentials only if the server's
   * origin is that of one of these or of the `baseUrl`, or one of the `origins` of a scheme.
   */
  readonly servers?: readonly Server[];
  /** The security schemes, by name. */
  readonly security: Readonly<Record<string, SecurityScheme>>;
}

/** Options of an API: those of an HTTPClient, and credentials by the name of the security scheme. */
export interface APIOptions<Scheme extends string = string>
  extends Omit<HTTPClientOptions, "auth"> {
  /** Sends the requests, with its options as defaults. Without it the API makes its own client. */
  readonly client?: HTTPClient;
  /**
   * Whether the arguments and responses of calls are checked against the schemas of the description; the
   * client must be generated with `schemas`.
   *
   * @default {false}
   */
  readonly validate?: boolean;
  /**
   * Credentials. Each call sends those of the first alternative that they satisfy, and no others. If the
   * description has no security schemes, pass one scheme of this library for all operations.
   */
  readonly auth?: [Scheme] extends [never] ? AuthScheme
    : { readonly [Name in Scheme]?: Credential };
}

/** An API that generated functions call. Closing it closes what it opened. */
export class API implements AsyncDisposable {
  static {
    showOnly(this, "API", ({ client }) => ({ client }));
  }

  /** Sends the requests. */
  readonly client: HTTPClient;
  /** The base of the paths of operations, without a slash at the end. */
  readonly baseUrl: string;
  /** Whether calls are checked against the schemas of the description. */
  readonly validate: boolean;
  /** The origins that may get the credentials of a scheme without `origins`. */
  readonly #origins: ReadonlySet<string>;
  readonly #schemes: ReadonlyMap<string, AuthScheme> | undefined;

  /**
   * Makes an API.
   *
   * @param description The facts in the generated code.
   * @param options The options.
   * @throws {TypeError | RangeError} If an option cannot be used; the message names it.
   */
  constructor(description: APIDescription, options: APIOptions | APIOptions<never> = {}) {
    const { client, auth, validate = false, ...others } = record(
      "the options of the API",
      options,
    ) as APIOptions;
    if (client !== undefined && !(client instanceof HTTPClient)) {
      throw new TypeError("Cannot create the API: client must be an HTTPClient");
    }
    this.validate = flag("validate", validate);
    const baseUrl = others.baseUrl ?? (client?.url || description.server);
    if (baseUrl === "") {
      throw new TypeError("Cannot create the API: its description names no server; give a baseUrl");
    }
    if (baseUrl === description.server && !URL.canParse(baseUrl)) {
      throw new TypeError(
        `Cannot create the API: its server ${description.server} is relative; give a baseUrl that ends ` +
          "with it, and begins with where the API is",
      );
    }
    const isForAll = Object.keys(description.security).length === 0 && isAuthScheme(auth);
    const [server = ""] = String(baseUrl).split(/[?#]/, 1); // the query is added to each call
    this.client = (client ?? new HTTPClient()).extend({
      ...others,
      baseUrl: server,
      ...(isForAll && { auth }),
    });
    this.baseUrl = new URL(baseUrl).href.replace(/\/$/, "");
    this.#origins = new Set([baseUrl, ...(description.servers ?? []).flatMap(defaultURL)]
      .map((url) => new URL(url).origin));
    if (auth === undefined || isForAll) return;
    record("auth", auth);
    this.#schemes = new Map(
      Object.entries(auth).filter(([, credential]) => credential !== undefined)
        .map(([name, credential]) => {
          if (!Object.hasOwn(description.security, name)) {
            const known = Object.keys(description.security).join(", ") || "none";
            throw new TypeError(`Cannot use auth.${name}: the security schemes are ${known}`);
          }
          return [name, toScheme(name, description.security[name]!, credential!)];
        }),
    );
  }

  /**
   * Returns the scheme for an operation with these alternatives. Without `auth` the client's own is used.
   *
   * @param alternatives Each a list of security schemes that are needed together.
   * @param url The server of the operation; the `baseUrl` when left out.
   * @throws {TypeError} If the credentials satisfy none of them, or are not for the server.
   */
  schemeFor(
    alternatives: readonly (readonly string[])[],
    url: string = this.baseUrl,
  ): AuthScheme | undefined {
    const schemes = this.#schemes;
    if (schemes === undefined) return undefined;
    const { origin } = new URL(url);
    const isKnown = this.#origins.has(origin);
    let withheld: string | undefined;
    const give = (name: string) => {
      const found = schemes.get(name);
      if (found === undefined || isKnown || found.origins !== undefined) return found;
      withheld = name;
      return undefined;
    };
    return chooseScheme(
      alternatives,
      give,
      () =>
        withheld === undefined
          ? "give them in the auth option of the API"
          : `its own server, ${origin}, is not one of the description's servers; if it may have them, ` +
            `give auth.${withheld} as a scheme with ${origin} in its origins`,
    );
  }

  /**
   * Aborts calls in flight, and closes the connections. A client passed as an option stays open.
   *
   * @param options How long calls in flight may take.
   */
  close(options?: DrainOptions): Promise<void> {
    return this.client.close(options);
  }

  /** The same as `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Returns the URL of a server with the defaults of its variables, if that is absolute. */
function defaultURL(server: Server): string[] {
  try {
    const url = serverURL(server);
    return /^https?:/i.test(url) && URL.canParse(url) ? [url] : [];
  } catch {
    return []; // a variable has no default
  }
}

/**
 * Returns the URL of a server with its variables filled in.
 *
 * @param server A server of the description.
 * @param values Values that replace the defaults.
 * @throws {TypeError} If the description does not list a value, or a value would change the host of the server.
 */
export function serverURL<Values extends Readonly<Record<string, string>>>(
  server: Server<Values>,
  values: { readonly [Name in keyof Values]?: Values[Name] } = {},
): string {
  const { url, variables, enums } = server;
  const known: Readonly<Record<string, string | undefined>> = { ...variables, ...values };
  const lists = enums as Readonly<Record<string, readonly string[]>> | undefined;
  const problem = (name: string, why: string) =>
    new TypeError(`Cannot use the server ${url}: the variable ${name} ${why}`);
  return url.replace(/\{([^{}]*)\}/g, (whole, name: string, at: number) => {
    const value = own(known, name);
    if (typeof value !== "string") throw problem(name, "has no value");
    const list = Object.hasOwn(values, name) ? own(lists, name) : undefined;
    if (Array.isArray(list) && !list.includes(value)) {
      throw problem(name, `is ${JSON.stringify(value)}, and must be of ${list.join(", ")}`);
    }
    switch (partAt(url, at, at + whole.length)) {
      case "origin":
        return encodeURI(value).replaceAll("%5B", "[").replaceAll("%5D", "]"); // of an IPv6 address
      case "scheme":
        if (/^[a-z][a-z0-9+.\-]*$/i.test(value)) return value;
        throw problem(name, `is ${JSON.stringify(value)}, which is not a scheme`);
      case "host":
        if (!/[/?#@\\\s]/.test(value)) return encodeURI(value);
        throw problem(name, `is ${JSON.stringify(value)}, which would lead to another host`);
      case "path":
        break;
    }
    if (value.split(/[/\\]/).some((part) => /^(?:\.|%2e){1,2}$/i.test(part))) {
      throw problem(name, "has a segment of dots, which would lead elsewhere");
    }
    return encodeURI(value).replace(/[?#]/g, encodeURIComponent);
  });
}

/** Returns the part of a URL that contains a variable (RFC 3986 section 3). */
function partAt(url: string, start: number, end: number): "origin" | "scheme" | "host" | "path" {
  const [authority] = /^(?:[^/?#]*:)?\/\/[^/?#]*/.exec(url) ?? [];
  if (authority !== undefined) {
    if (start >= authority.length) return "path";
    return start < authority.indexOf("//") ? "scheme" : "host";
  }
  if (start > 0) return "path";
  return end === url.length || url[end] === "/" ? "origin" : "host";
}
