/**
 * What other clients call an option, and where it is here: fetch, axios, got, ky, undici, requests and
 * httpx. Case, `_` and `-` do not count.
 *
 * @module
 */

/**
 * Names by where they are here, as `place=name name;place=name`. A place is our option, one of
 * `denoTransport()` (with a colon before it), or what to do instead. A name with a `?` is an ordinary
 * word, and no sign that an object is a bag of options.
 */
export type Habits = string;

/** Of the options that every protocol has. */
export const SHARED_HABITS: Habits =
  "maxRetries=retries maxattempts retrycount retrylimit limit? attempts?;" +
  "retryBackoff=retrydelay retryinterval backofffactor backoff? delay?;" +
  "maxRetryBackoff=backofflimit maxdelay?;" +
  "statuses=statuscodes retrystatuscodes statusforcelist retryon;" +
  "timeout=timeoutms connecttimeout headerstimeout;" +
  "signal=canceltoken abortcontroller;" +
  "onRequest=beforerequest;" +
  "onResponse=afterresponse;" +
  "onRetry=beforeretry;" +
  "onError=beforeerror";

type Places = ReadonlyMap<string, readonly (readonly [place: string, isWord: boolean])[]>;

const PARSED = new Map<Habits, Places>();

function parse(habits: Habits): Places {
  const places = new Map<string, (readonly [place: string, isWord: boolean])[]>();
  for (const row of habits.split(";")) {
    const [place, names] = row.split("=") as [string, string];
    for (const word of names.split(" ")) {
      const plain = word.replace("?", "");
      places.set(plain, [...places.get(plain) ?? [], [place, plain !== word]]);
    }
  }
  PARSED.set(habits, places);
  return places;
}

function placesOf(name: string, habits: Habits): ReturnType<Places["get"]> & object {
  const places = PARSED.get(habits) ?? parse(habits);
  return places.get(name.slice(0, 40).toLowerCase().replace(/[_-]/g, "")) ?? [];
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
    const option = place.replace(":", "").split(",", 1)[0]!;
    if (known.has(option)) return `did you mean ${option}?`;
    if (elsewhere.has(option)) return `write ${option}, which belongs to ${elsewhere.get(option)}`;
    if (!known.has("headers")) continue; // the rest is about HTTP
    if (place.startsWith(":")) {
      return `write transport: denoTransport({ ${place.slice(1)} }) of ./transports/deno` +
        (known.has("transport") ? "" : ", an option of the client");
    }
    if (place.includes(" ")) return place;
  }
  return undefined;
}

/** Whether other clients have an option of this name, in this spelling; ordinary words may count too. */
export function isHabit(name: string, withWords: boolean, habits: Habits): boolean {
  return placesOf(name, habits).some(([, isWord]) => withWords || !isWord);
}
