/** A WebSocket whose events a test fires itself. */

/** A socket that does only what the test says. */
export class ScriptedSocket {
  static readonly made: ScriptedSocket[] = [];
  static last: ScriptedSocket | undefined;
  binaryType = "blob";
  bufferedAmount = 0;
  readyState = 0;
  protocol: string | null = null;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  readonly sent: unknown[] = [];
  closes = 0;

  constructor(_url: string, second?: unknown) {
    if (second !== undefined && !Array.isArray(second)) throw new SyntaxError("no such protocol");
    ScriptedSocket.made.push(this);
    ScriptedSocket.last = this;
  }
  send(data: unknown): void {
    this.sent.push(data);
  }
  close(): void {
    this.closes++;
  }
  open(): void {
    this.readyState = 1;
    this.onopen?.({} as never);
  }
}

/** The socket that a client makes next. */
export async function nextSocket(): Promise<ScriptedSocket> {
  const { made } = ScriptedSocket;
  while (made.length === 0) await new Promise((done) => setTimeout(done, 1));
  return made.shift()!;
}
