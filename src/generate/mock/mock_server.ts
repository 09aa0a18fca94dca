/**
 * Finds the operation of a request, and responds from its examples or schemas.
 *
 * @module
 */

import { isJSON, parseContentType } from "../../formats/content_type.ts";
import { findOperations } from "../model/paths.ts";
import { isStream } from "../model/streams.ts";
import type { Problems } from "../read/problems.ts";
import { child, children, type Documents, type Node, property } from "../read/documents.ts";
import { RequestChecks } from "./request_checks.ts";
import { queryMatches, type Route, routeOf } from "./route.ts";
import { exampleOf, Samples } from "./sample.ts";

/** A response, with its operation and the errors of the request. */
export interface Answer {
  readonly response: Response;
  readonly operationId: string | undefined;
  readonly errors: readonly string[];
}

/** The base of relative servers; it is never shown. */
const RELATIVE = "http://relative.invalid";

/** Returns a pattern for the host of a server: a variable matches any value. Without a host all hosts match. */
function hostOf(url: string): RegExp {
  const [, host = ""] = /^https?:\/\/([^/?#]+)/i.exec(url) ?? [];
  if (host === "") return /^/;
  const parts = host.replace(/:(?:80|443)$/, "").split(/\{[^{}]*\}/)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "i");
}

/** Responds to requests from the documents of a description. */
export class MockServer {
  readonly #documents: Documents;
  readonly #routes: readonly Route[];
  readonly #bases: readonly string[];
  /** Patterns for the hosts of the servers; empty if there are no servers. */
  readonly #hosts: readonly RegExp[];
  readonly #checks: RequestChecks;
  readonly #samples: Samples;

  constructor(documents: Documents, problems: Problems) {
    this.#documents = documents;
    this.#checks = new RequestChecks(documents);
    this.#samples = new Samples(documents);
    const { root } = documents;
    const paths = findOperations({ documents, problems }, {
      document: root,
      pointer: "/paths",
      value: root.at("/paths"),
    });
    // Fixed segments win over parameters.
    this.#routes = paths.map(routeOf)
      .sort((one, other) => one.names.length - other.names.length);
    const lists = paths.flatMap(({ items, node }) =>
      [node, ...items].map((owner) => child(owner, "servers"))
    );
    const own = { document: root, pointer: "/servers", value: root.at("/servers") };
    const servers = [own, ...lists].flatMap(children);
    const urls = servers.map(([, { value }]) =>
      String(property(value, "url")).replace(/\{[^{}]*\}/g, "x")
    );
    const bases = urls.map((url) =>
      URL.canParse(url, RELATIVE) ? new URL(url, RELATIVE).pathname : "/"
    );
    this.#bases = [...new Set([...bases, "/"])].map((base) => base.replace(/\/$/, ""))
      .sort((one, other) => other.length - one.length);
    this.#hosts = servers.map(([, { value }]) => hostOf(String(property(value, "url"))));
  }

  /** Whether a request is for a path of the description, at one of its servers where they have hosts. */
  handles(request: Request): boolean {
    const { host } = new URL(request.url);
    const isThere = this.#hosts.length === 0 || this.#hosts.some((pattern) => pattern.test(host));
    return isThere && this.#match(new URL(request.url).pathname).matching.length > 0;
  }

  /** The routes of a path, and the path below its server. */
  #match(pathname: string): { readonly path: string; readonly matching: readonly Route[] } {
    const [found = { path: pathname, matching: [] }] = this.#bases
      .filter((base) => pathname.startsWith(`${base}/`))
      .map((base) => pathname.slice(base.length))
      .map((path) => ({ path, matching: this.#routes.filter(({ pattern }) => pattern.test(path)) }))
      .toSorted((one, other) =>
        Number(one.matching.length === 0) - Number(other.matching.length === 0)
      );
    return found;
  }

  async answer(request: Request): Promise<Answer> {
    const { pathname } = new URL(request.url);
    const { path, matching } = this.#match(pathname);
    if (matching.length === 0) return problem(404, [`there is no path for ${path}`]);
    const methods = [request.method, ...(request.method === "HEAD" ? ["GET"] : [])];
    const { search } = new URL(request.url);
    const routes = methods.map((method) => matching.filter(({ found }) => found.method === method))
      .find((list) => list.length > 0)
      ?.toSorted((one, other) => queryMatches(other, search) - queryMatches(one, search));
    if (routes === undefined) {
      const known = matching.map(({ found }) => found.method).join(", ");
      return problem(405, [`${path} takes ${known}`], undefined, { allow: known });
    }
    const [route] = routes as [Route];
    const { node } = route.found;
    const id = property(node.value, "operationId");
    const operationId = typeof id === "string" ? id : undefined;
    const { status, errors } = await this.#checks.check(route, path, request);
    if (errors.length > 0) return problem(status, errors, operationId);
    return { response: this.#respond(node, request), operationId, errors };
  }

  #respond(node: Node, request: Request): Response {
    const responses = children(child(node, "responses"));
    const prefer = request.headers.get("prefer") ?? "";
    const wanted = /\bcode="?(\d{3})/.exec(prefer)?.[1];
    const range = wanted && `${wanted[0]}XX`;
    const find = (key: string | undefined) => responses.find(([one]) => one.toUpperCase() === key);
    const [key, entry] = (wanted ? find(wanted) ?? find(range) ?? find("DEFAULT") : undefined) ??
      responses.find(([one]) => one.startsWith("2")) ?? responses[0] ?? ["204", node];
    const status = Number(
      wanted ?? (/^\d+$/.test(key) ? key : /^\dXX$/i.test(key) ? `${key[0]}00` : "200"),
    );
    const target = this.#documents.follow(entry) ?? entry;
    const headers = new Headers();
    for (const [name, header] of children(child(target, "headers"))) {
      const own = this.#documents.follow(header);
      if (own === undefined || /^(?:content-type|link)$/i.test(name)) continue;
      const value = exampleOf(own, this.#documents) ??
        this.#samples.of(child(own, "schema"));
      if (value !== null) headers.set(name, String(value));
    }
    const accept = request.headers.get("accept") ?? "*/*";
    const media = children(child(target, "content"));
    const chosen = preferred(media, accept) ?? media[0];
    if (chosen === undefined || [204, 205, 304].includes(status)) {
      return new Response(null, { status, headers });
    }
    const [type, one] = chosen;
    headers.set("content-type", type.includes("*") ? "application/json" : type);
    // RFC 9110 9.3.2: the response of GET, without content.
    if (request.method === "HEAD") return new Response(null, { status, headers });
    return new Response(this.#body(type, this.#documents.follow(one) ?? one, prefer), {
      status,
      headers,
    });
  }

  #body(type: string, media: Node, prefer: string): string {
    const documents = this.#documents;
    const name = /\bexample="?([\w-]+)/.exec(prefer)?.[1];
    const named = name === undefined
      ? undefined
      : documents.follow(child(child(media, "examples"), name));
    const value = property(named?.value, "value") ?? exampleOf(media, documents) ??
      this.#samples.of(
        child(
          media,
          isStream(type) && property(media.value, "itemSchema") ? "itemSchema" : "schema",
        ),
      );
    if (type.startsWith("text/event-stream")) {
      if (typeof value === "string") return value; // an example as it is on the wire
      const data = property(value, "data");
      const event = property(value, "event");
      const line = typeof data === "string" ? data : JSON.stringify(data ?? value);
      return `${typeof event === "string" ? `event: ${event}\n` : ""}data: ${line}\n\n`;
    }
    if (isStream(type)) {
      const rows = Array.isArray(value) ? value : [value];
      const prefix = type.startsWith("application/json-seq") ? "\x1e" : "";
      return rows.map((row) => `${prefix}${JSON.stringify(row)}\n`).join("");
    }
    const isText = !isJSON(parseContentType(type)) && !type.includes("*");
    return isText && typeof value === "string" ? value : JSON.stringify(value);
  }
}

/** The media type that comes first in Accept; weights are ignored. */
function preferred(media: readonly [string, Node][], accept: string): [string, Node] | undefined {
  for (const one of accept.split(",")) {
    const wanted = one.split(";")[0]!.trim().toLowerCase();
    const found = media.find(([type]) => {
      const { essence } = parseContentType(type);
      return wanted === "*/*" || wanted === essence ||
        wanted.endsWith("/*") && essence.startsWith(wanted.slice(0, -1));
    });
    if (found !== undefined) return found;
  }
  return undefined;
}

function problem(
  status: number,
  errors: readonly string[],
  operationId?: string,
  fields: Record<string, string> = {},
): Answer {
  const body = JSON.stringify({
    status,
    title: "The request does not match the description",
    errors,
  });
  const headers = { "content-type": "application/problem+json", ...fields };
  return { response: new Response(body, { status, headers }), operationId, errors };
}
