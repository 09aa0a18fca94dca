/**
 * The program of the npm package. Node 22 lacks `import.meta.main`; there, only a program imports this module.
 *
 * @module
 */

import { runCommand } from "./mod.ts";
import { exitProgram, programArguments } from "./terminal/terminal.ts";

if (import.meta.main !== false) exitProgram(await runCommand(programArguments()));
