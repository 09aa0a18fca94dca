/** How often to come back, and when: a table for sockets and event streams alike. */

import { assertEquals } from "@std/assert";
import { nextAttempt, reconnectDelay } from "../../src/retry/reconnect.ts";
import { DEFAULT_SETTINGS } from "../../src/http/settings/settings.ts";

// R17.12
Deno.test("attempts are counted until a connection was stable or did well", () => {
  const rows: [
    string,
    number,
    { openMs?: number; didWell?: boolean; wasForced?: boolean },
    number,
  ][] = [
    ["the first failure", 0, {}, 1],
    ["one more", 3, {}, 4],
    ["forced by connect()", 3, { wasForced: true }, 3],
    ["forced before anything failed", 0, { wasForced: true }, 1],
    ["open, and soon lost", 3, { openMs: 10 }, 4],
    ["forced, open, and soon lost", 3, { openMs: 10, wasForced: true }, 4],
    ["stable, then lost", 3, { openMs: 5000 }, 1],
    ["messages, then an end in order", 3, { openMs: 10, didWell: true }, 1],
    ["open for no time at all", 3, { openMs: 0, didWell: true }, 1],
  ];
  for (const [name, attempt, { openMs, didWell = false, wasForced = false }, expected] of rows) {
    assertEquals(nextAttempt(attempt, { openMs, didWell, wasForced }, 5000), expected, name);
  }
});

// R17.12
Deno.test("the wait is the floor and a backoff that doubles up to its limit, with full jitter", () => {
  const { policy } = DEFAULT_SETTINGS;
  for (const [attempt, longestMs] of [[1, 1000], [2, 2000], [7, 60_000], [5000, 60_000]] as const) {
    const delay = (random: number) => reconnectDelay(policy, attempt, 250, () => random);
    assertEquals([delay(0), delay(0.5), delay(1)], [250, 250 + longestMs / 2, 250 + longestMs]);
  }
});
