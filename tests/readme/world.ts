/**
 * What stands around the examples of README.md on Deno: each imports it first, so that the page shows what
 * people type and no server.
 *
 * @module
 */

import { redirectTo } from "./redirect.ts";
import { startService } from "./service.ts";

redirectTo(startService());
