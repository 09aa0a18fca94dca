/**
 * The largest bare number of every duration option, in seconds. A larger one is taken for
 * milliseconds, and refused. The limits are well above what people mean in seconds and well below
 * what they mean in milliseconds.
 *
 * @module
 */

/** Largest bare seconds, by option. Dotted names are those of options within options. */
export const LARGEST_BARE_SECONDS = {
  timeout: 300,
  idleTimeout: 300,
  totalTimeout: 900,
  retryBackoff: 60,
  maxRetryBackoff: 60,
  maxRetryAfter: 3600,
  poolIdleTimeout: 300,
  closeTimeout: 60,
  ttl: 900,
  "reconnect.stableAfter": 900,
  "heartbeat.every": 900,
  "heartbeat.timeout": 900,
  /** What `reconnect.shouldReconnect` gives. */
  shouldReconnect: 3600,
  leeway: 3600,
  /** Shared state: how long a value is kept, and a lease held. */
  expireIn: 3600,
  for: 3600,
  /** The policy of agents' tools. */
  maxTime: 3600,
  /** What the answers of the testing entry wait, and what its clock is moved by. */
  delay: 3600,
  by: 3600,
  "throttle.every": 3600,
} as const;

/** A duration option. */
export type DurationOption = keyof typeof LARGEST_BARE_SECONDS;
