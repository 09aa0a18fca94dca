/** A promise that settles as `p` does, unless `signal` aborts first: then it rejects with its reason. */
export function abortable<T>(p: Promise<T>, signal: AbortSignal): Promise<T>;
/** The items of `p`, until `signal` aborts: then the iteration throws its reason. */
export function abortable<T>(p: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T>;
