/**
 * Maps option names of other clients (fetch, axios, got, ky, undici, requests and httpx) to options here.
 * Case, `_` and `-` are ignored.
 *
 * @module
 */

/** Names of other clients, with their equivalents here. */
export interface Habits {
  /**
   * Names by their equivalents here, as `place=name name;place=name`. A place is an option, or advice,
   * which contains a space. A name with a `?` is an ordinary word, which does not mark an object as
   * options.
   */
  readonly names: string;
  /** Where an instance belongs that is passed in place of the options, as `class=place;class=place`. */
  readonly instances: string;
  /** Returns advice for a place that is not advice itself. */
  advise?(place: string, known: ReadonlySet<string>): string | undefined;
}

/** The names for options that all protocols share. */
export const SHARED_HABITS: Habits = {
  names: "maxRetries=retries maxattempts retrycount retrylimit limit? attempts?;" +
    "retryBackoff=retrydelay retryinterval backofffactor backoff? delay?;" +
    "maxRetryBackoff=backofflimit maxdelay?;" +
    "statuses=statuscodes retrystatuscodes statusforcelist retryon;" +
    "timeout=timeoutms connecttimeout headerstimeout;" +
    "signal=canceltoken abortcontroller;" +
    "onRequest=beforerequest;" +
    "onResponse=afterresponse;" +
    "onRetry=beforeretry;" +
    "onError=beforeerror",
  instances: "AbortSignal=signal;AbortController=signal: controller.signal;Headers=headers",
};

/** Returns the equivalents of a name; several if it is ambiguous. */
export function placesOf(
  name: string,
  { names }: Habits,
): (readonly [place: string, isWord: boolean])[] {
  const plain = name.slice(0, 40).toLowerCase().replace(/[_-]/g, "");
  return names.split(";").flatMap((row) => {
    const [place, words] = row.split("=") as [string, string];
    const word = words.split(" ").find((word) => word.replace("?", "") === plain);
    return word === undefined ? [] : [[place, word !== plain] as const];
  });
}

/**
 * Returns advice for a name of other clients, or `undefined` for any other name.
 *
 * @param name The name, in any spelling.
 * @param known The options that exist here.
 * @param elsewhere Options that exist in another place, with that place.
 * @param habits Names of other clients.
 */
export function habitAdvice(
  name: string,
  known: ReadonlySet<string>,
  elsewhere: ReadonlyMap<string, string>,
  habits: Habits,
): string | undefined {
  for (const [place] of placesOf(name, habits)) {
    const option = place.replace(": ", "").split(",", 1)[0]!;
    if (known.has(option)) return `did you mean ${option}?`;
    if (elsewhere.has(option)) return `write ${option}, which belongs to ${elsewhere.get(option)}`;
    if (!known.has("headers")) continue; // the rest is for clients
    if (place.includes(" ")) return habits.advise?.(place, known) ?? place;
  }
  return undefined;
}

/**
 * Returns where an instance belongs that is passed in place of the options; `undefined` if it is unknown.
 */
export function instanceAdvice(
  kind: string,
  known: ReadonlySet<string>,
  { instances }: Habits,
): string | undefined {
  const [, place] = instances.split(";").map((row) => row.split("="))
    .find(([name]) => kind.endsWith(` ${name}`)) ?? [];
  return place && known.has(place.split(":", 1)[0]!) ? `{ ${place} }` : undefined;
}
