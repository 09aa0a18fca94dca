/**
 * Finds the cache key of a call from its request and its credentials.
 *
 * @module
 */

import type { RequestValue } from "../http/request/request_value.ts";
import { mergeHeaders } from "../http/request/headers.ts";
import type { CallLender, KnownCall } from "../http/settings/call_cache.ts";
import { type Asker, askerOf, Fingerprints } from "../http/sharing/partition.ts";
import { isSecretHeader } from "../redact_headers.ts";
import { isPromiseLike } from "../runtime/promise_like.ts";
import type { CacheEntry, CacheKey } from "./rules/cache_entry.ts";
import { askedDirectives } from "./rules/decide.ts";
import type { GuardedStore } from "./guarded_store.ts";
import type { AskedRequest } from "./rules/storable.ts";
import { conditions } from "./rules/validate.ts";
import type { FieldsOfRequest } from "./rules/vary.ts";

/** A request of a call, with its cache key. */
export interface Question {
  readonly request: RequestValue;
  readonly call: KnownCall;
  readonly lender: CallLender;
  readonly key: CacheKey;
  /** The key as one string. */
  readonly name: string;
  /** The request, with fingerprints in place of secrets. */
  readonly asked: AskedRequest;
}

/** Makes the questions of one cache. */
export class Questions {
  readonly #store: GuardedStore;
  readonly #isShared: boolean;
  #fingerprints: Fingerprints | undefined;

  constructor(store: GuardedStore, isShared: boolean) {
    this.#store = store;
    this.#isShared = isShared;
  }

  /** Returns the question of a call; undefined if the cache does not handle it. */
  of(
    request: RequestValue,
    call: KnownCall,
    lender: CallLender,
  ): Question | undefined | Promise<Question | undefined> {
    if (request.method !== "GET" && request.method !== "HEAD") return undefined;
    if (askedDirectives(request).has("no-store")) return undefined;
    const asker = askerOf(request, call);
    const known = (asker: Asker | undefined) => {
      if (asker === undefined || (asker.isOneScheme && this.#store.isLasting)) return undefined;
      const { url, ofURL, secrets, isAuthorized } = asker;
      const question = (partition: string, who: string): Question => ({
        ...{ request, call, lender, key: { url, partition }, name: `${partition} ${url}` },
        asked: {
          method: request.method,
          url: request.url,
          headers: who === "" ? request.headers : withoutSecrets(request, who),
          isAuthorized,
        },
      });
      if (ofURL === "" && secrets === "") return question("", "");
      return this.#fingerprint(asker, call).then((found) => found && question(...found));
    };
    return isPromiseLike(asker) ? this.#store.untilAborted(asker, call).then(known) : known(asker);
  }

  /** Returns the partition, and the fingerprint that replaces secret fields. */
  async #fingerprint(
    { ofURL, secrets }: Asker,
    call: KnownCall,
  ): Promise<[partition: string, who: string] | undefined> {
    if (this.#fingerprints === undefined) {
      const secret = await this.#store.secret(call);
      if (secret === undefined) return undefined;
      this.#fingerprints ??= new Fingerprints(secret);
    }
    const who = await this.#fingerprints.of(secrets);
    // A shared cache uses RFC 9111 3.5 instead of the partition; secrets in the URL are part of the URL.
    const mine = this.#isShared ? ofURL : JSON.stringify([ofURL, secrets]);
    return [await this.#fingerprints.of(mine), who];
  }
}

/**
 * Returns the fields that Vary may name, with the fingerprint in place of secrets. The scheme and the jar add
 * their fields later, so the fingerprint replaces those too.
 */
function withoutSecrets({ headers, sensitive }: RequestValue, who: string): FieldsOfRequest {
  const fields: Record<string, string | undefined> = { authorization: who, cookie: who };
  for (const [name, value] of Object.entries(headers)) {
    fields[name] = isSecretHeader(name) || sensitive.includes(name) ? who : value;
  }
  return fields;
}

/** Makes the request conditional: the server sends a body only if no candidate is still valid. */
export function withConditions(
  request: RequestValue,
  candidates: readonly CacheEntry[],
): RequestValue {
  return request.copy({ headers: mergeHeaders(request.headers, conditions(candidates)) });
}
