/**
 * What other clients call an option, and where it is here: fetch, axios, got, ky, undici, requests and
 * httpx. Case, `_` and `-` do not count.
 *
 * @module
 */

/** What other clients call things, and where they are here. */
export interface Habits {
  /**
   * Names by where they are here, as `place=name name;place=name`. A place is our option, or what to
   * write, which has a space in it. A name with a `?` is an ordinary word, and no sign that an object is a
   * bag of options.
   */
  readonly names: string;
  /** Where an instance belongs that is given in place of the options, as `class=place;class=place`. */
  readonly instances: string;
  /** What to write where a place does not say it itself. */
  advise?(place: string, known: ReadonlySet<string>): string | undefined;
}

/** Of the options that every protocol has. */
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

/** Where a name is here; several where it may mean several things. */
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
 * What to write instead of a name that other clients have, or `undefined` for any other name.
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

/** Where an instance belongs that is given in place of the options; `undefined` if it is not known. */
export function instanceAdvice(
  kind: string,
  known: ReadonlySet<string>,
  { instances }: Habits,
): string | undefined {
  const [, place] = instances.split(";").map((row) => row.split("="))
    .find(([name]) => kind.endsWith(` ${name}`)) ?? [];
  return place && known.has(place.split(":", 1)[0]!) ? `{ ${place} }` : undefined;
}
