/**
 * The servers of a description, of a path, or of an operation.
 *
 * @module
 */

import { isLoopbackHost } from "../../hosts/loopback.ts";
import { child, children, type Node, property } from "../read/documents.ts";
import type { Problems } from "../read/problems.ts";
import { account } from "./account.ts";
import type { ServerModel } from "./model.ts";

/** Reads the servers of a list. */
export function readServers(list: Node, problems: Problems): ServerModel[] {
  return children(list).flatMap(([, node]): ServerModel[] => {
    account("server", node, problems);
    const url = property(node.value, "url");
    if (typeof url !== "string") {
      problems.warn("invalid", node, "The server has no url; it is left out");
      return [];
    }
    const variables = children(child(node, "variables"));
    const values = variables.map((
      [name, { value }],
    ) => [name, String(property(value, "default") ?? "")]);
    const enums = variables.flatMap(([name, { value }]) => {
      const list = property(value, "enum");
      return Array.isArray(list) && list.length > 0 ? [[name, list.map(String)] as const] : [];
    });
    // A relative URL is relative to the URL of the description.
    const { base } = list.document;
    const absolute = !/^https?:/i.test(url) && /^https?:/.test(base) && URL.canParse(url, base)
      ? decodeURI(new URL(url, base).href)
      : url;
    return [{
      url: absolute,
      ...(values.length > 0 && { variables: Object.fromEntries(values) }),
      ...(enums.length > 0 && { enums: Object.fromEntries(enums) }),
    }];
  });
}

/** Returns the URL of a server with the defaults of its variables. */
export function defaultURL({ url, variables }: ServerModel): string {
  return url.replace(
    /\{([^{}]*)\}/g,
    (whole, name: string) => String(property(variables, name) ?? whole),
  );
}

/**
 * Returns the index of the default server: the first one with https. It is the first of all if none has https,
 * or if the first is on this machine.
 */
export function defaultServer(
  servers: readonly ServerModel[],
  list: Node,
  problems: Problems,
): number {
  const urls = servers.map(defaultURL);
  const [first = ""] = urls;
  if (!/^http:/i.test(first)) return 0;
  const secure = urls.findIndex((url) => /^https:/i.test(url));
  if (secure < 0) return 0;
  if (URL.canParse(first) && isLoopbackHost(new URL(first).hostname)) return 0;
  problems.warn(
    "invalid",
    child(list, 0),
    `The first server, ${servers[0]!.url}, is not encrypted; ${
      servers[secure]!.url
    } is the default instead`,
  );
  return secure;
}

/** Returns the server of an operation or of a path, if it has one. */
export function ownServer(lists: readonly Node[], problems: Problems): string | undefined {
  for (const list of lists) {
    const servers = readServers(list, problems);
    if (servers.length === 0) continue;
    if (servers.length > 1) {
      const index = defaultServer(servers, list, problems);
      problems.warn(
        "unsupported",
        list,
        `An operation can have only one server; ${servers[index]!.url} is used`,
      );
      return defaultURL(servers[index]!);
    }
    return defaultURL(servers[0]!);
  }
  return undefined;
}
