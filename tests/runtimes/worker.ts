/**
 * Runs the suite on workerd, the runtime of Cloudflare's workers, and hands its results to the server:
 * `workerd test` calls this once, with where the servers are, as JSON, and the name that the results go by.
 *
 * @module
 */

import { runSuite } from "./suite/mod.ts";

/** What the worker's configuration binds. */
interface Bindings {
  readonly servers: string;
  readonly name: string;
}

export default {
  async test(_controller: unknown, { servers, name }: Bindings): Promise<void> {
    const results = await runSuite(JSON.parse(servers));
    const { main } = JSON.parse(servers);
    const body = JSON.stringify(results);
    await (await fetch(`${main}/results/${name}`, { method: "POST", body })).text();
  },
};
