/**
 * Timers that do not keep the process alive.
 *
 * @module
 */

interface Runtime {
  readonly Deno?: { unrefTimer?(id: number): void };
}

/** Calls a function later, unless the program ends first; returns the timer for `clearTimeout`. */
export function backgroundTimer(call: () => void, ms: number): ReturnType<typeof setTimeout> {
  const timer: unknown = setTimeout(call, ms);
  if (typeof timer === "number") (globalThis as Runtime).Deno?.unrefTimer?.(timer);
  else (timer as { unref?(): void }).unref?.();
  return timer as ReturnType<typeof setTimeout>;
}
