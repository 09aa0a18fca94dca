/**
 * Runs the suite in a browser's page and hands its results to the server: what follows `?` in its URL is
 * where the servers are, as JSON, and what follows `#` the name that the results go by.
 *
 * @module
 */

import { runSuite } from "./suite/mod.ts";

const { search, hash } = globalThis.location;
const results = await runSuite(JSON.parse(decodeURIComponent(search.slice(1))));
const body = JSON.stringify(results);
await (await fetch(`/results/${hash.slice(1)}`, { method: "POST", body })).text();
