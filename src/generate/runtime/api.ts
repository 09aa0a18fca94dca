/**
 * An API as generated functions are given it: a client, where it leads, and the credentials.
 *
 * @module
 */

import type { AuthScheme } from "../../http/settings/auth_scheme.ts";
import { HTTPClient } from "../../http/http_client.ts";
import type { HTTPClientOptions } from "../../http/settings/options.ts";
import { record } from "../../options/checks.ts";
import { showOnly } from "../../redact.ts";
import { chooseScheme, type Credential, type SecurityScheme, toScheme } from "./security.ts";

/** What generated code knows of an API. */
export interface APIDescription {
  /** The first server, or an empty string where the description has none that is absolute. */
  readonly server: string;
  /**
   * All servers of the description. An operation may have one of its own, which gets credentials only if
   * its origin is that of one of these or of the `baseUrl`, or if the program named it as one of the
   * `origins` of a scheme.
   */
  readonly servers?: readonly {
    readonly url: string;
    readonly variables?: Readonly<Record<string, string>>;
  }[];
  /** The security schemes, by name. */
  readonly security: Readonly<Record<string, SecurityScheme>>;
}

/** Options of an API: those of an HTTPClient, and credentials by the name of the security scheme. */
export interface APIOptions<Scheme extends string = string>
  extends Omit<HTTPClientOptions, "auth"> {
  /** Sends the requests, with its own options as defaults; one of its own when left out. */
  readonly client?: HTTPClient;
  /** Credentials. Each call sends those of the first alternative that they satisfy, and no others. */
  readonly auth?: { readonly [Name in Scheme]?: Credential };
}

/** An API that generated functions call. Closing it closes what it opened. */
export class API implements AsyncDisposable {
  static {
    showOnly(this, "API", ({ client }) => ({ client }));
  }

  /** Sends the requests. */
  readonly client: HTTPClient;
  /** Where the paths of operations go on from, without a slash at the end. */
  readonly baseUrl: string;
  /** Those that may get the credentials of a scheme that has no `origins`. */
  readonly #origins: ReadonlySet<string>;
  readonly #schemes: ReadonlyMap<string, AuthScheme> | undefined;

  /**
   * Makes an API.
   *
   * @param description What generated code knows of it.
   * @param options The options.
   * @throws {TypeError | RangeError} If an option cannot be used; the message names it.
   */
  constructor(description: APIDescription, options: APIOptions = {}) {
    const { client, auth, ...own } = record("the options of the API", options) as APIOptions;
    if (client !== undefined && !(client instanceof HTTPClient)) {
      throw new TypeError("Cannot create the API: client must be an HTTPClient");
    }
    const baseUrl = own.baseUrl ?? (client?.url || description.server);
    if (baseUrl === "") {
      throw new TypeError("Cannot create the API: its description names no server; give a baseUrl");
    }
    this.client = (client ?? new HTTPClient()).extend({ ...own, baseUrl });
    this.baseUrl = new URL(baseUrl).href.replace(/\/$/, "");
    this.#origins = new Set([baseUrl, ...(description.servers ?? []).flatMap(defaultURL)]
      .map((url) => new URL(url).origin));
    if (auth === undefined) return;
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
   * The scheme for an operation with these alternatives. Without `auth`, what the client has counts.
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
          : `its own server, ${origin}, is none of the description's servers; if it may have them, ` +
            `give auth.${withheld} as a scheme with ${origin} in its origins`,
    );
  }

  /** Aborts what is in flight, and closes the connections. A client that was given stays open. */
  close(): Promise<void> {
    return this.client.close();
  }

  /** The same as `close()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** The URL of a server with the defaults of its variables, if that is absolute. */
function defaultURL(server: { readonly url: string }): string[] {
  try {
    const url = serverURL(server);
    return /^https?:/i.test(url) && URL.canParse(url) ? [url] : [];
  } catch {
    return []; // a variable has no default
  }
}

/** A server with the values of its variables filled in. */
export function serverURL<Name extends string>(
  server: { readonly url: string; readonly variables?: { readonly [Key in Name]: string } },
  values: { readonly [Key in Name]?: string } = {},
): string {
  const known: Readonly<Record<string, string | undefined>> = { ...server.variables, ...values };
  return server.url.replace(/\{([^{}]*)\}/g, (_, name: string) => {
    const value = Object.hasOwn(known, name) ? known[name] : undefined;
    if (value !== undefined) return encodeURI(value);
    throw new TypeError(`Cannot use the server ${server.url}: the variable ${name} has no value`);
  });
}
