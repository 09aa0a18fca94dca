/**
 * Emits the code of the API as a whole: its servers, and the function that creates a client.
 *
 * @module
 */

import type { Model, ServerModel } from "../model/model.ts";
import { comment, key, str } from "../model/sinks.ts";
import { data } from "./layout.ts";

/** Emits the servers and `createAPI()`. */
export function api({ servers, defaultServer, security }: Model): string {
  const names = Object.keys(security);
  const schemes = names.length === 0 ? "never" : names.map(str).join(" | ");
  const types = servers.map((server) => `  ${serverType(server)},\n`).join("");
  const values = servers.map((server) => `  ${data(server)},\n`).join("");
  const server = servers.length === 0 ? '""' : `serverURL(servers[${defaultServer}])`;
  return [
    comment(["The servers; `serverURL()` fills in their variables."]),
    `export const servers: readonly [\n${types}] = [\n${values}];\n\n`,
    comment(["Creates the API client, with credentials by security scheme."]),
    `export function createAPI(options: APIOptions<${schemes}> = {}): API {\n`,
    `  return new API({ server: ${server}, servers, security: ${data(security)} }, options);\n}\n`,
  ].join("");
}

function serverType({ url, variables = {}, enums = {} }: ServerModel): string {
  const members = Object.entries(variables).map(([name, value]) => {
    const list = Object.hasOwn(enums, name) ? [...new Set([...enums[name]!, value])] : undefined;
    return `readonly ${key(name)}: ${list === undefined ? "string" : list.map(str).join(" | ")}`;
  });
  const lists = Object.keys(enums).map((name) => `readonly ${key(name)}: readonly string[]`);
  return [
    `{ readonly url: ${str(url)}`,
    ...(members.length > 0 ? [`readonly variables: { ${members.join("; ")} }`] : []),
    ...(lists.length > 0 ? [`readonly enums: { ${lists.join("; ")} }`] : []),
  ].join("; ") + " }";
}
