/**
 * Chooses the proxy of a URL: the proxy of the options, or one of the environment.
 *
 * @module
 */

import { hostPatterns } from "../hosts/host_patterns.ts";
import { builtinModule } from "../runtime/builtin_modules.ts";
import { isProxyURL } from "./connection_options.ts";

/**
 * Returns a function that chooses the proxy of a URL, if any.
 *
 * @param proxy The proxy, or `"environment"`.
 * @param noProxy The hosts to connect to without the proxy.
 * @throws {TypeError} If a variable of the environment is not the URL of a proxy.
 */
export function proxyChoice(
  proxy: string | URL | undefined,
  noProxy: readonly string[] = [],
): (url: string) => string | URL | undefined {
  if (proxy === undefined) return () => undefined;
  if (proxy !== "environment") {
    const exempt = hostPatterns("noProxy", noProxy, true);
    return (url) => exempt.has(new URL(url).hostname) ? undefined : proxy;
  }
  const { env } = builtinModule<{ env: Readonly<Record<string, string | undefined>> }>(
    "node:process",
  )!;
  const read = (name: string) => env[name] ?? env[name.toUpperCase()] ?? "";
  const forScheme = (name: string): string | undefined => {
    const found = read(name);
    if (found === "") return undefined;
    if (isProxyURL(found)) return found;
    throw new TypeError(
      `Cannot create nodeTransport: the variable ${name} is not the URL of a proxy; unset it, or set proxy`,
    );
  };
  const [plain, secure] = [forScheme("http_proxy"), forScheme("https_proxy")];
  const listed = read("no_proxy").split(/[\s,]+/).filter((host) => host !== "");
  const everything = listed.includes("*");
  const patterns = listed.filter((host) => host !== "*").map((host) => host.replace(/^\*?\./, ""));
  const exempt = hostPatterns("noProxy", [...noProxy, ...patterns], true);
  return (url) => {
    if (everything || exempt.has(new URL(url).hostname)) return undefined;
    return /^(?:https|wss):/i.test(url) ? secure : plain;
  };
}
