/**
 * Checks a request against the description of its operation.
 *
 * @module
 */

import { findParameters } from "../model/parameters.ts";
import { child, type Documents, type Node, property } from "../read/documents.ts";
import { escapePart } from "../read/lines.ts";
import { checkBody, type Found } from "./body_checks.ts";
import { checkParameter } from "./parameter_checks.ts";
import type { Route } from "./route.ts";
import { SchemaChecks } from "./schema_checks.ts";
import { pairsOf } from "./values.ts";

/** Checks requests. */
export class RequestChecks {
  readonly #documents: Documents;
  readonly #checks: SchemaChecks;

  constructor(documents: Documents) {
    this.#documents = documents;
    this.#checks = new SchemaChecks(documents);
  }

  /** Returns the errors of a request for an operation, and the status for them. */
  async check(
    { found, pattern, names, query }: Route,
    path: string,
    request: Request,
  ): Promise<Found> {
    const { node } = found;
    const documents = this.#documents;
    if (!this.#isAllowed(node, request)) {
      return { status: 401, errors: ["the credentials are missing"] };
    }
    const values = pattern.exec(path)!.slice(1);
    const inPath = new Map(names.map((name, index) => [name, values[index]!]));
    const parameters = [...findParameters(found, documents).values()];
    const errors = parameters.flatMap((parameter) => {
      const others = parameters.filter(({ place }) => place === parameter.place)
        .map(({ name }) => name);
      return checkParameter(
        parameter,
        inPath,
        request,
        this.#checks,
        documents,
        new Set([...others, ...query.map((pair) => pair.split("=")[0]!)]),
      );
    });
    const body = documents.follow(child(node, "requestBody"));
    const isWithout = request.method === "GET" || request.method === "HEAD";
    if (errors.length > 0 || body?.value === undefined || isWithout) {
      return { status: 400, errors };
    }
    return await checkBody(body, request, this.#checks, documents);
  }

  #isAllowed(node: Node, request: Request): boolean {
    const { root } = this.#documents;
    const own = property(node.value, "security") ?? root.at("/security");
    if (!Array.isArray(own) || own.length === 0) return true;
    return own.some((alternative) =>
      Object.keys(alternative ?? {}).every((name) => {
        const pointer = `/components/securitySchemes/${escapePart(name)}`;
        const scheme = this.#documents.follow({ document: root, pointer, value: root.at(pointer) })
          ?.value;
        const key = String(property(scheme, "name"));
        switch (property(scheme, "type") === "apiKey" ? property(scheme, "in") : "authorization") {
          case "query":
            return new URL(request.url).searchParams.has(key);
          case "cookie":
            return pairsOf(request.headers.get("cookie") ?? "", /;\s*/).some(([name]) =>
              name === key
            );
          case "header":
            return request.headers.has(key);
          default:
            return request.headers.has("authorization");
        }
      })
    );
  }
}
