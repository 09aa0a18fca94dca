/** One event, or one comment, of an event stream. */
export interface ServerSentEventMessage {
  /** Sent as a comment, which clients ignore. */
  comment?: string;
  /** The event's type. */
  event?: string;
  /** The data; one field a line. */
  data?: string;
  /** What the client sends back as Last-Event-ID. */
  id?: string | number;
  /** How long the client waits before it reconnects, in milliseconds. */
  retry?: number;
}

/** Turns messages into the bytes of an event stream. */
export class ServerSentEventStream
  extends TransformStream<ServerSentEventMessage, Uint8Array<ArrayBuffer>> {
  constructor();
}
