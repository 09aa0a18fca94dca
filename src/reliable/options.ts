/**
 * The options of both ends.
 *
 * @module
 */

import type { Duration } from "../options/duration.ts";
import type { WebSocketClientOptions, WebSocketCodec } from "../websocket/settings/options.ts";
import type { Payload, Sendable } from "./channel/wire.ts";
import type { ReliableStore } from "./channel/journal.ts";
import type { ReliableSession } from "./reliable_session.ts";

/** The limits of a queue. */
export interface ReliableQueue {
  /** Maximum number of messages. */
  readonly maxMessages?: number;
  /** Maximum bytes of all messages; text counts as UTF-8. */
  readonly maxBytes?: number;
}

/** The options of both ends. */
export interface ReliableOptions<In, Out> {
  /** Encodes and decodes messages; without it messages are text and bytes. */
  readonly codec?: WebSocketCodec<In, Out>;
  /**
   * Maximum number of unacknowledged messages; when it is reached, `send()` waits.
   *
   * @default {10000}
   */
  readonly maxUnackedMessages?: number;
  /**
   * Maximum bytes of unacknowledged messages. A larger message is sent alone.
   *
   * @default {1048576}
   */
  readonly maxUnackedBytes?: number;
  /** Limits of messages that wait to be sent: 1,000 and 16 MiB. If exceeded, `send()` rejects with `queue_full`. */
  readonly outbox?: ReliableQueue;
  /** Limits of unread messages: 10,000 and 64 MiB. If exceeded, the session ends. */
  readonly inbox?: ReliableQueue;
  /**
   * Maximum size of a received frame, in bytes; `false` for no limit.
   *
   * @default {16777216}
   */
  readonly maxMessageSize?: number | false;
  /**
   * How long `close()` waits for acknowledgements, in seconds.
   *
   * @default {5}
   */
  readonly closeTimeout?: Duration;
}

/** When to ping a silent server. */
export interface ReliableHeartbeat {
  /**
   * The silence after which to ping, in seconds.
   *
   * @default {30}
   */
  readonly every?: Duration;
  /**
   * How long to wait for a response before the connection is closed, in seconds.
   *
   * @default {10}
   */
  readonly timeout?: Duration;
}

/** The options of a ReliableClient: most options of a WebSocketClient, with the same defaults. */
export interface ReliableClientOptions<In = Payload, Out = Sendable>
  extends
    ReliableOptions<In, Out>,
    Pick<
      WebSocketClientOptions<In, Out>,
      | (
        | "auth"
        | "headers"
        | "hooks"
        | "maxRetries"
        | "maxRetryBackoff"
        | "protocols"
        | "reconnect"
      )
      | ("retryBackoff" | "signal" | "timeout" | "webSocket")
    > {
  /**
   * Keeps the session and unacknowledged messages across a restart of the client: any shared state of
   * `./shared-state`. Each message is written to it before it is sent.
   */
  readonly store?: ReliableStore;
  /**
   * The key of the session in `store`; only one client may use it at a time.
   *
   * @default {["reliable", url]}
   */
  readonly storeKey?: string | readonly string[];
  /** When to ping the server; `false` for never. */
  readonly heartbeat?: ReliableHeartbeat | false;
}

/** The options of a ReliableServer. */
export interface ReliableServerOptions<In = Payload, Out = Sendable>
  extends ReliableOptions<In, Out> {
  /**
   * Called with each new session, before any message is delivered. If it rejects, there is an `error`
   * event, unless it rejects with the error that ended the session.
   */
  readonly onSession: (session: ReliableSession<In, Out>) => unknown;
  /**
   * How long a session is kept without a connection, in seconds.
   *
   * @default {120}
   */
  readonly ttl?: Duration;
  /**
   * How long a new connection may take to send hello, in seconds.
   *
   * @default {30}
   */
  readonly timeout?: Duration;
  /**
   * The silence after which a connection is closed, in seconds; clients ping every 30. `false` for never.
   *
   * @default {90}
   */
  readonly idleTimeout?: Duration | false;
  /**
   * What a `send()` does if the outbox is full: `"expire"` ends the session, and its client gets a gap;
   * `"reject"` rejects that message only.
   *
   * @default {"expire"}
   */
  readonly overflow?: "expire" | "reject";
  /**
   * Maximum number of sessions without a connection; one more ends the oldest.
   *
   * @default {10000}
   */
  readonly maxDetachedSessions?: number;
  /**
   * Maximum bytes of all sessions without a connection.
   *
   * @default {268435456}
   */
  readonly maxDetachedBytes?: number;
}
