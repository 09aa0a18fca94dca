/** A process that uses a shared rate for some time; prints the times of its requests. */
// deno-lint-ignore-file no-console

import { Limiter } from "../../src/limits/mod.ts";
import { redisState } from "../../src/shared_state/mod.ts";

/** As much of the client as is used. */
interface Client {
  on(event: "error", listener: () => void): void;
  connect(): Promise<unknown>;
  sendCommand(args: string[]): Promise<unknown>;
  destroy(): void;
}
const name = "npm:redis@5.8.2"; // whose types would bring others of Node into every check
const { createClient } = await import(name) as {
  createClient: (options: { url: string }) => Client;
};

const [url = "", startAt = "0", forMs = "0"] = Deno.args;
const client = createClient({ url });
client.on("error", () => {}); // it connects again by itself
await client.connect();
const limit = new Limiter({
  rate: { requests: 50, per: 1, burst: 1 },
  store: redisState(client),
  onStoreFailure: (message) => console.error(message),
});
const times: number[] = [];
await new Promise((resolve) => setTimeout(resolve, Number(startAt) - Date.now()));
const over = AbortSignal.timeout(Number(forMs));
const request = { method: "GET", url: "http://api.example/" };
while (!over.aborted) {
  try {
    const place = await limit.enter(request, over);
    times.push(Date.now());
    place.leave();
  } catch (reason) {
    if (reason !== over.reason) throw reason;
  }
}
console.log(JSON.stringify(times));
// Without client.destroy(): the limiter may still wait for the store, and would report its end as a failure.
Deno.exit(0);
