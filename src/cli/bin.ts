/**
 * The program of the package for npm. Node 22 does not know `import.meta.main`, and nothing but a
 * program imports this module there.
 *
 * @module
 */

import { runCommand } from "./mod.ts";
import { exitProgram, programArguments } from "./terminal/terminal.ts";

if (import.meta.main !== false) exitProgram(await runCommand(programArguments()));
