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

/** How many messages may wait, and how many bytes. */
export interface ReliableQueue {
  /** Messages. */
  readonly maxMessages?: number;
  /** Bytes of messages; text counts as UTF-8. */
  readonly maxBytes?: number;
}

/** What both ends can be given. */
export interface ReliableOptions<In, Out> {
  /** Turns values into messages and back; text and bytes pass as they are without. */
  readonly codec?: WebSocketCodec<In, Out>;
  /**
   * Messages that may be sent without being acknowledged; `send()` waits beyond.
   *
   * @default {10000}
   */
  readonly maxUnackedMessages?: number;
  /**
   * Bytes of such messages. One message that is larger is sent alone.
   *
   * @default {1048576}
   */
  readonly maxUnackedBytes?: number;
  /** Messages that wait to be sent: 1,000 and 16 MiB. Beyond, `send()` rejects with `queue_full`. */
  readonly outbox?: ReliableQueue;
  /** Messages that came and were not read: 10,000 and 64 MiB. Beyond, the session ends. */
  readonly inbox?: ReliableQueue;
  /**
   * The largest frame that is taken, in bytes; `false` for no limit.
   *
   * @default {16777216}
   */
  readonly maxMessageSize?: number | false;
  /**
   * Seconds that `close()` waits for acknowledgements at most.
   *
   * @default {5}
   */
  readonly closeTimeout?: Duration;
}

/** When to ask a server that says nothing whether it is there. */
export interface ReliableHeartbeat {
  /**
   * Seconds of silence after which to ask.
   *
   * @default {30}
   */
  readonly every?: Duration;
  /**
   * Seconds to wait for an answer, before the connection is given up.
   *
   * @default {10}
   */
  readonly timeout?: Duration;
}

/** The options of a ReliableClient: most of those of a WebSocketClient, with the same defaults. */
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
   * Keeps the session and what is not acknowledged, so that both survive a restart of the client:
   * any shared state of `./shared-state`. Each message is written to it before it is sent.
   */
  readonly store?: ReliableStore;
  /**
   * The name of the session in `store`; one client uses it at a time.
   *
   * @default {["reliable", url]}
   */
  readonly storeKey?: string | readonly string[];
  /** When to ask whether the server is there; `false` for never. */
  readonly heartbeat?: ReliableHeartbeat | false;
}

/** The options of a ReliableServer. */
export interface ReliableServerOptions<In = Payload, Out = Sendable>
  extends ReliableOptions<In, Out> {
  /**
   * Called with each new session, before anything of it is delivered. A promise that rejects is an
   * `error` event, unless it rejects with what ended the session.
   */
  readonly onSession: (session: ReliableSession<In, Out>) => unknown;
  /**
   * Seconds that a session is kept without a connection.
   *
   * @default {120}
   */
  readonly ttl?: Duration;
  /**
   * Seconds within which a new connection must say hello.
   *
   * @default {30}
   */
  readonly timeout?: Duration;
  /**
   * Seconds of silence after which a connection is given up; clients ask every 30. `false` for never.
   *
   * @default {90}
   */
  readonly idleTimeout?: Duration | false;
  /**
   * What a `send()` does that finds no room in the outbox: `"expire"` ends the session, so that its
   * client has a gap; `"reject"` rejects that message alone.
   *
   * @default {"expire"}
   */
  readonly overflow?: "expire" | "reject";
  /**
   * Sessions that are kept without a connection; the oldest ends for the next.
   *
   * @default {10000}
   */
  readonly maxDetachedSessions?: number;
  /**
   * Bytes that those sessions hold, all together.
   *
   * @default {268435456}
   */
  readonly maxDetachedBytes?: number;
}
