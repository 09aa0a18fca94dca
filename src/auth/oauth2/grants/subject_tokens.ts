/**
 * Platform identities of a program, as tokens for `tokenExchange()`.
 *
 * @module
 */

import { NetworkingError } from "../../../errors.ts";
import { isRecord } from "../../../options/checks.ts";
import { someText } from "../../../options/some_text.ts";
import { environment } from "../../../runtime/environment.ts";
import { endpointURL } from "../../endpoint_url.ts";
import { readSecretFile } from "../../../runtime/secret_file.ts";
import { noToken } from "./no_token.ts";
import type { TokenProviderContext } from "./token_exchange.ts";

/** Returns a token for one exchange. */
export type SubjectTokenProvider = (context: TokenProviderContext) => Promise<string>;

/**
 * Returns a function that reads a token from a file, such as one that Kubernetes mounts and replaces. The
 * file is read for each exchange. Deno needs `--allow-read` for the file.
 *
 * @param path The path of the file.
 * @throws {TypeError} If the path is not text; during a call, if this runtime has no files.
 *
 * @example
 * ```ts
 * import { oauth2, tokenExchange, tokenFile } from "@codomyrmex/networking/auth/oauth2";
 *
 * const subjectToken = tokenFile("/var/run/secrets/tokens/cloud");
 * const grant = tokenExchange({ subjectToken, audience: "cloud" });
 * const auth = oauth2({ tokenEndpoint: "https://sts.example/token", grant });
 * console.log(auth.name); // Bearer
 * ```
 */
export function tokenFile(path: string): SubjectTokenProvider {
  someText("path", path);
  return async ({ signal }) => await readSecretFile(path, signal);
}

/**
 * Returns a function that gets the identity of a GitHub Actions run. The job needs
 * `permissions: { id-token: write }`. Deno needs
 * `--allow-env=ACTIONS_ID_TOKEN_REQUEST_URL,ACTIONS_ID_TOKEN_REQUEST_TOKEN`.
 *
 * @param audience The audience of the token. Default: that of GitHub.
 * @throws {TypeError} If the audience is not text; during a call, if this is not such a run.
 *
 * @example
 * ```ts
 * import { githubActions, oauth2, tokenExchange } from "@codomyrmex/networking/auth/oauth2";
 *
 * const grant = tokenExchange({ subjectToken: githubActions("cloud"), audience: "cloud" });
 * const auth = oauth2({ tokenEndpoint: "https://sts.example/token", grant });
 * console.log(auth.name); // Bearer
 * ```
 */
export function githubActions(audience?: string): SubjectTokenProvider {
  if (audience !== undefined) someText("audience", audience);
  return async ({ fetch, signal }) => {
    const env = environment();
    const target = endpointURL(env.ACTIONS_ID_TOKEN_REQUEST_URL);
    const token = env.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
    if (target === undefined || token === undefined || token === "") {
      throw new TypeError(
        "Cannot get the identity of GitHub Actions: ACTIONS_ID_TOKEN_REQUEST_URL and " +
          "ACTIONS_ID_TOKEN_REQUEST_TOKEN are not set; add permissions: { id-token: write } to the job",
      );
    }
    if (audience !== undefined) target.searchParams.set("audience", audience);
    const headers = { accept: "application/json", authorization: `Bearer ${token}` };
    const response = await fetch(target.href, { headers, signal }).catch((thrown) => {
      if (signal.aborted || !(thrown instanceof NetworkingError)) throw thrown;
      throw noToken(target.href, thrown.message, thrown);
    });
    const answer: unknown = response.status === 200
      ? await new globalThis.Response(response.body).json().catch(() => undefined)
      : undefined;
    if (isRecord(answer) && typeof answer.value === "string") return answer.value;
    throw noToken(target.href, `GitHub Actions responded with ${response.status} and no identity`);
  };
}
